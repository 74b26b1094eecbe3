#include "sim/io/trace_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sim/wire/trace_wire.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::io {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

constexpr char kHead[] =
    "# format: dynarch-trace 1\n"
    "# exits: early, last\n"
    "sample,split,dtype,label,"
    "early_class,early_max_probability,early_entropy,early_margin,"
    "early_correct,"
    "last_class,last_max_probability,last_entropy,last_margin,last_correct\n";

std::string Trace(const std::string& rows) { return absl::StrCat(kHead, rows); }

constexpr char kRow[] = "7,select,fp32,3,3,0.75,0.5,0.5,1,2,0.625,0.25,0.5,0\n";

TEST(TraceCsvTest, ReadsSlicesInOrderOfFirstAppearance) {
  ASSERT_OK_AND_ASSIGN(
      const behavior::Trace trace,
      ReadTraceCsv(
          Trace("7,select,fp32,3,3,0.75,0.5,0.5,1,2,0.625,0.25,0.5,0\n"
                "9,report,fp32,1,1,1,0,1,1,1,1e-1,2.3,0.05,1\n"
                "8,select,fp32,4,0,0.5,1,0,0,4,1,0,1,1\n"
                "7,select,int8,3,3,0.75,0.5,0.5,1,3,0.625,0.25,0.5,1\n"),
          "t.csv"));
  EXPECT_THAT(trace.exits, ElementsAre("early", "last"));
  EXPECT_EQ(trace.weights_sha256, "");
  ASSERT_EQ(trace.slices.size(), 3u);
  const behavior::TraceSlice& select = trace.slices[0];
  EXPECT_EQ(select.split, "select");
  EXPECT_EQ(select.dtype, graph::DataType::kFp32);
  EXPECT_THAT(select.samples, ElementsAre(7, 8));
  ASSERT_EQ(select.records.size(), 4u);  // 2 samples x 2 exits
  EXPECT_EQ(select.records[0].predicted, 3);
  EXPECT_EQ(select.records[0].max_probability, 0.75);
  EXPECT_TRUE(select.records[0].correct);
  EXPECT_EQ(select.records[1].entropy, 0.25);
  EXPECT_FALSE(select.records[1].correct);
  EXPECT_EQ(select.records[3].predicted, 4);
  EXPECT_EQ(trace.slices[1].split, "report");
  EXPECT_EQ(trace.slices[1].records[1].max_probability, 0.1);
  EXPECT_EQ(trace.slices[2].dtype, graph::DataType::kInt8);
}

TEST(TraceCsvTest, QuotesLineEndsAndByteOrderMarkDoNotMatter) {
  ASSERT_OK_AND_ASSIGN(const behavior::Trace plain,
                       ReadTraceCsv(Trace(kRow), "t.csv"));
  const std::string dressed = absl::StrCat(
      "\xEF\xBB\xBF",
      absl::StrReplaceAll(Trace(kRow),
                          {{"\n", "\r\n"}, {",select,", ",\"select\","}}));
  ASSERT_OK_AND_ASSIGN(const behavior::Trace read,
                       ReadTraceCsv(dressed, "t.csv"));
  EXPECT_EQ(wire::EncodeTrace(read), wire::EncodeTrace(plain));
}

TEST(TraceCsvTest, TheLastLineNeedsNoEnd) {
  EXPECT_OK(ReadTraceCsv(
      Trace("7,select,fp32,3,3,0.75,0.5,0.5,1,2,0.625,0.25,0.5,0"), "t.csv"));
}

// 500 samples per split, two types, three exits: client/python/digits_data.py.
TEST(TraceCsvTest, TheExampleHasFourSlices) {
  ASSERT_OK_AND_ASSIGN(
      const behavior::Trace trace,
      ReadTraceFile(DYNARCH_SOURCE_DIR "/client/examples/digits.csv"));
  EXPECT_THAT(trace.exits, ElementsAre("exit1", "exit2", "exit3"));
  EXPECT_EQ(trace.weights_sha256.size(), 64u);
  ASSERT_EQ(trace.slices.size(), 4u);
  for (const behavior::TraceSlice& slice : trace.slices) {
    EXPECT_EQ(slice.samples.size(), 500u);
    EXPECT_EQ(slice.records.size(), 1500u);
  }
}

struct BadCase {
  std::string name;
  std::string text;
  std::string message;
};
void PrintTo(const BadCase& bad, std::ostream* out) { *out << bad.name; }

class BadTraceTest : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadTraceTest, IsRefusedWithLineAndColumn) {
  EXPECT_THAT(ReadTraceCsv(GetParam().text, "t.csv"),
              StatusIs(kInvalid, GetParam().message));
}

// The good trace with one part replaced.
std::string With(const std::string& from, const std::string& to) {
  return absl::StrReplaceAll(Trace(kRow), {{from, to}});
}

