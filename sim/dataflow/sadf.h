// Scenario-aware dataflow (SADF) graphs, as plain values.
//
// Model and meaning: Theelen, Geilen, Basten, Voeten, Gheorghita, Stuijk, "A
// scenario-aware data flow model for combined long-run average and worst-case
// performance analysis", MEMOCODE 2006. A graph has processes and channels.
// Data channels carry indistinguishable tokens, control channels carry values
// (names of scenarios) in order.
//
//   - A *kernel* with control inputs looks at the first value of each; they
//     select its scenario, which gives its rates and execution times. Values
//     for which it has no scenario make the firing *inactive*: it takes no
//     time and no data, and writes nothing. A kernel without control inputs
//     has one scenario.
//   - A *detector* selects a Markov chain in the same way (one chain, without
//     control inputs), makes one transition of it, and the state that it
//     enters gives the sub-scenario: its rates, its execution times and the
//     values that it sends. So the first sub-scenario is that of a successor of
//     the initial state. Each chain remembers its own state.
//
// A firing goes through four steps: it *selects* (as above; it needs only the
// control tokens), waits for its data tokens and for the free space that its
// outputs need, *starts* (reserves that space and draws its execution time) and
// *ends* (takes its control token of each control input and its data tokens,
// and writes its outputs, at once). A process fires one at a time; each step
// happens as soon as it can. These are the conventions of the published SADF
// tools; what runs at one instant in which order changes no result, because
// every channel has one reader and one writer.
#ifndef DYNARCH_SIM_DATAFLOW_SADF_H_
#define DYNARCH_SIM_DATAFLOW_SADF_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/dataflow/rational.h"

namespace dynarch::dataflow {

// Tokens that a firing takes from or writes into one channel. A channel that
// is not named is not used. Control inputs are not named: every firing takes
// one token of each.
struct SadfRate {
  std::string channel;
  int64_t tokens = 0;
  // What the tokens of a control channel say; empty: the scenario's own name.
  std::string value = "";
};

// One of several execution times; its probability is its weight over the sum of
// the weights.
struct SadfProfile {
  Rational time;  // in the graph's own unit; >= 0
  Rational weight = 1;
};

// The value wanted at the head of one control channel.
struct SadfControl {
  std::string channel;
  std::string value;
};

// A kernel's scenario or a detector's sub-scenario.
struct SadfScenario {
  std::string name;
  // What selects it (kernels only). Empty: every control input says `name`.
  // Otherwise each control input is named once.
  std::vector<SadfControl> controls = {};
  std::vector<SadfRate> consume = {};
  std::vector<SadfRate> produce = {};
  std::vector<SadfProfile> profiles = {};  // empty: takes no time
};

struct SadfTransition {
  std::string destination;  // a state of the same chain
  Rational weight = 1;
};

struct SadfState {
  std::string name;
  std::string subscenario;
  std::vector<SadfTransition> transitions;
};

struct MarkovChain {
  // What selects it; empty for a detector without control inputs. `controls`
  // as in SadfScenario.
  std::string scenario = "";
  std::vector<SadfControl> controls = {};
  std::string initial_state;
  std::vector<SadfState> states;
  // Weights are taken as relative unless this says that they are
  // probabilities; then those of each state must sum to exactly 1.
  bool probabilities = false;
};

struct SadfProcess {
  std::string name;
  bool detector = false;
  std::vector<SadfScenario> scenarios;   // sub-scenarios of a detector
  std::vector<MarkovChain> chains = {};  // detectors only
};

struct SadfChannel {
  std::string name;
  std::string source;       // a process
  std::string destination;  // a process
  bool control = false;     // the source is a detector
  int64_t initial_tokens = 0;
  // Of a control channel: what its initial tokens say, first in first out; as
  // many as initial_tokens. Empty for data.
  std::vector<std::string> initial_values = {};
  // Tokens it can hold; none: unbounded. A firing that starts reserves the
  // space of what it will write; the reader's end frees what it took.
  std::optional<int64_t> capacity = std::nullopt;
};

struct ScenarioAwareGraph {
  std::string name;
  std::vector<SadfProcess> processes;
  std::vector<SadfChannel> channels;
};

// OK if the graph means something:
//   - no name is used twice (processes, channels, the scenarios of a process,
//     the states of a chain), none is empty; channels join processes there are;
//   - rates name a channel of that process once, with 0 <= tokens <= 2^31;
//     values are given on control channels only;
//   - times are >= 0, weights > 0, and probabilities sum to 1;
//   - a kernel without control inputs has exactly one scenario and no chains; a
//     detector has at least one chain, and exactly one without control inputs;
//   - chains name states and sub-scenarios there are, every state has a
//     transition and can be reached from the initial state, and every
//     sub-scenario is that of some state;
//   - every value that can arrive at a detector selects a chain; two scenarios
//     or chains of a process are not selected by the same values;
//   - initial tokens are within the capacity, initial values as many as them.
// InvalidArgument names the process, scenario, state or channel, what it has,
// what is allowed, and the nearest name.
absl::Status Check(const ScenarioAwareGraph& graph);

// What is allowed but may be a slip: values for which a kernel has no scenario
// (its firing is inactive) and scenarios that no arriving value selects. One
// line each. The graph must have passed Check.
std::vector<std::string> Warnings(const ScenarioAwareGraph& graph);

// Index of the process or channel of that name, or NotFound with the nearest
// name.
absl::StatusOr<int> ProcessNamed(const ScenarioAwareGraph& graph,
                                 absl::string_view name);
absl::StatusOr<int> ChannelNamed(const ScenarioAwareGraph& graph,
                                 absl::string_view name);

// The same graph with every set of profiles replaced by its largest, smallest
// or mean time.
enum class ProfileChoice { kLargest, kSmallest, kMean };
ScenarioAwareGraph WithSingleTimes(const ScenarioAwareGraph& graph,
                                   ProfileChoice choice);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_SADF_H_
