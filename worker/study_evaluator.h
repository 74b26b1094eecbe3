// The real evaluator of a study: sim/evaluator.h behind the work loop.
#ifndef DYNARCH_WORKER_STUDY_EVALUATOR_H_
#define DYNARCH_WORKER_STUDY_EVALUATOR_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "dynarch/v1/work_service.pb.h"
#include "worker/candidate_evaluator.h"

namespace dynarch::worker {

// Fetches a study and the artifacts it names, checks the artifacts' digests,
// compiles. Artifacts are kept, for the next study of the same trace.
class StudyOpener : public StudySource {
 public:
  using FetchStudy =
      std::function<absl::StatusOr<v1::WorkStudy>(const std::string& name)>;
  using FetchArtifact =
      std::function<absl::StatusOr<std::string>(const std::string& sha256)>;

  StudyOpener(FetchStudy fetch_study, FetchArtifact fetch_artifact);
  ~StudyOpener() override;

  absl::StatusOr<std::unique_ptr<CandidateEvaluator>> Open(
      const std::string& study) override;

 private:
  // DataLoss if the bytes do not have the digest.
  absl::StatusOr<std::string> Artifact(const std::string& sha256);

  FetchStudy fetch_study_;
  FetchArtifact fetch_artifact_;
  std::string cached_sha256_;
  std::string cached_bytes_;
};

}  // namespace dynarch::worker

#endif  // DYNARCH_WORKER_STUDY_EVALUATOR_H_
