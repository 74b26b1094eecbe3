#include "sim/io/error_bands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "sim/io/file.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::io {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kHeading[] = "model,element_class,dtype,points,p10,p90\n";

std::string Written(const std::string& text) {
  const std::string path = ::testing::TempDir() + "/error_bands.csv";
  EXPECT_OK(WriteFile(path, text));
  return path;
}

TEST(ErrorBandsTest, NoFileHasNone) {
  const std::string path = ::testing::TempDir() + "/no_such_bands.csv";
  std::filesystem::remove(path);
  ASSERT_OK_AND_ASSIGN(const auto bands, ReadErrorBands(path));
  EXPECT_THAT(bands, IsEmpty());
  EXPECT_EQ(BandText(bands, "mcu@1", "mcu", "int8"), "unvalidated");
}

TEST(ErrorBandsTest, ABandNeedsEightPoints) {
  ASSERT_OK_AND_ASSIGN(
      const auto bands,
      ReadErrorBands(Written(absl::StrCat(
          kHeading,
          "mcu@1,mcu,int8,23,0.91,1.128\nmcu@1,mcu,fp32,7,0.9,1.1\n"
          "cpu@2,cpu,fp32,8,1,1\n"))));
  EXPECT_EQ(BandText(bands, "mcu@1", "mcu", "int8"),
            "0.91 to 1.13 (23 points)");
  EXPECT_EQ(BandText(bands, "mcu@1", "mcu", "fp32"), "unvalidated");
  EXPECT_EQ(BandText(bands, "cpu@2", "cpu", "fp32"), "1.00 to 1.00 (8 points)");
}

// Of another version, class or type: nothing is known.
TEST(ErrorBandsTest, ABandIsOfOneVersionClassAndType) {
  ASSERT_OK_AND_ASSIGN(const auto bands,
                       ReadErrorBands(Written(absl::StrCat(
                           kHeading, "mcu@1,mcu,int8,23,0.91,1.13\n"))));
  EXPECT_EQ(BandText(bands, "mcu@2", "mcu", "int8"), "unvalidated");
  EXPECT_EQ(BandText(bands, "mcu@1", "cpu", "int8"), "unvalidated");
  EXPECT_EQ(BandText(bands, "mcu@1", "mcu", "fp16"), "unvalidated");
}

struct Case {
  std::string name;
  std::string text;
  std::string message;
};
class BadTableTest : public ::testing::TestWithParam<Case> {};

TEST_P(BadTableTest, IsRefusedAtItsLine) {
  const auto bands = ReadErrorBands(Written(GetParam().text));
  EXPECT_EQ(bands.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(bands.status().message()),
              HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadTableTest,
    ::testing::ValuesIn<Case>({
        {"columns", "model,dtype\n", "csv:1:1: the columns are 'model,dtype'"},
        {"fields", absl::StrCat(kHeading, "mcu@1,mcu,int8\n"),
         "csv:2:15: got 3 fields"},
        {"points", absl::StrCat(kHeading, "mcu@1,mcu,int8,many,1,1\n"),
         "csv:2:16: points: got 'many'"},
        {"percentile", absl::StrCat(kHeading, "mcu@1,mcu,int8,9,x,1\n"),
         "p10 and p90: got 'x' and '1'"},
        {"order", absl::StrCat(kHeading, "mcu@1,mcu,int8,9,1.2,1.1\n"),
         "must be 0 < p10 <= p90"},
        {"zero", absl::StrCat(kHeading, "mcu@1,mcu,int8,9,0,1\n"),
         "must be 0 < p10 <= p90"},
        {"twice",
         absl::StrCat(kHeading, "mcu@1,mcu,int8,9,1,1\nmcu@1,mcu,int8,9,1,1\n"),
         "csv:3:1: mcu@1, mcu, int8: is given twice"},
    }),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace dynarch::io
