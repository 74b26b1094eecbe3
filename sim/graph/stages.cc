#include "sim/graph/stages.h"

#include <cstdint>
#include <vector>

#include "absl/numeric/bits.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

namespace dynarch::graph {
namespace {

// Marks `actor` and everything it needs.
void MarkNeeded(const NetworkParts& parts, int actor, uint32_t bit,
                std::vector<uint32_t>& exits_needing) {
  std::vector<int> pending = {actor};
  while (!pending.empty()) {
    const int next = pending.back();
    pending.pop_back();
    if (exits_needing[next] & bit) continue;
    exits_needing[next] |= bit;
    for (const Channel& channel : parts.actors[next].inputs) {
      if (!channel.from.is_input) pending.push_back(channel.from.index);
    }
  }
}

// Exit s must not need what a later exit reads.
absl::Status CheckExitOrder(const NetworkParts& parts,
                            const std::vector<uint32_t>& exits_needing) {
  const auto& decisions = parts.decisions;
  for (size_t later = 0; later < decisions.size(); ++later) {
    for (size_t exit = 0; exit < later; ++exit) {
      if (decisions[exit].from == decisions[later].from) {
        return absl::InvalidArgumentError(absl::StrCat(
            "decisions.", decisions[later].name, ".from: got '",
            parts.actors[decisions[later].from].name, "', which decision '",
            decisions[exit].name,
            "' reads already; each exit reads an actor of its own"));
      }
      if ((exits_needing[decisions[later].from] >> exit) & 1) {
        return absl::InvalidArgumentError(absl::StrCat(
            "decisions.", decisions[exit].name, ": depends on actor '",
            parts.actors[decisions[later].from].name, "' of the later exit '",
            decisions[later].name,
            "'; decisions come in the order in which "
            "they are reached"));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<uint32_t>> ExitsNeeding(const NetworkParts& parts) {
  std::vector<uint32_t> exits_needing(parts.actors.size(), 0);
  for (size_t exit = 0; exit < parts.decisions.size(); ++exit) {
    MarkNeeded(parts, parts.decisions[exit].from, uint32_t{1} << exit,
               exits_needing);
  }
  for (size_t actor = 0; actor < parts.actors.size(); ++actor) {
    if (exits_needing[actor] != 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("actors.", parts.actors[actor].name,
                     ": no exit needs its output; remove it, or let an actor "
                     "that leads to an exit read it"));
  }
  DYNARCH_RETURN_IF_ERROR(CheckExitOrder(parts, exits_needing));
  return exits_needing;
}

std::vector<Stage> StagesOf(const NetworkParts& parts,
                            const std::vector<int>& order,
                            const std::vector<uint32_t>& exits_needing) {
  std::vector<Stage> stages(parts.decisions.size());
  for (size_t exit = 0; exit < stages.size(); ++exit) {
    stages[exit].name = parts.decisions[exit].name;
  }
  for (const int actor : order) {
    const uint32_t exits = exits_needing[actor];
    Stage& stage = stages[absl::countr_zero(exits)];
    const bool later_too = (exits & (exits - 1)) != 0;
    (later_too ? stage.trunk : stage.head).push_back(actor);
  }
  return stages;
}

}  // namespace dynarch::graph
