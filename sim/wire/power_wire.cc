#include "sim/wire/power_wire.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sim/base/name_match.h"
#include "sim/base/quantity_parse.h"
#include "sim/base/status_macros.h"

namespace dynarch::wire {
namespace {

using mapping::PowerPolicy;

// Removes `prefix` and the white space around it.
bool Take(absl::string_view prefix, absl::string_view* text) {
  *text = absl::StripLeadingAsciiWhitespace(*text);
  if (!absl::ConsumePrefix(text, prefix)) return false;
  *text = absl::StripLeadingAsciiWhitespace(*text);
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

absl::StatusOr<PowerPolicy> Gate(int64_t timeout_ps) {
  if (timeout_ps < 0 || timeout_ps > platform::kMaxTime.value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "timeout: got ", FormatQuantity(timeout_ps, Dimension::kTime),
        "; allowed: 0 to ",
        FormatQuantity(platform::kMaxTime.value(), Dimension::kTime)));
  }
  return PowerPolicy{PowerPolicy::Kind::kPowerGate, Picoseconds(timeout_ps)};
}

}  // namespace

absl::StatusOr<PowerPolicy> ParsePowerPolicy(absl::string_view text) {
  absl::string_view rest = WithoutBraces(text);
  if (rest == "always_on") return PowerPolicy{};
  if (rest == "clock_gate") {
    return PowerPolicy{PowerPolicy::Kind::kClockGate, {}};
  }
  if (!Take("power_gate", &rest)) return Unknown(text);
  if (rest.empty()) return Gate(0);
  if (!Take(":", &rest)) return Unknown(text);
  rest = WithoutBraces(rest);
  if (rest.empty()) return Gate(0);
  if (!Take("timeout", &rest) || !Take(":", &rest)) return Unknown(text);
  DYNARCH_ASSIGN_OR_RETURN(const int64_t timeout,
                           ParseQuantity(rest, Dimension::kTime));
  return Gate(timeout);
}

absl::StatusOr<PowerPolicy> PowerPolicyFrom(const v1::Power& message) {
  if (message.has_power_gate()) return Gate(message.power_gate().timeout_ps());
  if (message.simple() == v1::Power::CLOCK_GATE) {
    return PowerPolicy{PowerPolicy::Kind::kClockGate, {}};
  }
  return PowerPolicy{};
}

}  // namespace dynarch::wire
