#include "sim/measurement/run_result.h"

#include <algorithm>

namespace dynarch::measurement {

void Normalise(std::vector<LatencyCount>& counts) {
  std::sort(counts.begin(), counts.end(),
            [](const LatencyCount& a, const LatencyCount& b) {
              return a.latency < b.latency;
            });
  size_t kept = 0;
  for (const LatencyCount& entry : counts) {
    if (kept > 0 && counts[kept - 1].latency == entry.latency) {
      counts[kept - 1].count += entry.count;
    } else {
      counts[kept++] = entry;
    }
  }
  counts.resize(kept);
}

}  // namespace dynarch::measurement
