#include "worker/study_evaluator.h"

#include <iostream>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/sha256.h"
#include "sim/base/status_macros.h"
#include "sim/evaluator.h"
#include "sim/measurement/metric.h"
#include "sim/wire/compile_study.h"
#include "sim/wire/trace_wire.h"

namespace dynarch::worker {
namespace {

class RealEvaluator : public CandidateEvaluator {
 public:
  explicit RealEvaluator(std::unique_ptr<Evaluator> evaluator)
      : evaluator_(std::move(evaluator)),
        metric_count_(static_cast<int>(evaluator_->spec().metrics.size())) {}

  int metric_count() const override { return metric_count_; }
  measurement::TrialState EvaluateRow(int64_t candidate, absl::Span<double> row,
                                      absl::string_view* reason) override {
    return evaluator_->EvaluateRow(candidate, row, reason);
  }

 private:
  std::unique_ptr<Evaluator> evaluator_;
  int metric_count_;
};

// Stands in for a study that cannot be evaluated whatever the candidate.
class RejectingEvaluator : public CandidateEvaluator {
 public:
  explicit RejectingEvaluator(int metric_count) : metric_count_(metric_count) {}
  int metric_count() const override { return metric_count_; }
  measurement::TrialState EvaluateRow(int64_t, absl::Span<double>,
                                      absl::string_view* reason) override {
    *reason = "study_rejected";
    return measurement::TrialState::kFailed;
  }

 private:
  int metric_count_;
};

// The stored order must be the compiled study's own.
absl::Status CheckMetrics(const v1::WorkStudy& message,
                          const std::vector<measurement::Metric>& metrics) {
  bool same = message.metrics_size() == static_cast<int>(metrics.size());
  for (size_t i = 0; same && i < metrics.size(); ++i) {
    same = message.metrics(static_cast<int>(i)) ==
           measurement::InfoOf(metrics[i]).json_name;
  }
  if (same) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat(message.name(),
                   ": the server stores other metrics than this worker "
                   "computes; is the server of another version?"));
}

}  // namespace

StudyOpener::StudyOpener(FetchStudy fetch_study, FetchArtifact fetch_artifact)
    : fetch_study_(std::move(fetch_study)),
      fetch_artifact_(std::move(fetch_artifact)) {}

StudyOpener::~StudyOpener() = default;

absl::StatusOr<std::string> StudyOpener::Artifact(const std::string& sha256) {
  if (sha256 == cached_sha256_) return cached_bytes_;
  DYNARCH_ASSIGN_OR_RETURN(std::string bytes, fetch_artifact_(sha256));
  const std::string actual = Sha256Hex(bytes);
  if (actual != sha256) {
    return absl::DataLossError(
        absl::StrCat("artifact ", sha256, ": the ", bytes.size(),
                     " bytes received have the digest ", actual,
                     "; the server's database or the way from it is damaged"));
  }
  cached_sha256_ = sha256;
  cached_bytes_ = bytes;
  return bytes;
}

absl::StatusOr<std::unique_ptr<CandidateEvaluator>> StudyOpener::Open(
    const std::string& study) {
  DYNARCH_ASSIGN_OR_RETURN(const v1::WorkStudy message, fetch_study_(study));
  std::optional<behavior::Trace> trace;
  if (message.spec().behavior().has_trace()) {
    DYNARCH_ASSIGN_OR_RETURN(
        const std::string bytes,
        Artifact(message.spec().behavior().trace().sha256()));
    DYNARCH_ASSIGN_OR_RETURN(trace, wire::DecodeTrace(bytes));
  }
  auto compiled = wire::CompileStudy(message.spec(), std::move(trace));
  absl::Status status = compiled.status();
  if (status.ok()) {
    DYNARCH_RETURN_IF_ERROR(CheckMetrics(message, compiled->metrics));
    auto evaluator = Evaluator::Create(
        std::make_shared<const study::StudySpec>(*std::move(compiled)));
    if (evaluator.ok()) {
      return std::make_unique<RealEvaluator>(*std::move(evaluator));
    }
    status = evaluator.status();
  }
  // The client checks this before it submits; another client may not have.
  if (absl::IsInvalidArgument(status)) {
    std::cerr << "dynarch-worker: " << study
              << ": cannot be evaluated: " << status.message() << std::endl;
    return std::make_unique<RejectingEvaluator>(message.metrics_size());
  }
  return status;
}

}  // namespace dynarch::worker
