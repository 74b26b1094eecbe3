// A scenario-aware graph as an automaton over iterations: each sub-scenario of
// its detector one max-plus matrix. A second way, next to the timed state space
// of sim/dataflow/sadf_analysis.h, to the same throughput, and the way to its
// worst-case latency.
#ifndef DYNARCH_SIM_DATAFLOW_SADF_ITERATIONS_H_
#define DYNARCH_SIM_DATAFLOW_SADF_ITERATIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/dataflow/sadf.h"
#include "sim/dataflow/scenario_automaton.h"

namespace dynarch::dataflow {

struct SadfIterations {
  // Counters: firings of each process, in the graph's order. States: those of
  // the detector's chain.
  ScenarioAutomaton automaton;
  // What a row of the matrices stands for: "CHANNEL[index]" with the channels
  // that sim/dataflow/graph.h adds for space and for firing one at a time.
  std::vector<std::string> tokens;
  // In every sub-scenario the detector waits, in the end, for every process
  // that fires, but for some that take no time; and all of them wait for it.
  // Then no process runs ahead of another without limit, and the automaton has
  // the throughput of each; otherwise only that of complete iterations.
  bool in_step = true;
};

// Applies to strongly consistent graphs with one detector that has no control
// input: in each sub-scenario one firing of the detector and some firings of
// the others bring every channel back to its initial tokens. Times must be
// single (see WithSingleTimes).
//
// FailedPrecondition says what does not apply: the detectors, a control channel
// with initial tokens, several times, a sub-scenario that is inconsistent,
// needs several firings of the detector or deadlocks, a process that nothing
// ties to the detector, more than 512 initial tokens. Otherwise errors of Check
// and MatrixOfIteration (sim/dataflow/iteration_matrix.h).
absl::StatusOr<SadfIterations> IterationsOf(const ScenarioAwareGraph& graph);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_SADF_ITERATIONS_H_
