#include "sim/dataflow/sadf_iterations.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/dataflow/graph.h"
#include "sim/dataflow/iteration_matrix.h"
#include "sim/dataflow/repetition.h"
#include "sim/dataflow/sadf_model.h"

namespace dynarch::dataflow {
namespace {

// Matrices are dense, one for each sub-scenario.
constexpr int64_t kMostTokens = 512;
constexpr int64_t kMostFirings = 1'000'000;

template <typename... Args>
absl::Status NotApplicable(const Args&... args) {
  return absl::FailedPreconditionError(
      absl::StrCat("no automaton over iterations: ", args...));
}

// One sub-scenario as an SDF graph. Channels that it does not use are left out,
// and processes that get no control value.
struct IterationGraph {
  Graph graph;
  std::vector<int> actor_of;  // by process; -1: left out
};

class Builder {
 public:
  explicit Builder(const ScenarioAwareGraph& graph) : graph_(graph) {}
  absl::StatusOr<SadfIterations> Run();

 private:
  absl::Status CheckApplies();
  absl::Status NameTokens();
  absl::StatusOr<IterationGraph> GraphOf(int subscenario) const;
  absl::Status AddScenario(int subscenario);
  absl::Status SetMatrix(const IterationMatrix& iteration,
                         MaxPlusMatrix& matrix) const;
  // The mode of every process in a sub-scenario; -1: it does not fire.
  std::vector<int> ModesIn(int subscenario) const;

