#include "sim/base/decimal.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <ostream>
#include <string>

#include "sim/base/random.h"
#include "tests/testing/status_matchers.h"

namespace dynarch {
namespace {

using ::dynarch::testing::IsOkAndHolds;
using ::dynarch::testing::StatusIs;

Decimal D(const std::string& text) {
  const auto decimal = Decimal::Parse(text);
  EXPECT_OK(decimal) << text;
  return decimal.value_or(Decimal());
}

struct ParseCase {
  std::string text;
  int64_t mantissa;
  int exponent;
};
void PrintTo(const ParseCase& c, std::ostream* out) { *out << c.text; }
class DecimalParseTest : public ::testing::TestWithParam<ParseCase> {};
TEST_P(DecimalParseTest, IsNormalised) {
  const Decimal decimal = D(GetParam().text);
  EXPECT_EQ(decimal.mantissa(), GetParam().mantissa);
  EXPECT_EQ(decimal.exponent(), GetParam().exponent);
}
INSTANTIATE_TEST_SUITE_P(Texts, DecimalParseTest,
                         ::testing::ValuesIn<ParseCase>({
                             {"0", 0, 0},
                             {"-0.000", 0, 0},
                             {"0e300", 0, 0},
                             {"0.52", 52, -2},
                             {"-1e-3", -1, -3},
                             {"+7", 7, 0},
                             {"1200", 12, 2},
                             {"000.500", 5, -1},
                             {".5", 5, -1},
                             {"5.", 5, 0},
                             {"1.5E+3", 15, 2},
                             {"9223372036854775807", 9223372036854775807, 0},
                             {"-9223372036854775808",
                              std::numeric_limits<int64_t>::min(), 0},
                             {"1000000000000000000000000", 1, 24},
                         }));

TEST(DecimalTest, RefusesWhatIsNoNumber) {
  for (const std::string text :
       {"", " 1", "1 ", "abc", "nan", "inf", ".", "-", "1e", "1e+", "e5",
        "0x10", "1,5", "--1", "1.2.3", "1_000"}) {
    EXPECT_THAT(Decimal::Parse(text),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

TEST(DecimalTest, RefusesWhatDoesNotFit) {
  for (const std::string text : {"9223372036854775808", "1.2345678901234567891",
                                 "1e401", "1e-401", "1e99999999999"}) {
    EXPECT_THAT(Decimal::Parse(text), StatusIs(absl::StatusCode::kOutOfRange))
        << text;
  }
  EXPECT_THAT(Decimal::Of(10, 400), StatusIs(absl::StatusCode::kOutOfRange));
}

TEST(DecimalTest, AddsExactly) {
  EXPECT_THAT(D("0.1").Plus(D("0.2")), IsOkAndHolds(D("0.3")));
  EXPECT_THAT(D("5e3").Plus(D("-5000")), IsOkAndHolds(D("0")));
  EXPECT_THAT(D("1e18").Plus(D("1")), IsOkAndHolds(D("1000000000000000001")));
  EXPECT_THAT(D("0").Plus(D("7e300")), IsOkAndHolds(D("7e300")));
  EXPECT_THAT(D("7e300").Plus(D("0")), IsOkAndHolds(D("7e300")));
  // 20 digits: 10^19 + 1.
  EXPECT_THAT(D("1e19").Plus(D("1")), StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(D("1e30").Plus(D("1")), StatusIs(absl::StatusCode::kOutOfRange));
}

TEST(DecimalTest, SubtractsExactly) {
  EXPECT_THAT(D("0.52").Minus(D("0.5")), IsOkAndHolds(D("0.02")));
  EXPECT_THAT(D("0").Minus(D("-9223372036854775808")),
              StatusIs(absl::StatusCode::kOutOfRange));
}

TEST(DecimalTest, MultipliesExactly) {
  EXPECT_THAT(D("0.02").Times(int64_t{25}), IsOkAndHolds(D("0.5")));
  EXPECT_THAT(D("-1.5").Times(D("2e-3")), IsOkAndHolds(D("-0.003")));
  EXPECT_THAT(D("3037000501").Times(D("3037000501")),  // above 2^63
              StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(D("1e300").Times(D("1e300")),
              StatusIs(absl::StatusCode::kOutOfRange));
}

TEST(DecimalTest, StepsOfARangeEndExactlyOnItsEnd) {
  // 0.50 + 25 x 0.02 = 1.00; in doubles the sum of 25 steps is not 1.
  Decimal sum = D("0.50");
  double floating = 0.50;
  for (int i = 0; i < 25; ++i) {
    ASSERT_OK_AND_ASSIGN(sum, sum.Plus(D("0.02")));
    floating += 0.02;
  }
  EXPECT_EQ(sum, Decimal::FromInt(1));
  EXPECT_NE(floating, 1.0);
}

TEST(DecimalTest, ScalesToAWholeNumber) {
  EXPECT_THAT(D("33").ToScaledInt(9), IsOkAndHolds(33'000'000'000));
  EXPECT_THAT(D("0.5").ToScaledInt(1), IsOkAndHolds(5));
  EXPECT_THAT(D("0").ToScaledInt(-5), IsOkAndHolds(0));
  EXPECT_THAT(D("1200").ToScaledInt(-2), IsOkAndHolds(12));
  EXPECT_THAT(D("0.55").ToScaledInt(1),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(D("9.3").ToScaledInt(18),
              StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(D("1e50").ToScaledInt(0),
              StatusIs(absl::StatusCode::kOutOfRange));
}

TEST(DecimalTest, OrdersByValue) {
  // Every text is less than the next; the exponents are far apart.
  const std::string texts[] = {"-1e30", "-1000", "-999", "-1e-30",
                               "0",     "1e-30", "0.5",  "0.51",
                               "3",     "20",    "1e30"};
  for (size_t i = 0; i < std::size(texts); ++i) {
    for (size_t j = 0; j < std::size(texts); ++j) {
      EXPECT_EQ(D(texts[i]) <=> D(texts[j]), i <=> j)
          << texts[i] << " and " << texts[j];
    }
  }
  EXPECT_EQ(D("1.50"), D("15e-1"));
}

struct PrintCase {
  std::string text;
  std::string want;
};
void PrintTo(const PrintCase& c, std::ostream* out) { *out << c.text; }
class DecimalPrintTest : public ::testing::TestWithParam<PrintCase> {};
TEST_P(DecimalPrintTest, IsShortAndParsesBack) {
  const Decimal decimal = D(GetParam().text);
  EXPECT_EQ(decimal.ToString(), GetParam().want);
  EXPECT_EQ(D(decimal.ToString()), decimal);
}
INSTANTIATE_TEST_SUITE_P(Texts, DecimalPrintTest,
                         ::testing::ValuesIn<PrintCase>({
                             {"0", "0"},
                             {"0.520", "0.52"},
                             {"-12.50", "-12.5"},
                             {"-120", "-120"},
                             {"1000000", "1000000"},
                             {"10000000", "1e7"},
                             {"12000000000", "1.2e10"},
                             {"0.0000001", "0.0000001"},
                             {"1e-8", "1e-8"},
                             {"-1.25e-9", "-1.25e-9"},
                         }));

TEST(DecimalTest, BecomesTheNearestDouble) {
  EXPECT_EQ(D("0.1").ToDouble(), 0.1);
  EXPECT_EQ(D("-33e-3").ToDouble(), -0.033);
  EXPECT_EQ(D("1e-400").ToDouble(), 0.0);
  EXPECT_EQ(D("1e400").ToDouble(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(D("-1e400").ToDouble(), -std::numeric_limits<double>::infinity());
}

TEST(DecimalTest, RandomDecimalsAgreeWithStrtodAndRoundTrip) {
  RandomStream random({.seed = 11});
  for (int i = 0; i < 20'000; ++i) {
    const auto mantissa = static_cast<int64_t>(random.Next64());
    const int exponent = static_cast<int>(random.UniformBelow(600)) - 300;
    ASSERT_OK_AND_ASSIGN(const Decimal decimal,
                         Decimal::Of(mantissa, exponent));
    const std::string text = decimal.ToString();
    ASSERT_THAT(Decimal::Parse(text), IsOkAndHolds(decimal));
    ASSERT_EQ(decimal.ToDouble(), std::strtod(text.c_str(), nullptr)) << text;
  }
}

TEST(NumberPrefixLengthTest, StopsBeforeTheUnit) {
  EXPECT_EQ(NumberPrefixLength("0.52 ms"), 4u);
  EXPECT_EQ(NumberPrefixLength("33ms"), 2u);
  EXPECT_EQ(NumberPrefixLength("1e-3J"), 4u);
  EXPECT_EQ(NumberPrefixLength("5eV"), 1u);
  EXPECT_EQ(NumberPrefixLength("5e+"), 1u);
  EXPECT_EQ(NumberPrefixLength("-.5x"), 3u);
  EXPECT_EQ(NumberPrefixLength("ms"), 0u);
  EXPECT_EQ(NumberPrefixLength("."), 0u);
}

}  // namespace
}  // namespace dynarch
