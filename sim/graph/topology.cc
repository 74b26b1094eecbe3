#include "sim/graph/topology.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace dynarch::graph {
namespace {

// Whether the channel makes its actor wait for a firing of this inference.
bool Orders(const Channel& channel) {
  return !channel.from.is_input && channel.initial_tokens == 0;
}

// `a -> b -> a`, following the flow of data, among the actors never reached.
// Each of them waits for another of them, so walking back must come round.
std::string OneCycle(absl::Span<const Actor> actors,
                     const std::vector<bool>& ordered) {
  int actor = static_cast<int>(
      std::find(ordered.begin(), ordered.end(), false) - ordered.begin());
  std::vector<int> walk;
  while (std::find(walk.begin(), walk.end(), actor) == walk.end()) {
    walk.push_back(actor);
    for (const Channel& channel : actors[actor].inputs) {
      if (Orders(channel) && !ordered[channel.from.index]) {
        actor = channel.from.index;
        break;
      }
    }
  }
  const auto start = std::find(walk.begin(), walk.end(), actor);
  std::string text = actors[actor].name;
  for (auto it = walk.end(); it != start;) {
    absl::StrAppend(&text, " -> ", actors[*--it].name);
  }
  return text;
}

}  // namespace

absl::StatusOr<std::vector<int>> TopologicalOrder(
    absl::Span<const Actor> actors) {
  std::vector<int> waits_for(actors.size(), 0);
  std::vector<std::vector<int>> consumers(actors.size());
  for (size_t actor = 0; actor < actors.size(); ++actor) {
    for (const Channel& channel : actors[actor].inputs) {
      if (!Orders(channel)) continue;
      ++waits_for[actor];
      consumers[channel.from.index].push_back(static_cast<int>(actor));
    }
  }
  std::priority_queue<int, std::vector<int>, std::greater<int>> ready;
  for (size_t actor = 0; actor < actors.size(); ++actor) {
    if (waits_for[actor] == 0) ready.push(static_cast<int>(actor));
  }
  std::vector<int> order;
  std::vector<bool> ordered(actors.size(), false);
  while (!ready.empty()) {
    const int actor = ready.top();
    ready.pop();
    order.push_back(actor);
    ordered[actor] = true;
    for (const int consumer : consumers[actor]) {
      if (--waits_for[consumer] == 0) ready.push(consumer);
    }
  }
  if (order.size() == actors.size()) return order;
  return absl::InvalidArgumentError(absl::StrCat(
      "actors: cycle without initial tokens: ", OneCycle(actors, ordered),
      "; a channel of it needs initial_tokens >= 1"));
}

}  // namespace dynarch::graph
