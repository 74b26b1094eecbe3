// Front points run event-driven and counted again on samples that no threshold
// was chosen on.
#ifndef DYNARCH_CLIENT_REPORT_VERIFY_H_
#define DYNARCH_CLIENT_REPORT_VERIFY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/report/json.h"
#include "sim/evaluator.h"
#include "sim/measurement/measurement.h"
#include "sim/measurement/statistics.h"
#include "sim/space/design_space.h"

namespace dynarch::report {

// Counts of one candidate on split `report`.
struct ReportCount {
  std::optional<measurement::Share> accuracy;  // Absent: not known.
  int64_t samples = 0;
  std::vector<double> exit_rates;
  // Against the baseline, the candidate first; absent unless both were recorded
  // on the same samples.
  std::optional<measurement::McNemar> against_baseline;
};

// {"accuracy", "accuracy_low", "accuracy_high", "samples", "exit_rates",
// "against_baseline": {"p_value", "only_candidate", "only_baseline",
// "verdict"}}; null for an absent count.
Json ReportCountJson(const graph::Network& network,
                     const std::optional<ReportCount>& count);

// Candidates that make the same choices on the same hardware have the same
// run, so it is done once: memoised by platform, mapping, operating point, data
// type, power policy, control, knobs, kinds of thresholds and the scenario of
// every sample.
class Verifier {
 public:
  // `evaluator` must outlive this.
  explicit Verifier(Evaluator& evaluator) : evaluator_(evaluator) {}

  // Whose correctness later counts are compared with.
  absl::Status SetBaseline(const space::Candidate& baseline);

  // Metrics of the event-driven run on split `select`.
  absl::StatusOr<measurement::MetricValues> EventDriven(
      const space::Candidate& candidate);

  // Absent if the source is no trace, or has no split `report` for the
  // candidate's data type and knobs.
  absl::StatusOr<std::optional<ReportCount>> CountOnReport(
      const space::Candidate& candidate);

  // Runs that were not memoised.
  int64_t run_count() const { return static_cast<int64_t>(memo_.size()); }

 private:
  Evaluator& evaluator_;
  std::map<std::string, measurement::MetricValues> memo_;
  Evaluator::SampleReplay baseline_;  // On split `report`; empty without one.
};

}  // namespace dynarch::report

#endif  // DYNARCH_CLIENT_REPORT_VERIFY_H_
