#include "sim/analysis/queue.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/random.h"
#include "sim/engine/engine.h"
#include "tests/testing/hand_system.h"

namespace dynarch::analysis {
namespace {

using dynarch::testing::HandSystem;

workload::Workload Every(int64_t period, int64_t inferences, int64_t deadline) {
  return {.period = Picoseconds(period),
          .deadline = Picoseconds(deadline),
          .inferences = inferences};
}

const std::vector<uint32_t> kScenarios = {0, 1, 0};
const std::vector<uint8_t> kCorrect = {1, 1, 0};
const mapping::Samples kSamples{kScenarios, kCorrect};

int64_t Below(RandomStream& random, uint64_t bound) {
  return static_cast<int64_t>(random.UniformBelow(bound));
}

// One to three domains, some of which gate; three exits, each of one to four
// activities. Times are small whole numbers, so that releases, timers and ends
// of transitions often coincide.
mapping::System RandomSystem(RandomStream& random) {
  mapping::System system;
  const auto domains = static_cast<int>(1 + Below(random, 3));
  for (int d = 0; d < domains; ++d) {
    mapping::DomainPower power;
    power.name = "d" + std::to_string(d);
    power.active = Nanowatts(10 + Below(random, 10));
    power.gates = Below(random, 4) != 0;
    power.timeout = Picoseconds(Below(random, 6));
    power.idle = Nanowatts(Below(random, 10));
    power.entry = Picoseconds(Below(random, 4));
    power.exit = Picoseconds(Below(random, 4));
    power.entry_energy = Femtojoules(Below(random, 5));
    power.exit_energy = Femtojoules(Below(random, 5));
    system.domains.push_back(power);
  }
  for (int s = 0; s < 3; ++s) {
    mapping::CostedScenario scenario;
    for (int64_t i = 1 + Below(random, 4); i > 0; --i) {
      mapping::CostedActivity activity;
      activity.time = Picoseconds(Below(random, 8));
      activity.energy = Femtojoules(Below(random, 9));
      activity.domains = 1 | random.UniformBelow(uint64_t{1} << domains);
      activity.line = static_cast<int>(system.lines.size());
      scenario.activities.push_back(
          static_cast<int32_t>(system.activities.size()));
      system.activities.push_back(activity);
      mapping::ActivityLine line;
      line.label = "a" + std::to_string(system.lines.size());
      system.lines.push_back(line);
    }
    system.scenarios.push_back(std::move(scenario));
  }
  system.resources = 1;
  system.overhead_power = Nanowatts(Below(random, 3));
  return system;
}

// By hand in analysis_test.cc.
TEST(QueueTest, SummarisesTheSameRecursion) {
  const Model model(HandSystem(/*gates=*/false));
  const workload::Workload workload = Every(200, 4, 320);
  QueueScratch scratch;
  const QueueSummary summary = Queue(model, workload, kSamples, {}, scratch);
  EXPECT_EQ(summary.missed, 1);
  EXPECT_EQ(summary.on_time, 3);
  EXPECT_EQ(summary.correct_on_time, 2);  // k = 0, 3; 1 is late, 2 wrong.
  EXPECT_EQ(summary.busy, Picoseconds(750));
  EXPECT_EQ(ActivityEnergy(model, Picoseconds(800), summary),
            ToZeptojoules(Femtojoules(16 + 4000 + 3 + 2000)));
  ASSERT_EQ(summary.latencies.size(), 4u);
  EXPECT_EQ(summary.latencies[0].latency, Picoseconds(150));
  const QueueSummary without =
      Queue(model, workload, kSamples, {.want_latencies = false}, scratch);
  EXPECT_TRUE(without.latencies.empty());
  EXPECT_EQ(without.missed, 1);
}

// What a summary has other than the run by events; empty if nothing.
std::string Difference(const Model& model, const QueueSummary& summary,
                       const measurement::RunResult& run, bool latencies) {
  const measurement::RunTotals& totals = run.totals;
  if (summary.missed != totals.missed) return "missed";
  if (summary.on_time != totals.on_time) return "on time";
  if (summary.correct_on_time != totals.correct_on_time) return "correct";
  if (summary.busy != totals.busy) return "busy";
  Zeptojoules energy;
  for (const auto& line : totals.activities) energy += line.energy;
  if (ActivityEnergy(model, totals.window, summary) != energy) return "energy";
  for (size_t d = 0; d < totals.domains.size(); ++d) {
    const measurement::DomainTotals& want = totals.domains[d];
    const DomainProfile& got = summary.domains[d];
    if (got.active != want.active || got.entering != want.entering ||
        got.idle_state != want.idle_state || got.exiting != want.exiting ||
        DomainEnergy(model.system().domains[d], got) !=
            want.active_energy + want.idle_state_energy +
                want.transition_energy) {
      return want.domain;
    }
  }
  if (!latencies) return summary.latencies.empty() ? "" : "latencies";
  const auto& list = summary.latencies;
  return std::vector<measurement::LatencyCount>(list.begin(), list.end()) ==
                 run.latencies
             ? ""
             : "latencies";
}

// Random systems, short traces, runs of many cycles, from idle to overloaded:
// what is counted instead of walked is what the events do.
TEST(QueueTest, CountsRepeatedCyclesAsEventsRunThem) {
  QueueScratch scratch;
  int overloaded = 0;
  int sparse = 0;
  for (uint64_t seed = 0; seed < 4000; ++seed) {
    RandomStream random({.seed = seed, .purpose = RandomPurpose::kTest});
    const Model model(RandomSystem(random));
    std::vector<uint32_t> scenarios(1 + Below(random, 7));
    std::vector<uint8_t> correct(scenarios.size());
    for (size_t i = 0; i < scenarios.size(); ++i) {
      scenarios[i] = static_cast<uint32_t>(Below(random, 3));
      correct[i] = static_cast<uint8_t>(Below(random, 2));
    }
    const workload::Workload workload = Every(
        4 + Below(random, 28), 1 + Below(random, 150), 1 + Below(random, 40));
    const mapping::Samples samples{scenarios, correct};
    const measurement::RunResult run =
        engine::Run(engine::Compile(model.system()), workload, samples);
    for (const bool latencies : {true, false}) {
      const QueueSummary summary = Queue(
          model, workload, samples, {.want_latencies = latencies}, scratch);
      ASSERT_EQ(Difference(model, summary, run, latencies), "") << seed;
    }
    const auto counts = RunCounts(samples, 3, workload.inferences);
    sparse += model.RegimeOf(counts, workload.period) == Regime::kSparse;
    overloaded += run.latencies.back().latency > workload.period * 4;
  }
  // No load is rare.
  EXPECT_GE(overloaded, 600);
  EXPECT_GE(sparse, 400);
  EXPECT_LE(sparse + overloaded, 3000);
}

// The state after a cycle counts, not its last scenario: here the last
// inference is short but waits for a long one before it, so that the next
// cycle starts with the domain awake. Period 10, service 17 and 2 (and 1 to
// wake): completions at 18 and 20; the cycle ends at 20.
TEST(QueueTest, ABacklogAtTheEndOfTheCycleIsCarriedOver) {
  mapping::System system;
  mapping::DomainPower power;
  power.name = "core";
  power.active = Nanowatts(5);
  power.gates = true;
  power.idle = Nanowatts(1);
  power.exit = Picoseconds(1);
  system.domains.push_back(power);
  for (const int64_t time : {17, 2}) {
    mapping::CostedActivity activity;
    activity.time = Picoseconds(time);
    activity.domains = 1;
    activity.line = static_cast<int>(system.lines.size());
    system.scenarios.push_back(mapping::CostedScenario{
        {static_cast<int32_t>(system.activities.size())}});
    system.activities.push_back(activity);
    mapping::ActivityLine line;
    line.label = "a" + std::to_string(time);
    system.lines.push_back(line);
  }
  system.resources = 1;
  const Model model(std::move(system));
  const std::vector<uint32_t> scenarios = {0, 1};
  const std::vector<uint8_t> correct = {1, 1};
  workload::Workload workload;
  workload.period = Picoseconds(10);
  workload.deadline = Picoseconds(30);
  workload.inferences = 4;
  const auto run = analysis::Run(model, workload,
                                 {.scenarios = scenarios, .correct = correct});
  // The wake is paid once: latencies 18, 10, then 20 + 17 - 20 = 17 and 9.
  EXPECT_EQ(run.latencies,
            (std::vector<measurement::LatencyCount>{{Picoseconds(9), 1},
                                                    {Picoseconds(10), 1},
                                                    {Picoseconds(17), 1},
                                                    {Picoseconds(18), 1}}));
}

}  // namespace
}  // namespace dynarch::analysis
