#include "client/report/verify.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/behavior/trace.h"
#include "sim/study/study_spec.h"

namespace dynarch::report {
namespace {

constexpr char kExploreSplit[] = "select";
constexpr char kReportSplit[] = "report";

// Everything that a candidate's run depends on.
std::string RunKey(const study::StudySpec& spec,
                   const study::BoundCandidate& bound,
                   const behavior::Replay& replay) {
  std::string key = absl::StrCat(bound.platform, "|", bound.operating_point,
                                 "|", static_cast<int>(bound.dtype), "|",
                                 mapping::ToText(bound.power), "|");
  for (const std::string& element : bound.stage_elements) {
    absl::StrAppend(&key, element, ",");
  }
  for (const behavior::Threshold& threshold : bound.thresholds) {
    absl::StrAppend(&key, static_cast<int>(threshold.kind()), ",");
  }
  absl::StrAppend(&key, replay.correct, "|");
  key.append(replay.taken.begin(), replay.taken.end());
  return key;
}

}  // namespace

absl::Status Verifier::SetBaseline(const space::Candidate& baseline) {
  const study::StudySpec& spec = evaluator_.spec();
  const study::BoundCandidate bound = study::Bind(spec, baseline);
  const behavior::TraceSlice* slice =
      spec.trace.Find(kReportSplit, bound.dtype);
  if (slice == nullptr) return absl::OkStatus();
  baseline_samples_ = slice->samples;
  DYNARCH_ASSIGN_OR_RETURN(baseline_correct_,
                           evaluator_.CorrectBySample(baseline, kReportSplit));
  return absl::OkStatus();
}

absl::StatusOr<measurement::MetricValues> Verifier::EventDriven(
    const space::Candidate& candidate) {
  const study::StudySpec& spec = evaluator_.spec();
  const study::BoundCandidate bound = study::Bind(spec, candidate);
  const behavior::TraceSlice* slice =
      spec.trace.Find(kExploreSplit, bound.dtype);
  if (slice == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("behavior.trace: no samples of split `select` for ",
                     graph::NameOf(bound.dtype)));
  }
  const std::string key =
      RunKey(spec, bound,
             behavior::ReplayTrace(*slice, spec.network.decisions(),
                                   bound.thresholds));
  if (const auto found = memo_.find(key); found != memo_.end()) {
    return found->second;
  }
  DYNARCH_ASSIGN_OR_RETURN(
      const measurement::Measurement run,
      evaluator_.Evaluate(candidate, study::Fidelity::kEvent, kExploreSplit));
  if (run.state != measurement::TrialState::kSucceeded) {
    return absl::InternalError(
        absl::StrCat("trial ", spec.space.IndexOf(candidate),
                     ": succeeded in the sweep, but the event-driven run says ",
                     run.reason, ": ", run.detail));
  }
  memo_.emplace(key, run.metrics);
  return run.metrics;
}

absl::StatusOr<std::optional<ReportCount>> Verifier::CountOnReport(
    const space::Candidate& candidate) {
  const study::StudySpec& spec = evaluator_.spec();
  const study::BoundCandidate bound = study::Bind(spec, candidate);
  const behavior::TraceSlice* slice =
      spec.trace.Find(kReportSplit, bound.dtype);
  if (slice == nullptr || slice->samples.empty()) return std::nullopt;
  DYNARCH_ASSIGN_OR_RETURN(const std::vector<bool> correct,
                           evaluator_.CorrectBySample(candidate, kReportSplit));
  ReportCount count;
  count.samples = static_cast<int64_t>(correct.size());
  DYNARCH_ASSIGN_OR_RETURN(
      count.accuracy,
      measurement::WilsonShare(std::count(correct.begin(), correct.end(), true),
                               count.samples));
  const behavior::Replay replay =
      behavior::ReplayTrace(*slice, spec.network.decisions(), bound.thresholds);
  for (const int64_t taken : replay.exit_counts) {
    count.exit_rates.push_back(static_cast<double>(taken) /
                               static_cast<double>(count.samples));
  }
  if (baseline_samples_ == slice->samples) {
    DYNARCH_ASSIGN_OR_RETURN(
        count.against_baseline,
        measurement::McNemarTest(correct, baseline_correct_));
  }
  return count;
}

Json ReportCountJson(const graph::Network& network,
                     const std::optional<ReportCount>& count) {
  if (!count.has_value()) return Json();
  Json rates = Json::Object();
  for (size_t i = 0; i < count->exit_rates.size(); ++i) {
    rates.Set(network.decisions()[i].name, count->exit_rates[i]);
  }
  Json paired;
  if (count->against_baseline.has_value()) {
    const measurement::McNemar& test = *count->against_baseline;
    paired = Json::Object();
    paired.Set("p_value", test.p_value)
        .Set("only_candidate", test.only_first)
        .Set("only_baseline", test.only_second)
        .Set("verdict",
             test.distinguishable() ? "different" : "not distinguishable");
  }
  Json json = Json::Object();
  json.Set("accuracy", count->accuracy.value)
      .Set("accuracy_low", count->accuracy.low)
      .Set("accuracy_high", count->accuracy.high)
      .Set("samples", count->samples)
      .Set("exit_rates", std::move(rates))
      .Set("against_baseline", std::move(paired));
  return json;
}

}  // namespace dynarch::report
