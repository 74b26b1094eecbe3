#include "sim/dataflow/sadf_space.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/base/status_macros.h"
#include "sim/dataflow/byte_set.h"
#include "sim/dataflow/sadf_machine.h"

namespace dynarch::dataflow {
namespace {

// Steps of time between two choices; more are taken for a channel that fills.
constexpr int64_t kMostSteps = int64_t{1} << 22;

class Explorer {
 public:
  Explorer(const ScenarioAwareGraph& graph, const SadfModel& model,
           const SadfLimits& limits, bool occupancy)
      : graph_(graph),
        model_(model),
        max_states_(limits.states),
        most_steps_(limits.states * limits.firings_per_state),
        occupancy_(occupancy),
        machine_(model, occupancy, limits.firings_at_once),
        area_(model.channels.size()) {}

  absl::StatusOr<SadfSpace> Run(const std::vector<uint8_t>& start);

 private:
  // How a state was first reached, and what it is.
  struct Origin {
    int32_t from = -1;
    int32_t outcome = 0;
    SadfStop stop = SadfStop::kChoice;
  };

  // Runs the machine to its next state; -1 if a limit stopped it.
  absl::StatusOr<int> RunToState(int from, int outcome);
  absl::Status Expand(int state);
  void AddTransition(int to, const SadfMachine::Counts& counts,
                     double probability);
  void FinishState(int distribution);
  std::string Witness(int state);

  const ScenarioAwareGraph& graph_;
  const SadfModel& model_;
  const int64_t max_states_;
  const int64_t most_steps_;
  const bool occupancy_;
  SadfMachine machine_;
  SadfSpace space_;
  ByteSet states_;
  ByteSet firings_;
  std::vector<Origin> origins_;
  // Loops, whose transition is known when they are found.
  std::vector<std::pair<int, SadfMachine::Counts>> loops_;
  std::vector<uint8_t> bytes_;
  std::vector<double> area_;
};

absl::StatusOr<int> Explorer::RunToState(int from, int outcome) {
  SadfStop stop = SadfStop::kFull;
  DYNARCH_RETURN_IF_ERROR(
      machine_.Run(std::min(kMostSteps, most_steps_ - machine_.steps()), stop));
  if (stop == SadfStop::kFull) return -1;
  machine_.Write(bytes_);
  const auto [index, is_new] = states_.Insert(bytes_.data(), bytes_.size());
  const int state = static_cast<int>(index);
  if (is_new) {
    origins_.push_back({from, outcome, stop});
    if (stop == SadfStop::kLoop) loops_.emplace_back(state, machine_.loop());
  }
  return state;
}

void Explorer::AddTransition(int to, const SadfMachine::Counts& counts,
                             double probability) {
  const auto [row, is_new] = firings_.Insert(
      counts.firings.data(), counts.firings.size() * sizeof(int64_t));
  if (is_new) {
    space_.firings.insert(space_.firings.end(), counts.firings.begin(),
                          counts.firings.end());
  }
  space_.transitions.push_back({to, static_cast<int32_t>(row), counts.time});
  if (!occupancy_) return;
  for (size_t c = 0; c < area_.size(); ++c) {
    area_[c] += probability * counts.area[c];
  }
}

void Explorer::FinishState(int distribution) {
  space_.first.push_back(static_cast<int64_t>(space_.transitions.size()));
  space_.distribution.push_back(distribution);
  if (!occupancy_) return;
  space_.area.insert(space_.area.end(), area_.begin(), area_.end());
  std::fill(area_.begin(), area_.end(), 0.0);
}

absl::Status Explorer::Expand(int state) {
  const Origin origin = origins_[state];
  if (origin.stop == SadfStop::kDeadlock) {
    // It lasts: one tick at a time, nothing fires.
    SadfMachine::Counts still;
    still.time = 1;
    still.firings.assign(model_.processes.size(), 0);
    machine_.Read(states_.at(state));
    still.area.assign(machine_.tokens().begin(), machine_.tokens().end());
    AddTransition(state, still, 1);
    FinishState(0);
    if (space_.deadlock.empty()) space_.deadlock = Witness(state);
    return absl::OkStatus();
  }
  if (origin.stop == SadfStop::kLoop) {
    const auto loop =
        std::find_if(loops_.begin(), loops_.end(),
                     [&](const auto& entry) { return entry.first == state; });
    AddTransition(state, loop->second, 1);
    FinishState(0);
    return absl::OkStatus();
  }
  int distribution = 0;
  int outcomes = 1;
  for (int outcome = 0; outcome < outcomes; ++outcome) {
    machine_.Read(states_.at(state));
    SadfStop stop = SadfStop::kFull;
    DYNARCH_RETURN_IF_ERROR(machine_.Run(1, stop));
    distribution = machine_.choice_distribution();
    outcomes = machine_.choice().size();
    machine_.ResetCounts();
    machine_.Choose(outcome);
    DYNARCH_ASSIGN_OR_RETURN(const int to, RunToState(state, outcome));
    if (to < 0) {
      space_.closed = false;
      space_.transitions.resize(space_.first.back());
      break;
    }
    AddTransition(to, machine_.counts(),
                  model_.distributions[distribution].probability[outcome]);
  }
  FinishState(distribution);
  return absl::OkStatus();
}

// The choices on the way to a deadlock, and what everyone waits for there.
std::string Explorer::Witness(int state) {
  std::vector<std::string> choices;
  for (int at = state; origins_[at].from >= 0; at = origins_[at].from) {
    machine_.Read(states_.at(origins_[at].from));
    SadfStop stop = SadfStop::kFull;
    if (!machine_.Run(1, stop).ok() || stop != SadfStop::kChoice) break;
    choices.push_back(machine_.DescribeOutcome(graph_, origins_[at].outcome));
  }
  std::reverse(choices.begin(), choices.end());
  machine_.Read(states_.at(state));
  SadfStop stop = SadfStop::kFull;
  if (!machine_.Run(1, stop).ok()) return "";
  return absl::StrCat(
      choices.empty()
          ? ""
          : absl::StrCat("after ", absl::StrJoin(choices, ", "), ": "),
      machine_.Describe(graph_));
}

absl::StatusOr<SadfSpace> Explorer::Run(const std::vector<uint8_t>& start) {
  space_.processes = static_cast<int>(model_.processes.size());
  space_.channels = static_cast<int>(model_.channels.size());
  if (!start.empty()) machine_.Read(start.data());
  DYNARCH_ASSIGN_OR_RETURN(const int initial, RunToState(-1, 0));
  if (initial < 0) {
    space_.closed = false;
    return std::move(space_);
  }
  for (int state = 0; state < static_cast<int>(origins_.size()); ++state) {
    if (static_cast<int64_t>(origins_.size()) > max_states_ ||
        machine_.steps() >= most_steps_) {
      space_.closed = false;
    }
    if (!space_.closed) {
      FinishState(0);
      continue;
    }
    DYNARCH_RETURN_IF_ERROR(Expand(state));
  }
  space_.most = machine_.counts().most;
  return std::move(space_);
}

}  // namespace

absl::StatusOr<SadfSpace> ExploreSadf(const ScenarioAwareGraph& graph,
                                      const SadfModel& model,
                                      const SadfLimits& limits, bool occupancy,
                                      const std::vector<uint8_t>& start) {
  return Explorer(graph, model, limits, occupancy).Run(start);
}

}  // namespace dynarch::dataflow
