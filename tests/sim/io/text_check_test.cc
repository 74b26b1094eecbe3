#include "sim/io/text_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "dynarch/v1/study.pb.h"
#include "sim/io/trace_csv.h"
#include "sim/io/yaml_reader.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::io {
namespace {

using ::dynarch::testing::StatusIs;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// The borders of RFC 3629's table: U+0080, U+0800, U+D7FF, U+E000, U+10000,
// U+10FFFF.
TEST(CheckTextTest, WellFormedTextPasses) {
  for (const char* text :
       {"", "plain\n", "\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF",
        "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_OK(CheckText(text, "f")) << text;
  }
}

// Lone continuation, overlong 1 to 3, surrogate, past the end, cut short, not
// a lead byte.
TEST(CheckTextTest, MalformedTextIsRefused) {
  for (const char* text :
       {"\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF", "\xED\xA0\x80",
        "\xF4\x90\x80\x80", "\xE2\x82", "\xC2", "\xC2z", "\xFF"}) {
    EXPECT_THAT(CheckText(text, "f"), StatusIs(kInvalid)) << text;
  }
}

TEST(CheckTextTest, ControlCharactersAreRefused) {
  EXPECT_OK(CheckText("a\tb\r\n", "f"));
  EXPECT_THAT(CheckText(std::string("a\0", 2), "f"),
              StatusIs(kInvalid,
                       "f:1:2: the control character 0x00 is not allowed in a "
                       "text"));
  EXPECT_THAT(CheckText("\x04", "f"), StatusIs(kInvalid));
  EXPECT_THAT(CheckText("\x7F", "f"), StatusIs(kInvalid));
  v1::StudySpec study;
  EXPECT_THAT(
      ReadYaml("only_if: [\"a\\0b\"]", "s.yaml", &study),
      StatusIs(kInvalid, "s.yaml:1:11: a NUL character is not allowed"));
}

TEST(CheckTextTest, SaysWhere) {
  // A two-byte character is one column.
  EXPECT_THAT(CheckText("a\n\xC2\xB5 \xFF", "f"),
              StatusIs(kInvalid,
                       "f:2:3: the byte 0xff is not UTF-8; save the file as "
                       "UTF-8"));
}

TEST(CheckTextTest, ReadersOfTextApplyIt) {
  v1::StudySpec study;
  EXPECT_THAT(ReadYaml("only_if: [\xFF]", "s.yaml", &study),
              StatusIs(kInvalid,
                       "s.yaml:1:11: the byte 0xff is not UTF-8; save the "
                       "file as UTF-8"));
  EXPECT_THAT(ReadTraceCsv("# \xC0", "t.csv"),
              StatusIs(kInvalid,
                       "t.csv:1:3: the byte 0xc0 is not UTF-8; save the file "
                       "as UTF-8"));
}

}  // namespace
}  // namespace dynarch::io
