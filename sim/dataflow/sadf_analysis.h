// Throughput of scenario-aware dataflow graphs: worst case and long-run
// average, over the timed state space of the self-timed execution that
// sim/dataflow/sadf.h describes.
//
// A firing counts when it ends; inactive firings count too.
//
// Worst case of a process: the lowest long-run number of its firings per unit
// of time over all sequences of choices. A later end of one firing never makes
// another end earlier (each channel has one reader and one writer, and choices
// do not depend on time), so it is found with every execution time at its
// largest: the least ratio firings/time of a cycle of that smaller space
// (exact integers; a last search proves that no cycle is worse).
//
// Expected: the long-run average, the same for almost every run: mean firings
// over mean time between visits, from the stationary distribution of the
// embedded Markov chain; a run that may end in one of several recurrent classes
// gives the mean over them, weighted by how likely each is. The distribution is
// solved in double precision by iteration; `expected_error` bounds the error
// from both sides, whatever the iteration did (Odoni's bounds on the gain).
//
// States are kept only where a random choice is made; the deterministic run
// between two choices is one transition. Where the choices alone, without time,
// form one recurrent class and nothing deadlocks, the space is explored from a
// state deep in a simulated run, which spares the ways into the recurrent part:
// two runs with the same choices never drift apart (max-plus maps are
// nonexpansive), so every recurrent part has the same long-run rates. A space
// that does not close within `max_states` (or never: an unbounded channel
// fills) gives an estimate by simulation and a 95 % interval by batch means.
#ifndef DYNARCH_SIM_DATAFLOW_SADF_ANALYSIS_H_
#define DYNARCH_SIM_DATAFLOW_SADF_ANALYSIS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/dataflow/rational.h"
#include "sim/dataflow/sadf.h"

namespace dynarch::dataflow {

enum class SadfMethod {
  kFastest,      // iterations where they apply, else timed states
  kTimedStates,  // as said above
  // Scenario automata over max-plus matrices, sim/dataflow/sadf_iterations.h;
  // FailedPrecondition where they do not apply.
  kIterations,
};

struct SadfOptions {
  SadfMethod method = SadfMethod::kFastest;
  int64_t max_states = int64_t{1} << 20;  // of each of the two spaces
  // Size of the simulation where the space does not close.
  // Firings; as many go before, unused.
  int64_t simulated_firings = 2'000'000;
  uint64_t seed = 1;
  // Time-weighted and largest fill of every channel; needs timed states.
  bool occupancy = false;
};

struct ProcessThroughput {
  std::string name;
  // Firings per unit of time. None: infinitely many in no time.
  std::optional<Rational> worst_case;
  // Exact; otherwise an upper bound, the worst run that was found.
  bool worst_case_exact = true;
  double expected = 0;  // infinity: infinitely many firings in no time
  // The same as a fraction, where few enough states allow it.
  std::optional<Rational> expected_fraction;
  bool expected_exact = true;
  // Exact: how far `expected` can be off. Otherwise half the width of the 95 %
  // interval.
  double expected_error = 0;
};

struct ChannelOccupancy {
  std::string name;
  double mean = 0;      // over time; tokens held and places reserved
  int64_t largest = 0;  // in any state that was explored
};

struct SadfThroughput {
  std::vector<ProcessThroughput> processes;  // in the graph's order
  // If asked for; exact exactly if the expected throughput is, otherwise what
  // the simulation saw.
  std::vector<ChannelOccupancy> channels;
  int64_t states = 0;             // kept for the expectation
  int64_t worst_case_states = 0;  // kept for the worst case
  // A reachable deadlock: what was chosen on a shortest way there and what
  // every process waits for. Empty if there is none (or, where a space did not
  // close, none was found).
  std::string deadlock;
};

// The graph must pass Check; its error is returned otherwise.
// FailedPrecondition if processes can fire forever in no time without a choice
// (names them); OutOfRange if times, scaled to integers, or counts pass 64 bits
// (names the time).
absl::StatusOr<SadfThroughput> AnalyseThroughput(
    const ScenarioAwareGraph& graph, const SadfOptions& options = {});

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_SADF_ANALYSIS_H_
