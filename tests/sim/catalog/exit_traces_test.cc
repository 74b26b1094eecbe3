// Traces of the reference folder through the networks of the catalogue, against
// counting.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "dynarch/v1/study.pb.h"
#include "sim/behavior/population.h"
#include "sim/behavior/source.h"
#include "sim/graph/network.h"
#include "sim/io/trace_csv.h"
#include "sim/wire/behavior_wire.h"
#include "sim/wire/network_wire.h"
#include "tests/sim/catalog/catalog_network.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::catalog {
namespace {

using behavior::ExitPolicy;
using behavior::Population;
using behavior::Threshold;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::StatusIs;

class ExitTraceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::string(DYNARCH_REFERENCE_DIR).empty()) {
      GTEST_SKIP() << "no reference data: DYNARCH_REFERENCE_DIR is empty";
    }
  }

  static std::string Path(const std::string& name) {
    return std::string(DYNARCH_REFERENCE_DIR) + "/behavior/" + name;
  }

  static Population Replayed(const graph::Network& network,
                             const std::string& file) {
    auto trace = io::ReadTraceFile(Path(file), &network);
    EXPECT_OK(trace);
    auto population = behavior::Realise(*std::move(trace), network, {});
    EXPECT_OK(population);
    return *std::move(population);
  }

  static std::vector<std::vector<double>> Entropies() {
    std::ifstream file(Path("edgebert_sst2_entropy_traces.csv"));
    std::string line;
    std::getline(file, line);
    std::vector<std::vector<double>> rows;
    while (std::getline(file, line)) {
      std::vector<double> row;
      for (const auto cell : absl::StrSplit(line, ',')) {
        double value = 0;
        EXPECT_TRUE(absl::SimpleAtod(cell, &value)) << line;
        row.push_back(value);
      }
      row.erase(row.begin());  // The sample's number.
      rows.push_back(row);
    }
    return rows;
  }
};

graph::Network Read(const std::string& name) {
  auto network = CatalogNetwork(name);
  EXPECT_OK(network);
  return *std::move(network);
}

ExitPolicy AllAt(const graph::Network& network, const std::string& text) {
  auto threshold = Threshold::Parse(text);
  EXPECT_OK(threshold);
  std::vector<Threshold> thresholds(network.exits().size(), *threshold);
  thresholds.back() = Threshold::Always();
  return behavior::PolicyOf(network, thresholds);
}

TEST_F(ExitTraceTest, EntropiesOfEdgeBertExitAsCounted) {
  const graph::Network network = Read("bert_base_exits");
  const Population population =
      Replayed(network, "edgebert_sst2_entropy_traces.csv");
  const std::vector<std::vector<double>> rows = Entropies();
  ASSERT_EQ(rows.size(), 436);
  for (const char* text : {"0", "0.001", "0.05", "0.1", "0.2", "0.3", "0.4",
                           "0.5", "0.6", "0.69", "1"}) {
    double limit = 0;
    ASSERT_TRUE(absl::SimpleAtod(text, &limit));
    std::vector<int64_t> counts(12, 0);
    for (const std::vector<double>& row : rows) {
      int exit = 0;
      while (exit < 11 && !(row[exit] < limit)) ++exit;
      ++counts[exit];
    }
    const ExitPolicy policy = AllAt(network, text);
    ASSERT_OK(population.Check(policy));
    const behavior::Replay replay = population.Run(policy);
    EXPECT_EQ(replay.counts, counts) << text;
    EXPECT_TRUE(replay.correct.empty());
  }
}

// As many sentences stop at each layer as with exits at entropy < 0.2, those of
// the first layer at the second.
TEST_F(ExitTraceTest, PredictedExitOfEdgeBertStopsAsItsBoundsWereChosen) {
  const graph::Network network = Read("bert_base_predicted_exit");
  const Population population =
      Replayed(network, "edgebert_sst2_entropy_traces.csv");
  const ExitPolicy policy = behavior::PolicyOf(
      network, std::vector<Threshold>(12, Threshold::Checked()));
  ASSERT_OK(population.Check(policy));
  EXPECT_THAT(population.Run(policy).counts,
              ElementsAre(0, 128, 64, 60, 66, 37, 22, 7, 7, 1, 2, 42));
}

TEST_F(ExitTraceTest, PatienceNeedsClassesThatTheTraceHasNot) {
  const graph::Network network = Read("bert_base_patience");
  auto trace =
      io::ReadTraceFile(Path("edgebert_sst2_entropy_traces.csv"), &network);
  ASSERT_OK(trace);
  EXPECT_THAT(behavior::CheckMatches(*trace, network),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("class")));
}

// 4,557 and 443 of 5,000 samples, 4,934 right: outcomes, so thresholds are
// refused.
TEST_F(ExitTraceTest, OutcomesOfBranchyLeNetAreReplayedOnly) {
  const graph::Network network = Read("branchynet_lenet");
  const Population population =
      Replayed(network, "branchylenet_mnist_exit_trace.csv");
  const ExitPolicy recorded = behavior::PolicyOf(
      network, std::vector<Threshold>(2, Threshold::Checked()));
  ASSERT_OK(population.Check(recorded));
  const behavior::Replay replay = population.Run(recorded);
  EXPECT_THAT(replay.counts, ElementsAre(4557, 443));
  EXPECT_EQ(replay.correct_count, 4934);
  EXPECT_THAT(population.Check(AllAt(network, "0.025")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("no trace for decisions.exit1.threshold")));
}

}  // namespace
}  // namespace dynarch::catalog
