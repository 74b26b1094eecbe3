// Products that pass 128 bits, divided exactly.
//
// Costs are quotients of products of rates, decimals and voltages that are
// rounded once, so the product must be exact whatever its size.
#ifndef DYNARCH_SIM_BASE_MUL_DIV_H_
#define DYNARCH_SIM_BASE_MUL_DIV_H_

#include <cstdint>

#include "absl/numeric/int128.h"

namespace dynarch {

// `a` * `b` = quotient * `divisor` + remainder.
struct QuotientRemainder {
  absl::uint128 quotient;
  absl::uint128 remainder;
};

// Exact through 256 bits. `divisor` must be positive and below 2^127. A
// quotient of 2^128 or more is given as the largest uint128.
QuotientRemainder MulDiv(absl::uint128 a, absl::uint128 b,
                         absl::uint128 divisor);

// `a` * `b` / `divisor`, rounded up, at most the largest int64: who can exceed
// that compares with it.
int64_t MulDivCeil(absl::uint128 a, absl::uint128 b, absl::uint128 divisor);

}  // namespace dynarch

#endif  // DYNARCH_SIM_BASE_MUL_DIV_H_
