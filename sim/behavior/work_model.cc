#include "sim/behavior/work_model.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>
#include <variant>

#include "sim/base/status_macros.h"
#include "sim/behavior/outcome_check.h"
#include "sim/graph/scenario_graph.h"

namespace dynarch::behavior {
namespace {

using Kind = graph::Decision::Kind;

void Add(const std::vector<int>& from, std::vector<int>& to) {
  to.insert(to.end(), from.begin(), from.end());
  std::sort(to.begin(), to.end());
  to.erase(std::unique(to.begin(), to.end()), to.end());
}

// Where tensors are joined or one of them chosen, the shape depends on which
// are there, unless all are alike.
std::vector<int> JoinedBy(const graph::Network& network,
                          const graph::Actor& node, int actor,
                          const graph::Channel& channel,
                          const std::vector<std::vector<int>>& input) {
  const int from = channel.from.index;
  if (channel.from.is_input || channel.initial_tokens > 0 ||
      !network.actors()[from].when.has_value()) {
    return {};
  }
  const bool varies =
      network.output_shape(from) != network.output_shape(actor) ||
      std::any_of(input.begin(), input.end(),
                  [](const std::vector<int>& axis) { return !axis.empty(); });
  const bool joins = std::holds_alternative<graph::Concat>(node.op);
  const bool chooses = std::holds_alternative<graph::Merge>(node.op);
  if (!joins && !(chooses && varies)) return {};
  return network.actors()[from].when->decisions();
}

// Exits that are looked at when each one is taken, as bits.
std::vector<uint64_t> LookedAt(const graph::Network& network,
                               const ExitPolicy& policy) {
  std::vector<uint64_t> looked(network.exits().size());
  uint64_t before = 0;
  for (size_t e = 0; e < looked.size(); ++e) {
    const uint64_t own = uint64_t{1} << e;
    const int at = policy.at;
    if (policy.kind == graph::ExitRule::Kind::kPredicted) {
      looked[e] = own;
      if (static_cast<int>(e) > at) looked[e] |= uint64_t{1} << at;
      continue;
    }
    looked[e] = before | own;
    if (policy.thresholds[e].kind() != Threshold::Kind::kNever) before |= own;
  }
  return looked;
}

// Outcomes that a decision can have, others being nominal; empty: too many to
// tell.
std::vector<int64_t> OutcomesOf(const graph::Network& network, int index,
                                int64_t limit) {
  const graph::Decision& decision = network.decisions()[index];
  int64_t most = LargestOutcome(decision);
  if (decision.kind == Kind::kExperts) return {};
  if (decision.kind == Kind::kActive) {
    const auto of = decision.of.Count(network.nominal());
    if (!of.ok()) return {};
    most = *of;
  }
  const int64_t least = decision.kind == Kind::kRepeat ? 1 : 0;
  if (most - least >= limit) return {};
  std::vector<int64_t> outcomes(most - least + 1);
  std::iota(outcomes.begin(), outcomes.end(), least);
  return outcomes;
}

}  // namespace

WorkModel::WorkModel(const graph::Network& network, const ExitPolicy& policy)
    : network_(network), computed_(LookedAt(network, policy)) {
  MakeGroups();
}

// Decisions that the actor's own fields name.
std::vector<int> WorkModel::DecisionsOf(int actor) const {
  const graph::Actor& node = network_.actors()[actor];
  std::vector<int> named;
  if (node.when.has_value()) Add(node.when->decisions(), named);
  if (node.times.has_value()) Add(node.times->decisions(), named);
  for (const auto& extent : node.extents) {
    Add(extent.expression.decisions(), named);
  }
  return named;
}

// By axis, what the shape of an input depends on.
std::vector<WorkModel::Decisions> WorkModel::InputShapedBy(
    const graph::Channel& channel) const {
  const int from = channel.from.index;
  if (!channel.from.is_input) {
    // What is left for later inferences is always of one shape.
    if (channel.initial_tokens == 0) return shaped_by_[from];
    return std::vector<Decisions>(network_.output_shape(from).size());
  }
  const graph::NetworkInput& input = network_.inputs()[from];
  std::vector<Decisions> axes(input.shape.size());
  for (const auto& extent : input.extents) {
    Add(extent.expression.decisions(), axes[extent.index]);
  }
  return axes;
}

// By axis, what the shape of an actor's output depends on: extents of its own,
// those of its inputs where they pass through, and where tensors are joined
// which of them are there. An operator that is not known to pass an axis on
// depends on everything along all axes.
std::vector<WorkModel::Decisions> WorkModel::ShapedBy(int actor) const {
  const graph::Actor& node = network_.actors()[actor];
  std::vector<Decisions> axes(network_.output_shape(actor).size());
  Decisions own;
  for (const auto& extent : node.extents) {
    if (extent.field != graph::OperatorField::kPositions) {
      Add(extent.expression.decisions(), own);
    }
  }
  // Axis that the operator sets by itself; -1: none.
  int set = -1;
  bool passes = true;
  if (std::holds_alternative<graph::Conv2d>(node.op) ||
      std::holds_alternative<graph::ConvTranspose2d>(node.op)) {
    set = 0;
  } else if (std::holds_alternative<graph::Linear>(node.op)) {
    set = static_cast<int>(axes.size()) - 1;
  } else if (const auto* gather = std::get_if<graph::Gather>(&node.op)) {
    set = static_cast<int>(gather->axis);
  } else if (const auto* scatter = std::get_if<graph::Scatter>(&node.op)) {
    set = static_cast<int>(scatter->axis);
  } else {
    passes = std::holds_alternative<graph::Elementwise>(node.op) ||
             std::holds_alternative<graph::Norm>(node.op) ||
             std::holds_alternative<graph::Softmax>(node.op) ||
             std::holds_alternative<graph::Pool>(node.op) ||
             std::holds_alternative<graph::Merge>(node.op);
    for (Decisions& axis : axes) Add(own, axis);
  }
  if (set >= 0) Add(own, axes[set]);
  for (const graph::Channel& channel : node.inputs) {
    const std::vector<Decisions> input = InputShapedBy(channel);
    const bool aligned = passes && input.size() == axes.size();
    for (size_t a = 0; a < axes.size(); ++a) {
      for (size_t b = 0; b < input.size(); ++b) {
        const bool is_set = aligned && static_cast<int>(a) == set;
        if (!aligned || (a == b && !is_set)) Add(input[b], axes[a]);
      }
    }
    const Decisions joined = JoinedBy(network_, node, actor, channel, input);
    for (Decisions& axis : axes) Add(joined, axis);
  }
  return axes;
}

void WorkModel::MakeGroups() {
  const auto& actors = network_.actors();
  shaped_by_.resize(actors.size());
  std::map<Decisions, Group> groups;
  for (const int actor : network_.order()) {
    shaped_by_[actor] = ShapedBy(actor);
    Decisions decisions = DecisionsOf(actor);
    for (const Decisions& axis : shaped_by_[actor]) Add(axis, decisions);
    for (const graph::Channel& channel : actors[actor].inputs) {
      for (const Decisions& axis : InputShapedBy(channel)) Add(axis, decisions);
    }
    Group& group = groups[decisions];
    group.decisions = decisions;
    group.actors.push_back(actor);
  }
  const graph::OutcomeLayout& layout = network_.layout();
  for (auto& [decisions, group] : groups) {
    for (const int d : decisions) {
      for (int c = 0; c < layout.count[d]; ++c) {
        group.columns.push_back(layout.first[d] + c);
      }
    }
    groups_.push_back(std::move(group));
  }
}

std::vector<int64_t>& WorkModel::PlaceOf(Group& group,
                                         const graph::Outcomes& outcomes) {
  constexpr int64_t kSmall = 1 << 16;
  if (group.columns.size() <= 1) {
    const int64_t number =
        group.columns.empty() ? 0 : outcomes[group.columns[0]] + 1;
    if (number < kSmall) {
      const auto place = static_cast<size_t>(number);
      if (place >= group.by_number.size()) group.by_number.resize(place + 1);
      return group.by_number[place];
    }
  }
  graph::Outcomes key;
  for (const int column : group.columns) key.push_back(outcomes[column]);
  return group.by_outcomes[key];
}

// Counts, for every group, what it does under these outcomes.
absl::Status WorkModel::Count(const graph::Outcomes& outcomes) {
  DYNARCH_ASSIGN_OR_RETURN(const graph::ScenarioGraph scenario,
                           graph::ScenarioGraph::Create(network_, outcomes));
  for (Group& group : groups_) {
    std::vector<int64_t>& macs = PlaceOf(group, outcomes);
    if (!macs.empty()) continue;
    macs.assign(computed_.size(), 0);
    for (const int actor : group.actors) {
      const int64_t count =
          scenario.times(actor) * scenario.work(actor).macs.value();
      for (size_t e = 0; e < macs.size(); ++e) {
        const bool is_computed =
            (network_.exits_needing(actor) & computed_[e]) != 0;
        macs[e] += is_computed ? count : 0;
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int64_t>> WorkModel::MacsByExit(
    const graph::Outcomes& outcomes) {
  std::vector<int64_t> sum(computed_.size());
  for (Group& group : groups_) {
    const std::vector<int64_t>& macs = PlaceOf(group, outcomes);
    if (macs.empty()) DYNARCH_RETURN_IF_ERROR(Count(outcomes));
    for (size_t e = 0; e < sum.size(); ++e) sum[e] += macs[e];
  }
  return sum;
}

absl::StatusOr<std::optional<int64_t>> WorkModel::MostMacs(int exit,
                                                           int64_t limit) {
  const auto& decisions = network_.decisions();
  // Decisions that meet in a group, or in whether one is reached, vary
  // together.
  std::vector<int> part(decisions.size());
  std::iota(part.begin(), part.end(), 0);
  const auto join = [&part](int a, int b) {
    const int from = part[a], to = part[b];
    for (int& p : part) p = p == from ? to : p;
  };
  for (const Group& group : groups_) {
    for (const int d : group.decisions) join(d, group.decisions.front());
  }
  for (size_t d = 0; d < decisions.size(); ++d) {
    const int self = static_cast<int>(d);
    for (const int other : decisions[d].of.decisions()) join(self, other);
    if (!decisions[d].from.has_value()) continue;
    for (const int other : DecisionsOf(*decisions[d].from)) join(self, other);
  }
  DYNARCH_ASSIGN_OR_RETURN(const OutcomeFixer fixer,
                           OutcomeFixer::Create(network_, {}));
  graph::Outcomes nominal = network_.nominal();
  DYNARCH_RETURN_IF_ERROR(fixer.Fix(nominal));
  DYNARCH_ASSIGN_OR_RETURN(const std::vector<int64_t> base,
                           MacsByExit(nominal));
  // What each part adds to the nominal scenario at most.
  int64_t most = base[exit];
  for (size_t root = 0; root < part.size(); ++root) {
    std::vector<graph::Outcomes> rows = {network_.nominal()};
    for (size_t d = 0; d < part.size(); ++d) {
      if (part[d] != static_cast<int>(root)) continue;
      const auto outcomes = OutcomesOf(network_, static_cast<int>(d), limit);
      if (outcomes.empty() ||
          static_cast<int64_t>(rows.size() * outcomes.size()) > limit) {
        return std::nullopt;
      }
      std::vector<graph::Outcomes> longer;
      for (const graph::Outcomes& row : rows) {
        for (const int64_t outcome : outcomes) {
          longer.push_back(row);
          longer.back()[network_.layout().first[d]] = outcome;
        }
      }
      rows = std::move(longer);
    }
    int64_t gain = 0;
    for (graph::Outcomes& row : rows) {
      if (!fixer.Fix(row).ok()) continue;
      const auto macs = MacsByExit(row);
      if (!macs.ok()) continue;
      gain = std::max(gain, (*macs)[exit] - base[exit]);
    }
    most += gain;
  }
  return most;
}

}  // namespace dynarch::behavior
