// Values of a design space: their one text, and what numbers they may be.
// Internal to `study_space`, which declares CanonicalValue.
#ifndef DYNARCH_SIM_WIRE_SPACE_VALUES_H_
#define DYNARCH_SIM_WIRE_SPACE_VALUES_H_

#include "absl/status/status.h"
#include "sim/space/design_space.h"
#include "sim/wire/space_context.h"

namespace dynarch::wire {

// InvalidArgument at `space.PATH` if a value is not within what its threshold
// or knob allows: [0, 1] on probabilities, no negative entropy, an option of a
// width, a share that stays active above 0, rounds up to the most.
absl::Status CheckNumbers(const space::Parameter& parameter,
                          const SpaceContext& context);

}  // namespace dynarch::wire

#endif  // DYNARCH_SIM_WIRE_SPACE_VALUES_H_
