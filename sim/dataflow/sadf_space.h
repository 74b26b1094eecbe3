// The timed state space of a scenario-aware graph: a Markov chain whose
// transitions carry time and firings. For the sources of sadf*.cc.
#ifndef DYNARCH_SIM_DATAFLOW_SADF_SPACE_H_
#define DYNARCH_SIM_DATAFLOW_SADF_SPACE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/dataflow/sadf_model.h"

namespace dynarch::dataflow {

// States are random choices, loops without any, and deadlocks. State 0 is the
// first that is reached. The transitions of state s are
// [first[s], first[s + 1]), in the order of the outcomes of its distribution.
struct SadfSpace {
  struct Transition {
    int32_t to = 0;
    int32_t firings = 0;  // row of `firings`
    int64_t time = 0;     // ticks
  };
  int processes = 0;  // counters in a row of `firings`
  int channels = 0;   // places in a row of `area`
  std::vector<int64_t> first = {0};
  std::vector<Transition> transitions;
  std::vector<int32_t> distribution;  // by state, index into the model's
  // Distinct vectors of firings, by process, one after another.
  std::vector<int64_t> firings;
  // By state and channel, if occupancy is measured: mean token-ticks of its
  // transitions.
  std::vector<double> area;
  std::vector<int64_t> most;  // by channel: the most tokens seen
  bool closed = true;    // false: a limit; states without transitions are open
  std::string deadlock;  // as in SadfThroughput

  int states() const { return static_cast<int>(distribution.size()); }
};

struct SadfLimits {
  int64_t states = int64_t{1} << 20;
  int64_t firings_per_state = 256;  // in all: so many times the states
  int64_t firings_at_once = int64_t{1} << 22;
};

// Every state that can be reached, breadth first, from the initial state or,
// where `start` is not empty, from the choice that SadfMachine::Write wrote.
// Past the limits the space is not closed. Errors as AnalyseThroughput;
// FailedPrecondition also if more than firings_at_once end at one instant.
absl::StatusOr<SadfSpace> ExploreSadf(const ScenarioAwareGraph& graph,
                                      const SadfModel& model,
                                      const SadfLimits& limits, bool occupancy,
                                      const std::vector<uint8_t>& start = {});

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_SADF_SPACE_H_
