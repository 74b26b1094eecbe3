#include "sim/graph/fusion.h"

#include <algorithm>
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

bool IsConcat(const Operator& op) { return std::holds_alternative<Concat>(op); }

bool FireTogether(const Actor& a, const Actor& b) {
  return a.when.has_value() == b.when.has_value() &&
         a.times.has_value() == b.times.has_value();
}

}  // namespace

std::vector<bool> FollowsProduct(const NetworkParts& parts,
                                 const std::vector<int>& order) {
  const std::vector<int> readers = Readers(parts);
  std::vector<bool> follows(parts.actors.size());
  const auto folds = [&](const Actor& actor, const Channel& channel) {
    if (channel.from.is_input || channel.initial_tokens > 0) return false;
    const int from = channel.from.index;
    const Operator& before = parts.actors[from].op;
    return readers[from] == 1 && FireTogether(actor, parts.actors[from]) &&
           (IsProduct(before) || (follows[from] && !IsConcat(before)));
  };
  for (const int index : order) {
    const Actor& actor = parts.actors[index];
    const auto folds_into = [&](const Channel& c) { return folds(actor, c); };
    if (IsConcat(actor.op)) {
      follows[index] =
          std::all_of(actor.inputs.begin(), actor.inputs.end(), folds_into);
    } else if (IsFoldable(actor.op)) {
      follows[index] =
          std::any_of(actor.inputs.begin(), actor.inputs.end(), folds_into);
    }
  }
  return follows;
}

}  // namespace dynarch::graph
