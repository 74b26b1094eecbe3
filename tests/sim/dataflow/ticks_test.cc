#include "sim/dataflow/ticks.h"

#include <cstdint>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::dataflow {
namespace {

using ::testing::ElementsAre;

Graph WithTimes(const std::vector<Rational>& times) {
  return {.name = "g", .actors = {{"a", times}}, .channels = {}};
}

TEST(TicksTest, TheTickIsTheGreatestCommonDivisorOfAllTimes) {
  // 3/2 and 5/3: 9/6 and 10/6, gcd(3, 5) / lcm(2, 3).
  EXPECT_EQ(CommonTick(WithTimes({Rational(3, 2), Rational(5, 3)})),
            Rational(1, 6));
  EXPECT_EQ(CommonTick(WithTimes({Rational(12), Rational(0), Rational(18)})),
            Rational(6));
  EXPECT_EQ(CommonTick(WithTimes({Rational(0)})), Rational(1));
}

TEST(TicksTest, TimesAreMultiplesOfIt) {
  const Graph graph = WithTimes({Rational(3, 2), Rational(5, 3), Rational(0)});
  EXPECT_THAT(*TimesInTicks(graph, Rational(1, 6)),
              ElementsAre(ElementsAre(9, 10, 0)));
  EXPECT_EQ(TimesInTicks(graph, Rational(1, 4)).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(TicksTest, LargeTimesKeepTheirOrder) {
  BigInt large = int64_t{1} << 62;
  const Graph graph = WithTimes({Rational(large), Rational(0), Rational(1),
                                 Rational(BigInt(large * large)), Rational(1)});
  EXPECT_EQ(TimesInTicks(graph, Rational(1)).status().code(),
            absl::StatusCode::kOutOfRange);
  const LargeTimes times = LargeTimesInTicks(graph, Rational(1));
  EXPECT_THAT(times.ranks, ElementsAre(ElementsAre(2, 0, 1, 3, 1)));
  EXPECT_EQ(times.ticks[0][3], large * large);
}

}  // namespace
}  // namespace dynarch::dataflow
