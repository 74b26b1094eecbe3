// Runtime strategies of a candidate.
#ifndef DYNARCH_SIM_MAPPING_POLICY_H_
#define DYNARCH_SIM_MAPPING_POLICY_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/base/units.h"
#include "sim/platform/platform.h"

namespace dynarch::mapping {

// What a domain does from the idle instant on.
struct PowerPolicy {
  enum class Kind : uint8_t { kAlwaysOn, kClockGate, kPowerGate };
  Kind kind = Kind::kAlwaysOn;
  Picoseconds timeout;  // Only kPowerGate: stays active this long first.
  bool operator==(const PowerPolicy&) const = default;
};

// The state a domain enters when idle under a policy: the policy's, or the
// deepest shallower one that the domain has. `active`: it never gates.
const platform::PowerState& IdleState(const PowerPolicy& policy,
                                      const platform::PowerDomain& domain);

// The kind of state a policy asks for.
platform::PowerStateKind IdleStateKind(PowerPolicy::Kind kind);

// `always_on`, `clock_gate`, `power_gate: {timeout: 1 ms}`: the one text of a
// policy in files, results and on the command line.
std::string ToText(const PowerPolicy& policy);
// Power gating after `timeout`; InvalidArgument outside 0 to
// platform::kMaxTime.
absl::StatusOr<PowerPolicy> PowerGateAfter(Picoseconds timeout);
// Reads what ToText writes; other blanks, other spellings of the time and
// braces around it are accepted, and `power_gate` alone has no time-out.
// InvalidArgument names what came and the forms that are allowed.
absl::StatusOr<PowerPolicy> ParsePowerPolicy(absl::string_view text);

}  // namespace dynarch::mapping

#endif  // DYNARCH_SIM_MAPPING_POLICY_H_
