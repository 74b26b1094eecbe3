// Times as integers: multiples of a common tick.
#ifndef DYNARCH_SIM_DATAFLOW_TICKS_H_
#define DYNARCH_SIM_DATAFLOW_TICKS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/dataflow/graph.h"
#include "sim/dataflow/rational.h"

namespace dynarch::dataflow {

// The largest tick of which all times of the graph are multiples; 1 if all are
// 0.
Rational CommonTick(const Graph& graph);

// All times of the graph in ticks, by actor and phase. InvalidArgument if one
// is no multiple of `tick` (> 0), OutOfRange if one is above 2^61 ticks.
absl::StatusOr<std::vector<std::vector<int64_t>>> TimesInTicks(
    const Graph& graph, const Rational& tick);

// Times of any size, in ticks; `ranks` stand for them in order: equal where
// they are equal, smaller where they are smaller, 0 where they are 0.
struct LargeTimes {
  std::vector<std::vector<BigInt>> ticks;   // by actor and phase
  std::vector<std::vector<int64_t>> ranks;  // by actor and phase
};

// `tick` as CommonTick gives it.
LargeTimes LargeTimesInTicks(const Graph& graph, const Rational& tick);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_TICKS_H_
