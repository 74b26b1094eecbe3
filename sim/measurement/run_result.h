// What a run returns: exact totals and exact latencies.
#ifndef DYNARCH_SIM_MEASUREMENT_RUN_RESULT_H_
#define DYNARCH_SIM_MEASUREMENT_RUN_RESULT_H_

#include <cstdint>
#include <vector>

#include "sim/base/units.h"
#include "sim/measurement/measurement.h"

namespace dynarch::measurement {

// One latency and how many inferences had it.
struct LatencyCount {
  Picoseconds latency;
  int64_t count = 0;
  bool operator==(const LatencyCount&) const = default;
};

// Sorts by latency and merges equal ones.
void Normalise(std::vector<LatencyCount>& counts);

// Both ways of running fill the same, so they can be compared exactly.
struct RunResult {
  RunTotals totals;
  std::vector<LatencyCount> latencies;  // Ascending, all different.
  std::vector<Picoseconds> sequence;    // By inference; empty if not asked for.
  bool operator==(const RunResult&) const = default;
};

}  // namespace dynarch::measurement

#endif  // DYNARCH_SIM_MEASUREMENT_RUN_RESULT_H_
