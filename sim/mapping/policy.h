// Runtime strategies of a candidate.
#ifndef DYNARCH_SIM_MAPPING_POLICY_H_
#define DYNARCH_SIM_MAPPING_POLICY_H_

#include <cstdint>
#include <string>

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
// deepest shallower one that the domain has.
const platform::PowerState& IdleState(const PowerPolicy& policy,
                                      const platform::PowerDomain& domain);

// `always_on`, `clock_gate`, `power_gate: {timeout: 1 ms}`.
std::string ToText(const PowerPolicy& policy);

}  // namespace dynarch::mapping

#endif  // DYNARCH_SIM_MAPPING_POLICY_H_
