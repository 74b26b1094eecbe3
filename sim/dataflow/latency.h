// Latency of the first self-timed iteration.
#ifndef DYNARCH_SIM_DATAFLOW_LATENCY_H_
#define DYNARCH_SIM_DATAFLOW_LATENCY_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/dataflow/graph.h"
#include "sim/dataflow/rational.h"

namespace dynarch::dataflow {

struct LatencyOptions {
  bool auto_concurrency = true;      // as in sim/dataflow/throughput.h
  int64_t max_firings = 10'000'000;  // of the iteration: ResourceExhausted
};

// When an actor is busy in the iteration.
struct BusyTime {
  Rational first_start;
  Rational last_end;  // the latest, whichever firing it is
};

struct Latency {
  Rational makespan;  // the latest end of any firing
  std::vector<BusyTime> actors;
};

// All initial tokens and free places are there at time 0; every firing of one
// iteration (sim/dataflow/repetition.h) starts as soon as its tokens are there,
// none of the next is begun. Exact, in the graph's unit of time. With
// auto-concurrency an actor without inputs starts all its firings at 0.
//
// Errors: those of RepetitionVector; FailedPrecondition with the cycle if the
// iteration deadlocks; ResourceExhausted, as above; OutOfRange if the times do
// not fit 2^61 of the unit that they share.
absl::StatusOr<Latency> IterationLatency(const Graph& graph,
                                         const LatencyOptions& options = {});

// From the first start of `source` to the last end of `destination` in that
// iteration; negative if the destination is done before the source begins.
absl::StatusOr<Rational> LatencyBetween(const Graph& graph, int source,
                                        int destination,
                                        const LatencyOptions& options = {});

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_LATENCY_H_
