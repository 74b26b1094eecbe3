// Power policies as messages and as text.
#ifndef DYNARCH_SIM_WIRE_POWER_WIRE_H_
#define DYNARCH_SIM_WIRE_POWER_WIRE_H_

#include "absl/status/statusor.h"
#include "dynarch/v1/study.pb.h"
#include "sim/mapping/policy.h"

namespace dynarch::wire {

// Its text is the same in files, messages and results.
using mapping::ParsePowerPolicy;

// An empty message is `always_on`.
absl::StatusOr<mapping::PowerPolicy> PowerPolicyFrom(const v1::Power& message);

}  // namespace dynarch::wire

#endif  // DYNARCH_SIM_WIRE_POWER_WIRE_H_
