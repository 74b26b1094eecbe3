// The event graph of a K-periodic schedule.
//
// A schedule is K-periodic if the start of actor a's j-th firing of each K[a]
// cycles repeats every K[a] / q[a] periods, q being the repetition vector. Its
// shortest period is the maximum cycle ratio of a graph with one node per actor
// and firing among K[a] cycles: an edge from firing j of a to firing j' of b
// with the duration of j as weight, and as height the least number of periods
// that FIFO order lets lie between them (Bodin, Munier-Kordon and Dupont de
// Dinechin, "K-periodic schedules for evaluating the maximum throughput of a
// synchronous dataflow graph", SAMOS 2012, and DAC 2016).
//
// With K = q it is the classical expansion into single-rate firings, and exact;
// a smaller K gives an upper bound of the period, which is exact if the
// critical cycle's actors have K a multiple of their own repetition vector.
#ifndef DYNARCH_SIM_DATAFLOW_EVENT_GRAPH_H_
#define DYNARCH_SIM_DATAFLOW_EVENT_GRAPH_H_

#include <cstdint>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/dataflow/max_cycle_ratio.h"
#include "sim/dataflow/part.h"
#include "sim/dataflow/rational.h"

namespace dynarch::dataflow {

struct EventGraph {
  std::variant<RatioGraph<int64_t>, RatioGraph<BigInt>> graph;
  BigInt heights_per_period;  // a height of this many is one period
  std::vector<int> first;     // by place: its first node; then the node count
};

// Upper bound of nodes and edges of the event graph for K.
int64_t EstimatedSize(const Part& part, const std::vector<int64_t>& k);

// K by place, each a divisor of its entry of `part.cycles`. OutOfRange if K
// cycles of an actor move more than 2^62 tokens through a channel, or a channel
// holds more.
absl::StatusOr<EventGraph> MakeEventGraph(const Part& part,
                                          const std::vector<int64_t>& k);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_EVENT_GRAPH_H_
