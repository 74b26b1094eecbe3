#include "sim/base/decimal.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <limits>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace dynarch {
namespace {

constexpr int kMaxExponent = 400;
// 2^63 x 10^19 is below 2^127.
constexpr int kMaxShift = 19;
constexpr int kMaxPadding = 6;

absl::Status TooLarge() {
  return absl::OutOfRangeError(
      "a decimal holds at most 18 significant digits and a power of ten from "
      "-400 to 400");
}

absl::int128 TimesPowerOfTen(absl::int128 value, int power) {
  for (int i = 0; i < power; ++i) value *= 10;
  return value;
}

bool FitsInt64(absl::int128 value) {
  return value >= std::numeric_limits<int64_t>::min() &&
         value <= std::numeric_limits<int64_t>::max();
}

// Longest run of digits at the start.
size_t DigitsLength(absl::string_view text) {
  size_t n = 0;
  while (n < text.size() && absl::ascii_isdigit(text[n])) ++n;
  return n;
}

// Length of [+-] digits at the start, 0 if there is no digit.
size_t SignedDigitsLength(absl::string_view text) {
  const size_t sign =
      !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  const size_t digits = DigitsLength(text.substr(sign));
  return digits == 0 ? 0 : sign + digits;
}

absl::StatusOr<Decimal> Normalised(absl::int128 mantissa, int exponent) {
  if (mantissa == 0) return Decimal();
  while (mantissa % 10 == 0) {
    mantissa /= 10;
    ++exponent;
  }
  if (!FitsInt64(mantissa)) return TooLarge();
  return Decimal::Of(static_cast<int64_t>(mantissa), exponent);
}

}  // namespace

Decimal Decimal::FromInt(int64_t value) {
  if (value == 0) return Decimal();
  int exponent = 0;
  while (value % 10 == 0) {
    value /= 10;
    ++exponent;
  }
  return Decimal(value, exponent);
}

absl::StatusOr<Decimal> Decimal::Of(int64_t mantissa, int exponent) {
  const Decimal whole = FromInt(mantissa);
  if (whole.zero()) return whole;
  const int64_t shifted = int64_t{whole.exponent_} + exponent;
  if (shifted < -kMaxExponent || shifted > kMaxExponent) return TooLarge();
  return Decimal(whole.mantissa_, static_cast<int>(shifted));
}

size_t NumberPrefixLength(absl::string_view text) {
  size_t n = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  const size_t whole = DigitsLength(text.substr(n));
  n += whole;
  size_t fraction = 0;
  if (n < text.size() && text[n] == '.') {
    fraction = DigitsLength(text.substr(n + 1));
    if (whole + fraction > 0) n += 1 + fraction;
  }
  if (whole + fraction == 0) return 0;
  if (n < text.size() && (text[n] == 'e' || text[n] == 'E')) {
    const size_t power = SignedDigitsLength(text.substr(n + 1));
    if (power > 0) n += 1 + power;
  }
  return n;
}

absl::StatusOr<Decimal> Decimal::Parse(absl::string_view text) {
  if (text.empty() || NumberPrefixLength(text) != text.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", text, "' is no number; write digits, as in 12, 0.52 or -1e-3"));
  }
  const bool negative = text[0] == '-';
  if (text[0] == '-' || text[0] == '+') text.remove_prefix(1);
  int64_t exponent = 0;
  const size_t e = text.find_first_of("eE");
  if (e != absl::string_view::npos) {
    absl::string_view power = text.substr(e + 1);
    // SimpleAtoi refuses a plus sign.
    if (power[0] == '+') power.remove_prefix(1);
    int32_t written = 0;
    if (!absl::SimpleAtoi(power, &written)) return TooLarge();
    exponent = written;
    text = text.substr(0, e);
  }
  std::string digits;
  const size_t point = text.find('.');
  if (point == absl::string_view::npos) {
    digits = std::string(text);
  } else {
    digits = absl::StrCat(text.substr(0, point), text.substr(point + 1));
    exponent -= static_cast<int64_t>(text.size() - point - 1);
  }
  const size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) return Decimal();
  const size_t last = digits.find_last_not_of('0');
  exponent += static_cast<int64_t>(digits.size() - last - 1);
  int64_t mantissa = 0;
  if (!absl::SimpleAtoi(absl::StrCat(negative ? "-" : "",
                                     digits.substr(first, last - first + 1)),
                        &mantissa) ||
      exponent < -kMaxExponent || exponent > kMaxExponent) {
    return TooLarge();
  }
  return Decimal(mantissa, static_cast<int>(exponent));
}

