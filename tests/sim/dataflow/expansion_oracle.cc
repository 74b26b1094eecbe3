#include "tests/sim/dataflow/expansion_oracle.h"

#include <functional>

namespace dynarch::dataflow {
namespace {

struct Edge {
  int from;
  int to;
  Rational time;
  int64_t delay;  // iterations
};

struct Expansion {
  std::vector<int> first;  // node of each actor's first firing
  int nodes = 0;
  std::vector<Edge> edges;
};

// Edges for every token of a queue with these rates.
void AddQueue(const Graph& graph, const std::vector<int64_t>& cycles,
              int source, int destination,
              const std::vector<int64_t>& production,
              const std::vector<int64_t>& consumption, int64_t initial,
              Expansion& expansion) {
  std::vector<int64_t> makers;  // firing of the source, by token
  const int64_t phases = graph.actors[source].phases();
  for (int64_t k = 0; k < cycles[source] * phases; ++k) {
    for (int64_t t = 0; t < production[k % phases]; ++t) makers.push_back(k);
  }
  const int64_t tokens = static_cast<int64_t>(makers.size());
  const int64_t takers = graph.actors[destination].phases();
  int64_t taken = 0;
  for (int64_t k = 0; k < cycles[destination] * takers; ++k) {
    for (int64_t t = 0; t < consumption[k % takers]; ++t, ++taken) {
      // Token `taken` of this iteration is the source's token taken - initial,
      // maybe of an earlier iteration.
      int64_t token = taken - initial;
      int64_t delay = 0;
      while (token < 0) {
        token += tokens;
        ++delay;
      }
      const int64_t maker = makers[token];
      expansion.edges.push_back(
          {expansion.first[source] + static_cast<int>(maker),
           expansion.first[destination] + static_cast<int>(k),
           graph.actors[source].times[maker % phases], delay});
    }
  }
}

void AddOrder(const Actor& actor, int first, int64_t firings, bool serial,
              Expansion& expansion) {
  for (int64_t k = 0; k < firings; ++k) {
    const bool last = k + 1 == firings;
    expansion.edges.push_back(
        {first + static_cast<int>(k),
         first + static_cast<int>(last ? 0 : k + 1),
         serial ? actor.times[k % actor.phases()] : Rational(0), last ? 1 : 0});
  }
}

Expansion Expand(const Graph& graph, const std::vector<int64_t>& cycles,
                 bool auto_concurrency) {
  Expansion expansion;
  for (size_t i = 0; i < graph.actors.size(); ++i) {
    const int64_t firings = cycles[i] * graph.actors[i].phases();
    expansion.first.push_back(expansion.nodes);
    AddOrder(graph.actors[i], expansion.nodes, firings, !auto_concurrency,
             expansion);
    expansion.nodes += static_cast<int>(firings);
  }
  for (const Channel& channel : graph.channels) {
    AddQueue(graph, cycles, channel.source, channel.destination,
             channel.production, channel.consumption, channel.initial_tokens,
             expansion);
    if (!channel.capacity.has_value()) continue;
    AddQueue(graph, cycles, channel.destination, channel.source,
             channel.consumption, channel.production,
             *channel.capacity - channel.initial_tokens, expansion);
  }
  return expansion;
}

// Whether firings wait for each other within one iteration.
bool HasCycleWithoutDelay(const Expansion& expansion) {
  std::vector<std::vector<int>> next(expansion.nodes);
  for (const Edge& edge : expansion.edges) {
    if (edge.delay == 0) next[edge.from].push_back(edge.to);
  }
  std::vector<int> state(expansion.nodes, 0);  // 1: on the path, 2: done
  const std::function<bool(int)> meets = [&](int node) {
    if (state[node] != 0) return state[node] == 1;
    state[node] = 1;
    for (const int other : next[node]) {
      if (meets(other)) return true;
    }
    state[node] = 2;
    return false;
  };
  for (int node = 0; node < expansion.nodes; ++node) {
    if (meets(node)) return true;
  }
  return false;
}

// A cycle of ratio above `ratio`, as its ratio: Bellman-Ford for longest paths.
std::optional<Rational> BetterCycle(const Expansion& expansion,
                                    const Rational& ratio) {
  std::vector<Rational> length(expansion.nodes);
  std::vector<int> via(expansion.nodes, -1);
  int changed = -1;
  for (int round = 0; round <= expansion.nodes; ++round) {
    changed = -1;
    for (size_t i = 0; i < expansion.edges.size(); ++i) {
      const Edge& edge = expansion.edges[i];
      const Rational through =
          length[edge.from] + edge.time - ratio * Rational(edge.delay);
      if (through <= length[edge.to]) continue;
      length[edge.to] = through;
      via[edge.to] = static_cast<int>(i);
      changed = edge.to;
    }
    if (changed < 0) return std::nullopt;
  }
  int node = changed;
  for (int i = 0; i < expansion.nodes; ++i) {
    node = expansion.edges[via[node]].from;
  }
  Rational time = 0;
  int64_t delay = 0;
  const int root = node;
  do {
    const Edge& edge = expansion.edges[via[node]];
    time += edge.time;
    delay += edge.delay;
    node = edge.from;
  } while (node != root);
  return time / Rational(delay);
}

}  // namespace

std::optional<Rational> ExpandedPeriod(const Graph& graph,
                                       const std::vector<int64_t>& cycles,
                                       bool auto_concurrency) {
  const Expansion expansion = Expand(graph, cycles, auto_concurrency);
  if (HasCycleWithoutDelay(expansion)) return std::nullopt;
  Rational ratio = 0;
  while (const std::optional<Rational> better = BetterCycle(expansion, ratio)) {
    ratio = *better;
  }
  return ratio;
}

}  // namespace dynarch::dataflow
