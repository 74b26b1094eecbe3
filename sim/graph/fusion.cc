#include "sim/graph/fusion.h"

#include <variant>

namespace dynarch::graph {
namespace {

bool IsProduct(const Operator& op) {
  return std::holds_alternative<Conv2d>(op) ||
         std::holds_alternative<ConvTranspose2d>(op) ||
         std::holds_alternative<Linear>(op) ||
         std::holds_alternative<MatMul>(op);
}

bool IsFoldable(const Operator& op) {
  return std::holds_alternative<Elementwise>(op) ||
         std::holds_alternative<Norm>(op);
}

// How many read each actor's result.
std::vector<int> Readers(const NetworkParts& parts) {
  std::vector<int> readers(parts.actors.size());
  for (const Actor& actor : parts.actors) {
    for (const Channel& channel : actor.inputs) {
      if (!channel.from.is_input) ++readers[channel.from.index];
    }
  }
  for (const Exit& exit : parts.exits) ++readers[exit.from];
  for (const Decision& decision : parts.decisions) {
    if (decision.from.has_value()) ++readers[*decision.from];
  }
  return readers;
}

bool FireTogether(const Actor& a, const Actor& b) {
  return a.when.has_value() == b.when.has_value() &&
         a.times.has_value() == b.times.has_value();
}

}  // namespace

std::vector<bool> FollowsProduct(const NetworkParts& parts,
                                 const std::vector<int>& order) {
  const std::vector<int> readers = Readers(parts);
  std::vector<bool> follows(parts.actors.size());
  for (const int index : order) {
    const Actor& actor = parts.actors[index];
    if (!IsFoldable(actor.op)) continue;
    for (const Channel& channel : actor.inputs) {
      if (channel.from.is_input || channel.initial_tokens > 0) continue;
      const int from = channel.from.index;
      const Actor& before = parts.actors[from];
      if (readers[from] == 1 && FireTogether(actor, before) &&
          (IsProduct(before.op) || follows[from])) {
        follows[index] = true;
      }
    }
  }
  return follows;
}

}  // namespace dynarch::graph
