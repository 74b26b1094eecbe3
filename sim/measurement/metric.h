// The metrics: names, units, definitions.
#ifndef DYNARCH_SIM_MEASUREMENT_METRIC_H_
#define DYNARCH_SIM_MEASUREMENT_METRIC_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dynarch::measurement {

// Definitions: docs/semantics.md, 6 to 8.
enum class Metric : uint8_t {
  kAccuracy,
  kLatencyMean,
  kLatencyP50,
  kLatencyP90,
  kLatencyP99,
  kLatencyMax,
  kDeadlineMissRatio,
  kEnergyMean,
  kEnergyDynamic,
  kEnergyPerOffered,
  kPowerAverage,
  kThroughput,
  kGoodput,
  kAccuracyOnTime,
  kUtilisation,  // Share of the window in which an inference is in service.
  kStable,       // 1 or 0.
};
inline constexpr int kMetricCount = 16;

struct MetricInfo {
  Metric metric;
  absl::string_view name;       // In studies and expressions: `latency_p99`.
  absl::string_view json_name;  // With the SI unit: `latency_p99_s`.
  absl::string_view unit;       // `s`, `J`, `W`, `1/s` or empty.
  absl::string_view description;
};

const MetricInfo& InfoOf(Metric metric);
// By either name; InvalidArgument with the nearest one.
absl::StatusOr<Metric> MetricNamed(absl::string_view name);
// In enum order.
const std::vector<MetricInfo>& AllMetrics();

}  // namespace dynarch::measurement

#endif  // DYNARCH_SIM_MEASUREMENT_METRIC_H_
