// Power policies as messages and as text.
#ifndef DYNARCH_SIM_WIRE_POWER_WIRE_H_
#define DYNARCH_SIM_WIRE_POWER_WIRE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dynarch/v1/study.pb.h"
#include "sim/mapping/policy.h"

namespace dynarch::wire {

// Reads what mapping::ToText writes: `always_on`, `clock_gate` or
// `power_gate: {timeout: 1 ms}`; braces around it and other spellings of the
// time are accepted. InvalidArgument says what is allowed.
absl::StatusOr<mapping::PowerPolicy> ParsePowerPolicy(absl::string_view text);

// An empty message is `always_on`.
absl::StatusOr<mapping::PowerPolicy> PowerPolicyFrom(const v1::Power& message);

}  // namespace dynarch::wire

#endif  // DYNARCH_SIM_WIRE_POWER_WIRE_H_
