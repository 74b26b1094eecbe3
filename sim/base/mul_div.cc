#include "sim/base/mul_div.h"

#include <limits>

namespace dynarch {
namespace {

constexpr absl::uint128 kMax = absl::Uint128Max();

// High and low 128 bits of `a` * `b`, by 64-bit digits.
struct Wide {
  absl::uint128 high;
  absl::uint128 low;
};
Wide Multiply(absl::uint128 a, absl::uint128 b) {
  const absl::uint128 a1 = absl::Uint128High64(a), a0 = absl::Uint128Low64(a);
  const absl::uint128 b1 = absl::Uint128High64(b), b0 = absl::Uint128Low64(b);
  const absl::uint128 low = a0 * b0;
  const absl::uint128 first = a1 * b0;
  const absl::uint128 second = a0 * b1;
  const absl::uint128 middle = absl::uint128(absl::Uint128High64(low)) +
                               absl::Uint128Low64(first) +
                               absl::Uint128Low64(second);
  return {a1 * b1 + absl::Uint128High64(first) + absl::Uint128High64(second) +
              absl::Uint128High64(middle),
          (middle << 64) + absl::Uint128Low64(low)};
}

// Schoolbook division, one bit at a time; `wide.high` < `divisor` < 2^127.
QuotientRemainder Divide(Wide wide, absl::uint128 divisor) {
  absl::uint128 remainder = wide.high;
  absl::uint128 quotient = 0;
  for (int bit = 127; bit >= 0; --bit) {
    remainder = (remainder << 1) | ((wide.low >> bit) & 1);
    quotient <<= 1;
    if (remainder >= divisor) {
      remainder -= divisor;
      quotient |= 1;
    }
  }
  return {quotient, remainder};
}

}  // namespace

QuotientRemainder MulDiv(absl::uint128 a, absl::uint128 b,
                         absl::uint128 divisor) {
  const Wide product = Multiply(a, b);
  if (product.high == 0) {
    return {product.low / divisor, product.low % divisor};
  }
  if (product.high >= divisor) return {kMax, 0};
  return Divide(product, divisor);
}

int64_t MulDivCeil(absl::uint128 a, absl::uint128 b, absl::uint128 divisor) {
  constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();
  const QuotientRemainder result = MulDiv(a, b, divisor);
  if (result.quotient >= absl::uint128(kLargest)) return kLargest;
  return static_cast<int64_t>(result.quotient) + (result.remainder != 0);
}

}  // namespace dynarch
