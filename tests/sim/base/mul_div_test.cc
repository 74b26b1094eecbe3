#include "sim/base/mul_div.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>

#include "sim/base/random.h"

namespace dynarch {
namespace {

constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();

// 256-bit numbers as eight 32-bit digits, least significant first: an oracle
// that shares nothing with the code under test.
using Digits = std::array<uint32_t, 8>;

Digits DigitsOf(absl::uint128 value) {
  Digits digits = {};
  for (int i = 0; i < 4; ++i) {
    digits[i] = static_cast<uint32_t>(absl::Uint128Low64(value >> (32 * i)));
  }
  return digits;
}

// `sum` += `a` * `b`.
void AddProduct(const Digits& a, const Digits& b, Digits& sum) {
  for (int i = 0; i < 8; ++i) {
    uint64_t carry = 0;
    for (int j = 0; i + j < 8; ++j) {
      const uint64_t term = uint64_t{a[i]} * b[j] + sum[i + j] + carry;
      sum[i + j] = static_cast<uint32_t>(term);
      carry = term >> 32;
    }
  }
}

// A number of any bit length up to 127.
absl::uint128 AnyLength(RandomStream& random) {
  const absl::uint128 bits =
      absl::MakeUint128(random.Next64() >> 1, random.Next64());
  return bits >> static_cast<int>(random.UniformBelow(127));
}

TEST(MulDivTest, SmallProducts) {
  // 7 x 9 = 63 = 6 x 10 + 3.
  const QuotientRemainder result = MulDiv(7, 9, 10);
  EXPECT_EQ(result.quotient, 6);
  EXPECT_EQ(result.remainder, 3);
}

TEST(MulDivTest, ProductEqualsQuotientTimesDivisorPlusRemainder) {
  RandomStream random({.seed = 21});
  int passed_128_bits = 0;
  for (int i = 0; i < 20'000; ++i) {
    const absl::uint128 a = AnyLength(random);
    const absl::uint128 b = AnyLength(random);
    const absl::uint128 divisor = AnyLength(random) + 1;
    const QuotientRemainder result = MulDiv(a, b, divisor);
    if (result.quotient == absl::Uint128Max()) continue;  // next test
    Digits product = {};
    AddProduct(DigitsOf(a), DigitsOf(b), product);
    Digits back = DigitsOf(result.remainder);
    AddProduct(DigitsOf(result.quotient), DigitsOf(divisor), back);
    ASSERT_EQ(product, back);
    ASSERT_LT(result.remainder, divisor);
    if ((product[4] | product[5] | product[6] | product[7]) != 0) {
      ++passed_128_bits;
    }
  }
  EXPECT_GT(passed_128_bits, 2'000);
}

TEST(MulDivTest, AQuotientThatDoesNotFitIsTheLargest) {
  // 2^100 x 2^100 / 2^72 = 2^128.
  const absl::uint128 large = absl::uint128(1) << 100;
  EXPECT_EQ(MulDiv(large, large, absl::uint128(1) << 72).quotient,
            absl::Uint128Max());
  EXPECT_EQ(MulDiv(large, large, absl::uint128(1) << 73).quotient,
            absl::uint128(1) << 127);
}

TEST(MulDivCeilTest, RoundsUp) {
  EXPECT_EQ(MulDivCeil(7, 9, 10), 7);
  EXPECT_EQ(MulDivCeil(7, 10, 10), 7);
  EXPECT_EQ(MulDivCeil(0, 10, 10), 0);
  EXPECT_EQ(MulDivCeil(1, 1, absl::uint128(1) << 126), 1);
}

TEST(MulDivCeilTest, StopsAtTheLargestInt64) {
  EXPECT_EQ(MulDivCeil(kLargest, 1, 1), kLargest);
  EXPECT_EQ(MulDivCeil(kLargest, 2, 1), kLargest);
  // (2^63 - 2) + 1/2 rounds up to 2^63 - 1.
  EXPECT_EQ(MulDivCeil(absl::uint128(kLargest) * 2 - 1, 1, 2), kLargest);
  EXPECT_EQ(MulDivCeil(kLargest - 1, 1, 1), kLargest - 1);
}

}  // namespace
}  // namespace dynarch
