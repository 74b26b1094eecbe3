// A study onto a server, once.
#ifndef DYNARCH_CLIENT_COMMANDS_SUBMIT_STUDY_H_
#define DYNARCH_CLIENT_COMMANDS_SUBMIT_STUDY_H_

#include "absl/status/statusor.h"
#include "client/commands/context.h"
#include "client/commands/local_study.h"
#include "client/connection/study_client.h"
#include "client/embedded/interrupt.h"
#include "client/report/corners.h"

namespace dynarch::commands {

// Evaluates the baseline, so that what is wrong with the study is found before
// it is submitted (SEMANTICS 12). Says on a terminal that it looks when that
// takes long. Cancelled if `guard`, which may be null, saw an interruption.
absl::StatusOr<report::GpuCandidates> CheckBaseline(
    const Context& context, const embedded::InterruptGuard* guard,
    LocalStudy& study);

// Cancelled if the user has interrupted.
absl::Status CheckInterrupt(const embedded::InterruptGuard& guard);

// Uploads what the study names and creates it. The request id is the study's
// digest: the same study is the same study on the server. FailedPrecondition
// if it was cancelled there.
absl::StatusOr<v1::Study> SubmitStudy(connection::StudyClient& client,
                                      const LocalStudy& study);

}  // namespace dynarch::commands

#endif  // DYNARCH_CLIENT_COMMANDS_SUBMIT_STUDY_H_
