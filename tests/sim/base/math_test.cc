#include "sim/base/math.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "sim/base/random.h"

namespace dynarch {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Difference in units of the last place of `want`. libm's long double has
// eleven bits more than a double on x86-64, and more on AArch64.
double Ulps(double got, long double want) {
  const auto nearest = static_cast<double>(want);
  if (got == nearest) return 0;
  int exponent = 0;
  std::frexp(nearest, &exponent);
  const double ulp = std::ldexp(1.0, std::max(exponent - 53, -1074));
  return static_cast<double>(std::abs((got - want) / ulp));
}

// A double of any exponent, positive and finite.
double AnyPositive(RandomStream& random) {
  return std::bit_cast<double>(1 + random.UniformBelow(0x7fefffffffffffff));
}

double Between(RandomStream& random, double low, double high) {
  return low + (high - low) * random.UniformDouble();
}

TEST(ExpTest, IsWithinOneUlp) {
  RandomStream random({.seed = 1});
  for (int i = 0; i < 200'000; ++i) {
    const double wide = Between(random, -708, 709.7);
    ASSERT_LE(Ulps(Exp(wide), std::exp(static_cast<long double>(wide))), 1)
        << wide;
    const double small = Between(random, -1, 1);
    ASSERT_LE(Ulps(Exp(small), std::exp(static_cast<long double>(small))), 1)
        << small;
  }
}

TEST(ExpTest, IsWithinTwoUlpWhereSubnormal) {
  RandomStream random({.seed = 2});
  for (int i = 0; i < 20'000; ++i) {
    const double x = Between(random, -745.1, -708.4);
    ASSERT_LE(Ulps(Exp(x), std::exp(static_cast<long double>(x))), 2) << x;
  }
}

TEST(ExpTest, Ends) {
  EXPECT_EQ(Exp(0.0), 1.0);
  EXPECT_EQ(Exp(-0.0), 1.0);
  EXPECT_EQ(Exp(kInfinity), kInfinity);
  EXPECT_EQ(Exp(-kInfinity), 0.0);
  EXPECT_EQ(Exp(709.79), kInfinity);  // e^709.783 passes the largest double
  EXPECT_EQ(Exp(-745.2), 0.0);        // below half the least subnormal
  EXPECT_TRUE(std::isnan(Exp(std::nan(""))));
}

TEST(LogTest, IsWithinOneUlp) {
  RandomStream random({.seed = 3});
  for (int i = 0; i < 200'000; ++i) {
    for (const double x : {AnyPositive(random), Between(random, 0.5, 2),
                           1 + Between(random, -1e-6, 1e-6)}) {
      const auto exact = static_cast<long double>(x);
      ASSERT_LE(Ulps(Log(x), std::log(exact)), 1) << x;
      ASSERT_LE(Ulps(Log2(x), std::log2(exact)), 1) << x;
    }
  }
}

TEST(LogTest, Ends) {
  for (double (*log)(double) : {&Log, &Log2}) {
    EXPECT_EQ(log(1.0), 0.0);
    EXPECT_EQ(log(0.0), -kInfinity);
    EXPECT_EQ(log(kInfinity), kInfinity);
    EXPECT_TRUE(std::isnan(log(-1.0)));
    EXPECT_TRUE(std::isnan(log(-kInfinity)));
    EXPECT_TRUE(std::isnan(log(std::nan(""))));
  }
}

TEST(Log2Test, IsExactAtPowersOfTwo) {
  for (int e = -1074; e <= 1023; ++e) {
    ASSERT_EQ(Log2(std::ldexp(1.0, e)), e);
  }
}

TEST(PowTest, IsWithinOneUlp) {
  RandomStream random({.seed = 4});
  for (int i = 0; i < 200'000; ++i) {
    const double wide = Exp(Between(random, -50, 50));
    const double y = Between(random, -14, 14);
    ASSERT_LE(Ulps(Pow(wide, y), std::pow(static_cast<long double>(wide), y)),
              1)
        << wide << "^" << y;
    const double near = Between(random, 0.5, 2);
    const double large = Between(random, -1000, 1000);
    ASSERT_LE(
        Ulps(Pow(near, large), std::pow(static_cast<long double>(near), large)),
        1)
        << near << "^" << large;
  }
}

TEST(PowTest, IsExactForSmallIntegers) {
  for (int base = 2; base < 40; ++base) {
    double power = 1;
    for (int e = 0; power <= 0x1p53; ++e, power *= base) {
      ASSERT_EQ(Pow(base, e), power) << base << "^" << e;
    }
  }
}

TEST(PowTest, FollowsC99AtTheEnds) {
  const double bases[] = {0.0,   -0.0,   1.0,    -1.0,      0.5,
                          -0.5,  2.0,    -2.0,   3.0,       -3.0,
                          1e300, -1e300, 1e-300, kInfinity, -kInfinity};
  const double exponents[] = {0.0,  1.0,   -1.0,  2.0,       -2.0,      3.0,
                              -3.0, 0.5,   -0.5,  1e300,     -1e300,    1e16,
                              2.5,  100.0, 101.0, kInfinity, -kInfinity};
  for (const double x : bases) {
    for (const double y : exponents) {
      const double want = std::pow(x, y);
      const double got = Pow(x, y);
      if (std::isnan(want)) {
        EXPECT_TRUE(std::isnan(got)) << x << "^" << y << " is " << got;
      } else {
        EXPECT_LE(std::isinf(want) ? (got == want ? 0 : 9) : Ulps(got, want), 1)
            << x << "^" << y << " is " << got << ", want " << want;
        EXPECT_EQ(std::signbit(got), std::signbit(want)) << x << "^" << y;
      }
    }
  }
  EXPECT_EQ(Pow(1.0, std::nan("")), 1.0);
  EXPECT_EQ(Pow(std::nan(""), 0.0), 1.0);
  EXPECT_TRUE(std::isnan(Pow(std::nan(""), 1.0)));
}

TEST(GoldenBitsTest, AreTheSameOnEveryMachine) {
  // Exact bits, so that a machine or an optimisation level that differs is
  // seen. Each is the nearest double of the true value (from 60-digit decimal
  // arithmetic): e, 1/e^10, ln 10, log2 3, 10^0.3, 1.1^-77.7.
  EXPECT_EQ(Exp(1.0), 0x1.5bf0a8b145769p+1);
  EXPECT_EQ(Exp(-10.0), 0x1.7cd79b5647c9bp-15);
  EXPECT_EQ(Log(10.0), 0x1.26bb1bbb55516p+1);
  EXPECT_EQ(Log2(3.0), 0x1.95c01a39fbd68p+0);
  EXPECT_EQ(Pow(10.0, 0.3), 0x1.fec982d5bb8afp+0);
  EXPECT_EQ(Pow(1.1, -77.7), 0x1.3eaebb76978d1p-11);
}

}  // namespace
}  // namespace dynarch
