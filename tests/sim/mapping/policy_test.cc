#include "sim/mapping/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::mapping {
namespace {

using ::dynarch::testing::IsOkAndHolds;
using ::dynarch::testing::PlainDomain;
using ::dynarch::testing::StatusIs;
using ::testing::HasSubstr;
using Kind = PowerPolicy::Kind;
using State = platform::PowerStateKind;

constexpr PowerPolicy kAlwaysOn{Kind::kAlwaysOn, Picoseconds(0)};
constexpr PowerPolicy kClockGate{Kind::kClockGate, Picoseconds(0)};
constexpr PowerPolicy kPowerGate{Kind::kPowerGate, Picoseconds(1'000'000'000)};

TEST(PowerPolicyTest, HasOneText) {
  EXPECT_EQ(ToText(kAlwaysOn), "always_on");
  EXPECT_EQ(ToText(kClockGate), "clock_gate");
  EXPECT_EQ(ToText(kPowerGate), "power_gate: {timeout: 1 ms}");
}

TEST(PowerPolicyTest, ReadsWhatItWrites) {
  for (const PowerPolicy& policy :
       {kAlwaysOn, kClockGate, kPowerGate,
        PowerPolicy{Kind::kPowerGate, Picoseconds(0)},
        PowerPolicy{Kind::kPowerGate, Picoseconds(1'234'567)}}) {
    EXPECT_THAT(ParsePowerPolicy(ToText(policy)), IsOkAndHolds(policy))
        << ToText(policy);
  }
}

TEST(PowerPolicyTest, ReadsItWithOtherBlanksAndUnits) {
  EXPECT_THAT(ParsePowerPolicy("  always_on "), IsOkAndHolds(kAlwaysOn));
  for (const absl::string_view text :
       {"power_gate:{timeout:1ms}", "power_gate : { timeout : 1000 us }",
        " power_gate: {timeout: 0.001 s} ", "{power_gate: {timeout: 1 ms}}"}) {
    EXPECT_THAT(ParsePowerPolicy(text), IsOkAndHolds(kPowerGate)) << text;
  }
  for (const absl::string_view text : {"power_gate", "power_gate: {}"}) {
    EXPECT_THAT(ParsePowerPolicy(text),
                IsOkAndHolds(PowerPolicy{Kind::kPowerGate, Picoseconds(0)}))
        << text;
  }
}

TEST(PowerPolicyTest, RefusesOtherTextsAndSaysWhatIsAllowed) {
  for (const absl::string_view text :
       {"", "off", "power_gate: {timeout: 1 ms", "{always_on",
        "always_on: {timeout: 1 ms}", "power_gate: {delay: 1 ms}"}) {
    EXPECT_THAT(
        ParsePowerPolicy(text),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 HasSubstr("allowed: always_on, clock_gate, power_gate: "
                           "{timeout: 1 ms}")))
        << text;
  }
  for (const absl::string_view text :
       {"power_gate: {timeout: 1}", "power_gate: {timeout: 1 mJ}",
        "power_gate: {timeout: -1 ms}", "power_gate: {timeout: }"}) {
    EXPECT_THAT(ParsePowerPolicy(text),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("time")))
        << text;
  }
  EXPECT_THAT(ParsePowerPolicy("power_gate: {timeout: 2000 s}"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("allowed: 0 to ")));
  EXPECT_OK(PowerGateAfter(platform::kMaxTime));
  EXPECT_THAT(PowerGateAfter(Picoseconds(-1)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

platform::PowerDomain DomainWith(std::vector<State> kinds) {
  platform::PowerDomain domain = PlainDomain("d");
  for (const State kind : kinds) domain.states.push_back({.kind = kind});
  return domain;
}

TEST(IdleStateTest, IsThePolicysOrTheDeepestShallowerOne) {
  const auto full = DomainWith({State::kClockGated, State::kPowerGated});
  EXPECT_EQ(IdleState(kAlwaysOn, full).kind, State::kActive);
  EXPECT_EQ(IdleState(kClockGate, full).kind, State::kClockGated);
  EXPECT_EQ(IdleState(kPowerGate, full).kind, State::kPowerGated);
  const auto clock_only = DomainWith({State::kClockGated});
  EXPECT_EQ(IdleState(kPowerGate, clock_only).kind, State::kClockGated);
  const auto power_only = DomainWith({State::kPowerGated});
  EXPECT_EQ(IdleState(kClockGate, power_only).kind, State::kActive);
  EXPECT_EQ(IdleState(kPowerGate, DomainWith({})).kind, State::kActive);
}

}  // namespace
}  // namespace dynarch::mapping
