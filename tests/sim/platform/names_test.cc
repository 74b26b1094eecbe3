#include <gtest/gtest.h>

#include "sim/platform/platform.h"

namespace dynarch::platform {
namespace {

TEST(NamesTest, AreAsInYaml) {
  EXPECT_EQ(NameOf(EnergyScope::kCore), "core");
  EXPECT_EQ(NameOf(EnergyScope::kSoc), "soc");
  EXPECT_EQ(NameOf(EnergyScope::kBoard), "board");
  EXPECT_EQ(NameOf(PowerStateKind::kActive), "active");
  EXPECT_EQ(NameOf(PowerStateKind::kClockGated), "clock_gated");
  EXPECT_EQ(NameOf(PowerStateKind::kPowerGated), "power_gated");
  EXPECT_EQ(NameOf(Systolic::Dataflow::kOutput), "output_stationary");
  EXPECT_EQ(NameOf(Systolic::Dataflow::kWeight), "weight_stationary");
  EXPECT_EQ(NameOf(Systolic::Dataflow::kInput), "input_stationary");
  EXPECT_EQ(NameOf(ElementKind(Cpu{})), "cpu");
  EXPECT_EQ(NameOf(ElementKind(Mcu{})), "mcu");
  EXPECT_EQ(NameOf(ElementKind(Gpu{})), "gpu");
  EXPECT_EQ(NameOf(ElementKind(Systolic{})), "systolic");
  EXPECT_EQ(NameOf(ElementKind(Table{})), "table");
}

}  // namespace
}  // namespace dynarch::platform
