#include "sim/base/mul_div.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace dynarch {
namespace {

constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();

TEST(MulDivTest, GivesQuotientAndRemainder) {
  const QuotientRemainder result = MulDiv(7, 5, 4);
  EXPECT_EQ(result.quotient, 8);
  EXPECT_EQ(result.remainder, 3);
  EXPECT_EQ(MulDivCeil(7, 5, 4), 9);
  EXPECT_EQ(MulDivCeil(7, 4, 4), 7);
  EXPECT_EQ(MulDivCeil(0, 4, 4), 0);
}

TEST(MulDivTest, IsExactPast128Bits) {
  // 2^100 * 2^100 / 2^90 = 2^110.
  const absl::uint128 one = 1;
  EXPECT_EQ(MulDiv(one << 100, one << 100, one << 90).quotient, one << 110);
  // (2^100 + 1)(2^100 - 1) = 2^200 - 1; by 2^80 that is 2^120 - 1 and
  // 2^80 - 1 over.
  const QuotientRemainder result =
      MulDiv((one << 100) + 1, (one << 100) - 1, one << 80);
  EXPECT_EQ(result.quotient, (one << 120) - 1);
  EXPECT_EQ(result.remainder, (one << 80) - 1);
  // 10^36 * 10^36 / (10^36 - 1): 10^36 * 10^36 = (10^36 - 1)(10^36 + 1) + 1.
  const absl::uint128 large =
      absl::uint128(1'000'000'000'000'000'000) * 1'000'000'000'000'000'000;
  const QuotientRemainder odd = MulDiv(large, large, large - 1);
  EXPECT_EQ(odd.quotient, large + 1);
  EXPECT_EQ(odd.remainder, 1);
}

// Where both ways apply: a b / d = (a / d) b + (a mod d) b / d, in 128 bits.
TEST(MulDivTest, EqualsDivisionByPartsOnRandomNumbers) {
  uint64_t state = 20260103;
  const auto next = [&state](int bits) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> (64 - bits);
  };
  int wide = 0;
  for (int round = 0; round < 20000; ++round) {
    // a < 2^110, d < 2^60, b < 2^60: a b up to 2^170, (a / d) b < 2^128 kept
    // by a d of at least 2^59.
    const absl::uint128 a = absl::MakeUint128(next(46), next(64));
    const absl::uint128 b = next(60);
    const absl::uint128 d = (absl::uint128(1) << 59) + next(59);
    const absl::uint128 rest = (a % d) * b;
    const absl::uint128 quotient = (a / d) * b + rest / d;
    const QuotientRemainder got = MulDiv(a, b, d);
    ASSERT_EQ(got.quotient, quotient);
    ASSERT_EQ(got.remainder, rest % d);
    wide += a > (absl::Uint128Max() >> 60);
  }
  EXPECT_GT(wide, 10000);
}

TEST(MulDivTest, StopsAtTheLargestValue) {
  const absl::uint128 one = 1;
  EXPECT_EQ(MulDiv(one << 127, one << 127, 1).quotient, absl::Uint128Max());
  EXPECT_EQ(MulDivCeil(one << 127, one << 127, 1), kLargest);
  EXPECT_EQ(MulDivCeil(one << 63, 1, 1), kLargest);
  EXPECT_EQ(MulDivCeil(kLargest, 1, 1), kLargest);
  EXPECT_EQ(MulDivCeil(kLargest - 1, 1, 1), kLargest - 1);
  // 2^63 - 1.5, rounded up, is the largest itself.
  EXPECT_EQ(MulDivCeil((one << 64) - 3, 1, 2), kLargest);
}

}  // namespace
}  // namespace dynarch
