// Exact decimal numbers, for what a user writes: 0.52, -1e-3, 33.
//
// Steps of a range and quantities with units are exact sums and products of
// decimals; binary floating point enters only by `ToDouble`, rounded once.
#ifndef DYNARCH_SIM_BASE_DECIMAL_H_
#define DYNARCH_SIM_BASE_DECIMAL_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dynarch {

// mantissa x 10^exponent, normalised: no trailing zero in the mantissa, and
// zero is 0 x 10^0. So equal values have equal fields.
//
// The mantissa fits int64 and |exponent| <= 400; what passes that is
// OutOfRange.
class Decimal {
 public:
  constexpr Decimal() = default;  // 0

  static Decimal FromInt(int64_t value);

  // mantissa x 10^exponent. OutOfRange beyond the limits above.
  static absl::StatusOr<Decimal> Of(int64_t mantissa, int exponent);

  // Reads all of `text`: [+-] digits [. digits] [(e|E) [+-] digits], with at
  // least one digit before the exponent. InvalidArgument if it is written
  // otherwise ("nan", "", " 1"); OutOfRange if it has too many digits.
  static absl::StatusOr<Decimal> Parse(absl::string_view text);

  constexpr int64_t mantissa() const { return mantissa_; }
  constexpr int exponent() const { return exponent_; }
  constexpr bool negative() const { return mantissa_ < 0; }
  constexpr bool zero() const { return mantissa_ == 0; }

  // Exact, or OutOfRange.
  absl::StatusOr<Decimal> Plus(const Decimal& other) const;
  absl::StatusOr<Decimal> Minus(const Decimal& other) const;
  absl::StatusOr<Decimal> Times(int64_t factor) const;
  absl::StatusOr<Decimal> Times(const Decimal& factor) const;

  // The exact integer value x 10^power. InvalidArgument if that is no integer,
  // OutOfRange if it does not fit.
  absl::StatusOr<int64_t> ToScaledInt(int power) const;

  // The nearest double, ties to even.
  double ToDouble() const;

  // Shortest text that parses to the same value: "0.52", "-120", "1e-9".
  // Plain where it needs at most 6 zeros of padding, else with an exponent.
  std::string ToString() const;

  friend constexpr bool operator==(const Decimal&, const Decimal&) = default;
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);

 private:
  constexpr Decimal(int64_t mantissa, int exponent)
      : mantissa_(mantissa), exponent_(exponent) {}

  int64_t mantissa_ = 0;
  int exponent_ = 0;
};

// Length of the number at the start of `text`, as Decimal::Parse reads it: 4 of
// "0.52 ms"; 0 if there is none. An `e` without digits is not part of it.
size_t NumberPrefixLength(absl::string_view text);

}  // namespace dynarch

#endif  // DYNARCH_SIM_BASE_DECIMAL_H_
