#include "sim/measurement/metric.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "sim/base/name_match.h"

namespace dynarch::measurement {

const std::vector<MetricInfo>& AllMetrics() {
  static const auto& metrics = *new std::vector<MetricInfo>{
      {Metric::kAccuracy, "accuracy", "accuracy", "",
       "share of the trace's samples that the exit taken gets right"},
      {Metric::kLatencyMean, "latency_mean", "latency_mean_s", "s",
       "mean time from release to completion"},
      {Metric::kLatencyP50, "latency_p50", "latency_p50_s", "s",
       "latency that half of the inferences do not exceed"},
      {Metric::kLatencyP90, "latency_p90", "latency_p90_s", "s",
       "latency that 90 % of the inferences do not exceed"},
      {Metric::kLatencyP99, "latency_p99", "latency_p99_s", "s",
       "latency that 99 % of the inferences do not exceed"},
      {Metric::kLatencyMax, "latency_max", "latency_max_s", "s",
       "largest latency observed"},
      {Metric::kDeadlineMissRatio, "deadline_miss_ratio", "deadline_miss_ratio",
       "", "share of the offered inferences not completed by their deadline"},
      {Metric::kEnergyMean, "energy_mean", "energy_mean_j", "J",
       "all energy of the window per completed inference"},
      {Metric::kEnergyDynamic, "energy_dynamic", "energy_dynamic_j", "J",
       "energy of the activities per completed inference"},
      {Metric::kEnergyPerOffered, "energy_per_offered", "energy_per_offered_j",
       "J", "all energy of the window per offered inference"},
      {Metric::kPowerAverage, "power_average", "power_average_w", "W",
       "all energy of the window over its length"},
      {Metric::kThroughput, "throughput", "throughput_per_s", "1/s",
       "completed inferences over the window"},
      {Metric::kGoodput, "goodput", "goodput_per_s", "1/s",
       "inferences completed by their deadline over the window"},
      {Metric::kAccuracyOnTime, "accuracy_on_time", "accuracy_on_time", "",
       "share of the offered inferences that are right and on time"},
      {Metric::kUtilisation, "utilisation", "utilisation", "",
       "share of the window in which an inference is in service"},
      {Metric::kStable, "stable", "stable", "",
       "1 if the service times of one cycle of the trace fit its releases"},
  };
  return metrics;
}

const MetricInfo& InfoOf(Metric metric) {
  return AllMetrics()[static_cast<int>(metric)];
}

absl::StatusOr<Metric> MetricNamed(absl::string_view name) {
  for (const MetricInfo& info : AllMetrics()) {
    if (name == info.name || name == info.json_name) return info.metric;
  }
  std::vector<std::string> names;
  for (const MetricInfo& info : AllMetrics()) names.emplace_back(info.name);
  return absl::InvalidArgumentError(
      absl::StrCat("'", name, "' is no metric", DidYouMean(name, names)));
}

}  // namespace dynarch::measurement
