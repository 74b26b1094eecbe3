// A study of a server in words, JSON and as progress.
#ifndef DYNARCH_CLIENT_COMMANDS_STUDY_PROGRESS_H_
#define DYNARCH_CLIENT_COMMANDS_STUDY_PROGRESS_H_

#include <cstdint>
#include <string>

#include "client/report/json.h"
#include "client/report/progress.h"
#include "dynarch/v1/trial.pb.h"

namespace dynarch::commands {

// Candidates with a result.
int64_t DoneCount(const v1::Progress& progress);

report::ProgressState ProgressOf(const v1::Study& study, double seconds);

// {"study", "state", "candidates", "excluded", "succeeded", "infeasible",
// "failed", "front_points", "workers", "waiting_reason"}.
report::Json StudyJson(const v1::Study& study);

// "studies/x: done, 120 candidates: 100 succeeded, ...".
std::string StudyText(const v1::Study& study);

}  // namespace dynarch::commands

#endif  // DYNARCH_CLIENT_COMMANDS_STUDY_PROGRESS_H_
