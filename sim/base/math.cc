#include "sim/base/math.h"

#include <bit>
#include <cstdint>
#include <limits>

namespace dynarch {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr int kMantissaBits = 52;
constexpr int kBias = 1023;

// An unevaluated sum of two doubles, |low| <= ulp(high) / 2: about 106 bits.
// The algorithms are Dekker's, "A floating-point technique for extending the
// available precision", Numerische Mathematik 18, 1971.
struct Double2 {
  double high = 0;
  double low = 0;
};

// ln 2 and 1 / ln 2 to 106 bits.
constexpr Double2 kLn2 = {0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
constexpr Double2 kInvLn2 = {0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56};

// a + b exactly, for |a| >= |b| or a == 0.
Double2 QuickTwoSum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

// a + b exactly.
Double2 TwoSum(double a, double b) {
  const double sum = a + b;
  const double part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}

// a x b exactly, where neither overflows when split.
Double2 TwoProduct(double a, double b) {
  constexpr double kSplit = 134217729.0;  // 2^27 + 1
  const double a_scaled = kSplit * a;
  const double a_high = a_scaled - (a_scaled - a);
  const double a_low = a - a_high;
  const double b_scaled = kSplit * b;
  const double b_high = b_scaled - (b_scaled - b);
  const double b_low = b - b_high;
  const double product = a * b;
  const double error =
      ((a_high * b_high - product) + a_high * b_low + a_low * b_high) +
      a_low * b_low;
  return {product, error};
}

Double2 Add(Double2 a, Double2 b) {
  const Double2 high = TwoSum(a.high, b.high);
  const Double2 low = TwoSum(a.low, b.low);
  const Double2 sum = QuickTwoSum(high.high, high.low + low.high);
  return QuickTwoSum(sum.high, sum.low + low.low);
}

Double2 Multiply(Double2 a, Double2 b) {
  const Double2 product = TwoProduct(a.high, b.high);
  return QuickTwoSum(product.high,
                     product.low + (a.high * b.low + a.low * b.high));
}

// a / b for doubles, to about 100 bits.
Double2 Divide(double a, double b) {
  const double quotient = a / b;
  const Double2 back = TwoProduct(quotient, b);
  return QuickTwoSum(quotient, ((a - back.high) - back.low) / b);
}

// 2^exponent for a normal result.
double PowerOfTwo(int exponent) {
  return std::bit_cast<double>(static_cast<uint64_t>(exponent + kBias)
                               << kMantissaBits);
}

// value x 2^exponent, into the subnormals and past the largest double.
double Scale(double value, int exponent) {
  if (exponent > kBias)
    return value * PowerOfTwo(kBias) * PowerOfTwo(exponent - kBias);
  if (exponent < 1 - kBias) {
    return value * PowerOfTwo(exponent + 2 * kMantissaBits) *
           PowerOfTwo(-2 * kMantissaBits);
  }
  return value * PowerOfTwo(exponent);
}

// x = mantissa x 2^exponent with mantissa in [sqrt(1/2), sqrt(2)].
struct Split {
  double mantissa;
  int exponent;
};

// `x` is positive and finite.
Split SplitOf(double x) {
  int exponent = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= PowerOfTwo(2 * kMantissaBits);
    exponent = -2 * kMantissaBits;
  }
  uint64_t bits = std::bit_cast<uint64_t>(x);
  exponent += static_cast<int>(bits >> kMantissaBits) - kBias;
  bits = (bits & ((uint64_t{1} << kMantissaBits) - 1)) |
         (static_cast<uint64_t>(kBias) << kMantissaBits);
  double mantissa = std::bit_cast<double>(bits);
  if (mantissa > 0x1.6a09e667f3bcdp+0) {  // sqrt(2)
    mantissa *= 0.5;
    ++exponent;
  }
  return {mantissa, exponent};
}

// ln m for m in [sqrt(1/2), sqrt(2)], to a relative 2^-64.
//
// ln m = 2 atanh s = 2 s + 2/3 s^3 + 2/5 s^5 + ..., s = (m - 1) / (m + 1),
// |s| <= 0.1716. m - 1 is exact; the first two terms are taken in 106 bits.
// The others are below 2^-12 of the first, so their rounding is below 2^-64.
// The series ends where s^2k / (2k + 1) < 2^-64: s^2 <= 0.0295, k = 12.
Double2 LogOfMantissa(double m) {
  const Double2 sum = TwoSum(m, 1.0);
  const Double2 rough = Divide(m - 1.0, sum.high);
  // 1 / (h + l) = (1 / h) (1 - l / h) to l^2.
  const Double2 s = Add(rough, {-rough.high * (sum.low / sum.high), 0.0});
  const Double2 s2 = Multiply(s, s);
  double tail = 0;
  for (int k = 12; k >= 2; --k) tail = tail * s2.high + 1.0 / (2 * k + 1);
  const Double2 third = Divide(1.0, 3.0);
  const Double2 factor =
      Add({1.0, 0.0}, Multiply(s2, Add(third, {s2.high * tail, 0.0})));
  const Double2 half = Multiply(s, factor);
  return {2 * half.high, 2 * half.low};
}

// ln x of a positive finite x.
Double2 LogOf(double x) {
  const Split split = SplitOf(x);
  const Double2 log = LogOfMantissa(split.mantissa);
  return Add(Multiply(kLn2, {static_cast<double>(split.exponent), 0.0}), log);
}

// e^x for an x of 106 bits.
//
// x = k ln 2 + r with |r| <= 0.347; e^r is its Taylor sum, whose 15th term is
// below 2^-57. Only the sum of 1 and the rest rounds at the size of the result.
double ExpOf(Double2 x) {
  if (x.high > 709.79) return kInfinity;
  if (x.high < -745.14) return 0.0;
  const double turns = x.high * kInvLn2.high;
  const int k = static_cast<int>(turns + (turns < 0 ? -0.5 : 0.5));
  const Double2 r = Add(x, Multiply(kLn2, {-static_cast<double>(k), 0.0}));
  double tail = 0;
  for (int n = 14; n >= 3; --n) tail = (tail + 1.0) * r.high / n;
  // r^2 / 2 (1 + tail) + r.low + r.high + 1, smallest first.
  const double square = 0.5 * r.high * r.high;
  const Double2 one = QuickTwoSum(1.0, r.high);
  return Scale(
      one.high + (one.low + (r.low + r.high * r.low + square * (1.0 + tail))),
      k);
}

bool IsInteger(double x) {
  // From 2^53 on every double is whole.
  if (x >= 0x1p53 || x <= -0x1p53) return true;
  return static_cast<double>(static_cast<int64_t>(x)) == x;
}

bool IsOddInteger(double x) {
  if (x >= 0x1p53 || x <= -0x1p53) return false;
  const auto whole = static_cast<int64_t>(x);
  return static_cast<double>(whole) == x && whole % 2 != 0;
}

// |x|^y for positive x.
double PowOfPositive(double x, double y) {
  if (x == kInfinity) return y > 0 ? kInfinity : 0.0;
  const Double2 log = LogOf(x);
  if (log.high == 0) return 1.0;
  // Past this the result is 0 or infinite, and the split would overflow.
  const double rough = log.high * y;
  if (rough > 800) return kInfinity;
  if (rough < -800) return 0.0;
  return ExpOf(Multiply(log, {y, 0.0}));
}

}  // namespace

