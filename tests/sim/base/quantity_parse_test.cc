#include "sim/base/quantity_parse.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <ostream>
#include <string>

#include "sim/base/random.h"
#include "tests/testing/status_matchers.h"

namespace dynarch {
namespace {

using ::dynarch::testing::IsOkAndHolds;
using ::dynarch::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct ReadCase {
  std::string text;
  Dimension dimension;
  int64_t want;
};
void PrintTo(const ReadCase& c, std::ostream* out) { *out << c.text; }
class ParseQuantityTest : public ::testing::TestWithParam<ReadCase> {};
TEST_P(ParseQuantityTest, IsTheExactNumberOfBaseUnits) {
  EXPECT_THAT(ParseQuantity(GetParam().text, GetParam().dimension),
              IsOkAndHolds(GetParam().want));
}
INSTANTIATE_TEST_SUITE_P(
    Texts, ParseQuantityTest,
    ::testing::ValuesIn<ReadCase>({
        {"33 ms", Dimension::kTime, 33'000'000'000},  // 33e-3 s / 1e-12 s
        {"33ms", Dimension::kTime, 33'000'000'000},
        {"  0.1 us  ", Dimension::kTime, 100'000},
        {"1.5 \xC2\xB5s", Dimension::kTime, 1'500'000},  // U+00B5
        {"1.5 \xCE\xBCs", Dimension::kTime, 1'500'000},  // U+03BC
        {"2000 fs", Dimension::kTime, 2},
        {"2 min", Dimension::kTime, 120'000'000'000'000},
        {"1 h", Dimension::kTime, 3'600'000'000'000'000},
        {"0 s", Dimension::kTime, 0},
        {"1.3 GHz", Dimension::kFrequency, 1'300'000'000},
        {"114.75 MHz", Dimension::kFrequency, 114'750'000},
        {"512 KiB", Dimension::kSize, 524'288},  // 512 x 1024
        {"512 kB", Dimension::kSize, 512'000},
        {"0.5 KiB", Dimension::kSize, 512},
        {"8 GiB", Dimension::kSize, 8'589'934'592},  // 2^33
        {"25.6 GB/s", Dimension::kBandwidth, 25'600'000'000},
        {"1 Gbit/s", Dimension::kBandwidth, 125'000'000},  // 10^9 / 8
        {"15 W", Dimension::kPower, 15'000'000'000},
        {"1.1 mW", Dimension::kPower, 1'100'000},
        {"2 mJ", Dimension::kEnergy, 2'000'000'000'000},
        {"1.5 pJ/op", Dimension::kEnergyPerOp, 1'500'000},
        {"3 pJ/MAC", Dimension::kEnergyPerOp, 1'500'000},  // 1 MAC = 2 op
        {"12 pJ/B", Dimension::kEnergyPerByte, 12'000'000},
        {"0.25 fJ/B", Dimension::kEnergyPerByte, 250},
        {"4 pJ/bit", Dimension::kEnergyPerByte, 32'000'000},
        {"0.9 V", Dimension::kVoltage, 900'000},
        {"1.2 mm2", Dimension::kArea, 1'200'000},
        {"1.2 mm^2", Dimension::kArea, 1'200'000},
        {"7 \xC2\xB5m\xC2\xB2", Dimension::kArea, 7},
        {"2 Gop/s", Dimension::kOpsPerSecond, 2'000'000'000},
    }));

TEST(ParseQuantityErrorTest, MissingUnitNamesTheAllowedOnes) {
  EXPECT_THAT(
      ParseQuantity("33", Dimension::kTime),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("'33' has no unit"), HasSubstr("time"),
                     HasSubstr("ps, ns, us, ms, s"), HasSubstr("'33 ms'"))));
}

TEST(ParseQuantityErrorTest, WrongUnitNamesBothDimensions) {
  EXPECT_THAT(ParseQuantity("33 GB/s", Dimension::kTime),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("GB/s is a unit of bandwidth"),
                             HasSubstr("time is needed"), HasSubstr("ms"))));
}

TEST(ParseQuantityErrorTest, UnknownUnitNamesTheNearest) {
  EXPECT_THAT(ParseQuantity("512 kiB", Dimension::kSize),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("unknown unit 'kiB'"),
                             HasSubstr("did you mean 'KiB'?"))));
}

TEST(ParseQuantityErrorTest, NoNumber) {
  for (const std::string text : {"", "ms", "fast", "- 3 ms"}) {
    EXPECT_THAT(
        ParseQuantity(text, Dimension::kTime),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is no time")))
        << text;
  }
}

TEST(ParseQuantityErrorTest, NegativeIsRefused) {
  EXPECT_THAT(ParseQuantity("-512 KiB", Dimension::kSize),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("'-512 KiB' is negative; size is 0 or more")));
}

TEST(ParseQuantityErrorTest, FinerThanTheBaseUnitIsRefused) {
  EXPECT_THAT(ParseQuantity("0.5 ps", Dimension::kTime),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("finer than the smallest time, 1 ps")));
  EXPECT_THAT(ParseQuantity("0.3 KiB", Dimension::kSize),  // 307.2 B
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ParseQuantityErrorTest, TooLargeIsOutOfRange) {
  EXPECT_THAT(ParseQuantity("1e9 s", Dimension::kTime),  // 10^21 ps
              StatusIs(absl::StatusCode::kOutOfRange,
                       HasSubstr("time is at most 9223372.036854775807 s")));
}

TEST(ParseRatioTest, TakesPercentAndPlain) {
  EXPECT_THAT(ParseRatio("0.1 %"), IsOkAndHolds(*Decimal::Parse("0.001")));
  EXPECT_THAT(ParseRatio("25%"), IsOkAndHolds(*Decimal::Parse("0.25")));
  EXPECT_THAT(ParseRatio("0.001"), IsOkAndHolds(*Decimal::Parse("0.001")));
  EXPECT_THAT(ParseRatio("1 ms"), Not(::dynarch::testing::IsOk()));
  EXPECT_THAT(ParseRatio("%"), Not(::dynarch::testing::IsOk()));
}

struct PrintCase {
  int64_t value;
  Dimension dimension;
  std::string want;
};
void PrintTo(const PrintCase& c, std::ostream* out) { *out << c.want; }
class FormatQuantityTest : public ::testing::TestWithParam<PrintCase> {};
TEST_P(FormatQuantityTest, IsReadable) {
  EXPECT_EQ(FormatQuantity(GetParam().value, GetParam().dimension),
            GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    Values, FormatQuantityTest,
    ::testing::ValuesIn<PrintCase>({
        {33'000'000'000, Dimension::kTime, "33 ms"},
        {100'000'000'000, Dimension::kTime, "100 ms"},
        {1'500'000, Dimension::kTime, "1.5 us"},
        {1, Dimension::kTime, "1 ps"},
        {0, Dimension::kTime, "0 s"},
        {-33'000'000'000, Dimension::kTime, "-33 ms"},
        {3'600'000'000'000'000, Dimension::kTime, "3600 s"},
        {524'288, Dimension::kSize, "512 KiB"},
        {512'000, Dimension::kSize, "512 kB"},
        {1'572'864, Dimension::kSize, "1.5 MiB"},
        {1'000, Dimension::kSize, "1 kB"},
        {25'600'000'000, Dimension::kBandwidth, "25.6 GB/s"},
        {1'500'000, Dimension::kEnergyPerOp, "1.5 pJ/op"},
        {250, Dimension::kEnergyPerByte, "250 aJ/B"},
        {900'000, Dimension::kVoltage, "900 mV"},
        {1'200'000, Dimension::kArea, "1.2 mm2"},
    }));

TEST(FormatQuantityTest, ReadsBackToTheSameInteger) {
  RandomStream random({.seed = 3});
  for (int d = 0; d <= static_cast<int>(Dimension::kOpsPerSecond); ++d) {
    const auto dimension = static_cast<Dimension>(d);
    for (int i = 0; i < 500; ++i) {
      const int64_t value = static_cast<int64_t>(random.Next64() >>
                                                 (1 + random.UniformBelow(63)));
      EXPECT_THAT(ParseQuantity(FormatQuantity(value, dimension), dimension),
                  IsOkAndHolds(value));
    }
    const int64_t largest = std::numeric_limits<int64_t>::max();
    EXPECT_THAT(ParseQuantity(FormatQuantity(largest, dimension), dimension),
                IsOkAndHolds(largest));
  }
}

TEST(UnitTableTest, EveryUnitIsFoundUnderItsOwnText) {
  for (const UnitName& unit : AllUnits()) {
    EXPECT_EQ(FindUnit(unit.text), &unit) << unit.text;
    EXPECT_GT(unit.factor, 0);
  }
  EXPECT_EQ(FindUnit("parsec"), nullptr);
}

TEST(UnitTableTest, DimensionNamesAreInTheOrderOfTheirEnum) {
  // The table is indexed by the enum: a unit's name must fit its dimension.
  EXPECT_EQ(DimensionName(Dimension::kTime), "time");
  EXPECT_EQ(DimensionName(Dimension::kEnergyPerByte), "energy per byte");
  EXPECT_EQ(DimensionName(Dimension::kOpsPerSecond), "operations per second");
  EXPECT_EQ(BaseUnitExponent(Dimension::kTime), -12);
  EXPECT_EQ(BaseUnitExponent(Dimension::kPower), -9);
}

}  // namespace
}  // namespace dynarch
