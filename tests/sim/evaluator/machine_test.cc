#include "sim/evaluator/machine.h"

#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/model_builders.h"

namespace dynarch::evaluator {
namespace {

using behavior::Threshold;
using ::testing::ElementsAre;
using Kind = Threshold::Kind;

// x -> norm -> softmax1 (exit1); norm -> norm2 -> softmax2 (exit2). Four
// values throughout.
graph::Network TwoExits() {
  testing::NetworkBuilder net("tiny");
  net.Input("x", {4});
  net.Add("norm", graph::Norm{}, {"x"});
  net.Add("softmax1", graph::Softmax{}, {"norm"});
  net.Add("norm2", graph::Norm{}, {"norm"});
  net.Add("softmax2", graph::Softmax{}, {"norm2"});
  net.Exit("exit1", "softmax1").Exit("exit2", "softmax2");
  return *graph::Network::Create(net.parts());
}

// A cpu (host) and a gpu with memory and domain of its own, joined by `bus`.
platform::Platform CpuAndGpu() {
  platform::PlatformParts parts = testing::PlainPlatform();
  platform::Gpu gpu{1, testing::PlainRoofline()};
  gpu.roofline.synchronize = Picoseconds(5'000);
  testing::AddElement(parts, "gpu", gpu, /*own_memory=*/true);
  platform::Link link;
  link.name = "bus";
  link.first = 0;
  link.second = 1;
  link.latency = Picoseconds(700);
  parts.links = {link};
  return *platform::Platform::Create(std::move(parts));
}

// A machine under the rule of thresholds of these kinds.
Machine On(std::vector<int> stages, std::vector<Kind> kinds) {
  Machine machine;
  machine.stages = std::move(stages);
  for (const Kind kind : kinds) {
    machine.policy.thresholds.push_back(
        kind == Kind::kNever    ? Threshold::Never()
        : kind == Kind::kAlways ? Threshold::Always()
                                : *Threshold::Parse("0.5"));
  }
  return machine;
}

// A scenario's activities, in order.
std::vector<mapping::CostedActivity> Activities(const mapping::System& system,
                                                int exit) {
  std::vector<mapping::CostedActivity> activities;
  for (const int32_t number : system.scenarios[exit]->activities) {
    activities.push_back(system.activities[number]);
  }
  return activities;
}

// Labels of a scenario's activities, in order.
std::vector<std::string> Labels(const mapping::System& system, int exit) {
  std::vector<std::string> labels;
  for (const mapping::CostedActivity& activity : Activities(system, exit)) {
    labels.push_back(system.lines[activity.line].label);
  }
  return labels;
}

// docs/semantics.md 4.
TEST(BuildSystemTest, CostsTheChainOfEveryScenario) {
  const auto system = BuildSystem(TwoExits(), CpuAndGpu(),
                                  On({0, 1}, {Kind::kValue, Kind::kAlways}));
  ASSERT_TRUE(system.ok()) << system.status();
  EXPECT_THAT(
      Labels(*system, 0),
      ElementsAre("exit1/norm@cpu", "exit1/softmax1@cpu", "exit1/check@cpu"));
  EXPECT_THAT(Labels(*system, 1),
              ElementsAre("exit1/norm@cpu", "exit1/softmax1@cpu",
                          "exit1/check@cpu", "exit2/transfer_norm@bus",
                          "exit2/norm2@gpu", "exit2/softmax2@gpu",
                          "exit2/synchronize@cpu", "exit2/result@bus"));
  // Eight different activities, shared by both scenarios where they are equal.
  EXPECT_EQ(system->lines.size(), 8u);
}

// One op per cycle at 1 GHz: norm is 2 * 4 ops, 8000 ps. Memory moves 4 B per
// cycle: four inputs, four outputs, four scales and four shifts of 4 B are 16
// cycles, 16000 ps. Energy: 8 ops of 1 fJ and 64 B of 2 fJ.
TEST(BuildSystemTest, TakesTheCostModelsIntegers) {
  const auto system = BuildSystem(TwoExits(), CpuAndGpu(),
                                  On({0, 1}, {Kind::kValue, Kind::kAlways}));
  const mapping::CostedActivity norm = Activities(*system, 0)[0];
  EXPECT_EQ(norm.time, Picoseconds(16'000));
  EXPECT_EQ(norm.energy, Femtojoules(8 + 128));
  const auto second = Activities(*system, 1);
  EXPECT_EQ(second[3].time, Picoseconds(700));    // The bus: latency alone.
  EXPECT_EQ(second[6].time, Picoseconds(5'000));  // Synchronisation.
  EXPECT_EQ(second[6].energy, Femtojoules(0));
}

// Elements first, then links.
TEST(BuildSystemTest, SaysWhatEachActivityOccupiesAndNeeds) {
  const auto system = BuildSystem(TwoExits(), CpuAndGpu(),
                                  On({0, 1}, {Kind::kValue, Kind::kAlways}));
  const auto second = Activities(*system, 1);
  EXPECT_EQ(system->resources, 3);
  EXPECT_EQ(second[0].resource, 0);
  EXPECT_EQ(second[3].resource, 2);
  EXPECT_EQ(second[4].resource, 1);
  EXPECT_EQ(second[0].domains, 1u);  // The host's alone.
  EXPECT_EQ(second[4].domains, 3u);  // And the gpu's.
}

TEST(BuildSystemTest, ANeverExitHasNoScenarioNoHeadAndNoCheck) {
  const auto system = BuildSystem(TwoExits(), CpuAndGpu(),
                                  On({0, 0}, {Kind::kNever, Kind::kAlways}));
  EXPECT_FALSE(system->scenarios[0].has_value());
  EXPECT_THAT(
      Labels(*system, 1),
      ElementsAre("exit1/norm@cpu", "exit2/norm2@cpu", "exit2/softmax2@cpu"));
}

TEST(BuildSystemTest, NothingGetsPastAnAlwaysExit) {
  const auto system = BuildSystem(TwoExits(), CpuAndGpu(),
                                  On({0, 0}, {Kind::kAlways, Kind::kAlways}));
  EXPECT_THAT(Labels(*system, 0),
              ElementsAre("exit1/norm@cpu", "exit1/softmax1@cpu"));
  EXPECT_FALSE(system->scenarios[1].has_value());
}

// A stage that always-exits keep from being reached may be anywhere.
TEST(BuildSystemTest, WhatCannotBeReachedNeedNotBePossible) {
  platform::PlatformParts parts = CpuAndGpu().parts();
  parts.links.clear();
  const auto platform = platform::Platform::Create(std::move(parts));
  EXPECT_TRUE(BuildSystem(TwoExits(), *platform,
                          On({0, 1}, {Kind::kAlways, Kind::kAlways}))
                  .ok());
  const auto reached = BuildSystem(TwoExits(), *platform,
                                   On({0, 1}, {Kind::kValue, Kind::kAlways}));
  EXPECT_EQ(reached.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(reached.status().message()),
              ::testing::StartsWith("no_link"));
}

class PowerTest : public ::testing::Test {
 protected:
  PowerTest() {
    platform::PlatformParts parts = testing::PlainPlatform();
    platform::PowerState active;
    active.leakage = Nanowatts(100);
    active.clock = Nanowatts(900);
    platform::PowerState gated;
    gated.kind = platform::PowerStateKind::kClockGated;
    gated.leakage = Nanowatts(100);
    gated.exit = Picoseconds(7);
    gated.exit_energy = Femtojoules(3);
    parts.domains[0].states = {active, gated};
    platform_ = *platform::Platform::Create(std::move(parts));
  }
  mapping::DomainPower Under(mapping::PowerPolicy policy) {
    Machine machine = On({0, 0}, {Kind::kValue, Kind::kAlways});
    machine.power = policy;
    return BuildSystem(TwoExits(), *platform_, machine)->domains[0];
  }
  absl::StatusOr<platform::Platform> platform_;
};

using PolicyKind = mapping::PowerPolicy::Kind;

TEST_F(PowerTest, AlwaysOnHasNoOtherState) {
  const auto power = Under({PolicyKind::kAlwaysOn, Picoseconds(0)});
  EXPECT_FALSE(power.gates);
  EXPECT_EQ(power.active, Nanowatts(1000));
}

TEST_F(PowerTest, ClockGatingSleepsAtOnce) {
  const auto power = Under({PolicyKind::kClockGate, Picoseconds(0)});
  EXPECT_TRUE(power.gates);
  EXPECT_EQ(power.timeout, Picoseconds(0));
  EXPECT_EQ(power.idle, Nanowatts(100));
  EXPECT_EQ(power.exit, Picoseconds(7));
  EXPECT_EQ(power.exit_energy, Femtojoules(3));
}

// docs/semantics.md 5.2: the domain has no power-gated state; it takes the
// clock-gated one, after the policy's time-out.
TEST_F(PowerTest, PowerGatingTakesTheDeepestShallowerState) {
  const auto power = Under({PolicyKind::kPowerGate, Picoseconds(50)});
  EXPECT_TRUE(power.gates);
  EXPECT_EQ(power.timeout, Picoseconds(50));
  EXPECT_EQ(power.exit, Picoseconds(7));
}

}  // namespace
}  // namespace dynarch::evaluator
