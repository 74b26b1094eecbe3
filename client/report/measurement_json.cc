#include "client/report/measurement_json.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "client/report/breakdown.h"

namespace dynarch::report {
namespace {

// By decision, then by outcome.
Json DecisionRatesJson(absl::Span<const measurement::DecisionRates> rates) {
  Json json = Json::Object();
  for (const measurement::DecisionRates& decision : rates) {
    Json outcomes = Json::Object();
    for (const auto& [outcome, share] : decision.outcomes) {
      outcomes.Set(outcome, share);
    }
    json.Set(decision.decision, std::move(outcomes));
  }
  return json;
}

}  // namespace

Json ValuesJson(const space::DesignSpace& space,
                const space::Candidate& candidate) {
  Json values = Json::Object();
  for (size_t i = 0; i < space.parameters().size(); ++i) {
    const space::Parameter& parameter = space.parameters()[i];
    values.Set(parameter.path, parameter.values[candidate.digits[i]]);
  }
  return values;
}

Json ValuesJson(const v1::Trial& trial) {
  Json values = Json::Object();
  for (const v1::ParameterValue& value : trial.values()) {
    values.Set(value.path(), value.value());
  }
  return values;
}

Json MetricsJson(const measurement::MetricValues& values,
                 absl::Span<const measurement::Metric> order) {
  Json metrics = Json::Object();
  for (const measurement::Metric metric : order) {
    metrics.Set(measurement::InfoOf(metric).json_name, values.Get(metric));
  }
  return metrics;
}

Json MetricsJson(const v1::Measurement& measurement) {
  Json metrics = Json::Object();
  for (const v1::MetricValue& metric : measurement.metrics()) {
    metrics.Set(metric.metric(),
                metric.has_value() ? Json(metric.value()) : Json());
  }
  return metrics;
}

Json RatesJson(const graph::Network& network, absl::Span<const double> rates) {
  Json json = Json::Object();
  for (size_t i = 0; i < rates.size(); ++i) {
    json.Set(network.exits()[i].name, rates[i]);
  }
  return json;
}

Json TrialJson(const v1::Trial& trial) {
  Json json = Json::Object();
  json.Set("trial", TrialIndex(trial.name()))
      .Set("state", StateText(trial.state()))
      .Set("reason", trial.reason())
      .Set("values", ValuesJson(trial))
      .Set("metrics", MetricsJson(trial.measurement()));
  return json;
}

Json MeasurementJson(absl::string_view study, const study::StudySpec& spec,
                     const space::Candidate& candidate,
                     const measurement::Measurement& measurement) {
  Json versions = Json::Array();
  for (const std::string& version : measurement.model_versions) {
    versions.Add(version);
  }
  const graph::Network& network = spec.network;
  Json json = Json::Object();
  json.Set("study", study)
      .Set("trial", spec.space.IndexOf(candidate))
      .Set("values", ValuesJson(spec.space, candidate))
      .Set("state", measurement::NameOf(measurement.state))
      .Set("reason", measurement.reason)
      .Set("detail", measurement.detail)
      .Set("fidelity", measurement.fidelity)
      .Set("seed", static_cast<int64_t>(measurement.seed))
      .Set("metrics", MetricsJson(measurement.metrics, spec.metrics))
      .Set("outcome_rates", RatesJson(network, measurement.outcome_rates))
      .Set("outcome_rates_run",
           RatesJson(network, measurement.outcome_rates_run))
      .Set("decision_rates", DecisionRatesJson(measurement.decision_rates))
      .Set("decision_rates_run",
           DecisionRatesJson(measurement.decision_rates_run))
      .Set("model_versions", std::move(versions));
  if (measurement.state == measurement::TrialState::kSucceeded) {
    json.Set("breakdown", BreakdownJson(measurement.totals));
  } else {
    json.Set("breakdown", Json());
  }
  return json;
}

std::string StateText(v1::Trial::State state) {
  return absl::AsciiStrToLower(v1::Trial::State_Name(state));
}

int64_t TrialIndex(absl::string_view name) {
  int64_t index = -1;
  const size_t slash = name.rfind('/');
  const bool found = slash != absl::string_view::npos &&
                     absl::SimpleAtoi(name.substr(slash + 1), &index) &&
                     index >= 0;
  return found ? index : -1;
}

}  // namespace dynarch::report
