#include "sim/kernel/simulator.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace dynarch::kernel {
namespace {

using ::testing::ElementsAre;

Event At(int64_t time, Phase phase, uint32_t id) {
  return Event{.time = Picoseconds(time), .phase = phase, .id = id};
}

TEST(SimulatorTest, HandlesEventsInOrderAndTellsTheTime) {
  Simulator simulator;
  simulator.Schedule(At(20, Phase::kDispatch, 1));
  simulator.Schedule(At(10, Phase::kDispatch, 2));
  std::vector<std::pair<int64_t, uint32_t>> seen;
  simulator.Run([&](const Event& event) {
    seen.emplace_back(simulator.now().value(), event.id);
  });
  EXPECT_THAT(seen, ElementsAre(std::pair(10, 2), std::pair(20, 1)));
  EXPECT_EQ(simulator.events_handled(), 2);
}

// A handler at phase dispatch schedules a completion of no length: it comes
// before the dispatch that was already pending at the same instant.
TEST(SimulatorTest, SettlesZeroTimeChainsOfAnInstantFirst) {
  Simulator simulator;
  simulator.Schedule(At(5, Phase::kDispatch, 1));
  simulator.Schedule(At(5, Phase::kDispatch, 2));
  std::vector<uint32_t> seen;
  simulator.Run([&](const Event& event) {
    seen.push_back(event.id);
    if (event.id == 1) simulator.Schedule(At(5, Phase::kCompletion, 9));
  });
  EXPECT_THAT(seen, ElementsAre(1, 9, 2));
}

TEST(SimulatorTest, StopLeavesWhatIsPending) {
  Simulator simulator;
  simulator.Schedule(At(1, Phase::kDispatch, 1));
  simulator.Schedule(At(2, Phase::kDispatch, 2));
  int handled = 0;
  const auto stop = [&](const Event&) {
    ++handled;
    simulator.Stop();
  };
  simulator.Run(stop);
  EXPECT_EQ(handled, 1);
  simulator.Run(stop);
  EXPECT_EQ(handled, 2);
}

TEST(SimulatorTest, ResetGoesBackToTheBeginning) {
  Simulator simulator;
  simulator.Schedule(At(7, Phase::kDispatch, 1));
  simulator.Run([](const Event&) {});
  simulator.Reset();
  EXPECT_EQ(simulator.now(), Picoseconds(0));
  simulator.Schedule(At(0, Phase::kDispatch, 1));  // Not in the past any more.
  int handled = 0;
  simulator.Run([&](const Event&) { ++handled; });
  EXPECT_EQ(handled, 1);
}

TEST(SimulatorDeathTest, SchedulingIntoThePastIsABugAndAborts) {
  Simulator simulator;
  simulator.Schedule(At(7, Phase::kDispatch, 1));
  EXPECT_DEATH(simulator.Run([&](const Event&) {
    simulator.Schedule(At(6, Phase::kDispatch, 1));
  }),
               "");
}

}  // namespace
}  // namespace dynarch::kernel
