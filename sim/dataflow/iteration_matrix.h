// One iteration of a graph as a max-plus matrix over its initial tokens.
#ifndef DYNARCH_SIM_DATAFLOW_ITERATION_MATRIX_H_
#define DYNARCH_SIM_DATAFLOW_ITERATION_MATRIX_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/dataflow/graph.h"
#include "sim/dataflow/maxplus.h"
#include "sim/dataflow/rational.h"

namespace dynarch::dataflow {

struct IterationMatrixOptions {
  bool auto_concurrency = true;  // as in sim/dataflow/throughput.h
  // Unit of the entries; every time must be a multiple of it. None: the largest
  // such unit (CommonTick, sim/dataflow/ticks.h).
  std::optional<Rational> tick;
  // Initial tokens allowed, and firings of the iteration; also their product,
  // 100 million at most: ResourceExhausted.
  int64_t max_tokens = 4'096;
  int64_t max_firings = 10'000'000;
};

// What a row or column stands for: an initial token, or the latest start of an
// actor. The latter is there for actors whose firings may overlap and whose
// tokens alone do not keep them in order (in a CSDF graph), because the next
// firing starts no earlier.
struct TokenPlace {
  std::optional<int> channel;  // of `graph` below; none: a start
  int64_t index = 0;           // 0: the first to be taken; or the actor
};

struct IterationMatrix {
  // The graph that was executed: the given one, with the channels that
  // WithSpaceAsChannels and, without auto-concurrency, OneFiringAtATime add
  // after its own.
  Graph graph;
  // By channel, then first taken first; then the starts, by actor.
  std::vector<TokenPlace> tokens;
  Rational tick;
  // [i][j]: token i is back at the earliest so many ticks after token j was
  // there, one iteration before.
  MaxPlusMatrix matrix;
  // By actor: when its last-ending firing of the iteration ends at the
  // earliest, [actor][j] ticks after token j was there. All kNever: it waits
  // for nothing.
  MaxPlusMatrix ends;
};

// Executes one iteration symbolically (Geilen, "Synchronous dataflow
// scenarios", ACM TECS 10(2), 2010). A firing that takes no token, and depends
// on none, could start at any time: it is taken to have started long ago,
// kNever.
//
// Errors:  those of RepetitionVector; FailedPrecondition with the cycle if the
//          iteration deadlocks; InvalidArgument if a time is no multiple of the
//          tick; OutOfRange past the limits of sim/dataflow/maxplus.h;
//          ResourceExhausted as above.
absl::StatusOr<IterationMatrix> MatrixOfIteration(
    const Graph& graph, const IterationMatrixOptions& options = {});

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_ITERATION_MATRIX_H_