  const ScenarioAwareGraph& graph_;
  SadfModel model_;
  int detector_ = -1;
  std::map<std::string, int> row_of_;  // by name of the token
  SadfIterations result_;
};

std::string TokenName(const std::string& channel, int64_t index) {
  return absl::StrCat(channel, "[", index, "]");
}

absl::Status Builder::CheckApplies() {
  for (size_t p = 0; p < model_.processes.size(); ++p) {
    const SadfModel::Process& process = model_.processes[p];
    for (const SadfModel::Mode& mode : process.modes) {
      if (mode.ticks.size() > 1) {
        return NotApplicable("'", process.name, "' has several times");
      }
    }
    if (!process.detector) continue;
    if (detector_ >= 0) {
      return NotApplicable("there are two detectors, '",
                           model_.processes[detector_].name, "' and '",
                           process.name, "'");
    }
    detector_ = static_cast<int>(p);
  }
  if (detector_ < 0) return NotApplicable("there is no detector");
  if (!model_.processes[detector_].controls.empty()) {
    return NotApplicable("the detector '", model_.processes[detector_].name,
                         "' has a control input");
  }
  for (size_t c = 0; c < model_.channels.size(); ++c) {
    if (model_.channels[c].control && model_.channels[c].initial_tokens > 0) {
      return NotApplicable("control channel '", graph_.channels[c].name,
                           "' has initial tokens");
    }
  }
  return absl::OkStatus();
}

absl::Status Builder::NameTokens() {
  Graph all;
  for (const SadfProcess& process : graph_.processes) {
    all.actors.push_back({process.name, {Rational(0)}});
  }
  for (size_t c = 0; c < model_.channels.size(); ++c) {
    all.channels.push_back({.name = graph_.channels[c].name,
                            .source = model_.channels[c].source,
                            .destination = model_.channels[c].destination,
                            .production = {1},
                            .consumption = {1},
                            .initial_tokens = model_.channels[c].initial_tokens,
                            .capacity = graph_.channels[c].capacity});
  }
  for (const Channel& channel :
       OneFiringAtATime(WithSpaceAsChannels(all)).channels) {
    const int64_t room =
        kMostTokens - static_cast<int64_t>(result_.tokens.size());
    if (channel.initial_tokens > room) {
      return NotApplicable("there are more than ", kMostTokens,
                           " initial tokens (free places included)");
    }
    for (int64_t k = 0; k < channel.initial_tokens; ++k) {
      const std::string name = TokenName(channel.name, k);
      row_of_[name] = static_cast<int>(result_.tokens.size());
      result_.tokens.push_back(name);
    }
  }
  return absl::OkStatus();
}

std::vector<int> Builder::ModesIn(int subscenario) const {
  std::vector<int> modes(model_.processes.size(), -1);
  modes[detector_] = subscenario;
  std::map<int, int> value_on;  // by channel
  for (const SadfModel::Tokens& out :
       model_.processes[detector_].modes[subscenario].produce) {
    value_on[out.channel] = out.value;
  }
  for (size_t p = 0; p < modes.size(); ++p) {
    const SadfModel::Process& process = model_.processes[p];
    if (static_cast<int>(p) == detector_) continue;
    if (process.controls.empty()) {
      modes[p] = 0;
      continue;
    }
    std::vector<int> key;
    for (const int c : process.controls) {
      const auto found = value_on.find(c);
      if (found != value_on.end()) key.push_back(found->second);
    }
    if (key.size() != process.controls.size()) continue;
    const auto found = process.by_values.find(key);
    modes[p] = found != process.by_values.end()
                   ? found->second
                   : static_cast<int>(process.modes.size()) - 1;
  }
  return modes;
}

absl::StatusOr<IterationGraph> Builder::GraphOf(int subscenario) const {
  const std::vector<int> modes = ModesIn(subscenario);
  IterationGraph result;
  result.actor_of.assign(modes.size(), -1);
  std::vector<int64_t> written(model_.channels.size(), 0);
  std::vector<int64_t> taken(model_.channels.size(), 0);
  for (size_t p = 0; p < modes.size(); ++p) {
    if (modes[p] < 0) continue;
    const SadfModel::Process& process = model_.processes[p];
    const SadfModel::Mode& mode = process.modes[modes[p]];
    result.actor_of[p] = static_cast<int>(result.graph.actors.size());
    result.graph.actors.push_back(
        {process.name, {Rational(mode.ticks[0]) * model_.tick}});
    for (const SadfModel::Tokens& out : mode.produce) {
      written[out.channel] = out.count;
    }
    for (const SadfModel::Tokens& in : mode.consume) {
      taken[in.channel] = in.count;
    }
    for (const int c : process.controls) taken[c] = 1;
  }
  for (size_t c = 0; c < model_.channels.size(); ++c) {
    if (written[c] == 0 && taken[c] == 0) continue;
    if (written[c] == 0 || taken[c] == 0) {
      return NotApplicable(
          "in sub-scenario '",
          graph_.processes[detector_].scenarios[subscenario].name,
          "' channel '", graph_.channels[c].name, "' is ",
          written[c] == 0 ? "read but not written" : "written but not read");
    }
    result.graph.channels.push_back(
        {.name = graph_.channels[c].name,
         .source = result.actor_of[model_.channels[c].source],
         .destination = result.actor_of[model_.channels[c].destination],
         .production = {written[c]},
         .consumption = {taken[c]},
         .initial_tokens = model_.channels[c].initial_tokens,
         .capacity = graph_.channels[c].capacity});
  }
  return result;
}

// By actor: whether channels lead to it from `start`, followed forth or back or
// both ways.
std::vector<uint8_t> Reached(const Graph& graph, int start, bool forth,
                             bool back) {
  std::vector<uint8_t> reached(graph.actors.size(), 0);
  reached[start] = 1;
  for (bool more = true; more;) {
    more = false;
    for (const Channel& channel : graph.channels) {
      uint8_t& source = reached[channel.source];
      uint8_t& destination = reached[channel.destination];
      if (source == destination || !(source ? forth : back)) continue;
      source = destination = 1;
      more = true;
    }
  }
  return reached;
}

// SadfIterations::in_step, of one sub-scenario.
bool InStep(const Graph& graph, int detector) {
  const std::vector<uint8_t> after = Reached(graph, detector, true, false);
  const std::vector<uint8_t> before = Reached(graph, detector, false, true);
  for (size_t a = 0; a < graph.actors.size(); ++a) {
    if (!after[a]) return false;
    if (!before[a] && !graph.actors[a].times[0].zero()) return false;
  }
  return true;
}

// Rows of tokens that the sub-scenario does not touch stay as they are.
absl::Status Builder::SetMatrix(const IterationMatrix& iteration,
                                MaxPlusMatrix& matrix) const {
  std::vector<int> rows;
  for (const TokenPlace& place : iteration.tokens) {
    if (!place.channel.has_value()) {
      return absl::InternalError("an actor of one phase keeps its start");
    }
    rows.push_back(row_of_.at(
        TokenName(iteration.graph.channels[*place.channel].name, place.index)));
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    matrix.at(rows[i], rows[i]) = kNever;
    for (size_t j = 0; j < rows.size(); ++j) {
      matrix.at(rows[i], rows[j]) =
          iteration.matrix.at(static_cast<int>(i), static_cast<int>(j));
    }
  }
  return absl::OkStatus();
}

absl::Status Builder::AddScenario(int subscenario) {
  const std::string& name =
      graph_.processes[detector_].scenarios[subscenario].name;
  DYNARCH_ASSIGN_OR_RETURN(const IterationGraph sdf, GraphOf(subscenario));
  const int detector = sdf.actor_of[detector_];
  const std::vector<uint8_t> tied =
      Reached(sdf.graph, detector, /*forth=*/true, /*back=*/true);
  if (std::count(tied.begin(), tied.end(), 0) > 0) {
    return NotApplicable("in sub-scenario '", name,
                         "' no channel ties every process to the detector");
  }
  if (!InStep(WithSpaceAsChannels(sdf.graph), detector)) {
    result_.in_step = false;
  }
  const absl::StatusOr<std::vector<BigInt>> repetition =
      RepetitionVector(sdf.graph);
  if (!repetition.ok()) {
    return NotApplicable("sub-scenario '", name,
                         "': ", repetition.status().message());
  }
  if ((*repetition)[sdf.actor_of[detector_]] != 1) {
    return NotApplicable("an iteration of sub-scenario '", name, "' needs ",
                         (*repetition)[sdf.actor_of[detector_]].str(),
                         " firings of the detector");
  }
  const absl::StatusOr<IterationMatrix> iteration =
      MatrixOfIteration(sdf.graph, {.auto_concurrency = false,
                                    .tick = model_.tick,
                                    .max_firings = kMostFirings});
  if (!iteration.ok()) {
    return absl::Status(iteration.status().code(),
                        absl::StrCat("sub-scenario '", name,
                                     "': ", iteration.status().message()));
  }
  MaxPlusMatrix matrix =
      MaxPlusMatrix::Identity(static_cast<int>(result_.tokens.size()));
  DYNARCH_RETURN_IF_ERROR(SetMatrix(*iteration, matrix));
  result_.automaton.matrices.push_back(std::move(matrix));
  std::vector<int64_t> firings(model_.processes.size(), 0);
  for (size_t p = 0; p < firings.size(); ++p) {
    if (sdf.actor_of[p] < 0) continue;
    const std::optional<int64_t> count =
        ToInt64((*repetition)[sdf.actor_of[p]]);
    if (!count.has_value()) {
      return absl::OutOfRangeError(absl::StrCat(
          "'", model_.processes[p].name, "' fires more than 2^63 times"));
    }
    firings[p] = *count;
  }
  result_.automaton.counters.push_back(std::move(firings));
  return absl::OkStatus();
}

absl::StatusOr<SadfIterations> Builder::Run() {
  DYNARCH_ASSIGN_OR_RETURN(model_, CompileSadf(graph_));
  DYNARCH_RETURN_IF_ERROR(CheckApplies());
  DYNARCH_RETURN_IF_ERROR(NameTokens());
  result_.automaton.tick = model_.tick;
  for (size_t s = 0; s < graph_.processes[detector_].scenarios.size(); ++s) {
    DYNARCH_RETURN_IF_ERROR(AddScenario(static_cast<int>(s)));
  }
  const SadfModel::Chain& chain = model_.processes[detector_].chains[0];
  result_.automaton.initial = chain.initial;
  for (const SadfModel::State& state : chain.states) {
    AutomatonState to = {.scenario = state.mode, .transitions = {}};
    for (size_t k = 0; k < state.next.size(); ++k) {
      to.transitions.push_back(
          {state.next[k], model_.distributions[state.draw].exact[k]});
    }
    result_.automaton.states.push_back(std::move(to));
  }
  return std::move(result_);
}

}  // namespace

absl::StatusOr<SadfIterations> IterationsOf(const ScenarioAwareGraph& graph) {
  return Builder(graph).Run();
}

}  // namespace dynarch::dataflow
