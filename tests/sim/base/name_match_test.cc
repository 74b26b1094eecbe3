#include "sim/base/name_match.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dynarch {
namespace {

TEST(EditDistanceTest, CountsEdits) {
  EXPECT_EQ(EditDistance("", ""), 0);
  EXPECT_EQ(EditDistance("", "abc"), 3);
  EXPECT_EQ(EditDistance("abc", ""), 3);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);  // k>s, e>i, +g
  EXPECT_EQ(EditDistance("flaw", "lawn"), 2);       // -f, +n
}

TEST(EditDistanceTest, ASwapOfNeighboursIsOneEdit) {
  EXPECT_EQ(EditDistance("latecny", "latency"), 1);
  EXPECT_EQ(EditDistance("ab", "ba"), 1);
}

TEST(EditDistanceTest, IgnoresCase) {
  EXPECT_EQ(EditDistance("CPU", "cpu"), 0);
}

TEST(EditDistanceTest, ComparesLongNamesByTheirBeginnings) {
  const std::string a(100'000, 'a');
  EXPECT_EQ(EditDistance(a, a + "b"), 0);
  EXPECT_EQ(EditDistance(a, "a"), 63);  // 64 compared characters against one
}

TEST(NearestNameTest, FindsTheNearest) {
  const std::vector<std::string> names = {"latency_mean", "latency_p99",
                                          "energy_mean"};
  EXPECT_EQ(NearestName("latency_p9", names), "latency_p99");
  EXPECT_EQ(NearestName("energy_maen", names), "energy_mean");
}

TEST(NearestNameTest, IsEmptyWhenNothingIsNear) {
  EXPECT_EQ(NearestName("colour", {"latency", "energy"}), "");
  EXPECT_EQ(NearestName("x", {}), "");
  // 2 of 4 letters differ: more than a third.
  EXPECT_EQ(NearestName("cost", {"case"}), "");
}

TEST(NearestNameTest, APartOfThreeLettersIsNear) {
  EXPECT_EQ(NearestName("tx2", {"raspberry_pi_4", "jetson_tx2"}), "jetson_tx2");
  EXPECT_EQ(NearestName("x2", {"jetson_tx2"}), "");
}

TEST(NearestNameTest, TakesTheFirstOfEquals) {
  EXPECT_EQ(NearestName("exit3", {"exit1", "exit2"}), "exit1");
}

TEST(DidYouMeanTest, EndsAMessage) {
  EXPECT_EQ(DidYouMean("exti1", {"exit1"}), "; did you mean 'exit1'?");
  EXPECT_EQ(DidYouMean("power", {"exit1"}), "");
}

TEST(NameListTest, StopsAtItsLimit) {
  EXPECT_EQ(NameList({}), "");
  EXPECT_EQ(NameList({"a", "b"}), "a, b");
  EXPECT_EQ(NameList({"a", "b", "c"}, 2), "a, b, ... (3 in all)");
}

}  // namespace
}  // namespace dynarch
