#include "sim/platform/platform.h"

#include <gtest/gtest.h>

#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::platform {
namespace {

using ::dynarch::testing::AddElement;
using ::dynarch::testing::PlainDomain;
using ::dynarch::testing::PlainPlatform;
using ::dynarch::testing::PlainRoofline;

TEST(PlatformTest, FindsElementsPointsAndLinks) {
  PlatformParts parts = PlainPlatform();
  const int gpu = AddElement(parts, "gpu", Gpu{2, PlainRoofline()}, false);
  const int mcu = AddElement(parts, "mcu", Mcu{1, PlainRoofline()}, true);
  parts.links.push_back({"bus", gpu, 0, {}, {}, {}});
  ASSERT_OK_AND_ASSIGN(const Platform platform, Platform::Create(parts));
  EXPECT_EQ(platform.ElementNamed("gpu"), gpu);
  EXPECT_EQ(platform.ElementNamed("npu"), std::nullopt);
  EXPECT_EQ(platform.OperatingPointNamed("only"), 0);
  EXPECT_EQ(platform.OperatingPointNamed("max"), std::nullopt);
  EXPECT_EQ(platform.LinkBetween(0, gpu), 0);  // In both directions.
  EXPECT_EQ(platform.LinkBetween(gpu, 0), 0);
  EXPECT_EQ(platform.LinkBetween(gpu, mcu), std::nullopt);
  EXPECT_TRUE(platform.elements()[gpu].is_gpu());
  EXPECT_FALSE(platform.elements()[0].is_gpu());
  EXPECT_EQ(platform.host(), 0);
}

TEST(PowerDomainTest, FallsBackToTheDeepestShallowerState) {
  using Kind = PowerStateKind;
  PowerDomain domain = PlainDomain("d");
  EXPECT_EQ(domain.StateOrShallower(Kind::kPowerGated).kind, Kind::kActive);
  EXPECT_TRUE(domain.Has(Kind::kActive));
  EXPECT_FALSE(domain.Has(Kind::kClockGated));

  domain.states.push_back({.kind = Kind::kClockGated});
  EXPECT_EQ(domain.StateOrShallower(Kind::kPowerGated).kind, Kind::kClockGated);
  EXPECT_EQ(domain.StateOrShallower(Kind::kActive).kind, Kind::kActive);
  EXPECT_FALSE(domain.Has(Kind::kPowerGated));

  // Active and power-gated alone: clock gating finds nothing between.
  PowerDomain deep = PlainDomain("d");
  deep.states.push_back({.kind = Kind::kPowerGated});
  EXPECT_EQ(deep.StateOrShallower(Kind::kClockGated).kind, Kind::kActive);
  EXPECT_TRUE(deep.Has(Kind::kPowerGated));
}

TEST(MemoryTest, WaitStatesLengthenEveryAccess) {
  Memory flash{.name = "flash",
               .capacity = Bytes(1),
               .domain = 0,
               .bytes_per_cycle = {4, 1},
               .energy_per_byte = Attojoules(0),
               .wait_states = {{Hertz(20), 1}, {Hertz(40), 2}}};
  EXPECT_EQ(flash.BytesPerCycleAt(Hertz(20)), (PerCycle{4, 1}));
  EXPECT_EQ(flash.BytesPerCycleAt(Hertz(21)), (PerCycle{4, 2}));
  EXPECT_EQ(flash.BytesPerCycleAt(Hertz(100)), (PerCycle{4, 3}));
}

}  // namespace
}  // namespace dynarch::platform
