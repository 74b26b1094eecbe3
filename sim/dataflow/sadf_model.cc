#include "sim/dataflow/sadf_model.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/dataflow/sadf_select.h"

namespace dynarch::dataflow {
namespace {

constexpr int64_t kMostTicks = int64_t{1} << 53;

// Builds a model from a graph that passed Check.
class Compiler {
 public:
  explicit Compiler(const ScenarioAwareGraph& graph) : graph_(graph) {}

  absl::StatusOr<SadfModel> Run();

 private:
  void FindTick();
  void AddChannels();
  absl::Status AddProcess(const SadfProcess& process);
  absl::StatusOr<SadfModel::Mode> ModeOf(const SadfProcess& process,
                                         const SadfScenario& scenario);
  SadfModel::Chain ChainOf(const SadfProcess& process,
                           const MarkovChain& chain);
  void AddSelection(const SadfProcess& process, SadfModel::Process& compiled);
  void AddSelector(const std::vector<SadfControl>& controls,
                   const std::string& name, int selected,
                   SadfModel::Process& compiled);
  void AddNeighbors();
  int DrawOf(const std::vector<Rational>& weights);

  int Channel(const std::string& name) const {
    return *ChannelNamed(graph_, name);
  }
  int Value(const std::string& name) {
    return values_.emplace(name, static_cast<int>(values_.size()))
        .first->second;
  }