INSTANTIATE_TEST_SUITE_P(
    Csv, BadTraceTest,
    ::testing::ValuesIn(std::vector<BadCase>{
        {"empty", "",
         "t.csv:1:1: is empty; a trace begins with '# format: dynarch-trace "
         "1'"},
        {"no_format", "sample,split\n",
         "t.csv:1:1: no line '# format: dynarch-trace 1' before the columns"},
        {"other_format", With("trace 1", "trace 2"),
         "t.csv:1:1: format: got 'dynarch-trace 2'; allowed: dynarch-trace 1"},
        {"outcomes", With("# exits", "# kind: outcomes\n# exits"),
         "t.csv:2:1: kind: got 'outcomes'; allowed: signals"},
        {"bad_weights", With("# exits", "# weights: 12AB\n# exits"),
         "t.csv:2:1: weights: got '12AB'; 64 lower-case hexadecimal digits of "
         "a SHA-256 are needed"},
        {"only_comments", "# format: dynarch-trace 1\n",
         "t.csv:2:1: no line of column names"},
        {"no_rows", Trace(""),
         "t.csv:4:1: no sample; at least one row is needed"},
        {"misspelt_column", With("dtype", "type"),
         "t.csv:3:14: got column 'type'; 'dtype' must stand here"},
        {"missing_column", With("last_margin,", ""),
         "t.csv:3:146: got column 'last_correct'; 'last_margin' must stand "
         "here"},
        {"missing_last_column", With(",last_correct", ""),
         "t.csv:3:157: column 'last_correct' is missing"},
        {"extra_column", With("last_correct", "last_correct,more"),
         "t.csv:3:171: got column 'more'; 'EXIT_class' must stand here"},
        {"no_exit",
         "# format: dynarch-trace 1\nsample,split,dtype,label\n1,s,fp32,1\n",
         "t.csv:2:25: column 'EXIT_class' is missing"},
        {"exit_twice", With("last_class", "early_class"),
         "t.csv:3:101: column 'early_class' is there twice"},
        {"exits_differ", With("# exits: early, last", "# exits: early, late"),
         "t.csv:3:1: the columns are of exits early, last; '# exits' in line 2 "
         "says early, late"},
        {"short_row", With(",0.5,0\n", ",0.5\n"),
         "t.csv:4:50: got 13 fields; the columns are 14"},
        {"long_row", With(",0.5,0\n", ",0.5,0,0\n"),
         "t.csv:4:54: got 15 fields; the columns are 14"},
        {"blank_row", With("7,select", "\n7,select"),
         "t.csv:4:1: got 1 fields; the columns are 14"},
        {"word_for_sample", With("7,select", "x7,select"),
         "t.csv:4:1: sample: got 'x7'; allowed: a whole number, 0 or more"},
        {"no_split", With("7,select", "7,"),
         "t.csv:4:3: split: got ''; allowed: a split needs a name"},
        {"unknown_type", With(",fp32,", ",fp64,"),
         "t.csv:4:10: dtype: got 'fp64'; allowed: fp32, fp16, int8"},
        {"malformed_number", With(",0.75,", ",0.7.5,"),
         "t.csv:4:19: early_max_probability: got '0.7.5'; allowed: a number "
         "from 0 to 1"},
        {"nan", With(",0.75,", ",nan,"),
         "t.csv:4:19: early_max_probability: got 'nan'; allowed: a number "
         "from 0 to 1"},
        {"probability_above_one", With(",0.75,", ",1.01,"),
         "t.csv:4:19: early_max_probability: got '1.01'; allowed: a number "
         "from 0 to 1"},
        {"negative_entropy", With(",0.25,", ",-0.25,"),
         "t.csv:4:42: last_entropy: got '-0.25'; allowed: a number, 0 or more"},
        {"infinite_entropy", With(",0.25,", ",inf,"),
         "t.csv:4:42: last_entropy: got 'inf'; allowed: a number, 0 or more"},
        {"correct_is_no_flag", With(",0.5,0\n", ",0.5,yes\n"),
         "t.csv:4:51: last_correct: got 'yes'; allowed: 0, 1"},
        {"correct_contradicts_the_class", With(",0.5,0\n", ",0.5,1\n"),
         "t.csv:4:51: last_correct: got '1'; allowed: 0, for the class is 2 "
         "and the label 3"},
        {"sample_twice", Trace(absl::StrCat(kRow, kRow)),
         "t.csv:5:1: sample 7 is there twice in split 'select' of fp32"},
        {"type_promised", With("# exits", "# dtypes: fp32, int8\n# exits"),
         "t.csv:2:1: dtypes: names 'int8', of which no row is there"},
        {"open_quote", With("7,select", "7,\"select"),
         "t.csv:4:3: a quote that is never closed"},
        {"quote_inside", With("7,select", "7,sel\"ect"),
         "t.csv:4:6: a quote inside a field that is not quoted"},
        {"text_after_quote", With("7,select", "7,\"sel\"ect"),
         "t.csv:4:8: text after a closing quote"},
    }),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace dynarch::io
