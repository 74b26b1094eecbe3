// What the work loop needs of an evaluator, and where it gets one.
#ifndef DYNARCH_WORKER_CANDIDATE_EVALUATOR_H_
#define DYNARCH_WORKER_CANDIDATE_EVALUATOR_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sim/measurement/measurement.h"

namespace dynarch::worker {

// Evaluates the candidates of one study. Used by one thread.
class CandidateEvaluator {
 public:
  virtual ~CandidateEvaluator() = default;
  // Values of a row.
  virtual int metric_count() const = 0;
  // Writes the row, NaN where absent. `reason` gets a code that lives as long
  // as the evaluator.
  virtual measurement::TrialState EvaluateRow(int64_t candidate,
                                              absl::Span<double> row,
                                              absl::string_view* reason) = 0;
};

// Opens studies by resource name.
class StudySource {
 public:
  virtual ~StudySource() = default;
  // Called on the evaluating thread. InvalidArgument: the study itself is
  // wrong. Unavailable: try again later. Anything else ends the worker, e.g.
  // DataLoss for an artifact that does not have its digest.
  virtual absl::StatusOr<std::unique_ptr<CandidateEvaluator>> Open(
      const std::string& study) = 0;
};

}  // namespace dynarch::worker

#endif  // DYNARCH_WORKER_CANDIDATE_EVALUATOR_H_
