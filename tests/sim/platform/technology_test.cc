#include "sim/platform/technology.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

namespace dynarch::platform {
namespace {

TEST(EnergyAtVoltageTest, GoesWithTheSquareOfTheVoltage) {
  // 1000 * (0.8 / 1.0)^2 = 640.
  EXPECT_EQ(EnergyAtVoltage(Attojoules(1000), Microvolts(1'000'000),
                            Microvolts(800'000)),
            Attojoules(640));
}

TEST(EnergyAtVoltageTest, IsRoundedUp) {
  // 1 * (2/3)^2 = 0.44.
  EXPECT_EQ(EnergyAtVoltage(Attojoules(1), Microvolts(3), Microvolts(2)),
            Attojoules(1));
}

TEST(LeakageAtVoltageTest, GoesWithTheVoltage) {
  EXPECT_EQ(LeakageAtVoltage(Nanowatts(1000), Microvolts(900'000),
                             Microvolts(650'000)),
            Nanowatts(723));  // 722.2
}

TEST(LogInterpolatedTest, MeetsBothEnds) {
  EXPECT_DOUBLE_EQ(LogInterpolated(45, 0.3, 7, 0.1, 45), 0.3);
  EXPECT_NEAR(LogInterpolated(45, 0.3, 7, 0.1, 7), 0.1, 1e-15);
}

// Halfway between the logarithms is the geometric mean of both.
TEST(LogInterpolatedTest, HalfWayIsTheGeometricMean) {
  EXPECT_NEAR(LogInterpolated(4, 2, 16, 18, 8), 6, 1e-12);
}

TEST(LogInterpolatedTest, AgreesWithThePowerLawOfTheCLibrary) {
  for (double x = 7; x <= 65; x += 1) {
    const double want =
        12.5 * std::pow(1.75 / 12.5, std::log(x / 45) / std::log(7.0 / 45));
    EXPECT_NEAR(LogInterpolated(45, 12.5, 7, 1.75, x), want, 1e-12 * want);
  }
}

}  // namespace
}  // namespace dynarch::platform
