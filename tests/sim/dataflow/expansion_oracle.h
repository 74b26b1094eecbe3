// The period by brute force, sharing no code with sim/dataflow: every token of
// an iteration followed by hand.
#ifndef DYNARCH_TESTS_SIM_DATAFLOW_EXPANSION_ORACLE_H_
#define DYNARCH_TESTS_SIM_DATAFLOW_EXPANSION_ORACLE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/dataflow/graph.h"

namespace dynarch::dataflow {

// Expands one iteration into firings, with an edge for every token that passes
// from one to another (also for free places, for the order of an actor's
// starts and, without auto-concurrency, for its firings), and finds the maximum
// of duration over delay by repeated search for a better cycle. None: deadlock.
// `cycles` is the repetition vector. For graphs of some hundred firings.
std::optional<Rational> ExpandedPeriod(const Graph& graph,
                                       const std::vector<int64_t>& cycles,
                                       bool auto_concurrency);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_TESTS_SIM_DATAFLOW_EXPANSION_ORACLE_H_
