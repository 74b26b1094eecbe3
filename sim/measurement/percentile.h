// Exact percentiles by nearest rank.
#ifndef DYNARCH_SIM_MEASUREMENT_PERCENTILE_H_
#define DYNARCH_SIM_MEASUREMENT_PERCENTILE_H_

#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "sim/base/units.h"
#include "sim/measurement/run_result.h"

namespace dynarch::measurement {

// The smallest latency that at least `percent` % of the N inferences do not
// exceed: the one of rank ceil(percent * N / 100), counted from 1.
//
// Absent if N < 10 / (1 - percent / 100): fewer than ten inferences would lie
// beyond. So p50 needs N >= 20, p90 N >= 100, p99 N >= 1000.
// `latencies` ascend, with positive counts; 0 < percent < 100.
std::optional<Picoseconds> Percentile(absl::Span<const LatencyCount> latencies,
                                      int percent);

}  // namespace dynarch::measurement

#endif  // DYNARCH_SIM_MEASUREMENT_PERCENTILE_H_
