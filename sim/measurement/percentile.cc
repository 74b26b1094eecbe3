#include "sim/measurement/percentile.h"

namespace dynarch::measurement {

std::optional<Picoseconds> Percentile(absl::Span<const LatencyCount> latencies,
                                      int percent) {
  int64_t total = 0;
  for (const LatencyCount& entry : latencies) total += entry.count;
  // N < 10 / (1 - percent / 100), without fractions. N <= 10^8 here.
  if (total * (100 - percent) < 1000) return std::nullopt;
  const int64_t rank = (total * percent + 99) / 100;
  int64_t below = 0;
  for (const LatencyCount& entry : latencies) {
    below += entry.count;
    if (below >= rank) return entry.latency;
  }
  return std::nullopt;  // Not reached: rank <= total.
}

}  // namespace dynarch::measurement
