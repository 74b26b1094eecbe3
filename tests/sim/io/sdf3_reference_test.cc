// Every published graph is read, written, read back equal and analysed; those
// with a known answer give it exactly. Only where DYNARCH_REFERENCE_DIR is set.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "sim/dataflow/liveness.h"
#include "sim/dataflow/repetition.h"
#include "sim/dataflow/sadf_analysis.h"
#include "sim/dataflow/throughput.h"
#include "sim/io/file.h"
#include "sim/io/sdf3_reader.h"
#include "sim/io/sdf3_writer.h"
#include "tests/sim/io/sdf3_equal.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::io {
namespace {

namespace fs = std::filesystem;
using dataflow::BigInt;
using dataflow::Graph;
using dataflow::ScenarioAwareGraph;

constexpr char kSkipped[] = "no reference data: DYNARCH_REFERENCE_DIR is empty";

fs::path Folder() { return fs::path(DYNARCH_REFERENCE_DIR) / "dataflow"; }

std::vector<std::string> Files() {
  std::vector<std::string> files;
  if (std::string(DYNARCH_REFERENCE_DIR).empty()) return {""};
  for (const char* kind : {"sdf3", "csdf", "sadf"}) {
    for (const auto& entry : fs::directory_iterator(Folder() / kind)) {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string NameOf(const ::testing::TestParamInfo<std::string>& info) {
  if (info.param.empty()) return "absent";
  return fs::path(info.param).parent_path().filename().string() + "_" +
         fs::path(info.param).stem().string();
}

class ReferenceTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam().empty()) GTEST_SKIP() << kSkipped;
    const auto read = ReadSdf3File(GetParam());
    ASSERT_OK(read);
    file_ = *read;
  }
  Sdf3File file_;
};

TEST_P(ReferenceTest, IsReadBackEqual) {
  std::visit(
      [](const auto& graph) {
        ASSERT_OK_AND_ASSIGN(const std::string text, WriteSdf3(graph));
        ASSERT_OK_AND_ASSIGN(const Sdf3File again, ReadSdf3(text, "again"));
        using G = std::decay_t<decltype(graph)>;
        EXPECT_TRUE(Difference(graph, std::get<G>(again.graph)).empty());
      },
      file_.graph);
}

TEST_P(ReferenceTest, IsConsistentLiveAndHasAThroughput) {
  if (const auto* graph = std::get_if<ScenarioAwareGraph>(&file_.graph)) {
    // Small spaces: that it runs; sim/dataflow tests the numbers.
    ASSERT_OK_AND_ASSIGN(
        const auto found,
        dataflow::AnalyseThroughput(
            *graph, {.max_states = 1 << 12, .simulated_firings = 20'000}));
    EXPECT_EQ(found.deadlock, "");
    EXPECT_EQ(found.processes.size(), graph->processes.size());
    for (const auto& process : found.processes) {
      EXPECT_GT(process.expected, 0) << process.name;
    }
    return;
  }
  const Graph& graph = std::get<Graph>(file_.graph);
  ASSERT_OK_AND_ASSIGN(const auto deadlock, dataflow::FindDeadlock(graph));
  EXPECT_FALSE(deadlock.has_value());
  ASSERT_OK_AND_ASSIGN(const auto together, dataflow::AnalyseThroughput(graph));
  ASSERT_OK_AND_ASSIGN(
      const auto apart,
      dataflow::AnalyseThroughput(graph, {.auto_concurrency = false}));
  ASSERT_TRUE(together.period.has_value() && apart.period.has_value());
  // One firing at a time is never faster.
  EXPECT_LE(*together.period, *apart.period);
}

INSTANTIATE_TEST_SUITE_P(Published, ReferenceTest, ::testing::ValuesIn(Files()),
                         NameOf);

// A line of known_answers.csv.
struct Answer {
  std::string graph;
  std::string type;
  int64_t actors = 0;
  int64_t channels = 0;
  int64_t repetition_sum = 0;
  std::string period;
  std::string period_one_at_a_time;
};

std::vector<Answer> Answers() {
  const auto text = ReadFile((Folder() / "known_answers.csv").string());
  EXPECT_OK(text);
  std::vector<Answer> answers;
  if (!text.ok()) return answers;
  const std::vector<std::string> lines =
      absl::StrSplit(*text, '\n', absl::SkipEmpty());
  for (size_t i = 1; i < lines.size(); ++i) {
    // Lines end in CRLF.
    const std::vector<std::string> cells =
        absl::StrSplit(absl::StripAsciiWhitespace(lines[i]), ',');
    Answer answer;
    EXPECT_EQ(cells.size(), 7u);
    answer.graph = cells.at(0);
    answer.type = cells.at(1);
    EXPECT_TRUE(absl::SimpleAtoi(cells.at(2), &answer.actors));
    EXPECT_TRUE(absl::SimpleAtoi(cells.at(3), &answer.channels));
    EXPECT_TRUE(absl::SimpleAtoi(cells.at(4), &answer.repetition_sum));
    answer.period = cells.at(5);
    answer.period_one_at_a_time = cells.at(6);
    answers.push_back(answer);
  }
  return answers;
}

TEST(KnownAnswerTest, EveryOneIsGivenExactly) {
  if (std::string(DYNARCH_REFERENCE_DIR).empty()) GTEST_SKIP() << kSkipped;
  const std::vector<Answer> answers = Answers();
  EXPECT_EQ(answers.size(), 12u);
  for (const Answer& answer : answers) {
    SCOPED_TRACE(answer.graph);
    const fs::path path = Folder() / (answer.type == "sdf" ? "sdf3" : "csdf") /
                          (answer.graph + ".xml");
    ASSERT_OK_AND_ASSIGN(const Sdf3File file, ReadSdf3File(path.string()));
    EXPECT_EQ(file.type, answer.type);
    const Graph& graph = std::get<Graph>(file.graph);
    EXPECT_EQ(static_cast<int64_t>(graph.actors.size()), answer.actors);
    EXPECT_EQ(static_cast<int64_t>(graph.channels.size()), answer.channels);
    ASSERT_OK_AND_ASSIGN(const auto cycles, dataflow::RepetitionVector(graph));
    BigInt sum = 0;
    for (const BigInt& count : cycles) sum += count;
    EXPECT_EQ(sum, BigInt(answer.repetition_sum));
    ASSERT_OK_AND_ASSIGN(const auto together,
                         dataflow::AnalyseThroughput(graph));
    EXPECT_EQ(together.period->ToString(), answer.period);
    ASSERT_OK_AND_ASSIGN(
        const auto apart,
        dataflow::AnalyseThroughput(graph, {.auto_concurrency = false}));
    EXPECT_EQ(apart.period->ToString(), answer.period_one_at_a_time);
  }
}

}  // namespace
}  // namespace dynarch::io
