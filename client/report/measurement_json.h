// Candidates and measurements as JSON.
//
// Names are those of `MetricInfo::json_name`, with the SI unit in them; an
// absent value is null, never 0.
#ifndef DYNARCH_CLIENT_REPORT_MEASUREMENT_JSON_H_
#define DYNARCH_CLIENT_REPORT_MEASUREMENT_JSON_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "client/report/json.h"
#include "dynarch/v1/trial.pb.h"
#include "sim/measurement/measurement.h"
#include "sim/measurement/metric.h"
#include "sim/space/design_space.h"
#include "sim/study/study_spec.h"

namespace dynarch::report {

// {path: text} of every parameter, in the space's order.
Json ValuesJson(const space::DesignSpace& space,
                const space::Candidate& candidate);
// The same of a trial from a server.
Json ValuesJson(const v1::Trial& trial);

// {json_name: number or null}, in `order`.
Json MetricsJson(const measurement::MetricValues& values,
                 absl::Span<const measurement::Metric> order);
// The same of a trial from a server, in its order.
Json MetricsJson(const v1::Measurement& measurement);

// {decision: share}, in the network's order; empty when there are none.
Json RatesJson(const graph::Network& network, absl::Span<const double> rates);

// {"trial", "state", "reason", "values", "metrics"}.
Json TrialJson(const v1::Trial& trial);

// What `dynarch evaluate` and `dynarch explain` print: {"study", "trial",
// "values", "state", "reason", "detail", "fidelity", "seed", "metrics",
// "outcome_rates", "outcome_rates_run", "decision_rates",
// "decision_rates_run", "model_versions", "breakdown"}.
Json MeasurementJson(absl::string_view study, const study::StudySpec& spec,
                     const space::Candidate& candidate,
                     const measurement::Measurement& measurement);

// `succeeded`, `infeasible`, ... of a trial from a server.
std::string StateText(v1::Trial::State state);
// The number at the end of `studies/{study}/trials/{index}`; -1 if there is
// none.
int64_t TrialIndex(absl::string_view name);

}  // namespace dynarch::report

#endif  // DYNARCH_CLIENT_REPORT_MEASUREMENT_JSON_H_
