#include "sim/wire/measurement_wire.h"

#include <cmath>
#include <optional>

#include "sim/base/status_macros.h"
#include "sim/wire/field_error.h"

namespace dynarch::wire {
namespace {

using measurement::InfoOf;
using measurement::Metric;

void AddMetric(Metric metric, std::optional<double> value,
               v1::Measurement* message) {
  v1::MetricValue* out = message->add_metrics();
  out->set_metric(std::string(InfoOf(metric).json_name));
  if (value.has_value()) out->set_value(*value);
}

}  // namespace

v1::Measurement ToMessage(const measurement::Measurement& measurement,
                          absl::Span<const Metric> order) {
  v1::Measurement message;
  for (const Metric metric : order) {
    AddMetric(metric, measurement.metrics.Get(metric), &message);
  }
  message.set_fidelity(measurement.fidelity);
  message.set_seed(static_cast<int64_t>(measurement.seed));
  for (const std::string& version : measurement.model_versions) {
    message.add_model_versions(version);
  }
  return message;
}

v1::Measurement MeasurementFromRow(absl::Span<const double> row,
                                   absl::Span<const Metric> order) {
  v1::Measurement message;
  for (size_t i = 0; i < order.size() && i < row.size(); ++i) {
    const bool is_absent = std::isnan(row[i]);
    AddMetric(order[i],
              is_absent ? std::nullopt : std::optional<double>(row[i]),
              &message);
  }
  return message;
}

absl::StatusOr<measurement::MetricValues> MetricValuesFrom(
    const v1::Measurement& message) {
  measurement::MetricValues values;
  for (int i = 0; i < message.metrics_size(); ++i) {
    const v1::MetricValue& entry = message.metrics(i);
    const std::string path = absl::StrCat("metrics[", i, "]");
    const auto metric = measurement::MetricNamed(entry.metric());
    if (!metric.ok()) return AtField(path, metric.status());
    if (values.Get(*metric).has_value()) {
      return FieldError(path, "'", entry.metric(), "' is given twice");
    }
    if (!entry.has_value()) continue;
    if (!std::isfinite(entry.value())) {
      return FieldError(path, "the value of '", entry.metric(),
                        "' is not finite; leave it absent instead");
    }
    values.Set(*metric, entry.value());
  }
  return values;
}

absl::StatusOr<std::vector<Metric>> MetricsNamed(
    absl::Span<const std::string> names) {
  std::vector<Metric> metrics;
  for (const std::string& name : names) {
    DYNARCH_ASSIGN_OR_RETURN(const Metric metric,
                             measurement::MetricNamed(name));
    metrics.push_back(metric);
  }
  return metrics;
}

std::vector<std::string> StableNames(absl::Span<const Metric> metrics) {
  std::vector<std::string> names;
  for (const Metric metric : metrics) {
    names.emplace_back(InfoOf(metric).json_name);
  }
  return names;
}

}  // namespace dynarch::wire