double Exp(double x) {
  if (x != x) return x;
  return ExpOf({x, 0.0});
}

double Log(double x) {
  if (x != x || x < 0) return kNan;
  if (x == 0) return -kInfinity;
  if (x == kInfinity) return x;
  const Double2 log = LogOf(x);
  return log.high;
}

double Log2(double x) {
  if (x != x || x < 0) return kNan;
  if (x == 0) return -kInfinity;
  if (x == kInfinity) return x;
  const Split split = SplitOf(x);
  const Double2 log = Multiply(LogOfMantissa(split.mantissa), kInvLn2);
  return Add({static_cast<double>(split.exponent), 0.0}, log).high;
}

double Pow(double x, double y) {
  if (y == 0 || x == 1) return 1.0;
  if (x != x || y != y) return kNan;
  const bool odd = IsOddInteger(y);
  if (x == 0) {
    const double limit = y > 0 ? 0.0 : kInfinity;
    return odd && std::bit_cast<uint64_t>(x) >> 63 != 0 ? -limit : limit;
  }
  if (y == kInfinity || y == -kInfinity) {
    const double magnitude = x < 0 ? -x : x;
    if (magnitude == 1) return 1.0;
    return (magnitude > 1) == (y > 0) ? kInfinity : 0.0;
  }
  if (x > 0) return PowOfPositive(x, y);
  if (!IsInteger(y)) return x == -kInfinity ? PowOfPositive(-x, y) : kNan;
  const double magnitude = PowOfPositive(-x, y);
  return odd ? -magnitude : magnitude;
}

}  // namespace dynarch
