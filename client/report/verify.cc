#include "client/report/verify.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/behavior/population.h"
#include "sim/study/study_spec.h"

namespace dynarch::report {
namespace {

constexpr char kExploreSplit[] = "select";
constexpr char kReportSplit[] = "report";

// Everything that a candidate's run depends on.
std::string RunKey(const study::BoundCandidate& bound,
                   const Evaluator::SampleReplay& replay) {
  std::string key = absl::StrCat(bound.platform, "|", bound.operating_point,
                                 "|", static_cast<int>(bound.dtype), "|",
                                 mapping::ToText(bound.power), "|",
                                 behavior::NameOf(bound.control), "|");
  for (const std::string& element : bound.stage_elements) {
    absl::StrAppend(&key, element, ",");
  }
  for (const behavior::Threshold& threshold : bound.thresholds) {
    absl::StrAppend(&key, static_cast<int>(threshold.kind()), ",");
  }
  for (const auto& knob : bound.knobs) {
    absl::StrAppend(&key, knob.has_value() ? knob->ToString() : "", ",");
  }
  for (const uint32_t scenario : replay.scenarios) {
    absl::StrAppend(&key, absl::Hex(scenario), ",");
  }
  for (const bool right : replay.correct) key.push_back(right ? '1' : '0');
  return key;
}

// A source that is no trace has one split.
bool HasReportSplit(const study::StudySpec& spec,
                    const study::BoundCandidate& bound) {
  return std::holds_alternative<behavior::Trace>(spec.source) &&
         behavior::CheckRequest(spec.source, spec.network,
                                study::RequestOf(spec, bound, kReportSplit))
             .ok();
}

}  // namespace

absl::Status Verifier::SetBaseline(const space::Candidate& baseline) {
  const study::StudySpec& spec = evaluator_.spec();
  if (!HasReportSplit(spec, study::Bind(spec, baseline))) {
    return absl::OkStatus();
  }
  DYNARCH_ASSIGN_OR_RETURN(baseline_,
                           evaluator_.ReplaySamples(baseline, kReportSplit));
  return absl::OkStatus();
}

absl::StatusOr<measurement::MetricValues> Verifier::EventDriven(
    const space::Candidate& candidate) {
  const study::StudySpec& spec = evaluator_.spec();
  DYNARCH_ASSIGN_OR_RETURN(const Evaluator::SampleReplay replay,
                           evaluator_.ReplaySamples(candidate, kExploreSplit));
  const std::string key = RunKey(study::Bind(spec, candidate), replay);
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
  if (!HasReportSplit(spec, study::Bind(spec, candidate))) return std::nullopt;
  DYNARCH_ASSIGN_OR_RETURN(const Evaluator::SampleReplay replay,
                           evaluator_.ReplaySamples(candidate, kReportSplit));
  if (replay.samples.empty()) return std::nullopt;
  ReportCount count;
  count.samples = static_cast<int64_t>(replay.samples.size());
  count.exit_rates = replay.exit_rates;
  if (replay.correct.empty()) return count;
  const std::vector<bool>& correct = replay.correct;
  DYNARCH_ASSIGN_OR_RETURN(
      count.accuracy,
      measurement::WilsonShare(std::count(correct.begin(), correct.end(), true),
                               count.samples));
  if (baseline_.samples == replay.samples && !baseline_.correct.empty()) {
    DYNARCH_ASSIGN_OR_RETURN(
        count.against_baseline,
        measurement::McNemarTest(correct, baseline_.correct));
  }
  return count;
}

Json ReportCountJson(const graph::Network& network,
                     const std::optional<ReportCount>& count) {
  if (!count.has_value()) return Json();
  Json rates = Json::Object();
  for (size_t i = 0; i < count->exit_rates.size(); ++i) {
    rates.Set(network.exits()[i].name, count->exit_rates[i]);
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
  const auto accuracy = [&](double measurement::Share::*field) {
    return count->accuracy.has_value() ? Json((*count->accuracy).*field)
                                       : Json();
  };
  json.Set("accuracy", accuracy(&measurement::Share::value))
      .Set("accuracy_low", accuracy(&measurement::Share::low))
      .Set("accuracy_high", accuracy(&measurement::Share::high))
      .Set("samples", count->samples)
      .Set("exit_rates", std::move(rates))
      .Set("against_baseline", std::move(paired));
  return json;
}

}  // namespace dynarch::report
