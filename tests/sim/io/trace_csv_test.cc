#include "sim/io/trace_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::io {
namespace {

using ::dynarch::testing::StatusIs;
using graph::Signal;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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
  EXPECT_THAT(select.predicted, ElementsAre(3, 2, 0, 4));
  EXPECT_THAT(select.signal(Signal::kMaxProbability),
              ElementsAre(0.75, 0.625, 0.5, 1));
  EXPECT_THAT(select.signal(Signal::kEntropy), ElementsAre(0.5, 0.25, 1, 0));
  EXPECT_THAT(select.correct, ElementsAre(1, 0, 0, 1));
  EXPECT_THAT(select.signal(Signal::kScore), IsEmpty());
  EXPECT_EQ(trace.slices[1].split, "report");
  EXPECT_EQ(trace.slices[1].signal(Signal::kMaxProbability)[1], 0.1);
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
  ASSERT_EQ(read.slices.size(), 1u);
  EXPECT_EQ(read.slices[0].split, plain.slices[0].split);
  EXPECT_EQ(read.slices[0].samples, plain.slices[0].samples);
  EXPECT_EQ(read.slices[0].signals, plain.slices[0].signals);
  EXPECT_EQ(read.slices[0].predicted, plain.slices[0].predicted);
  EXPECT_EQ(read.slices[0].correct, plain.slices[0].correct);
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
    EXPECT_EQ(slice.correct.size(), 1500u);
  }
}

// A network with a gate, a router, a width and experts.
graph::Network Deciding() {
  using graph::Decision;
  testing::NetworkBuilder net("deciding");
  net.Input("x", {8});
  Decision gate, router, width, moe;
  gate.name = "gate";
  gate.kind = Decision::Kind::kSkip;
  router.name = "router";
  router.kind = Decision::Kind::kBranch;
  router.options = {"easy", "hard"};
  width.name = "width";
  width.kind = Decision::Kind::kWidth;
  width.values = {*Decimal::Parse("0.5"), Decimal::FromInt(1)};
  moe.name = "moe";
  moe.kind = Decision::Kind::kExperts;
  moe.experts = 2;
  moe.top_k = 1;
  moe.of = graph::OutcomeExpression::Constant(6);
  net.Decide(gate).Decide(router).Decide(width).Decide(moe);
  net.Add("a", graph::Linear{8}, {"x"}).When("gate");
  net.Add("b", graph::Linear{8}, {"x"}).When("router == hard");
  net.Add("c", graph::Linear{8}, {"x"}).When("moe.e0 > 0 and width == 1");
  net.Add("sum", graph::Elementwise{graph::Elementwise::Kind::kAdd},
          {"x", "a", "b", "c"});
  net.Add("fc", graph::Linear{4}, {"sum"}).Output("fc");
  return *graph::Network::Create(net.parts());
}

TEST(TraceCsvTest, DecisionsAreReadInTheWordsOfTheNetwork) {
  const graph::Network network = Deciding();
  ASSERT_OK_AND_ASSIGN(
      const behavior::Trace trace,
      ReadTraceCsv("# format: dynarch-trace 1\n"
                   "# setting:decisions.gate.threshold: 0.50\n"
                   "sample,split,dtype,width,gate,router,moe_e0,moe_e1,"
                   "setting:decisions.router.threshold\n"
                   "1,select,fp32,1.0,execute,hard,5,1,0.9\n"
                   "2,select,fp32,0.5,0,easy,,,0.90\n"
                   "1,select,fp32,0.5,1,easy,6,0,\n",
                   "t.csv", &network));
  EXPECT_THAT(trace.exits, ElementsAre("output"));
  EXPECT_THAT(trace.decisions,
              ElementsAre(behavior::TracedDecision{"width", 1},
                          behavior::TracedDecision{"gate", 1},
                          behavior::TracedDecision{"router", 1},
                          behavior::TracedDecision{"moe", 3}));
  ASSERT_EQ(trace.slices.size(), 2u);
  EXPECT_THAT(
      trace.slices[0].settings,
      ElementsAre(behavior::Setting{"decisions.gate.threshold", "0.5"},
                  behavior::Setting{"decisions.router.threshold", "0.9"}));
  // No dropped tokens are written: there are none.
  EXPECT_THAT(trace.slices[0].outcomes.Row(0), ElementsAre(1, 1, 1, 5, 1, 0));
  EXPECT_THAT(trace.slices[0].outcomes.Row(1),
              ElementsAre(0, 0, 0, -1, -1, -1));
  EXPECT_THAT(trace.slices[1].outcomes.Row(0), ElementsAre(0, 1, 0, 6, 0, 0));
  EXPECT_THAT(ReadTraceCsv("# format: dynarch-trace 1\n"
                           "sample,split,dtype,router\n1,select,fp32,herd\n",
                           "t.csv", &network),
              StatusIs(kInvalid,
                       HasSubstr("t.csv:3:15: router: got 'herd', which is no "
                                 "outcome of decision 'router'; allowed: easy, "
                                 "hard; did you mean 'hard'?")));
}

TEST(TraceCsvTest, OutcomesHoldTheExitTaken) {
  ASSERT_OK_AND_ASSIGN(
      const behavior::Trace trace,
      ReadTraceCsv("# format: dynarch-trace 1\n# kind: outcomes\n"
                   "# exits: early, last\n"
                   "sample,split,dtype,exit,correct\n"
                   "1,select,fp32,last,1\n2,select,fp32,early,0\n",
                   "t.csv"));
  EXPECT_EQ(trace.kind, behavior::Trace::Kind::kOutcomes);
  EXPECT_THAT(trace.slices[0].taken, ElementsAre(1, 0));
  EXPECT_THAT(trace.slices[0].correct, ElementsAre(1, 0));
}

