#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "sim/platform/platform.h"
#include "tests/testing/model_builders.h"

namespace dynarch::platform {
namespace {

using ::dynarch::testing::PlainDomain;

PowerState State(int64_t leakage_nw, int64_t clock_nw) {
  return {.kind = PowerStateKind::kActive,
          .leakage = Nanowatts(leakage_nw),
          .clock = Nanowatts(clock_nw)};
}

DomainPoint Point(int64_t hertz, int64_t microvolts) {
  return {Hertz(hertz), Microvolts(microvolts)};
}

// PlainDomain: reference 1 V and 1 GHz.

TEST(StatePowerTest, IsTheStatedPowerAtTheReference) {
  EXPECT_EQ(StatePower(PlainDomain("d"), State(300, 50),
                       Point(1'000'000'000, 1'000'000)),
            Nanowatts(350));
}

TEST(StatePowerTest, LeakageGoesWithVAndClockWithFTimesVSquared) {
  // 1000 * 0.8 = 800; 1000 * 0.5 * 0.64 = 320.
  const DomainPoint point = Point(500'000'000, 800'000);
  EXPECT_EQ(StatePower(PlainDomain("d"), State(1000, 0), point),
            Nanowatts(800));
  EXPECT_EQ(StatePower(PlainDomain("d"), State(0, 1000), point),
            Nanowatts(320));
}

TEST(StatePowerTest, RoundsTheSumUpOnce) {
  // Leakage 1 * 0.7 = 0.7 and clock 1 * 0.4 * 0.49 = 0.196: 0.896, so 1; two
  // roundings would give 2.
  const DomainPoint point = Point(400'000'000, 700'000);
  EXPECT_EQ(StatePower(PlainDomain("d"), State(1, 1), point), Nanowatts(1));
  // 0.7 + 2 * 0.196 = 1.092: just above 1 gives 2.
  EXPECT_EQ(StatePower(PlainDomain("d"), State(1, 2), point), Nanowatts(2));
  EXPECT_EQ(StatePower(PlainDomain("d"), State(0, 0), point), Nanowatts(0));
}

TEST(StatePowerTest, IsExactWhereTheProductPasses128Bits) {
  // f = fref and V = Vref with the largest figures: the product clock * f * V^2
  // is 10^15 * 10^12 * 10^16 = 10^43 > 2^128 = 3.4 * 10^38.
  PowerDomain domain = PlainDomain("d");
  domain.reference_voltage = kMaxVoltage;
  domain.reference_frequency = kMaxFrequency;
  const PowerState state = State(kMaxPower.value() - 1, kMaxPower.value() - 3);
  EXPECT_EQ(StatePower(domain, state,
                       {.frequency = kMaxFrequency, .voltage = kMaxVoltage}),
            Nanowatts(2 * kMaxPower.value() - 4));
}

TEST(DynamicEnergyTest, GoesWithVSquaredAndRoundsUpOnce) {
  const PowerDomain domain = PlainDomain("d");
  // 1000 ops * 1500 aJ = 1.5e6 aJ = 1500 fJ.
  EXPECT_EQ(DynamicEnergy(1000, Attojoules(1500), domain,
                          Point(1'000'000'000, 1'000'000)),
            Femtojoules(1500));
  // At 0.8 V: 1500 * 0.64 = 960 fJ, whatever the clock.
  EXPECT_EQ(DynamicEnergy(1000, Attojoules(1500), domain, Point(1, 800'000)),
            Femtojoules(960));
  // 3 aJ are 0.003 fJ, so 1; 1000 times that is 3, rounded once and not a
  // thousand times.
  EXPECT_EQ(DynamicEnergy(1, Attojoules(3), domain, Point(1, 1'000'000)),
            Femtojoules(1));
  EXPECT_EQ(DynamicEnergy(1000, Attojoules(3), domain, Point(1, 1'000'000)),
            Femtojoules(3));
  EXPECT_EQ(DynamicEnergy(0, Attojoules(3), domain, Point(1, 1'000'000)),
            Femtojoules(0));
}

TEST(DynamicEnergyTest, IsExactNear128Bits) {
  // 2^33 ops * 10^12 aJ * (99'999'999 uV)^2 = 8.6e37 of 3.4e38; at V = Vref the
  // result is 2^33 * 10^9 fJ.
  PowerDomain domain = PlainDomain("d");
  domain.reference_voltage = Microvolts(99'999'999);
  EXPECT_EQ(DynamicEnergy(int64_t{1} << 33, kMaxUnitEnergy, domain,
                          Point(1, 99'999'999)),
            Femtojoules((int64_t{1} << 33) * 1'000'000'000));
}

TEST(DynamicEnergyTest, StopsAtTheLargestInteger) {
  // 2^50 * 10^12 aJ = 1.1e24 fJ.
  EXPECT_EQ(DynamicEnergy(int64_t{1} << 50, kMaxUnitEnergy, PlainDomain("d"),
                          Point(1, 1'000'000)),
            Femtojoules(std::numeric_limits<int64_t>::max()));
}

}  // namespace
}  // namespace dynarch::platform
