// Liveness: whether one iteration can be completed, hence all.
#ifndef DYNARCH_SIM_DATAFLOW_LIVENESS_H_
#define DYNARCH_SIM_DATAFLOW_LIVENESS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/dataflow/graph.h"

namespace dynarch::dataflow {

// One actor that waits, and the channel on which it waits.
struct Wait {
  int actor = 0;
  int phase = 0;
  int channel = 0;      // into Graph::channels
  bool space = false;   // waits for free space, as the channel's source
  int64_t present = 0;  // tokens (or free places) that are there
  int64_t needed = 0;   // tokens (or free places) that this phase takes
};

// Each actor waits for the one after it, the last for the first.
struct Deadlock {
  std::vector<Wait> cycle;
};

// Fires every actor, in any order and regardless of time, as often as one
// iteration demands. Returns nothing if that completes, else a cycle of actors
// that wait for each other. Capacities count. Neither times nor
// auto-concurrency matter: a live graph stays live when its actors fire one at
// a time.
//
// Cost:    at most one step per firing of the iteration.
// Errors:  those of RepetitionVector; OutOfRange if an iteration has more than
//          2^62 firings or moves more than 2^125 tokens through a channel;
//          ResourceExhausted after 2^30 steps.
absl::StatusOr<std::optional<Deadlock>> FindDeadlock(const Graph& graph);

// "'a' (phase 0) has 1 of 2 tokens in 'ba' and waits for 'b'; 'b' (phase 1) has
// 0 of 3 places in 'ab' and waits for 'a'".
std::string Describe(const Graph& graph, const Deadlock& deadlock);

// FailedPrecondition: that the graph, which does deadlock, deadlocks, and on
// what cycle. Or an error of FindDeadlock.
absl::Status DeadlockError(const Graph& graph);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_LIVENESS_H_
