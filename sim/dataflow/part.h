// Strongly connected parts of a graph, prepared for a throughput analysis.
#ifndef DYNARCH_SIM_DATAFLOW_PART_H_
#define DYNARCH_SIM_DATAFLOW_PART_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/dataflow/graph.h"
#include "sim/dataflow/rational.h"
#include "sim/dataflow/throughput.h"

namespace dynarch::dataflow {

// Actors of a graph without capacities that are analysed together: a strongly
// connected component.
struct Part {
  const Graph* graph = nullptr;
  std::vector<int> actors;
  std::vector<int> channels;  // both ends among `actors`
  // By actor of the graph: its place in its own part's `actors`.
  std::shared_ptr<const std::vector<int>> local;
  std::vector<BigInt> cycles;  // repetition vector by place, smallest integers
  BigInt repeats;              // iterations of the part in one of the graph
  std::vector<std::vector<int64_t>> times;  // ticks, by place and phase
  // The same, if one is above 2^61; then `times` only orders them.
  std::vector<std::vector<BigInt>> large_times;
  std::vector<bool> one_at_a_time;  // by place
  // By place: firings end in the order in which they start, so that the last
  // token taken is the last to come.
  std::vector<bool> ends_in_order;
};

// What a method finds for a part.
struct PartThroughput {
  std::optional<Rational> period;  // ticks per iteration of the part
  std::vector<CriticalFiring> critical_cycle;  // actors of the graph
};

// Parts that can bound the period: those with a channel or an actor that fires
// one at a time. `graph` has no capacities and outlives them; `cycles` is its
// repetition vector, `times` are in ticks, by actor and phase.
std::vector<Part> PartsOf(const Graph& graph, const std::vector<BigInt>& cycles,
                          const std::vector<std::vector<int64_t>>& times,
                          bool auto_concurrency);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_PART_H_
