#include "sim/engine/engine.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/hand_system.h"

namespace dynarch::engine {
namespace {

using dynarch::testing::HandSystem;
using ::testing::ElementsAre;

workload::Workload Every(int64_t period, int64_t inferences, int64_t deadline) {
  return {.period = Picoseconds(period),
          .deadline = Picoseconds(deadline),
          .inferences = inferences};
}

std::vector<Picoseconds> Ps(const std::vector<int64_t>& times) {
  std::vector<Picoseconds> result;
  for (int64_t time : times) result.emplace_back(time);
  return result;
}

measurement::RunResult RunHand(const mapping::System& system,
                               const workload::Workload& workload,
                               std::vector<uint32_t> scenarios,
                               std::vector<uint8_t> correct = {}) {
  if (correct.empty()) correct.assign(scenarios.size(), 1);
  return engine::Run(Compile(system), workload, {scenarios, correct},
                     {.keep_sequence = true});
}

void ExpectDomain(const measurement::DomainTotals& domain, int64_t active,
                  int64_t entering, int64_t idle, int64_t exiting) {
  EXPECT_EQ(domain.active, Picoseconds(active)) << domain.domain;
  EXPECT_EQ(domain.entering, Picoseconds(entering)) << domain.domain;
  EXPECT_EQ(domain.idle_state, Picoseconds(idle)) << domain.domain;
  EXPECT_EQ(domain.exiting, Picoseconds(exiting)) << domain.domain;
}

// docs/semantics.md 5.1, 5.2, 5.4. Two domains idle at 0:
//     0..3    host wakes
//     3..43   prepare
//    43..73   accelerator wakes, the host waits awake
//    73..173  compute
//   173..183  check; the accelerator enters its idle state 173..193
//   183..185  host enters its idle state
TEST(EngineTest, AnInferenceAloneFollowsTheTimelineByHand) {
  const auto run =
      RunHand(HandSystem(/*gates=*/true), Every(1000, 1, 183), {0});
  EXPECT_THAT(run.sequence, ElementsAre(Picoseconds(183)));
  EXPECT_EQ(run.totals.missed, 0);  // Completed at the deadline: on time.
  EXPECT_EQ(run.totals.busy, Picoseconds(183));
  ExpectDomain(run.totals.domains[0], 180, 2, 815, 3);
  ExpectDomain(run.totals.domains[1], 100, 20, 850, 30);
  // Activities 1005 fJ, transitions 132 fJ; host 180 * 10 + 815 * 1 zJ,
  // accelerator 100 * 100 zJ, overhead 1000 zJ.
  EXPECT_EQ(run.totals.total_energy,
            ToZeptojoules(Femtojoules(1005 + 132)) +
                Zeptojoules(1800 + 815 + 10000 + 1000));
}

// 5.2: the accelerator is needed again at 183, while it enters its idle state
// 173..193; wake 193..223; finish 223..423.
TEST(EngineTest, AnEntryOnceBegunCompletesBeforeTheWake) {
  const auto run =
      RunHand(HandSystem(/*gates=*/true), Every(1000, 1, 400), {1});
  EXPECT_THAT(run.sequence, ElementsAre(Picoseconds(423)));
  EXPECT_EQ(run.totals.missed, 1);
  ExpectDomain(run.totals.domains[0], 420, 2, 575, 3);
  // Idle 43 before the first use and 1000 - 443 after the last entry.
  ExpectDomain(run.totals.domains[1], 300, 40, 600, 60);
}

// 5.2: the gap is the check, 10 ps.
TEST(EngineTest, AWakeAtTheVeryInstantOfTheTimeOutComesFirst) {
  const auto gated = RunHand(HandSystem(/*gates=*/true, /*timeout=*/9),
                             Every(1000, 1, 400), {1});
  EXPECT_THAT(gated.sequence, ElementsAre(Picoseconds(432)));
  const auto kept = RunHand(HandSystem(/*gates=*/true, /*timeout=*/10),
                            Every(1000, 1, 400), {1});
  EXPECT_THAT(kept.sequence, ElementsAre(Picoseconds(383)));
  ExpectDomain(kept.totals.domains[1], 320, 20, 630, 30);
}

// Period 200, latency 183 alone. The second release finds the host idle since
// 185 (wake 200..203, prepare 203..243) and the accelerator idle since 193, so
// it takes 183 as well; with period 190 the accelerator is idle at 193 only,
// but it is needed at 190 + 43 = 233: 183 again. With period 184 the release
// finds the host entering its idle state 183..185: wake 185..188, prepare
// 188..228, compute from 258, check 358..368: latency 368 - 184 = 184.
TEST(EngineTest, AReleaseDuringAnEntryWaitsForItsEnd) {
  const mapping::System system = HandSystem(/*gates=*/true);
  EXPECT_EQ(RunHand(system, Every(200, 2, 400), {0}).sequence, Ps({183, 183}));
  EXPECT_EQ(RunHand(system, Every(190, 2, 400), {0}).sequence, Ps({183, 183}));
  EXPECT_EQ(RunHand(system, Every(184, 2, 400), {0}).sequence, Ps({183, 184}));
}

// 6.1. Period 100 and clock gating: the first ends at 183; the second, waiting
// since 100, begins then. The host never idles: prepare 183..223. The
// accelerator's entry 173..193 is over at 223: wake 223..253, compute
// 253..353, check 353..363. Latency 363 - 100.
TEST(EngineTest, TheQueueKeepsTheHostAwake) {
  const auto run = RunHand(HandSystem(/*gates=*/true), Every(100, 2, 400), {0});
  EXPECT_EQ(run.sequence, Ps({183, 263}));
  // The window ends at 200. Host: exit 0..3, active to the end. Accelerator:
  // idle 0..43, exiting 43..73, active 73..173, entering 173..193, idle 7.
  EXPECT_EQ(run.totals.window, Picoseconds(200));
  ExpectDomain(run.totals.domains[0], 197, 0, 0, 3);
  ExpectDomain(run.totals.domains[1], 100, 20, 50, 30);
  EXPECT_EQ(run.totals.busy, Picoseconds(200));
  // prepare at 3 and 183, compute at 73, check at 173: 4 + 4 + 1000 + 1 fJ.
  // Transitions begun inside: host 7, accelerator 70 + 50.
  EXPECT_EQ(run.totals.activities[0].count, 2);
  EXPECT_EQ(run.totals.activities[0].time, Picoseconds(40 + 17));
  EXPECT_EQ(run.totals.activities[1].count, 1);
  EXPECT_EQ(run.totals.total_energy,
            ToZeptojoules(Femtojoules(1009 + 127)) +
                Zeptojoules(197 * 10 + 100 * 100 + 200));
}

// 7.1. The window ends at 60, inside the accelerator's wake (43..73): 17 ps of
// it, all its energy.
TEST(EngineTest, ATransitionCutByTheWindowIsChargedWhole) {
  const auto run = RunHand(HandSystem(/*gates=*/true), Every(60, 1, 400), {0});
  EXPECT_THAT(run.sequence, ElementsAre(Picoseconds(183)));
  EXPECT_EQ(run.totals.completed, 0);  // At 183.
  ExpectDomain(run.totals.domains[1], 0, 0, 43, 17);
  EXPECT_EQ(run.totals.domains[1].transition_energy,
            ToZeptojoules(Femtojoules(70)));
  ASSERT_EQ(run.totals.activities.size(), 1u);  // prepare alone
}

// 7.2. Always on an inference takes 150: the second ends at 300, when the
// window does, and counts.
TEST(EngineTest, WhatEndsWithTheWindowIsCompleted) {
  const auto run =
      RunHand(HandSystem(/*gates=*/false), Every(150, 2, 400), {0});
  EXPECT_EQ(run.totals.completed, 2);
}

TEST(EngineTest, AlwaysOnNeverWaitsForPower) {
  const auto run = RunHand(HandSystem(/*gates=*/false), Every(200, 4, 320),
                           {0, 1, 0}, {1, 1, 0});
  // By hand in tests/sim/analysis/analysis_test.cc.
  EXPECT_EQ(run.sequence, Ps({150, 350, 300, 250}));
  EXPECT_EQ(run.totals.completed, 3);  // At 150, 550, 700; 850 is after 800.
  EXPECT_EQ(run.totals.missed, 1);
  EXPECT_EQ(run.totals.on_time, 3);
  EXPECT_EQ(run.totals.correct_on_time, 2);
  EXPECT_THAT(run.totals.scenario_counts, ElementsAre(3, 1));
  EXPECT_EQ(run.totals.activities[1].time, Picoseconds(360));
  EXPECT_EQ(run.totals.activities[2].count, 3);
  ExpectDomain(run.totals.domains[0], 800, 0, 0, 0);
}

TEST(EngineTest, AnInferenceWithoutActivitiesTakesNoTime) {
  mapping::System system = HandSystem(/*gates=*/true);
  system.scenarios[0]->activities.clear();
  const auto run = RunHand(system, Every(100, 3, 10), {0});
  EXPECT_EQ(run.sequence, Ps({0, 0, 0}));
  ExpectDomain(run.totals.domains[0], 0, 0, 300, 0);
}

TEST(EngineTest, NothingToDoIsAnEmptyRun) {
  const auto run = RunHand(HandSystem(/*gates=*/true), Every(100, 0, 10), {0});
  EXPECT_EQ(run.totals.completed, 0);
  EXPECT_EQ(run.totals.window, Picoseconds(0));
  EXPECT_TRUE(run.latencies.empty());
}

TEST(EngineTest, UnknownEnergyStaysUnknown) {
  mapping::System system = HandSystem(/*gates=*/false);
  system.energy_known = false;
  system.lines[1].energy_known = false;
  const auto run = RunHand(system, Every(1000, 1, 400), {0});
  EXPECT_FALSE(run.totals.energy_known);
  EXPECT_TRUE(run.totals.activities[0].energy_known);
  EXPECT_FALSE(run.totals.activities[1].energy_known);
}

// A firing starts when its tokens, its resource and its domains are there.
// Without gating: a (host, 40) -> b and c (accelerator, 100 and 10) -> d
// (host, 10), which needs both. b and c share the accelerator; both are ready
// at 40; b has the lower id: 40..140, then c 140..150, then d 150..160.
TEST(EngineTest, FiringsWaitForTokensAndForTheirResource) {
  Program program = Compile(HandSystem(/*gates=*/false));
  const std::vector<mapping::CostedActivity> activities = {
      {Picoseconds(40), Femtojoules(1), 1, 0, 0},
      {Picoseconds(100), Femtojoules(1), 3, 1, 1},
      {Picoseconds(10), Femtojoules(1), 3, 1, 2},
      {Picoseconds(10), Femtojoules(1), 1, 0, 3}};
  const std::vector<Edge> edges = {{0, 1}, {0, 2}, {1, 3}, {2, 3}};
  program.scenarios[0] = BuildGraph(activities, edges);
  const std::vector<uint32_t> one = {0};
  const workload::Workload workload = Every(1000, 1, 400);
  const auto shared =
      engine::Run(program, workload, {one}, {.keep_sequence = true});
  EXPECT_THAT(shared.sequence, ElementsAre(Picoseconds(160)));
  // On elements of their own b and c overlap: 40 + 100 + 10.
  program.scenarios[0].firings[2].resource = 2;
  program.resources = 3;
  const auto apart =
      engine::Run(program, workload, {one}, {.keep_sequence = true});
  EXPECT_THAT(apart.sequence, ElementsAre(Picoseconds(150)));
}

// An inference of three activities is seven events, whatever waits in the
// queue: its release, its begin, three ends and two dispatches; and a second
// begin where one ends at the instant another is released (period 1, so for
// as long as there are releases).
TEST(EngineTest, EventsPerInferenceDoNotGrowWithTheQueue) {
  const Program program = Compile(HandSystem(/*gates=*/false));
  const std::vector<uint32_t> one = {0};
  for (const int64_t inferences : {100, 1000, 10000}) {
    RunCounters counters;
    engine::Run(program, Every(1, inferences, 400), {one}, {}, &counters);
    EXPECT_GE(counters.events, 7 * inferences);
    EXPECT_LE(counters.events, 8 * inferences);
  }
}

}  // namespace
}  // namespace dynarch::engine
