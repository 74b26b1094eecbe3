#include "sim/analysis/analysis.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/hand_system.h"

namespace dynarch::analysis {
namespace {

using dynarch::testing::HandSystem;
using ::testing::ElementsAre;

workload::Workload Every(int64_t period, int64_t inferences, int64_t deadline) {
  return {.period = Picoseconds(period),
          .deadline = Picoseconds(deadline),
          .inferences = inferences};
}

const std::vector<uint32_t> kScenarios = {0, 1, 0};
const std::vector<uint8_t> kCorrect = {1, 1, 0};
const mapping::Samples kSamples{kScenarios, kCorrect};

TEST(RunCountsTest, TakesSamplesInOrderAndCyclically) {
  EXPECT_THAT(RunCounts(kSamples, 2, 7), ElementsAre(5, 2));  // 010 010 0
  EXPECT_THAT(RunCounts(kSamples, 3, 2), ElementsAre(1, 1, 0));
  EXPECT_THAT(RunCounts(kSamples, 2, 0), ElementsAre(0, 0));
}

// Latencies 183 and 423 (profile_test.cc); slack is the accelerator's
// time-out + entry.
TEST(ModelTest, SparseMeansIdleAgainByTheNextRelease) {
  const Model at_once(HandSystem(/*gates=*/true));
  EXPECT_TRUE(at_once.IsSparse(0, Picoseconds(203)));  // 183 + 20
  EXPECT_FALSE(at_once.IsSparse(0, Picoseconds(202)));
  EXPECT_TRUE(at_once.IsSparse(1, Picoseconds(443)));
  EXPECT_FALSE(at_once.IsSparse(1, Picoseconds(442)));
  const Model ungated(HandSystem(/*gates=*/false));
  EXPECT_TRUE(ungated.IsSparse(0, Picoseconds(151)));
  EXPECT_FALSE(ungated.IsSparse(0, Picoseconds(150)));  // No gap: queueing.
}

// Without an entry time a release at the very end of the time-out still finds
// the domain awake.
TEST(ModelTest, AReleaseAtTheInstantOfTheTimeOutIsNotSparse) {
  mapping::System system = HandSystem(/*gates=*/true, /*timeout=*/10);
  for (auto& domain : system.domains) domain.entry = Picoseconds(0);
  const Model model(system);
  const Picoseconds latency = model.profile(0).latency;
  EXPECT_FALSE(model.IsSparse(0, latency + Picoseconds(10)));
  EXPECT_TRUE(model.IsSparse(0, latency + Picoseconds(11)));
}

TEST(ModelTest, TheRegimeFollowsFromScenariosThatOccur) {
  const std::vector<int64_t> first_only = {5, 0};
  const std::vector<int64_t> both = {5, 1};
  const Model gated(HandSystem(/*gates=*/true));
  EXPECT_EQ(gated.RegimeOf(first_only, Picoseconds(300)), Regime::kSparse);
  EXPECT_EQ(gated.RegimeOf(both, Picoseconds(300)), Regime::kQueueing);
  const Model ungated(HandSystem(/*gates=*/false));
  EXPECT_EQ(ungated.RegimeOf(both, Picoseconds(300)), Regime::kQueueing);
  EXPECT_EQ(ungated.RegimeOf(both, Picoseconds(400)), Regime::kSparse);
}

// docs/semantics.md 6.4. Without gating 150 and 350: a cycle 0, 1, 0 takes
// 650 of 3 periods.
TEST(ModelTest, StableMeansACycleFitsItsReleases) {
  const std::vector<int64_t> cycle = {2, 1};
  const Model model(HandSystem(/*gates=*/false));
  EXPECT_FALSE(model.IsStable(cycle, Picoseconds(216)));  // 648
  EXPECT_TRUE(model.IsStable(cycle, Picoseconds(217)));   // 651
}

// Seven inferences 0 1 0 0 1 0 0 every 1000 ps; exit 0 five times at 183 ps,
// exit 1 twice at 423 ps (profile_test.cc). Deadline 400: the two miss.
TEST(RunTest, SparseIsProfilesTimesCounts) {
  const Model model(HandSystem(/*gates=*/true));
  const auto run = analysis::Run(model, Every(1000, 7, 400), kSamples,
                                 {.keep_sequence = true});
  const measurement::RunTotals& totals = run.totals;
  EXPECT_EQ(totals.offered, 7);
  EXPECT_EQ(totals.completed, 7);
  EXPECT_EQ(totals.missed, 2);
  EXPECT_EQ(totals.on_time, 5);
  EXPECT_EQ(totals.correct_on_time, 3);  // Sample 0, at k = 0, 3, 6.
  EXPECT_THAT(totals.scenario_counts, ElementsAre(5, 2));
  EXPECT_EQ(totals.window, Picoseconds(7000));
  EXPECT_EQ(totals.busy, Picoseconds(5 * 183 + 2 * 423));
  EXPECT_THAT(run.latencies,
              ElementsAre(measurement::LatencyCount{Picoseconds(183), 5},
                          measurement::LatencyCount{Picoseconds(423), 2}));
  ASSERT_EQ(run.sequence.size(), 7u);
  EXPECT_EQ(run.sequence[4], Picoseconds(423));
  // Accelerator: active 5 * 100 + 2 * 300, entering 5 * 20 + 2 * 40, exiting
  // 5 * 30 + 2 * 60; idle is the rest of 7000.
  const measurement::DomainTotals& acc = totals.domains[1];
  EXPECT_EQ(acc.active, Picoseconds(1100));
  EXPECT_EQ(acc.entering, Picoseconds(180));
  EXPECT_EQ(acc.exiting, Picoseconds(270));
  EXPECT_EQ(acc.idle_state, Picoseconds(7000 - 1100 - 180 - 270));
  EXPECT_EQ(acc.active_energy, Zeptojoules(110'000));
  EXPECT_EQ(acc.transition_energy, ToZeptojoules(Femtojoules(9 * 50 + 9 * 70)));
  // Lines: finish happens in exit 1 only.
  ASSERT_EQ(totals.activities.size(), 4u);
  EXPECT_EQ(totals.activities[3].label, "finish@acc");
  EXPECT_EQ(totals.activities[3].count, 2);
  EXPECT_EQ(totals.activities[3].time, Picoseconds(400));
  EXPECT_EQ(totals.activities[1].count, 7);
}

// Always on, 150 and 350 ps, period 200, exits 0 1 0 0:
//   k  a    start  end   latency
//   0  0    0      150   150
//   1  200  200    550   350
//   2  400  550    700   300
//   3  600  700    850   250
// The window ends at 800: the last inference is cut after 100 ps: prepare
// 700..740 whole, compute 740..840 cut to 60 ps, check (840) not at all.
TEST(RunTest, QueueingIsTheRecursion) {
  const Model model(HandSystem(/*gates=*/false));
  const auto run = analysis::Run(model, Every(200, 4, 320), kSamples,
                                 {.keep_sequence = true});
  EXPECT_THAT(run.sequence, ElementsAre(Picoseconds(150), Picoseconds(350),
                                        Picoseconds(300), Picoseconds(250)));
  const measurement::RunTotals& totals = run.totals;
  EXPECT_EQ(totals.offered, 4);
  EXPECT_EQ(totals.completed, 3);
  EXPECT_EQ(totals.missed, 1);
  EXPECT_EQ(totals.busy, Picoseconds(150 + 350 + 150 + 100));
  const measurement::ActivityTotals& compute = totals.activities[1];
  EXPECT_EQ(compute.count, 4);
  EXPECT_EQ(compute.time, Picoseconds(3 * 100 + 60));
  EXPECT_EQ(compute.energy, ToZeptojoules(Femtojoules(4000)));
  EXPECT_EQ(totals.activities[2].count, 3);  // check
  EXPECT_EQ(totals.domains[0].active, Picoseconds(800));
  // 4 prepare, 4 compute, 3 checks, 1 finish; 111 nW for 800 ps.
  EXPECT_EQ(totals.total_energy,
            ToZeptojoules(Femtojoules(16 + 4000 + 3 + 2000)) +
                Zeptojoules(111 * 800));
}

// Both gate at once, period 200, exits 0 1 0. Host: wake 3. Accelerator: entry
// 20, wake 30.
//   k = 0, a 0:   host wakes 0-3, prepare 3-43, accelerator wakes 43-73,
//                 compute 73-173, check 173-183. Latency 183.
//   accelerator enters 173-193, host 183-185.
//   k = 1, a 200: host wakes 200-203, prepare -243, accelerator wakes -273,
//                 compute -373, check -383. The accelerator is needed again in
//                 the middle of its entry 373-393, which completes: wakes
//                 393-423, finish 423-623. Latency 423.
//   k = 2, a 400: starts at 623: the host is awake; prepare -663. Accelerator:
//                 entry 623-643, idle until 663, wakes -693; compute -793,
//                 check -803. Latency 403.
// The window ends at 600: finish is charged whole, 177 ps of it lie inside.
//   accelerator: active 100 + 100 + 177, entering 20 + 20, exiting 3 * 30,
//                idle 0-43 and 193-243.
//   host: never idle in an inference; entering 183-185, idle 185-200, wakes
//         0-3 and 200-203.
TEST(RunTest, AWakeInTheMiddleOfAnEntryWaitsForItsEnd) {
  const Model model(HandSystem(/*gates=*/true));
  const auto run = analysis::Run(model, Every(200, 3, 410), kSamples,
                                 {.keep_sequence = true});
  EXPECT_THAT(run.sequence, ElementsAre(Picoseconds(183), Picoseconds(423),
                                        Picoseconds(403)));
  const measurement::RunTotals& totals = run.totals;
  EXPECT_EQ(totals.missed, 1);
  EXPECT_EQ(totals.busy, Picoseconds(183 + 400));
  const measurement::DomainTotals& acc = totals.domains[1];
  EXPECT_EQ(acc.active, Picoseconds(377));
  EXPECT_EQ(acc.entering, Picoseconds(40));
  EXPECT_EQ(acc.exiting, Picoseconds(90));
  EXPECT_EQ(acc.idle_state, Picoseconds(93));
  EXPECT_EQ(acc.transition_energy, ToZeptojoules(Femtojoules(2 * 50 + 3 * 70)));
  const measurement::DomainTotals& host = totals.domains[0];
  EXPECT_EQ(host.active, Picoseconds(600 - 2 - 15 - 6));
  EXPECT_EQ(host.entering, Picoseconds(2));
  EXPECT_EQ(host.exiting, Picoseconds(6));
  EXPECT_EQ(host.idle_state, Picoseconds(15));
  EXPECT_EQ(host.transition_energy, ToZeptojoules(Femtojoules(5 + 2 * 7)));
  const measurement::ActivityTotals& finish = totals.activities[3];
  EXPECT_EQ(finish.count, 1);
  EXPECT_EQ(finish.time, Picoseconds(177));
  EXPECT_EQ(finish.energy, ToZeptojoules(Femtojoules(2000)));
}

// Time-out 50, exit 0 only; k = 0 as above, 0-183. The host lets go at 183,
// the accelerator at 173.
//   Period 233: the gap of the host is 50, its time-out: awake. Prepare
//   233-273; the accelerator's entry 223-243 is over: wakes 273-303, compute
//   -403, check -413. Latency 180.
//   Period 234: the gap is 51: the host enters 233-235 and wakes 235-238;
//   prepare -278, accelerator wakes -308, compute -408, check -418: 184.
TEST(RunTest, AReleaseAtTheInstantOfTheTimeOutFindsTheDomainAwake) {
  const Model model(HandSystem(/*gates=*/true, /*timeout=*/50));
  const std::vector<uint32_t> scenarios = {0};
  const std::vector<uint8_t> correct = {1};
  const mapping::Samples samples{scenarios, correct};
  const auto at = analysis::Run(model, Every(233, 2, 400), samples,
                                {.keep_sequence = true});
  EXPECT_THAT(at.sequence, ElementsAre(Picoseconds(183), Picoseconds(180)));
  EXPECT_EQ(at.totals.domains[0].entering, Picoseconds(2));  // At 463.
  const auto after = analysis::Run(model, Every(234, 2, 400), samples,
                                   {.keep_sequence = true});
  EXPECT_THAT(after.sequence, ElementsAre(Picoseconds(183), Picoseconds(184)));
  EXPECT_EQ(after.totals.domains[0].entering, Picoseconds(2));
}

}  // namespace
}  // namespace dynarch::analysis
