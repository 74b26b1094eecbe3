#include "sim/graph/stages.h"

#include <cstdint>
#include <vector>

#include "absl/numeric/bits.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/graph/topology.h"

namespace dynarch::graph {
namespace {

// Marks `actor` and everything it needs.
void MarkNeeded(const NetworkParts& parts,
                const std::vector<std::vector<int>>& decisions_named, int actor,
                uint64_t bit, std::vector<uint64_t>& exits_needing) {
  std::vector<int> pending = {actor};
  while (!pending.empty()) {
    const int next = pending.back();
    pending.pop_back();
    if (exits_needing[next] & bit) continue;
    exits_needing[next] |= bit;
    for (const Channel& channel : parts.actors[next].inputs) {
      if (!channel.from.is_input) pending.push_back(channel.from.index);
    }
    for (const int decision : decisions_named[next]) {
      const auto& from = parts.decisions[decision].from;
      if (from.has_value()) pending.push_back(*from);
    }
  }
}

// Exit s must not need what a later exit reads.
absl::Status CheckExitOrder(const NetworkParts& parts,
                            const std::vector<uint64_t>& exits_needing) {
  const auto& exits = parts.exits;
  for (size_t later = 0; later < exits.size(); ++later) {
    for (size_t exit = 0; exit < later; ++exit) {
      if (exits[exit].from == exits[later].from) {
        return absl::InvalidArgumentError(absl::StrCat(
            "decisions.", exits[later].name, ".from: got '",
            parts.actors[exits[later].from].name, "', which exit '",
            exits[exit].name,
            "' reads already; each exit reads an actor of its own"));
      }
      if ((exits_needing[exits[later].from] >> exit) & 1) {
        return absl::InvalidArgumentError(
            absl::StrCat("decisions.", exits[exit].name, ": depends on actor '",
                         parts.actors[exits[later].from].name,
                         "' of the later exit '", exits[later].name,
                         "'; decisions come in the order in which "
                         "they are reached"));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<uint64_t>> ExitsNeeding(const NetworkParts& parts) {
  std::vector<uint64_t> exits_needing(parts.actors.size(), 0);
  const std::vector<std::vector<int>> decisions_named = DecisionsNamed(parts);
  for (size_t exit = 0; exit < parts.exits.size(); ++exit) {
    MarkNeeded(parts, decisions_named, parts.exits[exit].from,
               uint64_t{1} << exit, exits_needing);
  }
  for (size_t actor = 0; actor < parts.actors.size(); ++actor) {
    if (exits_needing[actor] != 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("actors.", parts.actors[actor].name,
                     ": nothing needs its output; remove it, or let an actor "
                     "that leads to an exit or the output read it"));
  }
  DYNARCH_RETURN_IF_ERROR(CheckExitOrder(parts, exits_needing));
  return exits_needing;
}

std::vector<Stage> StagesOf(const NetworkParts& parts,
                            const std::vector<int>& order,
                            const std::vector<uint64_t>& exits_needing) {
  std::vector<Stage> stages(parts.exits.size());
  for (size_t exit = 0; exit < stages.size(); ++exit) {
    stages[exit].name = parts.exits[exit].name;
  }
  for (const int actor : order) {
    const uint64_t exits = exits_needing[actor];
    Stage& stage = stages[absl::countr_zero(exits)];
    const bool later_too = (exits & (exits - 1)) != 0;
    (later_too ? stage.trunk : stage.head).push_back(actor);
  }
  return stages;
}

}  // namespace dynarch::graph