TEST(TraceCsvTest, CorrectnessFollowsFromClassAndLabel) {
  ASSERT_OK_AND_ASSIGN(
      const behavior::Trace trace,
      ReadTraceCsv("# format: dynarch-trace 1\n# signals: margin\n"
                   "sample,split,dtype,label,a_class,a_margin\n"
                   "1,select,fp32,3,3,0.5\n2,select,fp32,3,2,0.25\n",
                   "t.csv"));
  EXPECT_THAT(trace.slices[0].correct, ElementsAre(1, 0));
  EXPECT_THAT(trace.slices[0].signal(Signal::kMargin), ElementsAre(0.5, 0.25));
}

TEST(TraceCsvTest, WithoutCorrectnessThereIsNone) {
  ASSERT_OK_AND_ASSIGN(const behavior::Trace trace,
                       ReadTraceCsv("# format: dynarch-trace 1\n"
                                    "sample,split,dtype,a_score,b_score\n"
                                    "1,select,fp32,-3.5,1e9\n",
                                    "t.csv"));
  EXPECT_THAT(trace.slices[0].correct, IsEmpty());
  EXPECT_THAT(trace.slices[0].signal(Signal::kScore), ElementsAre(-3.5, 1e9));
}

// Tables as other people publish them.
TEST(TraceCsvTest, APlainTableTakesExitsByPosition) {
  testing::NetworkBuilder net("two");
  net.Input("x", {4});
  net.Add("a", graph::Softmax{}, {"x"}).Add("b", graph::Softmax{}, {"a"});
  net.Exit("early", "a").Exit("late", "b");
  const auto network = *graph::Network::Create(net.parts());
  for (const char* head :
       {"sample,entropy_layer1,entropy_layer2\n",
        "sample,layer1_entropy,layer2_entropy\n",
        "sample,early_entropy,late_entropy\n", "sample,entropy1,entropy2\n"}) {
    ASSERT_OK_AND_ASSIGN(
        const behavior::Trace trace,
        ReadTraceCsv(absl::StrCat(head, "4,0.5,0.25\n"), "t.csv", &network));
    EXPECT_THAT(trace.exits, ElementsAre("early", "late")) << head;
    EXPECT_THAT(trace.slices[0].signal(Signal::kEntropy),
                ElementsAre(0.5, 0.25));
    EXPECT_EQ(trace.slices[0].split, "select");
    EXPECT_THAT(trace.slices[0].samples, ElementsAre(4));
  }
  ASSERT_OK_AND_ASSIGN(
      const behavior::Trace outcomes,
      ReadTraceCsv("exit,correct\n1,1\nlate,0\n2,1\n", "t.csv", &network));
  EXPECT_THAT(outcomes.slices[0].taken, ElementsAre(0, 1, 1));
  EXPECT_THAT(outcomes.slices[0].samples, ElementsAre(0, 1, 2));
  EXPECT_THAT(
      ReadTraceCsv("exit\n3\n", "t.csv", &network),
      StatusIs(kInvalid, HasSubstr("t.csv:2:1: exit: got '3'; allowed: early, "
                                   "late, or a number from 1 to 2")));
  EXPECT_THAT(
      ReadTraceCsv("entropy1\n0.5\n", "t.csv", &network),
      StatusIs(kInvalid, HasSubstr("got columns for 1 exits; network 'two' has "
                                   "2: early, late")));
  EXPECT_THAT(ReadTraceCsv("entropy1,entropy2,margin1\n", "t.csv", &network),
              StatusIs(kInvalid, HasSubstr("every exit has one of each")));
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
              StatusIs(kInvalid, HasSubstr(GetParam().message)));
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
         "1', or with a line of column names"},
        {"no_signal", "sample,split\n",
         "t.csv:1:13: column 'exit' or 'SIGNAL_EXIT' is missing"},
        {"other_format", With("trace 1", "trace 2"),
         "t.csv:1:1: format: got 'dynarch-trace 2'; allowed: dynarch-trace 1"},
        {"outcomes", With("# exits", "# kind: outcomes\n# exits"),
         "t.csv:4:1: a trace of outcomes holds the exit taken and no column "
         "per exit"},
        {"unknown_kind", With("# exits", "# kind: signal\n# exits"),
         "t.csv:2:1: kind: got 'signal'; allowed: signals, outcomes"},
        {"signals_promised", With("# exits", "# signals: score\n# exits"),
         "t.csv:2:1: signals: got 'score'; the columns are of entropy, margin, "
         "max_probability"},
        {"decisions_promised", With("# exits", "# decisions: gate\n# exits"),
         "t.csv:2:1: decisions: the columns are of none"},
        {"bad_weights", With("# exits", "# weights: 12AB\n# exits"),
         "t.csv:2:1: weights: got '12AB'; 64 lower-case hexadecimal digits of "
         "a SHA-256 are needed"},
        {"only_comments", "# format: dynarch-trace 1\n",
         "t.csv:2:1: no line of column names"},
        {"no_rows", Trace(""),
         "t.csv:4:1: no sample; at least one row is needed"},
        {"misspelt_column", With("dtype", "type"),
         "t.csv:3:169: column 'dtype' is missing"},
        {"missing_column", With("last_margin,", ""),
         "t.csv:3:158: column 'last_margin' is missing"},
        {"missing_last_column", With(",last_correct", ""),
         "t.csv:3:157: column 'last_correct' is missing"},
        {"extra_column", With("last_correct", "last_correct,more things"),
         "t.csv:3:171: column 'more things' is unknown; a column is sample, "
         "split, dtype, label, exit, correct, setting:PATH, a decision, or "
         "EXIT_SIGNAL of class, max_probability, entropy, margin, score, "
         "correct"},
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
