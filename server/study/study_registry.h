// All studies of a server: created, found, listed, cancelled.
#ifndef DYNARCH_SERVER_STUDY_STUDY_REGISTRY_H_
#define DYNARCH_SERVER_STUDY_STUDY_REGISTRY_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "dynarch/v1/study_service.pb.h"
#include "dynarch/v1/work_service.pb.h"
#include "server/store/store.h"
#include "server/study/clock.h"
#include "server/study/study.h"
#include "server/study/work_exchange.h"
#include "server/study/writer.h"

namespace dynarch::server {

// Thread-safe. Calls that change something return when it is durable.
class StudyRegistry {
 public:
  StudyRegistry(store::Store& store, Writer& writer, WorkExchange& exchange,
                Clock clock);

  // Reads the store; unfinished studies are leased again from where they were,
  // under a new epoch.
  absl::Status Load();

  // InvalidArgument for a spec that is no valid study; FailedPrecondition if
  // an artifact is missing; AlreadyExists if the name is taken by another
  // request. The same request id returns the study it made as
  // it is now: one that was cancelled stays so.
  absl::StatusOr<v1::Study> Create(const v1::CreateStudyRequest& request);
  // With `spec`. NotFound if there is none.
  absl::StatusOr<v1::Study> Get(const std::string& name);
  absl::StatusOr<v1::ListStudiesResponse> List(
      const v1::ListStudiesRequest& request);
  // A study that has ended stays as it is.
  absl::StatusOr<v1::Study> Cancel(const std::string& name);

  // What a worker needs to evaluate the study.
  absl::StatusOr<v1::WorkStudy> ForWorker(const std::string& name);

  // The study itself, counts and front read.
  absl::StatusOr<std::shared_ptr<Study>> Find(absl::string_view field,
                                              const std::string& name);
  // Its message, without `spec`.
  v1::Study Describe(const Study& study);

 private:
  absl::StatusOr<store::StudyRow> RowFor(
      const v1::CreateStudyRequest& request) const;
  absl::Status CheckArtifacts(const Study& study) const;
  // The study made by an earlier call with this request id, if any. Called
  // with create_mutex_ held.
  absl::StatusOr<std::shared_ptr<Study>> EarlierRequest(
      const v1::CreateStudyRequest& request, const std::string& spec);
  std::string FreshId() const;

  store::Store& store_;
  Writer& writer_;
  WorkExchange& exchange_;
  Clock clock_;

  std::mutex create_mutex_;  // one creation at a time
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Study>> by_id_;
  std::map<int64_t, std::shared_ptr<Study>> by_order_;
  std::map<std::string, std::shared_ptr<Study>> by_request_;
};

}  // namespace dynarch::server

#endif  // DYNARCH_SERVER_STUDY_STUDY_REGISTRY_H_
