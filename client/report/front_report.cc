#include "client/report/front_report.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/report/measurement_json.h"
#include "sim/base/status_macros.h"
#include "sim/wire/measurement_wire.h"

namespace dynarch::report {
namespace {

using measurement::Metric;
using measurement::MetricValues;

// Fails unless the stored metrics are the evaluated ones, bit by bit.
absl::Status CheckStored(const study::StudySpec& spec, const v1::Trial& trial,
                         const EvaluatedCandidate& evaluated) {
  DYNARCH_ASSIGN_OR_RETURN(const MetricValues stored,
                           wire::MetricValuesFrom(trial.measurement()));
  for (const Metric metric : spec.metrics) {
    const auto here = evaluated.metrics.Get(metric);
    const auto there = stored.Get(metric);
    if (here != there) {
      return absl::DataLossError(absl::StrCat(
          trial.name(), ": ", measurement::InfoOf(metric).json_name,
          " is stored as ", Json(there).ToString(), " but evaluates to ",
          Json(here).ToString(),
          " here; the database is damaged or was written by other models"));
    }
  }
  return absl::OkStatus();
}

bool Agree(const study::StudySpec& spec, const MetricValues& a,
           const MetricValues& b) {
  for (const Metric metric : spec.metrics) {
    if (a.Get(metric) != b.Get(metric)) return false;
  }
  return true;
}

absl::StatusOr<FrontPoint> PointOf(Evaluator& evaluator, Verifier& verifier,
                                   const GpuCandidates& gpus,
                                   const v1::Trial& trial) {
  const study::StudySpec& spec = evaluator.spec();
  const auto evaluated = EvaluateIndex(evaluator, TrialIndex(trial.name()));
  if (!evaluated.has_value()) {
    return absl::DataLossError(
        absl::StrCat(trial.name(),
                     ": on the stored front, but does not evaluate here; the "
                     "database is damaged or was written by other models"));
  }
  DYNARCH_RETURN_IF_ERROR(CheckStored(spec, trial, *evaluated));
  FrontPoint point;
  point.candidate = *evaluated;
  const space::Candidate candidate = spec.space.At(evaluated->trial);
  DYNARCH_ASSIGN_OR_RETURN(point.event, verifier.EventDriven(candidate));
  point.event_agrees = Agree(spec, point.candidate.metrics, point.event);
  DYNARCH_ASSIGN_OR_RETURN(point.report, verifier.CountOnReport(candidate));
  DYNARCH_ASSIGN_OR_RETURN(point.corners,
                           CornersOf(evaluator, gpus, point.candidate));
  return point;
}

std::string CsvCell(absl::string_view text) {
  if (text.find_first_of(",\"\n") == absl::string_view::npos) {
    return std::string(text);
  }
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

std::string CsvNumber(std::optional<double> value) {
  return value.has_value() ? ShortestDouble(*value) : "";
}

std::string CsvHeading(const study::StudySpec& spec) {
  std::vector<std::string> cells = {"trial"};
  for (const auto& parameter : spec.space.parameters()) {
    cells.push_back(CsvCell(parameter.path));
  }
  for (const char* prefix : {"", "event_"}) {
    for (const Metric metric : spec.metrics) {
      cells.push_back(
          absl::StrCat(prefix, measurement::InfoOf(metric).json_name));
    }
  }
  for (const char* name :
       {"report_accuracy", "report_accuracy_low", "report_accuracy_high",
        "gain", "gain_algorithm", "gain_data_type", "gain_architecture",
        "gain_reason"}) {
    cells.push_back(name);
  }
  return absl::StrJoin(cells, ",");
}

std::string CsvLine(const study::StudySpec& spec, const FrontPoint& point) {
  std::vector<std::string> cells = {absl::StrCat(point.candidate.trial)};
  const space::Candidate candidate = spec.space.At(point.candidate.trial);
  for (size_t i = 0; i < candidate.digits.size(); ++i) {
    cells.push_back(
        CsvCell(spec.space.parameters()[i].values[candidate.digits[i]]));
  }
  for (const MetricValues* metrics : {&point.candidate.metrics, &point.event}) {
    for (const Metric metric : spec.metrics) {
      cells.push_back(CsvNumber(metrics->Get(metric)));
    }
  }
  if (point.report.has_value() && point.report->accuracy.has_value()) {
    const measurement::Share& accuracy = *point.report->accuracy;
    for (const double value : {accuracy.value, accuracy.low, accuracy.high}) {
      cells.push_back(ShortestDouble(value));
    }
  } else {
    cells.insert(cells.end(), 3, "");
  }
  const Gain& gain = point.corners.gain;
  for (const auto& factor :
       {gain.total, gain.algorithm, gain.data_type, gain.architecture}) {
    cells.push_back(CsvNumber(factor));
  }
  cells.push_back(CsvCell(gain.reason));
  return absl::StrJoin(cells, ",");
}

}  // namespace

absl::StatusOr<FrontReport> BuildFrontReport(Evaluator& evaluator,
                                             const GpuCandidates& gpus,
                                             absl::Span<const v1::Trial> front,
                                             const OnProgress& on_progress) {
  const study::StudySpec& spec = evaluator.spec();
  FrontReport report;
  report.baseline_missing = gpus.missing();
  Verifier verifier(evaluator);
  if (const EvaluatedCandidate* best = gpus.BestStatic(); best != nullptr) {
    const space::Candidate baseline = spec.space.At(best->trial);
    report.baseline = *best;
    DYNARCH_RETURN_IF_ERROR(verifier.SetBaseline(baseline));
    DYNARCH_ASSIGN_OR_RETURN(report.baseline_report,
                             verifier.CountOnReport(baseline));
  }
  report.points.reserve(front.size());
  for (const v1::Trial& trial : front) {
    if (on_progress != nullptr) {
      DYNARCH_RETURN_IF_ERROR(
          on_progress(static_cast<double>(report.points.size()) /
                      static_cast<double>(front.size())));
    }
    DYNARCH_ASSIGN_OR_RETURN(FrontPoint point,
                             PointOf(evaluator, verifier, gpus, trial));
    report.points.push_back(std::move(point));
  }
  report.event_runs = verifier.run_count();
  return report;
}

Json FrontJson(const study::StudySpec& spec, const FrontReport& report) {
  Json front = Json::Array();
  for (const FrontPoint& point : report.points) {
    Json event = Json::Object();
    event.Set("metrics", MetricsJson(point.event, spec.metrics))
        .Set("agrees", point.event_agrees);
    Json json = Json::Object();
    json.Set("trial", point.candidate.trial)
        .Set("values",
             ValuesJson(spec.space, spec.space.At(point.candidate.trial)))
        .Set("metrics", MetricsJson(point.candidate.metrics, spec.metrics))
        .Set("event", std::move(event))
        .Set("report", ReportCountJson(spec.network, point.report))
        .Set("corners", CornersJson(point.corners))
        .Set("gain", GainJson(point.corners.gain));
    front.Add(std::move(json));
  }
  return front;
}

Json BaselineJson(const study::StudySpec& spec, const FrontReport& report) {
  if (!report.baseline.has_value()) return Json();
  const EvaluatedCandidate& baseline = *report.baseline;
  Json json = Json::Object();
  json.Set("trial", baseline.trial)
      .Set("values", ValuesJson(spec.space, spec.space.At(baseline.trial)))
      .Set("metrics", MetricsJson(baseline.metrics, spec.metrics))
      .Set("report", ReportCountJson(spec.network, report.baseline_report));
  return json;
}

std::string FrontCsv(const study::StudySpec& spec, const FrontReport& report) {
  std::string csv = absl::StrCat(CsvHeading(spec), "\n");
  for (const FrontPoint& point : report.points) {
    absl::StrAppend(&csv, CsvLine(spec, point), "\n");
  }
  return csv;
}

}  // namespace dynarch::report
