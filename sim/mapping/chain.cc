#include <cstdint>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/reason.h"
#include "sim/base/status_macros.h"
#include "sim/mapping/location.h"
#include "sim/mapping/schedule.h"

namespace dynarch::mapping {
namespace {

// Writes one chain, stage by stage.
class ChainBuilder {
 public:
  ChainBuilder(const graph::Network& network,
               const platform::Platform& platform, const StageElements& stages,
               const Scenario& scenario)
      : network_(network),
        platform_(platform),
        stages_(stages),
        scenario_(scenario),
        last_(static_cast<int>(network.stages().size()) - 1) {}

  absl::Status AddStage(int stage) {
    DYNARCH_RETURN_IF_ERROR(AddInputs(stage));
    if (platform_.elements()[stages_[stage]].is_table()) {
      Add({.kind = ActivityKind::kStage,
           .stage = stage,
           .element = stages_[stage],
           .from_element = stages_[stage]});
      return absl::OkStatus();
    }
    AddFirings(stage);
    return Exists(stage) ? AddDecision(stage) : absl::OkStatus();
  }

  bool Exists(int exit) const { return (existing_exits() >> exit) & 1; }

  Chain Take() && { return std::move(chain_); }

 private:
  void Add(Activity activity) {
    chain_.activities.push_back(std::move(activity));
  }

  uint32_t existing_exits() const {
    return ~scenario_.skipped_heads | (uint32_t{1} << last_);
  }
  // Whether stage `stage` fires `actor`; measured stages fire all of theirs.
  bool Fires(int actor, int stage) const {
    return network_.stage_of(actor) == stage &&
           ((network_.exits_needing(actor) & existing_exits()) != 0 ||
            platform_.elements()[stages_[stage]].is_table());
  }
  bool IsReshape(int actor) const { return network_.work(actor).moves_nothing; }

  absl::Status AddInputs(int stage) {
    for (const int actor : network_.order()) {
      if (!Fires(actor, stage) || IsReshape(actor)) continue;
      for (const graph::Channel& channel : network_.actors()[actor].inputs) {
        DYNARCH_RETURN_IF_ERROR(Bring(channel.from, stage));
      }
    }
    return absl::OkStatus();
  }

  // Makes a tensor available on the stage's element.
  absl::Status Bring(const graph::Endpoint& from, int stage) {
    const graph::Endpoint origin = OriginOf(network_, from);
    const int home = HomeOf(network_, platform_, stages_, origin);
    const int element = stages_[stage];
    if (home == element) return absl::OkStatus();
    const Copy copy = {{origin.is_input, origin.index}, element};
    if (!copies_.insert(copy).second) return absl::OkStatus();
    return AddTransfer({.kind = ActivityKind::kTransfer,
                        .stage = stage,
                        .element = element,
                        .from_element = home,
                        .elements = network_.token_elements(origin),
                        .tensor = origin});
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

  void AddFirings(int stage) {
    for (const int actor : network_.order()) {
      if (!Fires(actor, stage) || IsReshape(actor)) continue;
      Add({.kind = ActivityKind::kFiring,
           .stage = stage,
           .actor = actor,
           .element = stages_[stage],
           .from_element = stages_[stage]});
    }
  }

  absl::Status AddDecision(int stage) {
    const bool taken = stage == scenario_.exit;
    const bool checked = stage != last_ && (!taken || scenario_.checked);
    const graph::Endpoint probabilities = OriginOf(
        network_,
        {.is_input = false, .index = network_.decisions()[stage].from});
    const int host = platform_.host();
    const int home = HomeOf(network_, platform_, stages_, probabilities);
    const int64_t classes = network_.stages()[stage].classes;
    if (home != host) {
      Add({.kind = ActivityKind::kSynchronize,
           .stage = stage,
           .element = host,
           .from_element = home});
      DYNARCH_RETURN_IF_ERROR(AddTransfer({.kind = ActivityKind::kTransfer,
                                           .stage = stage,
                                           .element = host,
                                           .from_element = home,
                                           .elements = classes,
                                           .tensor = probabilities,
                                           .probabilities = true}));
    }
    if (checked) {
      Add({.kind = ActivityKind::kCheck,
           .stage = stage,
           .element = host,
           .from_element = host,
           .elements = classes});
    }
    return absl::OkStatus();
  }

  // A tensor and the element that it was brought to.
  using Copy = std::pair<std::pair<bool, int>, int>;

  const graph::Network& network_;
  const platform::Platform& platform_;
  const StageElements& stages_;
  const Scenario& scenario_;
  const int last_;
  std::set<Copy> copies_;
  Chain chain_;
};

}  // namespace

absl::StatusOr<Chain> BuildChain(const graph::Network& network,
                                 const platform::Platform& platform,
                                 const StageElements& stages,
                                 const Scenario& scenario) {
  DYNARCH_RETURN_IF_ERROR(CheckStages(network, platform, stages));
  ChainBuilder builder(network, platform, stages, scenario);
  const int exits = static_cast<int>(stages.size());
  if (scenario.exit < 0 || scenario.exit >= exits ||
      !builder.Exists(scenario.exit)) {
    return absl::InvalidArgumentError(
        absl::StrCat("scenario: exit number ", scenario.exit,
                     " is not one that can be taken"));
  }
  for (int stage = 0; stage <= scenario.exit; ++stage) {
    DYNARCH_RETURN_IF_ERROR(builder.AddStage(stage));
  }
  return std::move(builder).Take();
}

}  // namespace dynarch::mapping
