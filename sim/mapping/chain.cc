#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/reason.h"
#include "sim/base/status_macros.h"
#include "sim/graph/topology.h"
#include "sim/mapping/location.h"
#include "sim/mapping/schedule.h"

namespace dynarch::mapping {

// Writes one chain, stage by stage.
class ChainBuilder::Writer {
 public:
  Writer(ChainBuilder& builder, const graph::ScenarioGraph& graph,
         const Scenario& scenario, Chain& chain)
      : builder_(builder),
        network_(builder.network_),
        platform_(builder.platform_),
        graph_(graph),
        scenario_(scenario),
        last_(static_cast<int>(builder.stages_.size()) - 1),
        chain_(chain) {}

  absl::Status AddStage(int stage) {
    stage_ = stage;
    element_ = builder_.stages_[stage];
    const bool measured = platform_.elements()[element_].is_table();
    fired_.clear();
    for (const int actor : builder_.actors_[stage]) {
      if (measured || Fires(actor)) fired_.push_back(actor);
    }
    if (measured) return AddMeasured();
    for (size_t next = 0; next < fired_.size();) {
      const size_t end = SegmentEnd(next);
      DYNARCH_RETURN_IF_ERROR(BringInputs(next, end));
      while (next < end) {
        const size_t loop = LoopEnd(network_, fired_, next);
        DYNARCH_RETURN_IF_ERROR(FireLoop(next, loop));
        next = loop;
      }
    }
    return Delivers(stage) ? AddExit(stage) : absl::OkStatus();
  }

  // Whether the exit is there in this scenario.
  bool Exists(int exit) const {
    return ((existing_exits() >> exit) & 1) != 0 &&
           graph_.fires(network_.exits()[exit].from);
  }

 private:
  void Add(Activity activity) {
    activity.stage = stage_;
    chain_.activities.push_back(activity);
  }

  uint64_t existing_exits() const {
    return ~scenario_.skipped_heads | (uint64_t{1} << last_);
  }
  // True behind the exit that has said which one is taken.
  bool IsForeseen(int stage) const {
    return scenario_.predictor.has_value() && stage > *scenario_.predictor;
  }
  bool Fires(int actor) const {
    const uint64_t exits =
        IsForeseen(stage_) ? uint64_t{1} << scenario_.exit : existing_exits();
    return (builder_.exits_needing_[actor] & exits) != 0 && graph_.fires(actor);
  }
  bool MovesNothing(int actor) const {
    return graph_.work(actor).moves_nothing;
  }
  int HomeOf(const graph::Endpoint& origin) const {
    return origin.is_input ? platform_.host() : builder_.homes_[origin.index];
  }

  // Past the next actor of this stage that a decision reads, and its loop.
  size_t SegmentEnd(size_t begin) const {
    while (begin < fired_.size()) {
      const size_t end = LoopEnd(network_, fired_, begin);
      for (; begin < end; ++begin) {
        if (!builder_.read_by_[fired_[begin]].empty()) return end;
      }
    }
    return fired_.size();
  }

  absl::Status AddMeasured() {
    if (!network_.decisions().empty() && &graph_ != &network_.full() &&
        graph_.outcomes() != builder_.nominal_) {
      return Infeasible(
          reason::kUnmeasuredOutcome,
          absl::StrCat("stage '", network_.stages()[stage_].name,
                       "' was measured on '",
                       platform_.elements()[element_].name, "' of platform '",
                       platform_.name(),
                       "' with the nominal outcomes of the network's "
                       "decisions; its time for others is not known"));
    }
    DYNARCH_RETURN_IF_ERROR(BringInputs(0, fired_.size()));
    Add({.kind = ActivityKind::kStage,
         .element = element_,
         .from_element = element_});
    return absl::OkStatus();
  }

  absl::Status BringInputs(size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      if (!graph_.fires(fired_[i]) || MovesNothing(fired_[i])) continue;
      for (const auto& channel : network_.actors()[fired_[i]].inputs) {
        if (!graph_.present(channel)) continue;
        DYNARCH_RETURN_IF_ERROR(Bring(channel));
      }
    }
    return absl::OkStatus();
  }

