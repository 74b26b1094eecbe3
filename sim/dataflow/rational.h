// Exact numbers of the dataflow analyses: integers and fractions of any size.
//
// Repetition vectors and least common multiples of times outgrow 64 and 128
// bits on published graphs, so the interface has no limit to overflow. Inner
// loops scale to 64-bit integers first where that is proven to fit
// (sim/dataflow/scaled.h) and come back here.
#ifndef DYNARCH_SIM_DATAFLOW_RATIONAL_H_
#define DYNARCH_SIM_DATAFLOW_RATIONAL_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "boost/multiprecision/cpp_int.hpp"

namespace dynarch::dataflow {

// An integer of any size. No expression templates: `auto x = a * b` is a value.
using BigInt =
    boost::multiprecision::number<boost::multiprecision::cpp_int_backend<>,
                                  boost::multiprecision::et_off>;

// The value as int64, or nothing if it does not fit.
std::optional<int64_t> ToInt64(const BigInt& value);

// Rounded towards minus infinity and plus infinity; `divisor` > 0.
BigInt FloorDiv(const BigInt& dividend, const BigInt& divisor);
BigInt CeilDiv(const BigInt& dividend, const BigInt& divisor);

// An exact fraction in lowest terms; the denominator is positive, and zero is
// 0/1. So equal values have equal fields.
class Rational {
 public:
  Rational() : numerator_(0), denominator_(1) {}
  Rational(int64_t value)  // NOLINT: integers are fractions.
      : numerator_(value), denominator_(1) {}
  explicit Rational(BigInt value)
      : numerator_(std::move(value)), denominator_(1) {}
  // `denominator` must not be 0.
  Rational(BigInt numerator, BigInt denominator);

  // Reads all of `text`: a decimal as sim/base/decimal.h reads one ("2.1",
  // "-3", "1e-3") or two integers as "13/2". InvalidArgument if it is written
  // otherwise or the denominator is 0; OutOfRange if it has too many digits.
  static absl::StatusOr<Rational> Parse(absl::string_view text);

  const BigInt& numerator() const { return numerator_; }
  const BigInt& denominator() const { return denominator_; }
  bool zero() const { return numerator_.is_zero(); }
  bool negative() const { return numerator_.sign() < 0; }
  bool integer() const { return denominator_ == 1; }

  BigInt Floor() const { return FloorDiv(numerator_, denominator_); }
  BigInt Ceil() const { return CeilDiv(numerator_, denominator_); }

  // A double within two units in the last place: for people and plots, never
  // for a decision. +-infinity beyond its range.
  double ToDouble() const;

  // "13/2"; always with the denominator: "0/1", "16/1".
  std::string ToString() const;

  Rational& operator+=(const Rational& other);
  Rational& operator-=(const Rational& other);
  Rational& operator*=(const Rational& other);
  // `other` must not be 0.
  Rational& operator/=(const Rational& other);

  friend Rational operator+(Rational a, const Rational& b) { return a += b; }
  friend Rational operator-(Rational a, const Rational& b) { return a -= b; }
  friend Rational operator*(Rational a, const Rational& b) { return a *= b; }
  friend Rational operator/(Rational a, const Rational& b) { return a /= b; }
  Rational operator-() const;

  friend bool operator==(const Rational& a, const Rational& b) {
    return a.numerator_ == b.numerator_ && a.denominator_ == b.denominator_;
  }
  friend std::strong_ordering operator<=>(const Rational& a, const Rational& b);

 private:
  void Reduce();

  BigInt numerator_;
  BigInt denominator_;
};

// gtest and streams show "13/2".
std::ostream& operator<<(std::ostream& stream, const Rational& value);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_RATIONAL_H_