  const ScenarioAwareGraph& graph_;
  SadfModel model_;
  std::map<std::string, int> values_;
};

void Compiler::FindTick() {
  BigInt scale = 1;
  for (const SadfProcess& process : graph_.processes) {
    for (const SadfScenario& scenario : process.scenarios) {
      for (const SadfProfile& profile : scenario.profiles) {
        scale = boost::multiprecision::lcm(scale, profile.time.denominator());
      }
    }
  }
  model_.tick = Rational(1, scale);
}

int Compiler::DrawOf(const std::vector<Rational>& weights) {
  Rational sum;
  for (const Rational& weight : weights) sum += weight;
  SadfDistribution draw;
  for (const Rational& weight : weights) {
    draw.exact.push_back(weight / sum);
    draw.probability.push_back(draw.exact.back().ToDouble());
  }
  for (size_t i = 0; i < model_.distributions.size(); ++i) {
    if (model_.distributions[i].exact == draw.exact) return static_cast<int>(i);
  }
  model_.distributions.push_back(std::move(draw));
  return static_cast<int>(model_.distributions.size()) - 1;
}

void Compiler::AddChannels() {
  for (const SadfChannel& channel : graph_.channels) {
    SadfModel::Channel compiled;
    compiled.control = channel.control;
    compiled.source = *ProcessNamed(graph_, channel.source);
    compiled.destination = *ProcessNamed(graph_, channel.destination);
    if (channel.capacity.has_value()) compiled.capacity = *channel.capacity;
    compiled.initial_tokens = channel.initial_tokens;
    for (const std::string& value : channel.initial_values) {
      compiled.initial_values.push_back(Value(value));
    }
    model_.channels.push_back(std::move(compiled));
  }
}

absl::StatusOr<SadfModel::Mode> Compiler::ModeOf(const SadfProcess& process,
                                                 const SadfScenario& scenario) {
  SadfModel::Mode mode;
  for (const SadfRate& rate : scenario.consume) {
    if (rate.tokens == 0) continue;
    mode.consume.push_back({Channel(rate.channel), rate.tokens, 0});
  }
  for (const SadfRate& rate : scenario.produce) {
    if (rate.tokens == 0) continue;
    const int value = Value(rate.value.empty() ? scenario.name : rate.value);
    mode.produce.push_back({Channel(rate.channel), rate.tokens, value});
  }
  std::map<int64_t, Rational> weight_of;
  for (const SadfProfile& profile : scenario.profiles) {
    const std::optional<int64_t> ticks =
        ToInt64((profile.time / model_.tick).numerator());
    if (!ticks.has_value() || *ticks > kMostTicks) {
      return absl::OutOfRangeError(absl::StrCat(
          "scenario '", scenario.name, "' of '", process.name, "': time ",
          profile.time.ToString(), " is more than 2^53 times ",
          model_.tick.ToString(), ", the common divisor of all times"));
    }
    weight_of[*ticks] += profile.weight;
  }
  if (weight_of.empty()) weight_of[0] = 1;
  std::vector<Rational> weights;
  for (const auto& [ticks, weight] : weight_of) {
    mode.ticks.push_back(ticks);
    weights.push_back(weight);
  }
  mode.draw = DrawOf(weights);
  return mode;
}

SadfModel::Chain Compiler::ChainOf(const SadfProcess& process,
                                   const MarkovChain& chain) {
  SadfModel::Chain compiled;
  const auto state_named = [&](const std::string& name) {
    return static_cast<int>(
        std::find_if(chain.states.begin(), chain.states.end(),
                     [&](const SadfState& s) { return s.name == name; }) -
        chain.states.begin());
  };
  compiled.initial = state_named(chain.initial_state);
  for (const SadfState& state : chain.states) {
    SadfModel::State to;
    to.mode = static_cast<int>(
        std::find_if(process.scenarios.begin(), process.scenarios.end(),
                     [&](const SadfScenario& scenario) {
                       return scenario.name == state.subscenario;
                     }) -
        process.scenarios.begin());
    std::map<int, Rational> weight_of;
    for (const SadfTransition& transition : state.transitions) {
      weight_of[state_named(transition.destination)] += transition.weight;
    }
    std::vector<Rational> weights;
    for (const auto& [next, weight] : weight_of) {
      to.next.push_back(next);
      weights.push_back(weight);
    }
    to.draw = DrawOf(weights);
    compiled.states.push_back(std::move(to));
  }
  return compiled;
}

void Compiler::AddSelector(const std::vector<SadfControl>& controls,
                           const std::string& name, int selected,
                           SadfModel::Process& compiled) {
  std::vector<int> key;
  for (const int channel : compiled.controls) {
    key.push_back(
        Value(WantedValue(controls, name, graph_.channels[channel].name)));
  }
  compiled.by_values[key] = selected;
}

void Compiler::AddSelection(const SadfProcess& process,
                            SadfModel::Process& compiled) {
  if (process.detector) {
    for (size_t i = 0; i < process.chains.size(); ++i) {
      AddSelector(process.chains[i].controls, process.chains[i].scenario,
                  static_cast<int>(i), compiled);
    }
    return;
  }
  for (size_t i = 0; i < process.scenarios.size(); ++i) {
    AddSelector(process.scenarios[i].controls, process.scenarios[i].name,
                static_cast<int>(i), compiled);
  }
}

absl::Status Compiler::AddProcess(const SadfProcess& process) {
  SadfModel::Process compiled;
  compiled.name = process.name;
  compiled.detector = process.detector;
  for (const std::string& input : ControlInputsOf(graph_, process)) {
    compiled.controls.push_back(Channel(input));
  }
  for (const SadfScenario& scenario : process.scenarios) {
    DYNARCH_ASSIGN_OR_RETURN(SadfModel::Mode mode, ModeOf(process, scenario));
    compiled.modes.push_back(std::move(mode));
  }
  if (!process.detector) {
    compiled.modes.emplace_back().ticks = {0};
  }
  compiled.first_chain = model_.chain_count;
  for (const MarkovChain& chain : process.chains) {
    compiled.chains.push_back(ChainOf(process, chain));
  }
  model_.chain_count += static_cast<int>(process.chains.size());
  AddSelection(process, compiled);
  model_.processes.push_back(std::move(compiled));
  return absl::OkStatus();
}

void Compiler::AddNeighbors() {
  std::vector<std::set<int>> wakes(model_.processes.size());
  for (const SadfModel::Channel& channel : model_.channels) {
    wakes[channel.source].insert(channel.destination);
    if (channel.capacity != std::numeric_limits<int64_t>::max()) {
      wakes[channel.destination].insert(channel.source);
    }
  }
  for (size_t p = 0; p < wakes.size(); ++p) {
    wakes[p].erase(static_cast<int>(p));
    model_.processes[p].neighbors.assign(wakes[p].begin(), wakes[p].end());
  }
}

absl::StatusOr<SadfModel> Compiler::Run() {
  DYNARCH_RETURN_IF_ERROR(Check(graph_));
  FindTick();
  DrawOf({Rational(1)});
  AddChannels();
  for (const SadfProcess& process : graph_.processes) {
    DYNARCH_RETURN_IF_ERROR(AddProcess(process));
  }
  AddNeighbors();
  model_.value_count = static_cast<int>(values_.size());
  for (SadfModel::Process& process : model_.processes) {
    if (process.controls.size() != 1) continue;
    const int inactive = static_cast<int>(process.modes.size()) - 1;
    process.by_value.assign(model_.value_count,
                            process.detector ? -1 : inactive);
    for (const auto& [key, selected] : process.by_values) {
      process.by_value[key[0]] = selected;
    }
  }
  return std::move(model_);
}

}  // namespace

absl::StatusOr<SadfModel> CompileSadf(const ScenarioAwareGraph& graph) {
  return Compiler(graph).Run();
}

}  // namespace dynarch::dataflow
