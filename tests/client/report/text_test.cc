#include "client/report/text.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace dynarch::report {
namespace {

struct Case {
  std::string name;
  double value;
  std::string unit;
  std::string want;
};
class SiTextTest : public testing::TestWithParam<Case> {};
TEST_P(SiTextTest, HasThreeDigitsAndAPrefix) {
  EXPECT_EQ(SiText(GetParam().value, GetParam().unit), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Values, SiTextTest,
                         testing::ValuesIn<Case>({
                             {"milli", 0.00123, "J", "1.23 mJ"},
                             {"milli_seconds", 0.00456, "s", "4.56 ms"},
                             {"two_whole_digits", 0.0123, "J", "12.3 mJ"},
                             {"three_whole_digits", 0.123, "J", "123 mJ"},
                             {"one", 1, "s", "1.00 s"},
                             {"kilo", 25'600, "1/s", "25.6 k1/s"},
                             {"micro", 4.5e-6, "s", "4.50 us"},
                             // Three digits of 999.6 us are 1.00 ms.
                             {"rounds_into_the_next_prefix", 0.0009996, "s",
                              "1.00 ms"},
                             {"zero", 0, "J", "0 J"},
                             {"negative", -0.0025, "J", "-2.50 mJ"},
                             {"no_unit", 0.98125, "", "0.9812"},
                         }),
                         [](const auto& info) { return info.param.name; });

TEST(TextTest, AbsentIsADash) {
  EXPECT_EQ(SiText(std::nullopt, "s"), "-");
  EXPECT_EQ(PercentText(std::nullopt), "-");
  EXPECT_EQ(FactorText(std::nullopt), "-");
}

TEST(TextTest, PerCentAndFactorHaveTwoDecimals) {
  EXPECT_EQ(PercentText(0.9731), "97.31 %");
  EXPECT_EQ(FactorText(3.4567), "3.46x");
}

TEST(TextTest, CountsHaveCommasBetweenThousands) {
  EXPECT_EQ(CountText(0), "0");
  EXPECT_EQ(CountText(999), "999");
  EXPECT_EQ(CountText(1000), "1,000");
  EXPECT_EQ(CountText(1234567), "1,234,567");
  EXPECT_EQ(CountText(-1234), "-1,234");
}

TEST(TextTableTest, AlignsWordsLeftAndNumbersRight) {
  TextTable table({"name", "value", "note"});
  table.AddRow({"a", "1.23 mJ", ""});
  table.AddRow({"longer", "456 s", "x"});
  EXPECT_EQ(table.ToString(),
            "name    value    note\n"
            "a       1.23 mJ\n"
            "longer    456 s  x\n");
}

}  // namespace
}  // namespace dynarch::report
