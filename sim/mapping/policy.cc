#include "sim/mapping/policy.h"

#include <algorithm>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sim/base/quantity_parse.h"

namespace dynarch::mapping {
namespace {

// Takes `token` and the blanks before it off the front of `text`.
bool Consume(absl::string_view& text, absl::string_view token) {
  text = absl::StripLeadingAsciiWhitespace(text);
  return absl::ConsumePrefix(&text, token);
}

// The text between `power_gate: {timeout:` and `}`.
std::optional<absl::string_view> TimeoutText(absl::string_view text) {
  const bool begins = Consume(text, "power_gate") && Consume(text, ":") &&
                      Consume(text, "{") && Consume(text, "timeout") &&
                      Consume(text, ":");
  text = absl::StripAsciiWhitespace(text);
  if (!begins || !absl::ConsumeSuffix(&text, "}")) return std::nullopt;
  return absl::StripAsciiWhitespace(text);
}

}  // namespace

platform::PowerStateKind IdleStateKind(PowerPolicy::Kind kind) {
  switch (kind) {
    case PowerPolicy::Kind::kAlwaysOn:
      return platform::PowerStateKind::kActive;
    case PowerPolicy::Kind::kClockGate:
      return platform::PowerStateKind::kClockGated;
    case PowerPolicy::Kind::kPowerGate:
      return platform::PowerStateKind::kPowerGated;
  }
  return platform::PowerStateKind::kActive;
}

const platform::PowerState& IdleState(const PowerPolicy& policy,
                                      const platform::PowerDomain& domain) {
  return domain.StateOrShallower(IdleStateKind(policy.kind));
}

bool Offers(const platform::Platform& platform, const PowerPolicy& policy) {
  return std::any_of(platform.domains().begin(), platform.domains().end(),
                     [&](const platform::PowerDomain& domain) {
                       return domain.Has(IdleStateKind(policy.kind));
                     });
}

std::string ToText(const PowerPolicy& policy) {
  switch (policy.kind) {
    case PowerPolicy::Kind::kAlwaysOn:
      return "always_on";
    case PowerPolicy::Kind::kClockGate:
      return "clock_gate";
    case PowerPolicy::Kind::kPowerGate:
      return absl::StrCat(
          "power_gate: {timeout: ",
          FormatQuantity(policy.timeout.value(), Dimension::kTime), "}");
  }
  return "";
}

absl::StatusOr<PowerPolicy> ParsePowerPolicy(absl::string_view text) {
  const absl::string_view trimmed = absl::StripAsciiWhitespace(text);
  if (trimmed == "always_on") return PowerPolicy{};
  if (trimmed == "clock_gate") {
    return PowerPolicy{.kind = PowerPolicy::Kind::kClockGate, .timeout = {}};
  }
  const auto timeout_text = TimeoutText(trimmed);
  if (!timeout_text.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("policy.power: got '", text,
                     "'; allowed: always_on, clock_gate, "
                     "power_gate: {timeout: 1 ms}"));
  }
  const auto timeout = ParseQuantity(*timeout_text, Dimension::kTime);
  if (!timeout.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "policy.power.power_gate.timeout: ", timeout.status().message()));
  }
  return PowerPolicy{.kind = PowerPolicy::Kind::kPowerGate,
                     .timeout = Picoseconds(*timeout)};
}

}  // namespace dynarch::mapping
