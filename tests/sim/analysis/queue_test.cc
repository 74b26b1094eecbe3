#include "sim/analysis/queue.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/random.h"
#include "tests/testing/hand_system.h"

namespace dynarch::analysis {
namespace {

using dynarch::testing::HandSystem;

workload::Workload Every(int64_t period, int64_t inferences, int64_t deadline) {
  return {.period = Picoseconds(period),
          .deadline = Picoseconds(deadline),
          .inferences = inferences};
}

const std::vector<uint8_t> kExits = {0, 1, 0};
const std::vector<uint8_t> kCorrect = {1, 1, 0};
const mapping::Samples kSamples{kExits, kCorrect};

// By hand in analysis_test.cc.
TEST(QueueTest, SummarisesTheSameRecursion) {
  const Model model(HandSystem(/*gates=*/false));
  const workload::Workload workload = Every(200, 4, 320);
  QueueScratch scratch;
  const QueueSummary summary =
      Queue(model, workload, kSamples, /*want_latencies=*/true, scratch);
  EXPECT_EQ(summary.missed, 1);
  EXPECT_EQ(summary.on_time, 3);
  EXPECT_EQ(summary.correct_on_time, 2);  // k = 0, 3; 1 is late, 2 wrong.
  EXPECT_EQ(summary.busy, Picoseconds(750));
  EXPECT_EQ(summary.activity_energy,
            ToZeptojoules(Femtojoules(16 + 4000 + 3 + 2000)));
  ASSERT_EQ(summary.latencies.size(), 4u);
  EXPECT_EQ(summary.latencies[0].latency, Picoseconds(150));
  const QueueSummary without =
      Queue(model, workload, kSamples, /*want_latencies=*/false, scratch);
  EXPECT_TRUE(without.latencies.empty());
  EXPECT_EQ(without.missed, 1);
}

// The recursion walked inference by inference is the oracle: random traces,
// runs of many cycles, from idle to overloaded.
TEST(QueueTest, CountsRepeatedCyclesAsTheRecursionWalksThem) {
  const Model model(HandSystem(/*gates=*/false));  // 150 and 350 ps.
  QueueScratch scratch;
  int queueing = 0;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    RandomStream random({.seed = seed, .purpose = RandomPurpose::kTest});
    const auto below = [&](uint64_t bound) {
      return static_cast<int64_t>(random.UniformBelow(bound));
    };
    std::vector<uint8_t> exits(1 + below(8));
    std::vector<uint8_t> correct(exits.size());
    for (size_t i = 0; i < exits.size(); ++i) {
      exits[i] = below(3) == 0;
      correct[i] = below(2) == 0;
    }
    const workload::Workload workload =
        Every(140 + below(240), 1 + below(120), 100 + below(600));
    const mapping::Samples samples{exits, correct};
    const auto run = analysis::Run(model, workload, samples);
    const auto counts = RunCounts(samples, 2, workload.inferences);
    queueing += model.RegimeOf(counts, workload.period) == Regime::kQueueing;
    const QueueSummary summary =
        Queue(model, workload, samples, /*want_latencies=*/true, scratch);
    ASSERT_TRUE(run.has_value());
    ASSERT_EQ(summary.missed, run->totals.missed) << seed;
    ASSERT_EQ(summary.on_time, run->totals.on_time) << seed;
    ASSERT_EQ(summary.correct_on_time, run->totals.correct_on_time) << seed;
    ASSERT_EQ(summary.busy, run->totals.busy) << seed;
    Zeptojoules energy;
    for (const auto& line : run->totals.activities) energy += line.energy;
    ASSERT_EQ(summary.activity_energy, energy) << seed;
    ASSERT_EQ(std::vector<measurement::LatencyCount>(summary.latencies.begin(),
                                                     summary.latencies.end()),
              run->latencies)
        << seed;
  }
  EXPECT_GE(queueing, 1000);
}

}  // namespace
}  // namespace dynarch::analysis
