#include "sim/base/units.h"

#include <bit>
#include <cstdint>

#include "absl/numeric/bits.h"

namespace dynarch {
namespace {

// 2^exponent, for a normal result.
double PowerOfTwo(int exponent) {
  return std::bit_cast<double>(static_cast<uint64_t>(exponent + 1023) << 52);
}

// The double nearest to `value` / `divisor`, ties to even: one rounding, where
// converting first and dividing then would make two. 0 < `divisor` < 2^70.
//
// The dividend is shifted up to 127 bits, so the whole quotient has at least
// 57; whether a remainder is left goes into its lowest bit, below the half
// that decides the rounding to 53.
double NearestQuotient(absl::int128 value, absl::uint128 divisor) {
  if (value == 0) return 0.0;
  const bool negative = value < 0;
  absl::uint128 dividend = static_cast<absl::uint128>(value);
  if (negative) dividend = -dividend;
  const uint64_t high = absl::Uint128High64(dividend);
  const int zeros = high != 0
                        ? absl::countl_zero(high)
                        : 64 + absl::countl_zero(absl::Uint128Low64(dividend));
  dividend <<= zeros;
  absl::uint128 quotient = dividend / divisor;
  const bool inexact = quotient * divisor != dividend;
  int exponent = -zeros;
  bool sticky = inexact;
  while (absl::Uint128High64(quotient) != 0) {
    sticky |= (absl::Uint128Low64(quotient) & 1) != 0;
    quotient >>= 1;
    ++exponent;
  }
  const uint64_t bits =
      absl::Uint128Low64(quotient) | static_cast<uint64_t>(sticky);
  const double magnitude = static_cast<double>(bits) * PowerOfTwo(exponent);
  return negative ? -magnitude : magnitude;
}

constexpr absl::uint128 kPicosecondsPerSecond = 1'000'000'000'000;
constexpr absl::uint128 kNanowattsPerWatt = 1'000'000'000;
// 10^21 = 54 * 2^64 + 3875820019684212736.
constexpr absl::uint128 kZeptojoulesPerJoule =
    absl::MakeUint128(54, 3'875'820'019'684'212'736);

}  // namespace

double ToSeconds(Picoseconds time) {
  return NearestQuotient(time.value(), kPicosecondsPerSecond);
}

double ToJoules(Zeptojoules energy) {
  return NearestQuotient(energy.value(), kZeptojoulesPerJoule);
}

double ToWatts(Nanowatts power) {
  return NearestQuotient(power.value(), kNanowattsPerWatt);
}

}  // namespace dynarch
