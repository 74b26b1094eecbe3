#include "sim/wire/study_space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/status_matchers.h"

namespace dynarch::wire {
namespace {

using ::dynarch::testing::IsOkAndHolds;
using ::dynarch::testing::StatusIs;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

TEST(CanonicalValueTest, EqualValuesHaveOneText) {
  using Target = space::Slot::Target;
  EXPECT_THAT(CanonicalValue({Target::kThreshold, 0}, "0.50"),
              IsOkAndHolds(std::string("0.5")));
  EXPECT_THAT(CanonicalValue({Target::kThreshold, 0}, "1.00"),
              IsOkAndHolds(std::string("1")));
  EXPECT_THAT(CanonicalValue({Target::kThreshold, 0}, "never"),
              IsOkAndHolds(std::string("never")));
  EXPECT_THAT(
      CanonicalValue({Target::kPower, 0}, "{power_gate: {timeout: 0.001 s}}"),
      IsOkAndHolds(std::string("power_gate: {timeout: 1 ms}")));
  EXPECT_THAT(CanonicalValue({Target::kPlatform, 0}, "gap9"),
              IsOkAndHolds(std::string("gap9")));
  EXPECT_THAT(CanonicalValue({Target::kPlatform, 0}, ""), StatusIs(kInvalid));
  EXPECT_THAT(CanonicalValue({Target::kDataType, 0}, "fp8"),
              StatusIs(kInvalid));
}

}  // namespace
}  // namespace dynarch::wire
