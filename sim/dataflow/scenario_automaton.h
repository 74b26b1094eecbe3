// Scenario automata over max-plus matrices (FSM-SADF): a sequence of scenarios,
// each one iteration that takes the times of the tokens to new ones.
//
// x' = M(s) x: x[j] is the time at which token j is available, M(s) the matrix
// of scenario s (sim/dataflow/maxplus.h), in ticks. A step makes a transition
// of the automaton and executes the scenario of the state it enters (as a
// detector does, sim/dataflow/sadf.h). Iterations overlap as far as their
// tokens allow; nothing waits for the end of an iteration.
//
// Sources: Geilen and Stuijk, "Worst-case performance analysis of synchronous
// dataflow scenarios", CODES+ISSS 2010; Stuijk, Geilen, Theelen, Basten,
// "Scenario-aware dataflow: modeling, analysis and implementation of dynamic
// applications", SAMOS 2011; Gaubert, "Performance evaluation of (max,+)
// automata", IEEE TAC 40(12), 1995.
#ifndef DYNARCH_SIM_DATAFLOW_SCENARIO_AUTOMATON_H_
#define DYNARCH_SIM_DATAFLOW_SCENARIO_AUTOMATON_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sim/dataflow/maxplus.h"
#include "sim/dataflow/rational.h"

namespace dynarch::dataflow {

struct AutomatonTransition {
  int to = 0;  // state
  Rational weight = 1;
};

struct AutomatonState {
  int scenario = 0;
  std::vector<AutomatonTransition> transitions;
};

struct ScenarioAutomaton {
  Rational tick = 1;  // unit of all entries
  // By scenario, all square and of one size. Entries are >= 0 or kNever.
  std::vector<MaxPlusMatrix> matrices;
  // By scenario: what one iteration counts, for example firings of processes.
  // As many counters in each; empty: one counter, the iterations.
  std::vector<std::vector<int64_t>> counters;
  std::vector<AutomatonState> states;
  int initial = 0;
};

// InvalidArgument with the state or matrix: none of them, sizes that differ,
// negative entries, states or scenarios out of range, states without
// transitions or not reachable from the initial one, weights <= 0, counters of
// different number or negative.
absl::Status Check(const ScenarioAutomaton& automaton);

// The automaton that may do any of these scenarios at each step, with these
// probabilities (empty: all alike).
ScenarioAutomaton AnyOrder(std::vector<MaxPlusMatrix> matrices,
                           const std::vector<Rational>& weights = {});

// By counter: the least long-run count per unit of time over all sequences,
// exactly; none: nothing bounds it. It is the least ratio count/weight over the
// cycles of the graph with a node per state and token.
absl::StatusOr<std::vector<std::optional<Rational>>> WorstCaseThroughput(
    const ScenarioAutomaton& automaton);

// The largest lateness of any iteration against a periodic reference: over all
// sequences, iterations k = 1, 2, ... and outputs, the time of the output minus
// (k - 1) * period, from x = 0 at the start. An output of scenario s is a row
// of outputs[s] times the x before the iteration; no outputs: the tokens after
// it. None: unbounded, some sequence is slower than the period.
//
// To let iteration k start at (k - 1) * period at the earliest, give the
// scenarios a token for the source with entry period/tick to itself; with that
// the result is the latency from release to output.
absl::StatusOr<std::optional<Rational>> WorstCaseLatency(
    const ScenarioAutomaton& automaton, const Rational& period,
    absl::Span<const MaxPlusMatrix> outputs = {});

struct AutomatonOptions {
  int64_t max_states = int64_t{1} << 20;
  int64_t simulated_steps = 200'000;  // after as many unused ones
  uint64_t seed = 1;
};

struct AutomatonExpectation {
  // By counter, as ProcessThroughput of sim/dataflow/sadf_analysis.h has them.
  std::vector<double> rate;  // per unit of time
  std::vector<double> error;
  std::vector<Rational> fraction;  // empty where there are too many states
  bool exact = true;  // false: an estimate, `error` is of its 95 % interval
  int64_t states = 0;
};

// Long-run average counts per unit of time, time being that of the latest
// token: exact where the space of (state, x with its largest entry taken off)
// closes, explored from deep in a run if the automaton has one recurrent class.
absl::StatusOr<AutomatonExpectation> ExpectedThroughput(
    const ScenarioAutomaton& automaton, const AutomatonOptions& options = {});

// The worst iteration of a chain of blocks, each with alternatives, without
// enumeration: the product of their entrywise maxima.
struct BlockBound {
  MaxPlusMatrix matrix;  // last block times ... times the first
  std::optional<Rational>
      period;  // ticks; its eigenvalue; none: unbounded rate
  // A path through the product uses one alternative of each block per
  // iteration. So period (and latencies from `matrix`) are attained if the
  // blocks may choose in any combination, at each iteration anew; otherwise
  // they are upper bounds.
  bool exact = true;
};

// `independent`: the blocks may choose in any combination. InvalidArgument if
// there is no block, a block without alternatives, or sizes do not fit.
absl::StatusOr<BlockBound> WorstCaseOfBlocks(
    absl::Span<const std::vector<MaxPlusMatrix>> blocks, bool independent);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_SCENARIO_AUTOMATON_H_
