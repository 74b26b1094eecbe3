#include "sim/engine/observers.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/hand_system.h"

namespace dynarch::engine {
namespace {

using ::testing::ElementsAre;

class EnergyMeterTest : public ::testing::Test {
 protected:
  EnergyMeterTest()
      : program_(Compile(testing::HandSystem(/*gates=*/true))),
        meter_(program_, Picoseconds(100)) {}
  Program program_;
  EnergyMeter meter_;
};

// docs/semantics.md 7.1: whole if it starts inside the window [0, 100).
TEST_F(EnergyMeterTest, ChargesWhatStartsInsideTheWindowWhole) {
  meter_.OnFiring(0, Picoseconds(99), Picoseconds(50), Femtojoules(4));
  meter_.OnFiring(0, Picoseconds(100), Picoseconds(50), Femtojoules(4));
  measurement::RunTotals totals;
  meter_.Finish(totals);
  ASSERT_EQ(totals.activities.size(), 1u);
  EXPECT_EQ(totals.activities[0].count, 1);
  EXPECT_EQ(totals.activities[0].time, Picoseconds(1));
  EXPECT_EQ(totals.activities[0].energy, ToZeptojoules(Femtojoules(4)));
}

TEST_F(EnergyMeterTest, ClipsResidenciesToTheWindow) {
  meter_.OnDomainState(0, DomainState::kIdle, Picoseconds(30));
  meter_.OnDomainState(0, DomainState::kExiting, Picoseconds(40));
  meter_.OnDomainState(0, DomainState::kActive, Picoseconds(250));
  meter_.OnDomainState(0, DomainState::kEntering, Picoseconds(260));
  measurement::RunTotals totals;
  meter_.Finish(totals);
  EXPECT_EQ(totals.domains[0].idle_state, Picoseconds(30));
  EXPECT_EQ(totals.domains[0].exiting, Picoseconds(10));
  EXPECT_EQ(totals.domains[0].active, Picoseconds(60));
  EXPECT_EQ(totals.domains[0].entering, Picoseconds(0));
  EXPECT_EQ(totals.domains[0].active_energy, Zeptojoules(600));  // 10 nW
}

TEST_F(EnergyMeterTest, ClipsServiceToTheWindow) {
  meter_.OnService(Picoseconds(10), Picoseconds(30));
  meter_.OnService(Picoseconds(90), Picoseconds(200));
  meter_.OnService(Picoseconds(200), Picoseconds(300));
  measurement::RunTotals totals;
  meter_.Finish(totals);
  EXPECT_EQ(totals.busy, Picoseconds(30));
}

TEST_F(EnergyMeterTest, TheTotalIsTheSumOfItsParts) {
  meter_.OnFiring(1, Picoseconds(0), Picoseconds(50), Femtojoules(1000));
  meter_.OnTransition(1, DomainState::kEntering, Picoseconds(20));
  meter_.OnTransition(1, DomainState::kExiting, Picoseconds(100));  // Outside.
  meter_.OnDomainState(0, DomainState::kIdle, Picoseconds(100));
  measurement::RunTotals totals;
  meter_.Finish(totals);
  // 1000 fJ + entry 50 fJ; host idle 1 nW and overhead 1 nW for 100 ps.
  EXPECT_EQ(totals.total_energy,
            ToZeptojoules(Femtojoules(1050)) + Zeptojoules(100 + 100));
  EXPECT_EQ(totals.overhead_energy, Zeptojoules(100));
}

TEST(LatencyRecorderTest, CountsEqualLatenciesExactly) {
  LatencyRecorder recorder(2, /*keep_sequence=*/true);
  for (int64_t latency : {5, 5, 7, 5}) {
    recorder.OnCompletion(0, Picoseconds(latency));
  }
  recorder.OnCompletion(1, Picoseconds(7));
  measurement::RunResult result;
  recorder.Finish(result);
  EXPECT_THAT(result.latencies,
              ElementsAre(measurement::LatencyCount{Picoseconds(5), 3},
                          measurement::LatencyCount{Picoseconds(7), 2}));
  EXPECT_EQ(result.sequence.size(), 5u);
}

}  // namespace
}  // namespace dynarch::engine
