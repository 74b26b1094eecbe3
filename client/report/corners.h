// The four corners of SEMANTICS 8: {static, dynamic} x {best GPU, candidate}.
//
// Corners are candidates of the study itself, evaluated here as the workers
// evaluate them; nothing is interpolated and nothing is taken from outside the
// design space.
#ifndef DYNARCH_CLIENT_REPORT_CORNERS_H_
#define DYNARCH_CLIENT_REPORT_CORNERS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/report/gain.h"
#include "client/report/json.h"
#include "sim/evaluator.h"
#include "sim/measurement/measurement.h"
#include "sim/space/design_space.h"
#include "sim/study/study_spec.h"

namespace dynarch::report {

// A candidate of the study with what the sweep would store of it.
struct EvaluatedCandidate {
  int64_t trial = 0;
  measurement::MetricValues metrics;
  study::BoundCandidate bound;
};

// The evaluation of one index; nullopt if it is excluded or infeasible.
std::optional<EvaluatedCandidate> EvaluateIndex(Evaluator& evaluator,
                                                int64_t index);

// True if the metrics satisfy every constraint. Where no constraint names
// `deadline_miss_ratio`, no deadline may be missed either: that is what
// "meets the deadline" means for a baseline.
absl::StatusOr<bool> MeetsConstraintsAndDeadline(
    const study::StudySpec& spec, const measurement::MetricValues& metrics);

// Called now and then in long work with the share that is done, 0 to 1; an
// error ends the work with it.
using OnProgress = std::function<absl::Status(double share)>;

// The study's candidates with every stage on a GPU, constraints and deadline
// met, cheapest first: of those only what can become a corner, so at most one
// per scope, data type and distinct accuracy.
class GpuCandidates {
 public:
  // Evaluates the whole GPU part of the space.
  static absl::StatusOr<GpuCandidates> Find(
      Evaluator& evaluator, const OnProgress& on_progress = nullptr);

  // S0 among candidates of this energy scope; null if there is none.
  const EvaluatedCandidate* BestStatic(platform::EnergyScope scope) const;
  // S0 of whatever scope comes first in the study's platforms.
  const EvaluatedCandidate* BestStatic() const;
  // Lowest energy at accuracy no lower than `accuracy`; null if there is none.
  const EvaluatedCandidate* BestDynamic(platform::EnergyScope scope,
                                        graph::DataType dtype,
                                        double accuracy) const;
  // Why there is no S0 at all; empty if there is one.
  const std::string& missing() const { return missing_; }
  // How many are kept.
  int64_t size() const { return static_cast<int64_t>(rows_.size()); }
  graph::DataType first_dtype() const { return first_dtype_; }

 private:
  struct Row {
    EvaluatedCandidate candidate;
    double energy = 0;
    double accuracy = 0;
    platform::EnergyScope scope = platform::EnergyScope::kSoc;
    bool is_static = false;
  };
  // At least as good in every choice that BestStatic and BestDynamic make.
  static bool Covers(const Row& a, const Row& b);
  // Keeps a row unless another covers it; drops those that it covers.
  void Add(Row row);

  std::vector<Row> rows_;                      // By energy, then trial.
  std::vector<platform::EnergyScope> scopes_;  // Of the study's platforms.
  graph::DataType first_dtype_ = graph::DataType::kFp32;
  std::string missing_;
};

// The corners of one candidate and its gain.
struct Corners {
  std::optional<EvaluatedCandidate> static_gpu;
  std::optional<EvaluatedCandidate> dynamic_gpu;
  std::optional<EvaluatedCandidate> static_candidate;
  std::optional<EvaluatedCandidate> dynamic_candidate;
  std::string static_candidate_missing;  // Why there is none.
  Gain gain;
};

// `candidate` must be a succeeded trial. Without accuracy or energy, or under a
// control that no machine can be, it has no gain; `gain.reason` says so.
absl::StatusOr<Corners> CornersOf(Evaluator& evaluator,
                                  const GpuCandidates& gpus,
                                  const EvaluatedCandidate& candidate);

// {"static_gpu", "dynamic_gpu", "static_candidate", "dynamic_candidate"}, each
// {"trial", "accuracy", "energy_mean_j", "latency_p99_s",
// "deadline_miss_ratio"} or null.
Json CornersJson(const Corners& corners);

}  // namespace dynarch::report

#endif  // DYNARCH_CLIENT_REPORT_CORNERS_H_