  // Makes a tensor available on the stage's element.
  absl::Status Bring(const graph::Channel& channel) {
    const graph::Endpoint origin = OriginOf(network_, graph_, channel);
    const int home = HomeOf(origin);
    if (home == element_ || IsThere(origin, element_)) return absl::OkStatus();
    return AddTransfer({.kind = ActivityKind::kTransfer,
                        .element = element_,
                        .from_element = home,
                        .elements = ElementsOf(network_, graph_, channel),
                        .tensor = origin});
  }

  int64_t& Brought(const graph::Endpoint& origin, int element) {
    const size_t tensor = origin.is_input
                              ? network_.actors().size() + origin.index
                              : static_cast<size_t>(origin.index);
    return builder_.brought_[tensor * platform_.elements().size() + element];
  }
  // Whether it was brought there before; from now on it was.
  bool IsThere(const graph::Endpoint& origin, int element) {
    return std::exchange(Brought(origin, element), builder_.call_) ==
           builder_.call_;
  }

  absl::Status AddTransfer(Activity transfer) {
    const auto link =
        platform_.LinkBetween(transfer.from_element, transfer.element);
    const auto& from = platform_.elements()[transfer.from_element];
    const auto& to = platform_.elements()[transfer.element];
    if (link.has_value()) {
      transfer.link = *link;
      Add(transfer);
    } else if (from.memory != to.memory) {
      return Infeasible(
          reason::kNoLink,
          absl::StrCat("'", network_.endpoint_name(transfer.tensor),
                       "' must go from '", from.name, "' to '", to.name,
                       "' of platform '", platform_.name(),
                       "', which share neither a link nor a memory"));
    }
    return absl::OkStatus();
  }

  // One actor, or all of one loop, round by round.
  absl::Status FireLoop(size_t begin, size_t end) {
    const int64_t rounds = graph_.times(fired_[begin]);
    for (int64_t round = 0; round < rounds; ++round) {
      for (size_t i = begin; i < end; ++i) {
        const int actor = fired_[i];
        if (!MovesNothing(actor)) {
          Add({.kind = ActivityKind::kFiring,
               .actor = actor,
               .element = element_,
               .from_element = element_});
        }
        if (!builder_.read_by_[actor].empty()) {
          DYNARCH_RETURN_IF_ERROR(Decide(actor, round));
        }
      }
    }
    return absl::OkStatus();
  }

  // The decisions that read `actor`. In a later round its tensor is another.
  absl::Status Decide(int actor, int64_t round) {
    const graph::Endpoint origin =
        graph_.origin({.is_input = false, .index = actor});
    const int64_t elements =
        graph_.token_elements({.is_input = false, .index = actor});
    const int host = platform_.host();
    const int home = HomeOf(origin);
    if (home != host && (!IsThere(origin, host) || round > 0)) {
      DYNARCH_RETURN_IF_ERROR(AddFetch({.kind = ActivityKind::kTransfer,
                                        .element = host,
                                        .from_element = home,
                                        .elements = elements,
                                        .tensor = origin}));
    }
    for (const int decision : builder_.read_by_[actor]) {
      Add({.kind = ActivityKind::kCheck,
           .element = host,
           .from_element = host,
           .elements = elements,
           .decision = decision});
    }
    return absl::OkStatus();
  }

  // The host waits for what it needs and gets it.
  absl::Status AddFetch(const Activity& transfer) {
    Add({.kind = ActivityKind::kSynchronize,
         .element = transfer.element,
         .from_element = transfer.from_element});
    return AddTransfer(transfer);
  }

  // Whether the exit's result goes to the host.
  bool Delivers(int exit) const {
    return Exists(exit) && (exit == scenario_.exit || !IsForeseen(exit));
  }

  absl::Status AddExit(int exit) {
    const bool taken = exit == scenario_.exit;
    const bool checked =
        exit != last_ && !IsForeseen(exit) && (!taken || scenario_.checked);
    const graph::Endpoint from = {.is_input = false,
                                  .index = network_.exits()[exit].from};
    const graph::Endpoint origin = graph_.origin(from);
    const int64_t elements = graph_.token_elements(from);
    const int host = platform_.host();
    const int home = HomeOf(origin);
    if (home != host) {
      DYNARCH_RETURN_IF_ERROR(AddFetch({.kind = ActivityKind::kTransfer,
                                        .element = host,
                                        .from_element = home,
                                        .elements = elements,
                                        .tensor = origin,
                                        .result = true}));
    }
    if (checked) {
      Add({.kind = ActivityKind::kCheck,
           .element = host,
           .from_element = host,
           .elements = elements});
    }
    return absl::OkStatus();
  }

