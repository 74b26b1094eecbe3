// A study onto a server, once.
#ifndef DYNARCH_CLIENT_COMMANDS_SUBMIT_STUDY_H_
#define DYNARCH_CLIENT_COMMANDS_SUBMIT_STUDY_H_

#include "absl/status/statusor.h"
#include "client/commands/local_study.h"
#include "client/connection/study_client.h"
#include "client/report/corners.h"

namespace dynarch::commands {

// Evaluates the baseline, so that what is wrong with the study is found before
// it is submitted (SEMANTICS 12).
absl::StatusOr<report::GpuCandidates> CheckBaseline(LocalStudy& study);

// Uploads what the study names and creates it. The request id is the study's
// digest: the same study is the same study on the server, in whatever state.
absl::StatusOr<v1::Study> SubmitStudy(connection::StudyClient& client,
                                      const LocalStudy& study);

}  // namespace dynarch::commands

#endif  // DYNARCH_CLIENT_COMMANDS_SUBMIT_STUDY_H_
