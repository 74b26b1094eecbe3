#include "sim/evaluator/cycles.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/random.h"
#include "sim/engine/engine.h"

namespace dynarch::evaluator {
namespace {

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
  for (int exit = 0; exit < 3; ++exit) {
    mapping::CostedScenario scenario;
    for (int64_t i = 1 + Below(random, 4); i > 0; --i) {
      mapping::CostedActivity activity;
      activity.time = Picoseconds(Below(random, 8));
      activity.energy = Femtojoules(Below(random, 9));
      activity.domains = 1 | random.UniformBelow(uint64_t{1} << domains);
      activity.line = static_cast<int>(system.lines.size());
      scenario.activities.push_back(activity);
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

TEST(RunByCyclesTest, IsTheWholeRunToTheLastBit) {
  int repeated = 0;
  int queued = 0;
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    RandomStream random(RandomKey{.seed = seed});
    const analysis::Model model(RandomSystem(random));
    std::vector<uint8_t> exits;
    std::vector<uint8_t> correct;
    for (int64_t i = 1 + Below(random, 7); i > 0; --i) {
      exits.push_back(static_cast<uint8_t>(Below(random, 3)));
      correct.push_back(static_cast<uint8_t>(Below(random, 2)));
    }
    workload::Workload workload;
    workload.period = Picoseconds(8 + Below(random, 24));
    workload.deadline = Picoseconds(10 + Below(random, 20));
    workload.inferences = 1 + Below(random, 40);
    const mapping::Samples samples = {.exits = exits, .correct = correct};
    const engine::Program program = engine::Compile(model.system());
    const measurement::RunResult whole =
        engine::Run(program, workload, samples);
    ASSERT_EQ(RunByCycles(model, workload, samples), whole) << "seed " << seed;

    workload::Workload cycle = workload;
    cycle.inferences = static_cast<int64_t>(exits.size());
    const auto once =
        engine::Run(program, cycle, samples, {.keep_sequence = true});
    const bool repeats = workload.inferences > cycle.inferences &&
                         model.EndsIdle(once.sequence.back(), workload.period);
    repeated += repeats;
    for (size_t i = 0; repeats && i < exits.size(); ++i) {
      if (once.sequence[i] > workload.period) {
        ++queued;
        break;
      }
    }
  }
  // Neither way is rare, nor are cycles with a queue inside.
  EXPECT_GE(repeated, 600);
  EXPECT_LE(repeated, 2400);
  EXPECT_GE(queued, 60);
}

// The state after a cycle counts, not its last scenario: here the last
// inference is short but waits for a long one before it, so that the next
// cycle starts with the domain awake. Period 10, service 17 and 2 (and 1 to
// wake): completions at 18 and 20; the cycle ends at 20.
TEST(RunByCyclesTest, ABacklogAtTheEndOfTheCycleIsCarriedOver) {
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
    system.scenarios.push_back(mapping::CostedScenario{{activity}});
    mapping::ActivityLine line;
    line.label = "a" + std::to_string(time);
    system.lines.push_back(line);
  }
  system.resources = 1;
  const analysis::Model model(std::move(system));
  const std::vector<uint8_t> exits = {0, 1};
  const std::vector<uint8_t> correct = {1, 1};
  workload::Workload workload;
  workload.period = Picoseconds(10);
  workload.deadline = Picoseconds(30);
  workload.inferences = 4;
  const auto run =
      RunByCycles(model, workload, {.exits = exits, .correct = correct});
  // The wake is paid once: latencies 18, 10, then 20 + 17 - 20 = 17 and 9.
  EXPECT_EQ(run.latencies,
            (std::vector<measurement::LatencyCount>{{Picoseconds(9), 1},
                                                    {Picoseconds(10), 1},
                                                    {Picoseconds(17), 1},
                                                    {Picoseconds(18), 1}}));
}

}  // namespace
}  // namespace dynarch::evaluator
