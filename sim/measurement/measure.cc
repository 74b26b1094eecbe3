#include "sim/measurement/measure.h"

#include "sim/measurement/percentile.h"

namespace dynarch::measurement {
namespace {

double Ratio(int64_t part, int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

std::optional<double> Share(int64_t part, int64_t whole) {
  if (whole == 0) return std::nullopt;
  return Ratio(part, whole);
}

// The mean, in seconds. The whole picoseconds of the quotient are taken out
// first, so that equal latencies have exactly themselves as mean.
std::optional<double> MeanLatency(absl::Span<const LatencyCount> latencies) {
  absl::int128 sum = 0;
  int64_t total = 0;
  for (const LatencyCount& entry : latencies) {
    sum += absl::int128(entry.latency.value()) * entry.count;
    total += entry.count;
  }
  if (total == 0) return std::nullopt;
  const auto whole = static_cast<int64_t>(sum / total);
  const auto rest = static_cast<int64_t>(sum % total);
  if (rest == 0) return ToSeconds(Picoseconds(whole));
  return (static_cast<double>(whole) + Ratio(rest, total)) / 1e12;
}

std::optional<double> PercentileSeconds(
    absl::Span<const LatencyCount> latencies, int percent) {
  const std::optional<Picoseconds> latency = Percentile(latencies, percent);
  if (!latency.has_value()) return std::nullopt;
  return ToSeconds(*latency);
}

std::optional<double> LatencyMetric(Metric metric, const MetricInputs& in) {
  if (!in.stable || in.latencies.empty()) return std::nullopt;
  switch (metric) {
    case Metric::kLatencyMean:
      return MeanLatency(in.latencies);
    case Metric::kLatencyP50:
      return PercentileSeconds(in.latencies, 50);
    case Metric::kLatencyP90:
      return PercentileSeconds(in.latencies, 90);
    case Metric::kLatencyP99:
      return PercentileSeconds(in.latencies, 99);
    default:
      return ToSeconds(in.latencies.back().latency);
  }
}

std::optional<double> EnergyMetric(Metric metric, const MetricInputs& in) {
  const bool offered = metric == Metric::kEnergyPerOffered;
  const int64_t count = offered ? in.offered : in.completed;
  if (!in.energy_known || count == 0) return std::nullopt;
  const Zeptojoules energy =
      metric == Metric::kEnergyDynamic ? in.activity_energy : in.total_energy;
  return ToJoules(energy) / static_cast<double>(count);
}

std::optional<double> PerWindow(double amount, Picoseconds window) {
  if (window.value() == 0) return std::nullopt;
  return amount / ToSeconds(window);
}

}  // namespace

MetricInputs InputsOf(const RunTotals& totals) {
  MetricInputs in;
  in.offered = totals.offered;
  in.completed = totals.completed;
  in.missed = totals.missed;
  in.on_time = totals.on_time;
  in.correct_on_time = totals.correct_on_time;
  in.window = totals.window;
  in.busy = totals.busy;
  in.total_energy = totals.total_energy;
  for (const ActivityTotals& activity : totals.activities) {
    in.activity_energy += activity.energy;
  }
  in.energy_known = totals.energy_known;
  return in;
}

std::optional<double> Compute(Metric metric, const MetricInputs& in) {
  switch (metric) {
    case Metric::kAccuracy:
      if (in.stated_accuracy.has_value()) return in.stated_accuracy;
      if (!in.correct_known) return std::nullopt;
      return Share(in.correct, in.samples);
    case Metric::kLatencyMean:
    case Metric::kLatencyP50:
    case Metric::kLatencyP90:
    case Metric::kLatencyP99:
    case Metric::kLatencyMax:
      return LatencyMetric(metric, in);
    case Metric::kDeadlineMissRatio:
      return Share(in.missed, in.offered);
    case Metric::kEnergyMean:
    case Metric::kEnergyDynamic:
    case Metric::kEnergyPerOffered:
      return EnergyMetric(metric, in);
    case Metric::kPowerAverage:
      if (!in.energy_known) return std::nullopt;
      return PerWindow(ToJoules(in.total_energy), in.window);
    case Metric::kThroughput:
      return PerWindow(static_cast<double>(in.completed), in.window);
    case Metric::kGoodput:
      return PerWindow(static_cast<double>(in.on_time), in.window);
    case Metric::kAccuracyOnTime:
      if (!in.correct_known) return std::nullopt;
      return Share(in.correct_on_time, in.offered);
    case Metric::kUtilisation:
      return Share(in.busy.value(), in.window.value());
    case Metric::kStable:
      return in.stable ? 1.0 : 0.0;
  }
  return std::nullopt;
}

MetricValues ComputeAll(const MetricInputs& inputs) {
  MetricValues values;
  for (const MetricInfo& info : AllMetrics()) {
    values.Set(info.metric, Compute(info.metric, inputs));
  }
  return values;
}

}  // namespace dynarch::measurement
