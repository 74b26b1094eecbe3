#include "sim/mapping/policy.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sim/base/name_match.h"
#include "sim/base/quantity_parse.h"
#include "sim/base/status_macros.h"

namespace dynarch::mapping {
namespace {

// Removes `prefix` and the white space around it.
bool Take(absl::string_view prefix, absl::string_view& text) {
  text = absl::StripLeadingAsciiWhitespace(text);
  if (!absl::ConsumePrefix(&text, prefix)) return false;
  text = absl::StripLeadingAsciiWhitespace(text);
  return true;
}

// Removes one pair of braces around all of the text, if there is one.
absl::string_view WithoutBraces(absl::string_view text) {
  absl::string_view inner = absl::StripAsciiWhitespace(text);
  if (absl::ConsumePrefix(&inner, "{") && absl::ConsumeSuffix(&inner, "}")) {
    return absl::StripAsciiWhitespace(inner);
  }
  return absl::StripAsciiWhitespace(text);
}

absl::Status Unknown(absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(
      "got '", text,
      "'; allowed: always_on, clock_gate, power_gate: {timeout: 1 ms}",
      DidYouMean(text, {"always_on", "clock_gate", "power_gate"})));
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

absl::StatusOr<PowerPolicy> PowerGateAfter(Picoseconds timeout) {
  if (timeout < Picoseconds(0) || timeout > platform::kMaxTime) {
    return absl::InvalidArgumentError(absl::StrCat(
        "timeout: got ", FormatQuantity(timeout.value(), Dimension::kTime),
        "; allowed: 0 to ",
        FormatQuantity(platform::kMaxTime.value(), Dimension::kTime)));
  }
  return PowerPolicy{PowerPolicy::Kind::kPowerGate, timeout};
}

absl::StatusOr<PowerPolicy> ParsePowerPolicy(absl::string_view text) {
  absl::string_view rest = WithoutBraces(text);
  if (rest == "always_on") return PowerPolicy{};
  if (rest == "clock_gate") {
    return PowerPolicy{PowerPolicy::Kind::kClockGate, {}};
  }
  if (!Take("power_gate", rest)) return Unknown(text);
  if (rest.empty()) return PowerGateAfter(Picoseconds(0));
  if (!Take(":", rest)) return Unknown(text);
  rest = WithoutBraces(rest);
  if (rest.empty()) return PowerGateAfter(Picoseconds(0));
  if (!Take("timeout", rest) || !Take(":", rest)) return Unknown(text);
  DYNARCH_ASSIGN_OR_RETURN(const int64_t timeout,
                           ParseQuantity(rest, Dimension::kTime));
  return PowerGateAfter(Picoseconds(timeout));
}

}  // namespace dynarch::mapping
