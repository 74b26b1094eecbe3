// Reads trials and fronts of a study as pages of messages.
#ifndef DYNARCH_SERVER_STUDY_TRIAL_READER_H_
#define DYNARCH_SERVER_STUDY_TRIAL_READER_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "dynarch/v1/study_service.pb.h"
#include "server/store/store.h"
#include "server/study/study.h"

namespace dynarch::server {

// The trial of one candidate. A candidate without a result is PENDING, or
// CANCELLED if its study was; NotFound if the index is no valid candidate.
absl::StatusOr<v1::Trial> ReadTrial(store::Store& store, const Study& study,
                                    int64_t index);

// Trials with a result, by index.
absl::StatusOr<v1::ListTrialsResponse> ReadTrials(
    store::Store& store, const Study& study,
    const v1::ListTrialsRequest& request);

// The front. Aborted if it changed since the page before: begin again.
absl::StatusOr<v1::QueryFrontResponse> ReadFront(
    store::Store& store, const Study& study,
    const v1::QueryFrontRequest& request);

}  // namespace dynarch::server

#endif  // DYNARCH_SERVER_STUDY_TRIAL_READER_H_
