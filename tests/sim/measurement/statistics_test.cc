#include "sim/measurement/statistics.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/testing/status_matchers.h"

namespace dynarch::measurement {
namespace {

using ::dynarch::testing::StatusIs;

// b samples that only the first gets right, c only the second, d both.
McNemar Compare(int b, int c, int d) {
  std::vector<bool> first, second;
  const auto add = [&](int count, bool one, bool two) {
    first.insert(first.end(), count, one);
    second.insert(second.end(), count, two);
  };
  add(b, true, false);
  add(c, false, true);
  add(d, true, true);
  return *McNemarTest(first, second);
}

TEST(WilsonShareTest, IsCentredAtOneHalfForHalfOfTheSamples) {
  // n = 10, p = 1/2, z = 1.959964: z^2 = 3.841459; half width
  // z / 1.3841459 * sqrt(0.025 + 3.841459 / 400) = 0.263407.
  ASSERT_OK_AND_ASSIGN(const Share share, WilsonShare(5, 10));
  EXPECT_EQ(share.value, 0.5);
  EXPECT_NEAR(share.low, 0.5 - 0.263407, 1e-6);
  EXPECT_NEAR(share.high, 0.5 + 0.263407, 1e-6);
}

TEST(WilsonShareTest, ReachesOneAndNoFurtherWhenAllSucceed) {
  // With p = 1 the lower end is 1 / (1 + z^2 / n) = 1 / 1.3841459.
  ASSERT_OK_AND_ASSIGN(const Share share, WilsonShare(10, 10));
  EXPECT_EQ(share.high, 1);
  EXPECT_NEAR(share.low, 1 / 1.3841458820694124, 1e-12);
}

TEST(WilsonShareTest, NoneIsTheMirrorImageOfAll) {
  ASSERT_OK_AND_ASSIGN(const Share share, WilsonShare(0, 10));
  EXPECT_EQ(share.low, 0);
  EXPECT_NEAR(share.high, 1 - 1 / 1.3841458820694124, 1e-12);
}

TEST(WilsonShareTest, RefusesImpossibleCounts) {
  EXPECT_THAT(WilsonShare(1, 0), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(WilsonShare(-1, 5), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(WilsonShare(6, 5), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(McNemarTest, CountsDiscordantPairs) {
  const McNemar test = Compare(2, 7, 100);
  EXPECT_EQ(test.only_first, 2);
  EXPECT_EQ(test.only_second, 7);
}

TEST(McNemarTest, IsTheExactBinomialTail) {
  // b = 0, c = 5: 2 / 2^5. b = 1, c = 7: 2 (1 + 8) / 2^8.
  EXPECT_DOUBLE_EQ(Compare(0, 5, 3).p_value, 0.0625);
  EXPECT_DOUBLE_EQ(Compare(1, 7, 3).p_value, 18.0 / 256);
}

TEST(McNemarTest, TellsFiveFromSixOneSidedPairs) {
  // 2 / 2^5 = 6.3 % is not below 5 %, 2 / 2^6 = 3.1 % is.
  EXPECT_FALSE(Compare(5, 0, 0).distinguishable());
  EXPECT_TRUE(Compare(6, 0, 0).distinguishable());
}

TEST(McNemarTest, NeverExceedsOne) {
  // b = c = 3: 2 (1 + 6 + 15 + 20) / 64 = 1.3, so 1.
  EXPECT_EQ(Compare(3, 3, 0).p_value, 1);
  EXPECT_EQ(Compare(0, 0, 9).p_value, 1);
}

TEST(McNemarTest, HoldsForThousandsOfPairs) {
  // The normal approximation with continuity: (200 - 1) / sqrt(2000) = 4.4498,
  // two-sided 8.6e-6; the exact tail lies within a few per cent of it.
  EXPECT_NEAR(Compare(900, 1100, 0).p_value, 8.6e-6, 4e-7);
}

TEST(McNemarTest, RefusesUnequalLengths) {
  EXPECT_THAT(measurement::McNemarTest({true}, {}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace dynarch::measurement
