// The event-driven run: dataflow semantics on the kernel.
//
// A firing waits for its tokens, then for its resource, then for its power
// domains; computes; and publishes a token to each of its successors. The
// control token of a chain comes from the activity before (SEMANTICS 3). Which
// state a power domain is in follows from events alone: holds of firings,
// timers, ends of transitions.
//
// Inferences are released periodically into an unbounded queue; one is in
// flight. Phases of an instant (SEMANTICS 2): ends of firings and transitions;
// releases; dispatch; timers.
#ifndef DYNARCH_SIM_ENGINE_ENGINE_H_
#define DYNARCH_SIM_ENGINE_ENGINE_H_

#include <cstdint>

#include "sim/engine/program.h"
#include "sim/mapping/system.h"
#include "sim/measurement/run_result.h"
#include "sim/workload/workload.h"

namespace dynarch::engine {

struct RunOptions {
  bool keep_sequence = false;  // Fill RunResult::sequence.
};

// What the kernel did; for benchmarks.
struct RunCounters {
  int64_t events = 0;
};

// Runs workload.inferences inferences to their end. Requires a program with a
// graph for every scenario that occurs. `totals.domains`,
// `totals.activities` (lines that happened) and all sums are in the window
// [0, inferences * period).
measurement::RunResult Run(const Program& program,
                           const workload::Workload& workload,
                           const mapping::Samples& samples,
                           const RunOptions& options = {},
                           RunCounters* counters = nullptr);

}  // namespace dynarch::engine

#endif  // DYNARCH_SIM_ENGINE_ENGINE_H_
