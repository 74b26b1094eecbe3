// The design space of a study message: what the client, the server and the
// workers must all read alike, so it is in one place.
#ifndef DYNARCH_SIM_WIRE_STUDY_SPACE_H_
#define DYNARCH_SIM_WIRE_STUDY_SPACE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dynarch/v1/study.pb.h"
#include "sim/space/design_space.h"

namespace dynarch::wire {

// Parameters in the order of the file, `each` and ranges written out, values
// in canonical text: shortest decimals (0.50 is `0.5`), `power_gate: {timeout:
// 1 ms}`. InvalidArgument, beginning with `space.PATH:`.
absl::StatusOr<std::vector<space::Parameter>> ParametersFrom(
    const v1::StudySpec& message);

// ParametersFrom and `only_if`, with `platform has X` answered from the
// definitions in `platforms`.
absl::StatusOr<space::DesignSpace> DesignSpaceFrom(
    const v1::StudySpec& message);

// The canonical text of one value of a slot: what is stored, printed and
// accepted by DesignSpace::Parse. InvalidArgument says what is allowed; names
// are not checked here.
absl::StatusOr<std::string> CanonicalValue(const space::Slot& slot,
                                           absl::string_view text);

// Names of the platforms a study needs, in the order of `platforms` in the
// compiled study: as the space lists them, or the one that is fixed.
absl::StatusOr<std::vector<std::string>> PlatformNames(
    const v1::StudySpec& message);

}  // namespace dynarch::wire

#endif  // DYNARCH_SIM_WIRE_STUDY_SPACE_H_
