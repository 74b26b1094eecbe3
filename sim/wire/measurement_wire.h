// v1.Measurement <-> measurement::Measurement, and metric rows.
#ifndef DYNARCH_SIM_WIRE_MEASUREMENT_WIRE_H_
#define DYNARCH_SIM_WIRE_MEASUREMENT_WIRE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "dynarch/v1/measurement.pb.h"
#include "sim/measurement/measurement.h"
#include "sim/measurement/metric.h"

namespace dynarch::wire {

// The metrics of `order`, in that order, with their stable names
// (`latency_p99_s`); an absent value stays absent.
v1::Measurement ToMessage(const measurement::Measurement& measurement,
                          absl::Span<const measurement::Metric> order);

// From a stored row: one double per metric of `order`, NaN where absent.
v1::Measurement MeasurementFromRow(absl::Span<const double> row,
                                   absl::Span<const measurement::Metric> order);

// The metrics of a message. InvalidArgument for a name that is no metric, a
// metric twice, or a value that is not finite.
absl::StatusOr<measurement::MetricValues> MetricValuesFrom(
    const v1::Measurement& message);

// Metrics by name, e.g. of Study.metrics. InvalidArgument with the nearest.
absl::StatusOr<std::vector<measurement::Metric>> MetricsNamed(
    absl::Span<const std::string> names);
// Their stable names, in order.
std::vector<std::string> StableNames(
    absl::Span<const measurement::Metric> metrics);

}  // namespace dynarch::wire

#endif  // DYNARCH_SIM_WIRE_MEASUREMENT_WIRE_H_
