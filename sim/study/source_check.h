// Whether the source of a study's scenarios has what the study asks for.
#ifndef DYNARCH_SIM_STUDY_SOURCE_CHECK_H_
#define DYNARCH_SIM_STUDY_SOURCE_CHECK_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "sim/space/design_space.h"
#include "sim/study/study_spec.h"

namespace dynarch::study {

// Combinations of what a source is asked for that are looked at.
inline constexpr int64_t kCombinations = 1024;

// A candidate whose data type, knobs and control have scenarios on split
// `select`; its other values are the first.
//
// InvalidArgument, beginning with the field (`space.network.dtype: no trace for
// ...`), if a value of these has none in any combination with the others (of
// the first kCombinations), or nothing has: found before any candidate is
// evaluated. A combination alone that has none is that candidate's matter.
absl::StatusOr<space::Candidate> CandidateWithScenarios(const StudySpec& spec);

}  // namespace dynarch::study

#endif  // DYNARCH_SIM_STUDY_SOURCE_CHECK_H_
