#include "sim/wire/power_wire.h"

#include "sim/base/units.h"

namespace dynarch::wire {

using mapping::PowerPolicy;

absl::StatusOr<PowerPolicy> PowerPolicyFrom(const v1::Power& message) {
  if (message.has_power_gate())
    return mapping::PowerGateAfter(
        Picoseconds(message.power_gate().timeout_ps()));
  if (message.simple() == v1::Power::CLOCK_GATE) {
    return PowerPolicy{PowerPolicy::Kind::kClockGate, {}};
  }
  return PowerPolicy{};
}

}  // namespace dynarch::wire