absl::StatusOr<Decimal> Decimal::Plus(const Decimal& other) const {
  if (zero()) return other;
  if (other.zero()) return *this;
  const Decimal& high = exponent_ >= other.exponent_ ? *this : other;
  const Decimal& low = exponent_ >= other.exponent_ ? other : *this;
  const int shift = high.exponent_ - low.exponent_;
  // The sum ends in the last digit of `low`, which is not 0, so its mantissa
  // would have more than 19 digits.
  if (shift > kMaxShift) return TooLarge();
  return Normalised(TimesPowerOfTen(high.mantissa_, shift) + low.mantissa_,
                    low.exponent_);
}

absl::StatusOr<Decimal> Decimal::Minus(const Decimal& other) const {
  if (other.mantissa_ == std::numeric_limits<int64_t>::min()) {
    return TooLarge();
  }
  return Plus(Decimal(-other.mantissa_, other.exponent_));
}

absl::StatusOr<Decimal> Decimal::Times(int64_t factor) const {
  return Times(FromInt(factor));
}

absl::StatusOr<Decimal> Decimal::Times(const Decimal& factor) const {
  return Normalised(absl::int128(mantissa_) * factor.mantissa_,
                    exponent_ + factor.exponent_);
}

absl::StatusOr<int64_t> Decimal::ToScaledInt(int power) const {
  if (zero()) return 0;
  const int shift = exponent_ + power;
  if (shift < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(ToString(), " x 10^", power, " is no whole number"));
  }
  if (shift > kMaxShift || !FitsInt64(TimesPowerOfTen(mantissa_, shift))) {
    return absl::OutOfRangeError(
        absl::StrCat(ToString(), " x 10^", power, " does not fit 64 bits"));
  }
  return static_cast<int64_t>(TimesPowerOfTen(mantissa_, shift));
}

double Decimal::ToDouble() const {
  const std::string text = absl::StrCat(mantissa_, "e", exponent_);
  double value = 0;
  const auto result =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec == std::errc::result_out_of_range) {
    const double limit =
        exponent_ < 0 ? 0.0 : std::numeric_limits<double>::infinity();
    return negative() ? -limit : limit;
  }
  return value;
}

std::string Decimal::ToString() const {
  const std::string sign = negative() ? "-" : "";
  std::string digits = absl::StrCat(mantissa_);
  if (negative()) digits.erase(0, 1);
  const int length = static_cast<int>(digits.size());
  const int point = length + exponent_;  // digits before the decimal point
  if (exponent_ >= 0 && exponent_ <= kMaxPadding) {
    return absl::StrCat(sign, digits, std::string(exponent_, '0'));
  }
  if (exponent_ < 0 && point > 0) {
    return absl::StrCat(sign, digits.substr(0, point), ".",
                        digits.substr(point));
  }
  if (exponent_ < 0 && -point <= kMaxPadding) {
    return absl::StrCat(sign, "0.", std::string(-point, '0'), digits);
  }
  return absl::StrCat(sign, digits.substr(0, 1), length > 1 ? "." : "",
                      digits.substr(1), "e", point - 1);
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  const auto sign = [](const Decimal& d) {
    return d.zero() ? 0 : d.negative() ? -1 : 1;
  };
  if (sign(a) != sign(b)) return sign(a) <=> sign(b);
  if (a.zero()) return std::strong_ordering::equal;
  // Past kMaxShift the larger exponent decides: 10^20 > 2^63.
  const int shift = a.exponent_ - b.exponent_;
  const bool positive = sign(a) > 0;
  if (shift > kMaxShift) return positive ? 1 <=> 0 : 0 <=> 1;
  if (shift < -kMaxShift) return positive ? 0 <=> 1 : 1 <=> 0;
  const absl::int128 x = TimesPowerOfTen(a.mantissa_, std::max(shift, 0));
  const absl::int128 y = TimesPowerOfTen(b.mantissa_, std::max(-shift, 0));
  return x < y   ? std::strong_ordering::less
         : x > y ? std::strong_ordering::greater
                 : std::strong_ordering::equal;
}

}  // namespace dynarch
