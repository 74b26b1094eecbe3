#include "sim/wire/power_wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace dynarch::wire {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

TEST(PowerWireTest, TextsAreReadInAnySpelling) {
  using Kind = mapping::PowerPolicy::Kind;
  EXPECT_EQ(ParsePowerPolicy("always_on")->kind, Kind::kAlwaysOn);
  EXPECT_EQ(ParsePowerPolicy(" clock_gate ")->kind, Kind::kClockGate);
  for (const char* text :
       {"power_gate: {timeout: 1 ms}", "{power_gate: {timeout: 1000 us}}",
        "power_gate:{timeout:1ms}"}) {
    ASSERT_OK_AND_ASSIGN(const mapping::PowerPolicy policy,
                         ParsePowerPolicy(text));
    EXPECT_EQ(policy.kind, Kind::kPowerGate);
    EXPECT_EQ(policy.timeout, Picoseconds(1'000'000'000)) << text;
    EXPECT_EQ(ToText(policy), "power_gate: {timeout: 1 ms}");
  }
  for (const char* text : {"power_gate", "power_gate: {}"}) {
    EXPECT_EQ(ParsePowerPolicy(text)->timeout, Picoseconds(0)) << text;
  }
}

TEST(PowerWireTest, OtherTextsAreRefused) {
  for (const char* text :
       {"", "gate", "power_gate 1 ms", "power_gate: {delay: 1 ms}",
        "power_gate: {timeout}", "{always_on", "power_gate: {timeout: 1 ms"}) {
    EXPECT_THAT(ParsePowerPolicy(text), StatusIs(kInvalid)) << text;
  }
  EXPECT_THAT(ParsePowerPolicy("power_gate: {timeout: 1}"),
              StatusIs(kInvalid, HasSubstr("'1' has no unit")));
  EXPECT_THAT(ParsePowerPolicy("power_gate: {timeout: 2000 s}"),
              StatusIs(kInvalid, HasSubstr("allowed: 0 to ")));
}

}  // namespace
}  // namespace dynarch::wire
