// dynarch evaluate and dynarch explain: one candidate, in this process.
#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/commands/commands.h"
#include "client/commands/local_study.h"
#include "client/report/breakdown.h"
#include "client/report/measurement_json.h"
#include "client/report/text.h"
#include "sim/base/quantity_parse.h"
#include "sim/base/status_macros.h"

namespace dynarch::commands {
namespace {

using measurement::Measurement;
using measurement::Metric;

constexpr absl::Duration kPatience = absl::Seconds(5);

// A candidate with its measurement.
struct Evaluated {
  space::Candidate candidate;
  Measurement measurement;
};

absl::StatusOr<Evaluated> EvaluateCandidate(LocalStudy& study,
                                            space::Candidate candidate,
                                            const std::string& fidelity) {
  DYNARCH_ASSIGN_OR_RETURN(const study::Fidelity chosen,
                           FidelityNamed(study.spec(), fidelity));
  Evaluated evaluated;
  DYNARCH_ASSIGN_OR_RETURN(evaluated.measurement,
                           study.evaluator->Evaluate(candidate, chosen));
  evaluated.candidate = std::move(candidate);
  return evaluated;
}

std::string RatesText(const graph::Network& network,
                      const std::vector<double>& rates) {
  std::string text;
  for (size_t i = 0; i < rates.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ", ", network.exits()[i].name, " ",
                    report::PercentText(rates[i]));
  }
  return text;
}

// Outcomes of one decision in a line: the most frequent, if there are many.
std::string OutcomesText(const measurement::DecisionRates& decision) {
  constexpr size_t kShown = 6;
  auto outcomes = decision.outcomes;
  const size_t count = outcomes.size();
  if (count > kShown) {
    std::stable_sort(
        outcomes.begin(), outcomes.end(),
        [](const auto& a, const auto& b) { return a.second > b.second; });
    outcomes.resize(kShown);
  }
  std::string text;
  for (const auto& [outcome, share] : outcomes) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", outcome, " ",
                    report::PercentText(share));
  }
  if (count > kShown) {
    absl::StrAppend(&text, ", and ", count - kShown, " more");
  }
  return text.empty() ? "not reached" : text;
}

// Beside the exits: what each inner decision said.
std::string DecisionsText(
    const std::vector<measurement::DecisionRates>& rates) {
  if (rates.empty()) return "";
  report::TextTable table({"decision", "outcomes"});
  for (const measurement::DecisionRates& decision : rates) {
    table.AddRow({decision.decision, OutcomesText(decision)});
  }
  return absl::StrCat("\n", table.ToString());
}

// Values, state, metrics and exit rates for people.
std::string MeasurementText(const study::StudySpec& spec,
                            const Evaluated& evaluated) {
  const Measurement& measurement = evaluated.measurement;
  report::TextTable values({"parameter", "value"});
  for (size_t i = 0; i < spec.space.parameters().size(); ++i) {
    const space::Parameter& parameter = spec.space.parameters()[i];
    values.AddRow(
        {parameter.path, parameter.values[evaluated.candidate.digits[i]]});
  }
  values.AddRow(
      {"trial", absl::StrCat(spec.space.IndexOf(evaluated.candidate))});
  std::string text = absl::StrCat(values.ToString(), "\n");
  if (measurement.state != measurement::TrialState::kSucceeded) {
    return absl::StrCat(text, measurement::NameOf(measurement.state), ": ",
                        measurement.reason, ": ", measurement.detail, "\n");
  }
  report::TextTable metrics({"metric", "value"});
  for (const Metric metric : spec.metrics) {
    const auto& info = measurement::InfoOf(metric);
    metrics.AddRow(
        {std::string(info.name),
         report::SiText(measurement.metrics.Get(metric), info.unit)});
  }
  return absl::StrCat(
      text, metrics.ToString(),
      "\nexits: ", RatesText(spec.network, measurement.outcome_rates),
      DecisionsText(measurement.decision_rates),
      "\nfidelity: ", measurement.fidelity, ", error band: unvalidated\n");
}

// What a network on a platform was evaluated as.
std::string NetworkText(const study::StudySpec& spec) {
  return absl::StrCat(
      spec.network.name(), " on ", spec.platforms.front().name(), ", ",
      spec.defaults.stage_elements.front(), ", every ",
      FormatQuantity(spec.workload.period.value(), Dimension::kTime), ", ",
      spec.workload.inferences, " inferences\n");
}

