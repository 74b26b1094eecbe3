// The metrics' formulae: exact counts and sums in, SI doubles out.
#ifndef DYNARCH_SIM_MEASUREMENT_MEASURE_H_
#define DYNARCH_SIM_MEASUREMENT_MEASURE_H_

#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "sim/base/units.h"
#include "sim/measurement/metric.h"
#include "sim/measurement/run_result.h"

namespace dynarch::measurement {

// Everything the metrics are computed from. Integers only, so both ways of
// running and the sweep's short form give the same bits.
struct MetricInputs {
  int64_t offered = 0, completed = 0, missed = 0, on_time = 0;
  int64_t correct_on_time = 0;
  Picoseconds window;
  Picoseconds busy;             // In service, inside the window.
  Zeptojoules total_energy;     // In the window.
  Zeptojoules activity_energy;  // In the window.
  bool energy_known = true;
  bool stable = true;
  absl::Span<const LatencyCount> latencies;  // Ascending.
  int64_t correct = 0, samples = 0;          // Each sample once.
  bool correct_known = true;                 // Else right answers are not.
  std::optional<double> stated_accuracy;     // Instead of counted.
};

// Takes what is in the totals; `stable`, `latencies` and what says which
// answers are right are the caller's.
MetricInputs InputsOf(const RunTotals& totals);

// One metric; absent where it is not defined: latencies of an unstable run,
// percentiles of too few inferences, energies that are not known, shares of
// nothing.
std::optional<double> Compute(Metric metric, const MetricInputs& inputs);

// All metrics.
MetricValues ComputeAll(const MetricInputs& inputs);

}  // namespace dynarch::measurement

#endif  // DYNARCH_SIM_MEASUREMENT_MEASURE_H_
