#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/dataflow/sadf.h"
#include "sim/dataflow/sadf_select.h"

namespace dynarch::dataflow {
namespace {

constexpr int64_t kMostTokens = int64_t{1} << 31;

template <typename... Args>
absl::Status Invalid(const Args&... args) {
  return absl::InvalidArgumentError(absl::StrCat(args...));
}

template <typename T>
std::vector<std::string> NamesOf(const std::vector<T>& items) {
  std::vector<std::string> names;
  for (const T& item : items) names.push_back(item.name);
  return names;
}

template <typename T>
absl::Status CheckNames(const std::vector<T>& items, absl::string_view where,
                        absl::string_view kind) {
  std::set<std::string> seen;
  for (const T& item : items) {
    if (item.name.empty()) return Invalid(where, "a ", kind, " has no name");
    if (!seen.insert(item.name).second) {
      return Invalid(where, kind, " '", item.name, "' is there twice");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckChannel(const ScenarioAwareGraph& graph,
                          const SadfChannel& channel) {
  const std::string where = absl::StrCat("channel '", channel.name, "'");
  for (const auto& [end, name] :
       {std::pair("source", channel.source),
        std::pair("destination", channel.destination)}) {
    if (!ProcessNamed(graph, name).ok()) {
      return Invalid(where, ": its ", end, " '", name, "' is no process",
                     DidYouMean(name, NamesOf(graph.processes)));
    }
  }
  const SadfProcess& source =
      graph.processes[*ProcessNamed(graph, channel.source)];
  if (channel.control && !source.detector) {
    return Invalid(where, ": it carries control values, but its source '",
                   source.name, "' is a kernel; only detectors send values");
  }
  if (channel.initial_tokens < 0 || channel.initial_tokens > kMostTokens) {
    return Invalid(where, " has ", channel.initial_tokens,
                   " initial tokens; allowed are 0 to 2^31");
  }
  const int64_t values = static_cast<int64_t>(channel.initial_values.size());
  if (values != (channel.control ? channel.initial_tokens : 0)) {
    return Invalid(where, " has ", channel.initial_tokens,
                   " initial tokens and ", values, " initial values; ",
                   channel.control ? "give one value per token"
                                   : "data tokens have no value");
  }
  if (channel.capacity.has_value() &&
      *channel.capacity < channel.initial_tokens) {
    return Invalid(where, " holds ", *channel.capacity, " tokens but starts ",
                   "with ", channel.initial_tokens);
  }
  return absl::OkStatus();
}

// Which side of a process a rate is on.
enum class Side { kConsume, kProduce };

absl::Status CheckRate(const ScenarioAwareGraph& graph,
                       const SadfProcess& process, const SadfRate& rate,
                       Side side, const std::string& where) {
  const bool consume = side == Side::kConsume;
  std::vector<std::string> allowed;
  const SadfChannel* found = nullptr;
  for (const SadfChannel& channel : graph.channels) {
    if ((consume ? channel.destination : channel.source) != process.name ||
        (consume && channel.control)) {
      continue;
    }
    allowed.push_back(channel.name);
    if (channel.name == rate.channel) found = &channel;
  }
  if (found == nullptr) {
    return Invalid(where, ": '", rate.channel, "' is no ",
                   consume ? "data input" : "output", " of '", process.name,
                   "'; allowed: ", NameList(allowed),
                   DidYouMean(rate.channel, allowed));
  }
  if (rate.tokens < 0 || rate.tokens > kMostTokens) {
    return Invalid(where, ": ", rate.tokens, " tokens on channel '",
                   rate.channel, "'; allowed are 0 to 2^31");
  }
  if (!rate.value.empty() && !found->control) {
    return Invalid(where, ": value '", rate.value, "' on data channel '",
                   rate.channel, "'; only control channels carry values");
  }
  return absl::OkStatus();
}

absl::Status CheckRates(const ScenarioAwareGraph& graph,
                        const SadfProcess& process,
                        const std::vector<SadfRate>& rates, Side side,
                        const std::string& where) {
  std::set<std::string> seen;
  for (const SadfRate& rate : rates) {
    DYNARCH_RETURN_IF_ERROR(CheckRate(graph, process, rate, side, where));
    if (!seen.insert(rate.channel).second) {
      return Invalid(where, ": channel '", rate.channel, "' is named twice");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckControls(const ScenarioAwareGraph& graph,
                           const SadfProcess& process,
                           const std::vector<SadfControl>& controls,
                           const std::string& where) {
  if (controls.empty()) return absl::OkStatus();
  const std::vector<std::string> inputs = ControlInputsOf(graph, process);
  std::set<std::string> seen;
  for (const SadfControl& control : controls) {
    if (std::find(inputs.begin(), inputs.end(), control.channel) ==
        inputs.end()) {
      return Invalid(where, ": '", control.channel, "' is no control input of ",
                     "'", process.name, "'; allowed: ", NameList(inputs),
                     DidYouMean(control.channel, inputs));
    }
    if (!seen.insert(control.channel).second) {
      return Invalid(where, ": control input '", control.channel,
                     "' is named twice");
    }
  }
  if (seen.size() != inputs.size()) {
    return Invalid(where, ": it names ", seen.size(), " of ", inputs.size(),
                   " control inputs; name all: ", NameList(inputs));
  }
  return absl::OkStatus();
}

absl::Status CheckScenario(const ScenarioAwareGraph& graph,
                           const SadfProcess& process,
                           const SadfScenario& scenario) {
  const std::string where =
      absl::StrCat(process.detector ? "sub-scenario '" : "scenario '",
                   scenario.name, "' of '", process.name, "'");
  DYNARCH_RETURN_IF_ERROR(
      CheckRates(graph, process, scenario.consume, Side::kConsume, where));
  DYNARCH_RETURN_IF_ERROR(
      CheckRates(graph, process, scenario.produce, Side::kProduce, where));
  if (process.detector && !scenario.controls.empty()) {
    return Invalid(where, " names control inputs; a detector's chains do");
  }
  DYNARCH_RETURN_IF_ERROR(
      CheckControls(graph, process, scenario.controls, where));
  for (const SadfProfile& profile : scenario.profiles) {
    if (profile.time.negative()) {
      return Invalid(where, ": execution time ", profile.time.ToString(),
                     "; times are >= 0");
    }
    if (profile.weight <= Rational(0)) {
      return Invalid(where, ": weight ", profile.weight.ToString(),
                     " of execution time ", profile.time.ToString(),
                     "; weights are > 0");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckTransitions(const MarkovChain& chain, const SadfState& state,
                              const std::string& where) {
  if (state.transitions.empty()) {
    return Invalid(where, ": state '", state.name, "' has no transition; a ",
                   "state that is not left leads to itself");
  }
  Rational sum;
  const std::vector<std::string> names = NamesOf(chain.states);
  for (const SadfTransition& transition : state.transitions) {
    if (std::find(names.begin(), names.end(), transition.destination) ==
        names.end()) {
      return Invalid(where, ": state '", state.name, "' leads to '",
                     transition.destination, "', which is no state",
                     DidYouMean(transition.destination, names));
    }
    if (transition.weight <= Rational(0)) {
      return Invalid(where, ": the transition from '", state.name, "' to '",
                     transition.destination, "' has weight ",
                     transition.weight.ToString(), "; weights are > 0");
    }
    sum += transition.weight;
  }
  if (chain.probabilities && sum != Rational(1)) {
    return Invalid(where, ": the probabilities of state '", state.name,
                   "' sum to ", sum.ToString(), ", not to 1");
  }
  return absl::OkStatus();
}

absl::Status CheckReachable(const MarkovChain& chain,
                            const std::string& where) {
  std::map<std::string, const SadfState*> by_name;
  for (const SadfState& state : chain.states) by_name[state.name] = &state;
  std::set<std::string> reached = {chain.initial_state};
  std::vector<std::string> open = {chain.initial_state};
  while (!open.empty()) {
    const SadfState& state = *by_name[open.back()];
    open.pop_back();
    for (const SadfTransition& transition : state.transitions) {
      if (reached.insert(transition.destination).second) {
        open.push_back(transition.destination);
      }
    }
  }
  for (const SadfState& state : chain.states) {
    if (!reached.contains(state.name)) {
      return Invalid(where, ": state '", state.name,
                     "' cannot be reached from the initial state '",
                     chain.initial_state, "'");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckChain(const ScenarioAwareGraph& graph,
                        const SadfProcess& process, const MarkovChain& chain) {
  const std::string where = absl::StrCat("Markov chain '", chain.scenario,
                                         "' of '", process.name, "'");
  DYNARCH_RETURN_IF_ERROR(CheckControls(graph, process, chain.controls, where));
  DYNARCH_RETURN_IF_ERROR(
      CheckNames(chain.states, absl::StrCat(where, ": "), "state"));
  const std::vector<std::string> names = NamesOf(chain.states);
  if (std::find(names.begin(), names.end(), chain.initial_state) ==
      names.end()) {
    return Invalid(where, ": the initial state '", chain.initial_state,
                   "' is no state", DidYouMean(chain.initial_state, names));
  }
  const std::vector<std::string> subscenarios = NamesOf(process.scenarios);
  for (const SadfState& state : chain.states) {
    if (std::find(subscenarios.begin(), subscenarios.end(),
                  state.subscenario) == subscenarios.end()) {
      return Invalid(where, ": state '", state.name, "' has sub-scenario '",
                     state.subscenario, "', which '", process.name,
                     "' does not have",
                     DidYouMean(state.subscenario, subscenarios));
    }
    DYNARCH_RETURN_IF_ERROR(CheckTransitions(chain, state, where));
  }
  return CheckReachable(chain, where);
}

// Every value that arrives at a detector selects one of its chains.
absl::Status CheckArrivals(const ScenarioAwareGraph& graph,
                           const SadfProcess& process) {
  for (const std::string& input : ControlInputsOf(graph, process)) {
    std::vector<std::string> wanted;
    for (const MarkovChain& chain : process.chains) {
      wanted.push_back(WantedValue(chain.controls, chain.scenario, input));
    }
    for (const std::string& value : ValuesOn(graph, input)) {
      if (std::find(wanted.begin(), wanted.end(), value) == wanted.end()) {
        return Invalid("detector '", process.name, "': value '", value,
                       "' arrives on '", input, "' but selects no Markov ",
                       "chain; there is one for: ", NameList(wanted),
                       DidYouMean(value, wanted));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckDetector(const ScenarioAwareGraph& graph,
                           const SadfProcess& process) {
  const bool controlled = !ControlInputsOf(graph, process).empty();
  if (process.chains.empty() || (!controlled && process.chains.size() != 1)) {
    return Invalid(
        "detector '", process.name, "' has ", process.chains.size(),
        " Markov chains and ", controlled ? "" : "no ",
        "control inputs; it needs ",
        controlled ? "one for each value that can arrive" : "exactly one");
  }
  std::set<std::string> used;
  for (const MarkovChain& chain : process.chains) {
    DYNARCH_RETURN_IF_ERROR(CheckChain(graph, process, chain));
    for (const SadfState& state : chain.states) used.insert(state.subscenario);
  }
  for (const SadfScenario& scenario : process.scenarios) {
    if (!used.contains(scenario.name)) {
      return Invalid("sub-scenario '", scenario.name, "' of '", process.name,
                     "' belongs to no state; it can never happen");
    }
  }
  return CheckArrivals(graph, process);
}

// Two scenarios or chains are not selected by the same values.
template <typename T>
absl::Status CheckDistinct(const ScenarioAwareGraph& graph,
                           const SadfProcess& process,
                           const std::vector<T>& items, std::string T::*label) {
  const std::vector<std::string> inputs = ControlInputsOf(graph, process);
  std::map<std::vector<std::string>, std::string> seen;
  for (const T& item : items) {
    std::vector<std::string> key;
    for (const std::string& input : inputs) {
      key.push_back(WantedValue(item.controls, item.*label, input));
    }
    const auto [other, inserted] = seen.emplace(key, item.*label);
    if (!inserted) {
      return Invalid("'", process.name, "': '", other->second, "' and '",
                     item.*label, "' are selected by the same control values");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckProcess(const ScenarioAwareGraph& graph,
                          const SadfProcess& process) {
  const std::string where = absl::StrCat("'", process.name, "': ");
  DYNARCH_RETURN_IF_ERROR(CheckNames(process.scenarios, where, "scenario"));
  for (const SadfScenario& scenario : process.scenarios) {
    DYNARCH_RETURN_IF_ERROR(CheckScenario(graph, process, scenario));
  }
  if (process.detector) {
    DYNARCH_RETURN_IF_ERROR(CheckDetector(graph, process));
    return CheckDistinct(graph, process, process.chains,
                         &MarkovChain::scenario);
  }
  const bool controlled = !ControlInputsOf(graph, process).empty();
  if (!process.chains.empty()) {
    return Invalid("kernel '", process.name, "' has a Markov chain; only ",
                   "detectors have them");
  }
  if (process.scenarios.empty() ||
      (!controlled && process.scenarios.size() != 1)) {
    return Invalid("kernel '", process.name, "' has ", process.scenarios.size(),
                   " scenarios and ", controlled ? "" : "no ",
                   "control inputs; it needs ",
                   controlled ? "at least one" : "exactly one");
  }
  if (!controlled) return absl::OkStatus();
  return CheckDistinct(graph, process, process.scenarios, &SadfScenario::name);
}

}  // namespace

absl::Status Check(const ScenarioAwareGraph& graph) {
  DYNARCH_RETURN_IF_ERROR(CheckNames(graph.processes, "", "process"));
  DYNARCH_RETURN_IF_ERROR(CheckNames(graph.channels, "", "channel"));
  if (graph.processes.empty()) {
    return Invalid("graph '", graph.name, "' has no process");
  }
  for (const SadfChannel& channel : graph.channels) {
    DYNARCH_RETURN_IF_ERROR(CheckChannel(graph, channel));
  }
  for (const SadfProcess& process : graph.processes) {
    DYNARCH_RETURN_IF_ERROR(CheckProcess(graph, process));
  }
  return absl::OkStatus();
}

}  // namespace dynarch::dataflow