absl::StatusOr<space::Candidate> ChosenCandidate(
    const LocalStudy& study, const EvaluateOptions& options) {
  const space::DesignSpace& space = study.spec().space;
  if (options.trial.has_value()) {
    if (!study.loaded.candidate.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--set ", study.loaded.candidate.front().first,
          ": no fixed field, and --trial chooses the value of every explored "
          "parameter; give one of the two"));
    }
    return CandidateAt(study.spec(), *options.trial);
  }
  DYNARCH_ASSIGN_OR_RETURN(space::Candidate candidate,
                           io::CandidateOf(study.loaded, space));
  if (!space.IsValid(space.IndexOf(candidate))) {
    return absl::InvalidArgumentError(
        absl::StrCat("--set: this combination is excluded by only_if (trial ",
                     space.IndexOf(candidate), ")"));
  }
  return candidate;
}

}  // namespace

namespace {

// 10^6 ms, a thousand seconds.
constexpr int kLargestPeriod = 6;

struct EvaluatedStudy {
  LocalStudy study;
  Evaluated evaluated;
};

absl::StatusOr<EvaluatedStudy> EvaluateIn(LocalStudy study,
                                          const EvaluateOptions& options) {
  DYNARCH_ASSIGN_OR_RETURN(space::Candidate candidate,
                           ChosenCandidate(study, options));
  DYNARCH_ASSIGN_OR_RETURN(
      Evaluated evaluated,
      EvaluateCandidate(study, std::move(candidate), options.fidelity));
  return EvaluatedStudy{std::move(study), std::move(evaluated)};
}

// At the first period that every inference meets.
absl::StatusOr<EvaluatedStudy> EvaluateNetwork(const Context& context,
                                               const EvaluateOptions& options) {
  for (int exponent = 0;; ++exponent) {
    DYNARCH_ASSIGN_OR_RETURN(
        LocalStudy study,
        OpenNetwork(options.study_file, options.platform, context.catalog,
                    options.settings, exponent));
    DYNARCH_ASSIGN_OR_RETURN(EvaluatedStudy result,
                             EvaluateIn(std::move(study), options));
    const Measurement& measurement = result.evaluated.measurement;
    const bool met =
        measurement.metrics.Get(Metric::kDeadlineMissRatio).value_or(0) == 0;
    if (met || exponent == kLargestPeriod) return result;
  }
}

}  // namespace

absl::Status Evaluate(const Context& context, const EvaluateOptions& options) {
  absl::StatusOr<EvaluatedStudy> result =
      absl::InternalError("nothing was evaluated");
  if (options.platform.empty()) {
    DYNARCH_ASSIGN_OR_RETURN(
        LocalStudy opened,
        OpenStudyFile(options.study_file, context.catalog, options.settings));
    result = EvaluateIn(std::move(opened), options);
  } else {
    result = EvaluateNetwork(context, options);
  }
  DYNARCH_RETURN_IF_ERROR(result.status());
  const LocalStudy& study = result->study;
  const Evaluated& evaluated = result->evaluated;
  if (options.json) {
    context.out << report::MeasurementJson(study.name, study.spec(),
                                           evaluated.candidate,
                                           evaluated.measurement)
                       .ToString()
                << "\n";
  } else {
    if (!options.platform.empty()) {
      context.out << NetworkText(study.spec());
    }
    context.out << MeasurementText(study.spec(), evaluated);
  }
  return absl::OkStatus();
}

namespace {

absl::StatusOr<LocalStudy> OpenEither(const Context& context,
                                      const ExplainOptions& options) {
  if (!absl::StartsWith(options.study, "studies/")) {
    return OpenStudyFile(options.study, context.catalog, {});
  }
  if (options.server.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        options.study, ": a study on a server needs --server ADDR"));
  }
  DYNARCH_ASSIGN_OR_RETURN(const auto client,
                           connection::Connect(options.server, kPatience));
  return OpenServerStudy(*client, options.study);
}

}  // namespace

absl::Status Explain(const Context& context, const ExplainOptions& options) {
  DYNARCH_ASSIGN_OR_RETURN(LocalStudy study, OpenEither(context, options));
  DYNARCH_ASSIGN_OR_RETURN(space::Candidate candidate,
                           CandidateAt(study.spec(), options.trial));
  DYNARCH_ASSIGN_OR_RETURN(
      const Evaluated evaluated,
      EvaluateCandidate(study, std::move(candidate), options.fidelity));
  if (options.json) {
    context.out << report::MeasurementJson(study.name, study.spec(),
                                           evaluated.candidate,
                                           evaluated.measurement)
                       .ToString()
                << "\n";
  } else {
    context.out << MeasurementText(study.spec(), evaluated);
    if (evaluated.measurement.state == measurement::TrialState::kSucceeded) {
      context.out << "\n"
                  << report::BreakdownText(evaluated.measurement.totals);
    }
  }
  const bool exact = report::SumsOf(evaluated.measurement.totals).exact;
  if (evaluated.measurement.state == measurement::TrialState::kSucceeded &&
      !exact) {
    return absl::InternalError(absl::StrCat(
        "trial ", options.trial, ": the breakdown does not sum to the total"));
  }
  return absl::OkStatus();
}

}  // namespace dynarch::commands
