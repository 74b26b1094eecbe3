#include "sim/dataflow/rational.h"

#include <cstdint>
#include <limits>

#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::dataflow {
namespace {

TEST(RationalTest, ReducesAndKeepsTheDenominatorPositive) {
  EXPECT_EQ(Rational(BigInt(6), BigInt(-4)).ToString(), "-3/2");
  EXPECT_EQ(Rational(BigInt(0), BigInt(-7)).ToString(), "0/1");
  EXPECT_EQ(Rational(16).ToString(), "16/1");
}

TEST(RationalTest, ReadsDecimalsExactly) {
  EXPECT_EQ(Rational::Parse("2.1")->ToString(), "21/10");
  EXPECT_EQ(Rational::Parse("-3")->ToString(), "-3/1");
  EXPECT_EQ(Rational::Parse("1e-3")->ToString(), "1/1000");
  EXPECT_EQ(Rational::Parse("1.5e2")->ToString(), "150/1");
  EXPECT_EQ(Rational::Parse("26/4")->ToString(), "13/2");
}

TEST(RationalTest, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "1/", "/2", "1/0", "a", "1/2/3", "1.5/2"}) {
    EXPECT_EQ(Rational::Parse(text).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
  }
  EXPECT_EQ(Rational::Parse(std::string(500, '9') + "/1").status().code(),
            absl::StatusCode::kOutOfRange);
}

TEST(RationalTest, ComputesWithFractions) {
  const Rational third(BigInt(1), BigInt(3));
  const Rational half(BigInt(1), BigInt(2));
  EXPECT_EQ((third + half).ToString(), "5/6");
  EXPECT_EQ((third - half).ToString(), "-1/6");
  EXPECT_EQ((third * half).ToString(), "1/6");
  EXPECT_EQ((third / half).ToString(), "2/3");
  EXPECT_EQ(third + third + third, Rational(1));
  Rational self = half;
  self /= self;
  EXPECT_EQ(self, Rational(1));
}

TEST(RationalTest, OrdersByValue) {
  EXPECT_LT(Rational(BigInt(1), BigInt(3)), Rational(BigInt(1), BigInt(2)));
  EXPECT_GT(Rational(BigInt(-1), BigInt(3)), Rational(BigInt(-1), BigInt(2)));
  EXPECT_LT(Rational(-1), Rational(0));
}

TEST(RationalTest, OutgrowsSixtyFourBits) {
  const Rational large(std::numeric_limits<int64_t>::max());
  // (2^63 - 1)^2 = 2^126 - 2^64 + 1.
  EXPECT_EQ((large * large).ToString(),
            "85070591730234615847396907784232501249/1");
  EXPECT_FALSE(ToInt64((large * large).numerator()).has_value());
  EXPECT_EQ(ToInt64(BigInt(std::numeric_limits<int64_t>::min())),
            std::numeric_limits<int64_t>::min());
}

TEST(RationalTest, FloorAndCeilingRoundOutwardBelowZero) {
  const Rational value(BigInt(-7), BigInt(2));
  EXPECT_EQ(value.Floor(), -4);
  EXPECT_EQ(value.Ceil(), -3);
  EXPECT_EQ(Rational(5).Floor(), 5);
  EXPECT_EQ(Rational(5).Ceil(), 5);
}

TEST(RationalTest, ToDoubleHoldsForLargeNumeratorsAndDenominators) {
  BigInt power = 1;
  for (int i = 0; i < 300; ++i) power *= 2;
  EXPECT_DOUBLE_EQ(Rational(BigInt(power * 3), power).ToDouble(), 3.0);
  EXPECT_DOUBLE_EQ(Rational(BigInt(-1), power).ToDouble(), -0x1p-300);
  EXPECT_EQ(Rational(0).ToDouble(), 0.0);
}

}  // namespace
}  // namespace dynarch::dataflow
