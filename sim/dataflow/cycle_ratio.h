// The least ratio of two sums over the cycles of a graph, exactly.
#ifndef DYNARCH_SIM_DATAFLOW_CYCLE_RATIO_H_
#define DYNARCH_SIM_DATAFLOW_CYCLE_RATIO_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sim/dataflow/rational.h"

namespace dynarch::dataflow {

struct RatioEdge {
  int32_t from = 0;
  int32_t to = 0;
  int64_t gain = 0;  // >= 0
  int64_t time = 0;  // >= 0
};

struct CycleRatio {
  // Least gain/time over the cycles with time > 0; none: there is no such
  // cycle.
  std::optional<Rational> least;
  // Edges (indices) of a cycle that attains it, in order.
  std::vector<int64_t> cycle;
};

// Dinkelbach's method: from the ratio of one cycle, look for a cycle that is
// lower (a negative cycle of gain - ratio * time; Bellman-Ford with early
// search of the parent graph) and take its ratio, until none is: the last
// search is the proof. Edges whose `from` is -1 are left out. All integers;
// sums that could pass 2^126 are OutOfRange.
absl::StatusOr<CycleRatio> LeastCycleRatio(
    int nodes, absl::Span<const RatioEdge> edges,
    absl::Span<const int64_t> first_cycle = {});

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_CYCLE_RATIO_H_
