// A scenario-aware graph with every name resolved and every time an integer:
// what sim/dataflow/sadf_machine.h runs. For the sources of sadf*.cc.
#ifndef DYNARCH_SIM_DATAFLOW_SADF_MODEL_H_
#define DYNARCH_SIM_DATAFLOW_SADF_MODEL_H_

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/dataflow/rational.h"
#include "sim/dataflow/sadf.h"

namespace dynarch::dataflow {

// A random choice: probabilities, exact and as doubles, that sum to one.
struct SadfDistribution {
  std::vector<Rational> exact;
  std::vector<double> probability;
  int size() const { return static_cast<int>(exact.size()); }
};

struct SadfModel {
  struct Tokens {
    int channel = 0;
    int64_t count = 0;
    int value = 0;  // of control tokens
  };
  // Rates and times of one scenario. Equal times are merged.
  struct Mode {
    std::vector<Tokens> consume;  // data only
    std::vector<Tokens> produce;
    std::vector<int64_t> ticks;  // by outcome of `draw`
    int draw = 0;                // index into distributions
  };
  struct State {
    int mode = 0;
    std::vector<int> next;  // by outcome of `draw`
    int draw = 0;
  };
  struct Chain {
    int initial = 0;
    std::vector<State> states;
  };
  struct Process {
    std::string name;
    bool detector = false;
    std::vector<int> controls;  // control inputs
    std::vector<Mode> modes;    // the last one of a kernel: inactive
    std::vector<Chain> chains;
    int first_chain = 0;  // of this process, among all chains of the model
    // From the values at the control inputs to the kernel's mode or the
    // detector's chain. One input: a table; more: a map.
    std::vector<int> by_value;
    std::map<std::vector<int>, int> by_values;
    std::vector<int> neighbors;  // whom this one's end may wake
  };
  struct Channel {
    bool control = false;
    int source = 0;
    int destination = 0;
    int64_t capacity = std::numeric_limits<int64_t>::max();
    std::vector<int> initial_values;
    int64_t initial_tokens = 0;
  };

  std::vector<Process> processes;
  std::vector<Channel> channels;
  std::vector<SadfDistribution> distributions;  // [0] is certain
  int chain_count = 0;
  int value_count = 0;
  Rational tick;  // length of one tick, in the graph's unit
};

// InvalidArgument as Check says; OutOfRange if a time is more than 2^53 ticks.
absl::StatusOr<SadfModel> CompileSadf(const ScenarioAwareGraph& graph);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_SADF_MODEL_H_
