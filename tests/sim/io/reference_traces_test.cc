// Published traces, where DYNARCH_REFERENCE_DIR names the folder that holds
// them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sim/behavior/population.h"
#include "sim/io/trace_csv.h"
#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::io {
namespace {

using behavior::Threshold;
using ::dynarch::testing::StatusIs;
using ::testing::HasSubstr;

graph::Network Exits(int count, graph::Signal signal) {
  testing::NetworkBuilder net("exits");
  net.Input("x", {10});
  std::string from = "x";
  for (int e = 1; e <= count; ++e) {
    const std::string name = absl::StrCat("s", e);
    net.Add(name, graph::Softmax{}, {from});
    net.Exit(absl::StrCat("layer", e), name, signal);
    from = name;
  }
  return *graph::Network::Create(net.parts());
}

// Fields of a table, header left out, read by other means than the reader's.
std::vector<std::vector<std::string>> Table(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  std::vector<std::vector<std::string>> rows;
  while (std::getline(in, line)) {
    rows.push_back(absl::StrSplit(absl::StripSuffix(line, "\r"), ','));
  }
  return rows;
}

// Counts of samples by exit under one entropy threshold for every exit but the
// last, which is forced.
std::vector<int64_t> CountDirectly(
    const std::vector<std::vector<double>>& entropies, double threshold) {
  std::vector<int64_t> counts(entropies.front().size());
  for (const std::vector<double>& sample : entropies) {
    size_t exit = 0;
    while (exit + 1 < sample.size() && !(sample[exit] < threshold)) ++exit;
    ++counts[exit];
  }
  return counts;
}

// Every threshold at which a count can change, and one above all.
void ExpectCountsAtAllThresholds(const std::string& path, int exits) {
  const graph::Network network = Exits(exits, graph::Signal::kEntropy);
  ASSERT_OK_AND_ASSIGN(const behavior::Trace trace,
                       ReadTraceFile(path, &network));
  ASSERT_OK(behavior::CheckMatches(trace, network));
  ASSERT_OK_AND_ASSIGN(const behavior::Population population,
                       behavior::Realise(trace, network, {}));
  EXPECT_FALSE(population.has_accuracy());
  std::vector<std::vector<double>> entropies;
  std::set<std::string> thresholds = {"0", "10"};
  for (const auto& row : Table(path)) {
    entropies.emplace_back();
    for (size_t e = 1; e < row.size(); ++e) {
      entropies.back().push_back(std::stod(row[e]));
      thresholds.insert(row[e]);
    }
  }
  ASSERT_EQ(population.size(), static_cast<int64_t>(entropies.size()));
  behavior::Replay replay;
  for (const std::string& text : thresholds) {
    ASSERT_OK_AND_ASSIGN(const Threshold threshold, Threshold::Parse(text));
    const behavior::ExitPolicy policy =
        behavior::PolicyOf(network, std::vector<Threshold>(exits, threshold));
    ASSERT_OK(population.Check(policy));
    population.Run(policy, replay);
    ASSERT_EQ(replay.counts, CountDirectly(entropies, std::stod(text)))
        << "threshold " << text;
    ASSERT_TRUE(replay.correct.empty());
  }
}

void ExpectExitsAsTaken(const std::string& path, int exits) {
  const graph::Network network = Exits(exits, graph::Signal::kEntropy);
  ASSERT_OK_AND_ASSIGN(const behavior::Trace trace,
                       ReadTraceFile(path, &network));
  EXPECT_EQ(trace.kind, behavior::Trace::Kind::kOutcomes);
  ASSERT_OK(behavior::CheckMatches(trace, network));
  ASSERT_OK_AND_ASSIGN(const behavior::Population population,
                       behavior::Realise(trace, network, {}));
  behavior::ExitPolicy policy = behavior::PolicyOf(
      network, std::vector<Threshold>(exits, Threshold::Checked()));
  ASSERT_OK(population.Check(policy));
  const behavior::Replay replay = population.Run(policy);
  std::vector<int64_t> counts(exits);
  int64_t correct = 0;
  for (const auto& row : Table(path)) {
    ++counts[std::stoi(row[1]) - 1];
    correct += row[2] == "1";
  }
  EXPECT_EQ(replay.counts, counts);
  EXPECT_EQ(replay.correct_count, correct);
  policy.thresholds[0] = *Threshold::Parse("0.3");
  EXPECT_THAT(population.Check(policy),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("no trace for decisions.layer1.threshold")));
}

TEST(ReferenceTracesTest, SmallTablesOfOurOwn) {
  const std::string folder = DYNARCH_SOURCE_DIR "/tests/sim/io/traces/";
  ExpectCountsAtAllThresholds(folder + "entropies.csv", 3);
  ExpectExitsAsTaken(folder + "exits.csv", 2);
}

TEST(ReferenceTracesTest, EdgeBertSst2AtEveryThreshold) {
  const std::string path =
      DYNARCH_REFERENCE_DIR "/behavior/edgebert_sst2_entropy_traces.csv";
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "DYNARCH_REFERENCE_DIR does not hold " << path;
  }
  ExpectCountsAtAllThresholds(path, 12);
}

TEST(ReferenceTracesTest, BranchyLeNetMnistAsTaken) {
  const std::string path =
      DYNARCH_REFERENCE_DIR "/behavior/branchylenet_mnist_exit_trace.csv";
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "DYNARCH_REFERENCE_DIR does not hold " << path;
  }
  ExpectExitsAsTaken(path, 2);
}

}  // namespace
}  // namespace dynarch::io
