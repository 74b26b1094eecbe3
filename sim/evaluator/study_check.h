// What a study gets wrong whatever the candidate.
#ifndef DYNARCH_SIM_EVALUATOR_STUDY_CHECK_H_
#define DYNARCH_SIM_EVALUATOR_STUDY_CHECK_H_

#include "absl/status/status.h"
#include "sim/evaluator/replays.h"
#include "sim/study/study_spec.h"

namespace dynarch::evaluator {

// InvalidArgument, beginning with the field path, if
//  - an objective is on energy and a measured stage has none;
//  - the source has no scenarios (study/source_check.h);
//  - a threshold or patience is asked for that the source cannot answer;
//  - an objective or constraint is on accuracy and the source knows none.
// Uses split `select`.
absl::Status CheckStudy(const study::StudySpec& spec, Replayer& replayer);

}  // namespace dynarch::evaluator

#endif  // DYNARCH_SIM_EVALUATOR_STUDY_CHECK_H_
