// Seeded random graphs for tests and benchmarks: consistent by construction,
// not always live.
#ifndef DYNARCH_TESTS_SIM_DATAFLOW_DRAW_GRAPH_H_
#define DYNARCH_TESTS_SIM_DATAFLOW_DRAW_GRAPH_H_

#include <cstdint>

#include "sim/dataflow/graph.h"

namespace dynarch::dataflow {

// One to five actors of one to three phases, small rates and times, some times
// zero or fractions, some channels to their own actor, some bounded.
Graph DrawGraph(uint64_t seed);

// The same with one phase per actor and no capacity.
Graph DrawSdfGraph(uint64_t seed);

struct LargeGraph {
  int actors = 2'767;
  int64_t repetition_sum = 208'907;
  int extra_channels = 2'000;  // beside a tree
  // Every channel of the tree is bounded, to this many times what both sides
  // move at once; 0: none is.
  int64_t capacity_factor = 0;
};

// A connected SDF graph of exactly that many actors and that sum of its
// repetition vector. Channels from later to earlier actors hold the tokens of a
// whole iteration, so it is live.
Graph DrawLargeGraph(const LargeGraph& shape, uint64_t seed);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_TESTS_SIM_DATAFLOW_DRAW_GRAPH_H_
