#include "sim/dataflow/rational.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sim/base/decimal.h"
#include "sim/base/status_macros.h"

namespace dynarch::dataflow {
namespace {

constexpr size_t kMaxDigits = 400;

absl::StatusOr<BigInt> ParseInteger(absl::string_view text,
                                    absl::string_view whole) {
  absl::string_view digits = text;
  const bool minus = !digits.empty() && digits.front() == '-';
  if (minus) digits.remove_prefix(1);
  if (digits.empty() ||
      !std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", whole, "' is no exact number; write 3, 2.1, 1e-3 or 13/2"));
  }
  if (digits.size() > kMaxDigits) {
    return absl::OutOfRangeError(absl::StrCat("a number of ", digits.size(),
                                              " digits; at most ", kMaxDigits,
                                              " are read"));
  }
  BigInt value = 0;
  for (const char digit : digits) value = value * 10 + (digit - '0');
  return minus ? BigInt(-value) : value;
}

BigInt PowerOfTen(int exponent) {
  BigInt power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

}  // namespace

std::optional<int64_t> ToInt64(const BigInt& value) {
  static const BigInt kLow = std::numeric_limits<int64_t>::min();
  static const BigInt kHigh = std::numeric_limits<int64_t>::max();
  if (value < kLow || value > kHigh) return std::nullopt;
  return static_cast<int64_t>(value);
}

BigInt FloorDiv(const BigInt& dividend, const BigInt& divisor) {
  BigInt quotient;
  BigInt remainder;
  boost::multiprecision::divide_qr(dividend, divisor, quotient, remainder);
  if (remainder.sign() < 0) quotient -= 1;
  return quotient;
}

BigInt CeilDiv(const BigInt& dividend, const BigInt& divisor) {
  return -FloorDiv(-dividend, divisor);
}

Rational::Rational(BigInt numerator, BigInt denominator)
    : numerator_(std::move(numerator)), denominator_(std::move(denominator)) {
  Reduce();
}

absl::StatusOr<Rational> Rational::Parse(absl::string_view text) {
  const size_t slash = text.find('/');
  if (slash != absl::string_view::npos) {
    DYNARCH_ASSIGN_OR_RETURN(const BigInt numerator,
                             ParseInteger(text.substr(0, slash), text));
    DYNARCH_ASSIGN_OR_RETURN(const BigInt denominator,
                             ParseInteger(text.substr(slash + 1), text));
    if (denominator.is_zero()) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", text, "' divides by zero"));
    }
    return Rational(numerator, denominator);
  }
  DYNARCH_ASSIGN_OR_RETURN(const Decimal decimal, Decimal::Parse(text));
  const BigInt power = PowerOfTen(std::abs(decimal.exponent()));
  const BigInt mantissa = decimal.mantissa();
  return decimal.exponent() < 0 ? Rational(mantissa, power)
                                : Rational(BigInt(mantissa * power));
}

double Rational::ToDouble() const {
  // Scale both to at most 64 bits, divide, scale back: ldexp is exact.
  BigInt top = boost::multiprecision::abs(numerator_);
  BigInt bottom = denominator_;
  if (top.is_zero()) return 0.0;
  int exponent = 0;
  for (auto [value, sign] : {std::pair{&top, 1}, std::pair{&bottom, -1}}) {
    const int bits = static_cast<int>(boost::multiprecision::msb(*value)) + 1;
    if (bits <= 63) continue;
    *value >>= bits - 63;
    exponent += sign * (bits - 63);
  }
  const double ratio = static_cast<double>(static_cast<int64_t>(top)) /
                       static_cast<double>(static_cast<int64_t>(bottom));
  return std::ldexp(negative() ? -ratio : ratio, exponent);
}

std::string Rational::ToString() const {
  return absl::StrCat(numerator_.str(), "/", denominator_.str());
}

Rational& Rational::operator+=(const Rational& other) {
  if (denominator_ == other.denominator_) {
    numerator_ += other.numerator_;
    if (denominator_ == 1) return *this;
  } else {
    numerator_ =
        numerator_ * other.denominator_ + other.numerator_ * denominator_;
    denominator_ *= other.denominator_;
  }
  Reduce();
  return *this;
}

Rational& Rational::operator-=(const Rational& other) {
  return *this += -other;
}

Rational& Rational::operator*=(const Rational& other) {
  numerator_ *= other.numerator_;
  denominator_ *= other.denominator_;
  Reduce();
  return *this;
}

Rational& Rational::operator/=(const Rational& other) {
  const BigInt divisor = other.numerator_;  // `other` may be *this.
  numerator_ *= other.denominator_;
  denominator_ *= divisor;
  Reduce();
  return *this;
}

Rational Rational::operator-() const {
  Rational result = *this;
  result.numerator_ = -result.numerator_;
  return result;
}

std::strong_ordering operator<=>(const Rational& a, const Rational& b) {
  const int order = a.denominator_ == b.denominator_
                        ? a.numerator_.compare(b.numerator_)
                        : BigInt(a.numerator_ * b.denominator_)
                              .compare(b.numerator_ * a.denominator_);
  return order <=> 0;
}

void Rational::Reduce() {
  if (denominator_ == 1) return;
  if (denominator_.sign() < 0) {
    numerator_ = -numerator_;
    denominator_ = -denominator_;
  }
  const BigInt divisor = boost::multiprecision::gcd(numerator_, denominator_);
  if (divisor == 1) return;
  numerator_ /= divisor;
  denominator_ /= divisor;
}

std::ostream& operator<<(std::ostream& stream, const Rational& value) {
  return stream << value.ToString();
}

}  // namespace dynarch::dataflow
