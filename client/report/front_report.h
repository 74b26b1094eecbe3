// The front of a study with everything that is said about its points.
#ifndef DYNARCH_CLIENT_REPORT_FRONT_REPORT_H_
#define DYNARCH_CLIENT_REPORT_FRONT_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "client/report/corners.h"
#include "client/report/json.h"
#include "client/report/verify.h"
#include "dynarch/v1/trial.pb.h"
#include "sim/evaluator.h"

namespace dynarch::report {

// One point of the front.
struct FrontPoint {
  EvaluatedCandidate candidate;       // As stored, and as evaluated here.
  measurement::MetricValues event;    // Of its event-driven run.
  bool event_agrees = false;          // Every stored metric, to the last bit.
  std::optional<ReportCount> report;  // Counted again on split `report`.
  Corners corners;
};

// All points, in the server's order, and what they are compared with.
struct FrontReport {
  std::vector<FrontPoint> points;
  std::optional<EvaluatedCandidate> baseline;
  std::optional<ReportCount> baseline_report;
  std::string baseline_missing;  // Why there is none.
  int64_t event_runs = 0;        // Event-driven runs that were needed.
};

// Verifies and completes the server's front. DataLoss if a stored metric is
// not what the evaluator gives here, to the last bit.
absl::StatusOr<FrontReport> BuildFrontReport(
    Evaluator& evaluator, const GpuCandidates& gpus,
    absl::Span<const v1::Trial> front, const OnProgress& on_progress = nullptr);

// The list of points: {"trial", "values", "metrics", "event", "report",
// "corners", "gain"}.
Json FrontJson(const study::StudySpec& spec, const FrontReport& report);
// {"trial", "values", "metrics", "report"}, or null.
Json BaselineJson(const study::StudySpec& spec, const FrontReport& report);

// One line per point, all columns; the first line names them.
std::string FrontCsv(const study::StudySpec& spec, const FrontReport& report);

// For people: baseline, front with tied points as one line, best gain. At most
// `max_lines` lines of the front, evenly taken, both ends always.
std::string FrontText(const study::StudySpec& spec, const FrontReport& report,
                      int max_lines);

}  // namespace dynarch::report

#endif  // DYNARCH_CLIENT_REPORT_FRONT_REPORT_H_
