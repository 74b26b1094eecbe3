#include "sim/measurement/statistics.h"

#include "gtest/gtest.h"

namespace dynarch::measurement {
namespace {

// By hand with z^2 = 3.841458820694124, n = 10, p = 1/2:
//   scale  = 1 + 0.3841458820694124       = 1.3841458820694124
//   centre = (0.5 + 0.1920729410347062) / scale = 0.5
//   half   = 1.959963984540054 * sqrt(0.025 + 0.0096036470517353) / scale
//          = 1.959963984540054 * 0.1860205554 / 1.3841458821 = 0.2634070
TEST(WilsonTest, MatchesTheFormulaByHand) {
  const Interval interval = WilsonInterval(5, 10);
  EXPECT_NEAR(interval.low, 0.2365930, 1e-7);
  EXPECT_NEAR(interval.high, 0.7634070, 1e-7);
}

// p = 0: low = 0, high = (z^2/n) / (1 + z^2/n) = z^2 / (n + z^2)
//      = 3.841458820694124 / 13.841458820694124 = 0.2775327998628892.
TEST(WilsonTest, StaysInsideTheUnitIntervalAtItsEnds) {
  const Interval none = WilsonInterval(0, 10);
  EXPECT_EQ(none.low, 0);
  EXPECT_NEAR(none.high, 0.2775327998628892, 1e-15);
  const Interval all = WilsonInterval(10, 10);
  EXPECT_NEAR(all.low, 1 - 0.2775327998628892, 1e-15);
  EXPECT_EQ(all.high, 1);
}

TEST(WilsonTest, KnowsNothingWithoutTrials) {
  EXPECT_EQ(WilsonInterval(0, 0), (Interval{0, 1}));
}

TEST(WilsonTest, HoldsTheProportionAndShrinksWithTrials) {
  double width = 1;
  for (int64_t n = 10; n <= 1'000'000; n *= 10) {
    const Interval interval = WilsonInterval(n * 3 / 10, n);
    EXPECT_LT(interval.low, 0.3);
    EXPECT_GT(interval.high, 0.3);
    EXPECT_LT(interval.high - interval.low, width);
    width = interval.high - interval.low;
  }
}

// Exact, two-sided. n = 6, all on one side: 2 * 1/64 = 0.03125 <= 0.05.
// n = 5: 2 * 1/32 = 0.0625 > 0.05. n = 9 with 1: 2 * 10/512 = 0.039;
// n = 8 with 1: 2 * 9/256 = 0.0703.
TEST(McNemarTest, IsTheExactBinomialTestForFewSamples) {
  EXPECT_TRUE(McNemar(6, 0).distinguishable);
  EXPECT_TRUE(McNemar(0, 6).distinguishable);
  EXPECT_FALSE(McNemar(5, 0).distinguishable);
  EXPECT_TRUE(McNemar(8, 1).distinguishable);
  EXPECT_FALSE(McNemar(7, 1).distinguishable);
}

TEST(McNemarTest, NeverRejectsEqualOrAbsentDiscordance) {
  EXPECT_FALSE(McNemar(0, 0).distinguishable);
  for (int64_t n = 1; n < 300; ++n) {
    EXPECT_FALSE(McNemar(n, n).distinguishable) << n;
  }
}

// n = 100, the last exact one: P(X <= 39) = 0.0176001, twice 0.0352;
// P(X <= 40) = 0.0284440, twice 0.0569 (binomial tables, p = 1/2, n = 100).
TEST(McNemarTest, IsExactUpToAHundred) {
  EXPECT_TRUE(McNemar(61, 39).distinguishable);
  EXPECT_FALSE(McNemar(60, 40).distinguishable);
}

// n = 200: (|b - c| - 1)^2 / 200 > 3.8415 iff |b - c| - 1 > 27.72, so
// |b - c| >= 29; it has n's parity, so 28 fails and 30 passes.
TEST(McNemarTest, IsTheCorrectedChiSquareForMany) {
  EXPECT_FALSE(McNemar(114, 86).distinguishable);
  EXPECT_TRUE(McNemar(115, 85).distinguishable);
  EXPECT_TRUE(McNemar(85, 115).distinguishable);
}

TEST(McNemarTest, CountsDiscordantSamples) {
  const PairedTest test = McNemar({true, true, false, false, true},
                                  {true, false, true, false, false});
  EXPECT_EQ(test.only_first, 2);   // Samples 1 and 4.
  EXPECT_EQ(test.only_second, 1);  // Sample 2.
}

}  // namespace
}  // namespace dynarch::measurement
