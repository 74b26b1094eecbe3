#include "sim/graph/topology.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

namespace dynarch::graph {
namespace {

// Whether the channel makes its actor wait for a firing of this inference.
bool Orders(const Channel& channel) {
  return !channel.from.is_input && channel.initial_tokens == 0;
}

// Whether the decision ends the loop that the actor is in, from within.
bool EndsOwnLoop(const NetworkParts& parts, const Actor& actor,
                 const Decision& decision) {
  if (decision.kind != Decision::Kind::kRepeat || !decision.from.has_value()) {
    return false;
  }
  const auto& times = parts.actors[*decision.from].times;
  return times.has_value() && actor.times.has_value() &&
         times->text() == actor.times->text();
}

// By actor: the actors that it waits for.
std::vector<std::vector<int>> Awaited(const NetworkParts& parts) {
  const std::vector<std::vector<int>> named = DecisionsNamed(parts);
  std::vector<std::vector<int>> awaited(parts.actors.size());
  for (size_t actor = 0; actor < parts.actors.size(); ++actor) {
    for (const Channel& channel : parts.actors[actor].inputs) {
      if (Orders(channel)) awaited[actor].push_back(channel.from.index);
    }
    for (const int index : named[actor]) {
      const Decision& decision = parts.decisions[index];
      if (decision.from.has_value() &&
          !EndsOwnLoop(parts, parts.actors[actor], decision)) {
        awaited[actor].push_back(*decision.from);
      }
    }
  }
  return awaited;
}

// `a -> b -> a`, following the flow of data and decisions, among the actors
// never reached. Each of them waits for another of them, so walking back must
// come round.
std::string OneCycle(const NetworkParts& parts,
                     const std::vector<std::vector<int>>& awaited,
                     const std::vector<bool>& ordered) {
  int actor = static_cast<int>(
      std::find(ordered.begin(), ordered.end(), false) - ordered.begin());
  std::vector<int> walk;
  while (std::find(walk.begin(), walk.end(), actor) == walk.end()) {
    walk.push_back(actor);
    actor = *std::find_if(awaited[actor].begin(), awaited[actor].end(),
                          [&](int other) { return !ordered[other]; });
  }
  const auto start = std::find(walk.begin(), walk.end(), actor);
  std::string text = parts.actors[actor].name;
  for (auto it = walk.end(); it != start;) {
    absl::StrAppend(&text, " -> ", parts.actors[*--it].name);
  }
  return text;
}

}  // namespace

std::vector<std::vector<int>> DecisionsNamed(const NetworkParts& parts) {
  std::vector<std::vector<int>> named(parts.actors.size());
  for (size_t i = 0; i < parts.actors.size(); ++i) {
    const Actor& actor = parts.actors[i];
    const auto add = [&](const OutcomeExpression& expression) {
      named[i].insert(named[i].end(), expression.decisions().begin(),
                      expression.decisions().end());
    };
    if (actor.when.has_value()) add(*actor.when);
    if (actor.times.has_value()) add(*actor.times);
    for (const ExtentExpression& extent : actor.extents) add(extent.expression);
    for (size_t next = 0; next < named[i].size(); ++next) {
      add(parts.decisions[named[i][next]].of);
    }
    std::sort(named[i].begin(), named[i].end());
    named[i].erase(std::unique(named[i].begin(), named[i].end()),
                   named[i].end());
  }
  return named;
}

absl::StatusOr<std::vector<int>> TopologicalOrder(const NetworkParts& parts) {
  const size_t actors = parts.actors.size();
  const std::vector<std::vector<int>> awaited = Awaited(parts);
  std::vector<int> waits_for(actors, 0);
  std::vector<std::vector<int>> waiting(actors);
  for (size_t actor = 0; actor < actors; ++actor) {
    waits_for[actor] = static_cast<int>(awaited[actor].size());
    for (const int other : awaited[actor]) {
      waiting[other].push_back(static_cast<int>(actor));
    }
  }
  std::priority_queue<int, std::vector<int>, std::greater<int>> ready;
  for (size_t actor = 0; actor < actors; ++actor) {
    if (waits_for[actor] == 0) ready.push(static_cast<int>(actor));
  }
  std::vector<int> order;
  std::vector<bool> ordered(actors, false);
  while (!ready.empty()) {
    const int actor = ready.top();
    ready.pop();
    order.push_back(actor);
    ordered[actor] = true;
    for (const int next : waiting[actor]) {
      if (--waits_for[next] == 0) ready.push(next);
    }
  }
  if (order.size() == actors) return order;
  return absl::InvalidArgumentError(absl::StrCat(
      "actors: cycle without initial tokens: ",
      OneCycle(parts, awaited, ordered),
      "; a channel of it needs initial_tokens >= 1, or a decision must come "
      "before what depends on it"));
}

}  // namespace dynarch::graph
