#include "sim/analysis/profile.h"

#include "gtest/gtest.h"
#include "tests/testing/hand_system.h"

namespace dynarch::analysis {
namespace {

using dynarch::testing::HandSystem;

absl::int128 Zj(int64_t femtojoules) {
  return absl::int128(femtojoules) * 1'000'000;
}

void ExpectDomain(const DomainProfile& domain, int64_t active, int64_t entering,
                  int64_t idle, int64_t exiting) {
  EXPECT_EQ(domain.active, Picoseconds(active));
  EXPECT_EQ(domain.entering, Picoseconds(entering));
  EXPECT_EQ(domain.idle_state, Picoseconds(idle));
  EXPECT_EQ(domain.exiting, Picoseconds(exiting));
}

// docs/semantics.md 5.1, 5.2, 5.4, from time 0 with both domains idle:
//     0..3    host wakes
//     3..43   prepare
//    43..73   accelerator wakes, the host waits awake
//    73..173  compute
//   173..183  check; the accelerator enters its idle state 173..193
//   183..185  host enters its idle state
TEST(ProfileTest, AnInferenceAloneFollowsTheTimelineByHand) {
  const mapping::System system = HandSystem(/*gates=*/true);
  const ScenarioProfile profile = ProfileOf(system, *system.scenarios[0]);
  EXPECT_EQ(profile.latency, Picoseconds(183));
  EXPECT_EQ(profile.work, Picoseconds(150));
  EXPECT_EQ(profile.activity_energy, Zeptojoules(Zj(1005)));
  ExpectDomain(profile.domains[0], 180, 2, 0, 3);
  ExpectDomain(profile.domains[1], 100, 20, 43, 30);
  EXPECT_EQ(profile.domains[1].entries, 1);
  EXPECT_EQ(profile.domains[1].exits, 1);
}

// In a period of 1000 ps: host idle 1000 - 185 = 815, accelerator idle 43 +
// 1000 - 193 = 850. Energy: activities 1005 fJ, transitions 5 + 7 + 50 + 70 =
// 132 fJ; host 180 * 10 + 815 * 1 = 2615 zJ, accelerator 100 * 100 = 10000 zJ,
// overhead 1000 zJ.
TEST(ProfileTest, APeriodIsFilledWithTheIdleState) {
  const mapping::System system = HandSystem(/*gates=*/true);
  const ScenarioProfile profile = ProfileOf(system, *system.scenarios[0]);
  const Picoseconds period(1000);
  ExpectDomain(InPeriod(system.domains[0], profile.domains[0], period), 180, 2,
               815, 3);
  ExpectDomain(InPeriod(system.domains[1], profile.domains[1], period), 100, 20,
               850, 30);
  EXPECT_EQ(PeriodEnergy(system, profile, period),
            Zeptojoules(Zj(1005 + 132) + 2615 + 10000 + 1000));
}

// The check leaves the accelerator idle from 173 on. It is needed again at
// 183, while it enters its idle state until 193: the entry completes, then it
// wakes 193..223, and finishes 223..423.
TEST(ProfileTest, AnEntryOnceBegunCompletesBeforeTheWake) {
  const mapping::System system = HandSystem(/*gates=*/true);
  const ScenarioProfile profile = ProfileOf(system, *system.scenarios[1]);
  EXPECT_EQ(profile.latency, Picoseconds(423));
  ExpectDomain(profile.domains[0], 420, 2, 0, 3);
  // Active 100 + 200; entering 20 + 20; idle 43; exiting 30 + 30.
  ExpectDomain(profile.domains[1], 300, 40, 43, 60);
  EXPECT_EQ(profile.domains[1].entries, 2);
  EXPECT_EQ(profile.domains[1].exits, 2);
}

// The gap between uses of the accelerator is the check, 10 ps. With a time-out
// of 9 ps it gates: entry 182..202, wake 202..232. With 10 ps the wake at the
// very instant comes first (5.2).
TEST(ProfileTest, AWakeAtTheVeryInstantOfTheTimeOutComesFirst) {
  const mapping::System early = HandSystem(/*gates=*/true, /*timeout=*/9);
  const ScenarioProfile gated = ProfileOf(early, *early.scenarios[1]);
  EXPECT_EQ(gated.latency, Picoseconds(432));  // 232 + 200
  EXPECT_EQ(gated.domains[1].entries, 2);
  const mapping::System late = HandSystem(/*gates=*/true, /*timeout=*/10);
  const ScenarioProfile kept = ProfileOf(late, *late.scenarios[1]);
  EXPECT_EQ(kept.latency, Picoseconds(383));  // 183 + 200
  EXPECT_EQ(kept.domains[1].entries, 1);
  // Active 100 + 10 (waiting) + 200 + 10 (time-out after the last use).
  ExpectDomain(kept.domains[1], 320, 20, 43, 30);
}

TEST(ProfileTest, WithoutGatingADomainIsAlwaysActive) {
  const mapping::System system = HandSystem(/*gates=*/false);
  const ScenarioProfile profile = ProfileOf(system, *system.scenarios[1]);
  EXPECT_EQ(profile.latency, Picoseconds(350));  // 40 + 100 + 10 + 200
  EXPECT_EQ(profile.latency, profile.work);
  for (int d = 0; d < 2; ++d) {
    ExpectDomain(
        InPeriod(system.domains[d], profile.domains[d], Picoseconds(1000)),
        1000, 0, 0, 0);
  }
}

TEST(ProfileTest, ADomainThatIsNeverUsedStaysIdle) {
  mapping::System system = HandSystem(/*gates=*/true);
  system.scenarios[0]->activities.resize(1);  // The host alone.
  const ScenarioProfile profile = ProfileOf(system, *system.scenarios[0]);
  ExpectDomain(
      InPeriod(system.domains[1], profile.domains[1], Picoseconds(1000)), 0, 0,
      1000, 0);
  EXPECT_EQ(profile.domains[1].exits, 0);
}

}  // namespace
}  // namespace dynarch::analysis