  ChainBuilder& builder_;
  const graph::Network& network_;
  const platform::Platform& platform_;
  const graph::ScenarioGraph& graph_;
  const Scenario& scenario_;
  const int last_;
  Chain& chain_;

  int stage_ = 0;
  int element_ = 0;
  std::vector<int> fired_;  // Of the stage, in static order.
};

namespace {

// Exits that need each actor, if the decisions settled before the inference
// need nothing.
std::vector<uint64_t> ExitsNeeding(const graph::Network& network,
                                   absl::Span<const Deciding> deciding) {
  const auto& actors = network.actors();
  const std::vector<std::vector<int>> named =
      graph::DecisionsNamed(network.parts());
  std::vector<uint64_t> needing(actors.size());
  for (size_t exit = 0; exit < network.exits().size(); ++exit) {
    const uint64_t bit = uint64_t{1} << exit;
    std::vector<int> pending = {network.exits()[exit].from};
    while (!pending.empty()) {
      const int actor = pending.back();
      pending.pop_back();
      if ((needing[actor] & bit) != 0) continue;
      needing[actor] |= bit;
      for (const graph::Channel& channel : actors[actor].inputs) {
        if (!channel.from.is_input) pending.push_back(channel.from.index);
      }
      for (const int decision : named[actor]) {
        const auto& from = network.decisions()[decision].from;
        if (from.has_value() && deciding[decision] != Deciding::kBefore) {
          pending.push_back(*from);
        }
      }
    }
  }
  return needing;
}

}  // namespace

ChainBuilder::ChainBuilder(const graph::Network& network,
                           const platform::Platform& platform,
                           const StageElements& stages,
                           absl::Span<const Deciding> deciding)
    : network_(network),
      platform_(platform),
      stages_(stages),
      actors_(ActorsByStage(network)),
      read_by_(network.actors().size()) {
  for (size_t d = 0; d < network.decisions().size(); ++d) {
    const std::optional<int> from = network.decisions()[d].from;
    const bool host = deciding.empty() || deciding[d] == Deciding::kHost;
    if (from.has_value() && host) {
      read_by_[*from].push_back(static_cast<int>(d));
    }
  }
  if (deciding.empty()) {
    for (size_t a = 0; a < network.actors().size(); ++a) {
      exits_needing_.push_back(network.exits_needing(static_cast<int>(a)));
    }
  } else {
    exits_needing_ = ExitsNeeding(network, deciding);
  }
  for (size_t a = 0; a < network.actors().size(); ++a) {
    homes_.push_back(stages[network.stage_of(static_cast<int>(a))]);
  }
  brought_.resize((network.actors().size() + network.inputs().size()) *
                  platform.elements().size());
  if (network.decisions().empty()) return;
  const auto nominal = graph::ScenarioGraph::Create(network, network.nominal());
  if (nominal.ok()) nominal_ = nominal->outcomes();
}

absl::Status ChainBuilder::Build(const graph::ScenarioGraph& graph,
                                 const Scenario& scenario, Chain& chain) {
  chain.activities.clear();
  ++call_;
  Writer writer(*this, graph, scenario, chain);
  const int exits = static_cast<int>(stages_.size());
  if (scenario.exit < 0 || scenario.exit >= exits ||
      !writer.Exists(scenario.exit)) {
    return absl::InvalidArgumentError(
        absl::StrCat("scenario: exit number ", scenario.exit,
                     " is not one that can be taken"));
  }
  for (int stage = 0; stage <= scenario.exit; ++stage) {
    DYNARCH_RETURN_IF_ERROR(writer.AddStage(stage));
  }
  return absl::OkStatus();
}

absl::StatusOr<Chain> BuildChain(const graph::Network& network,
                                 const graph::ScenarioGraph& graph,
                                 const platform::Platform& platform,
                                 const StageElements& stages,
                                 const Scenario& scenario,
                                 absl::Span<const Deciding> deciding) {
  DYNARCH_RETURN_IF_ERROR(CheckStages(network, platform, stages));
  Chain chain;
  DYNARCH_RETURN_IF_ERROR(ChainBuilder(network, platform, stages, deciding)
                              .Build(graph, scenario, chain));
  return chain;
}

}  // namespace dynarch::mapping
