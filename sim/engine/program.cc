#include "sim/engine/program.h"

namespace dynarch::engine {

Graph BuildGraph(const std::vector<mapping::CostedActivity>& activities,
                 const std::vector<Edge>& edges) {
  Graph graph;
  graph.exists = true;
  for (const mapping::CostedActivity& activity : activities) {
    graph.firings.push_back({.time = activity.time,
                             .energy = activity.energy,
                             .domains = activity.domains,
                             .resource = activity.resource,
                             .line = activity.line});
  }
  for (const Edge& edge : edges) {
    ++graph.firings[edge.from].successor_count;
    ++graph.firings[edge.to].tokens;
  }
  int32_t next = 0;
  for (Firing& firing : graph.firings) {
    firing.first_successor = next;
    next += firing.successor_count;
  }
  graph.successors.resize(edges.size());
  std::vector<int32_t> filled(graph.firings.size(), 0);
  for (const Edge& edge : edges) {
    const int32_t first = graph.firings[edge.from].first_successor;
    graph.successors[first + filled[edge.from]++] = edge.to;
  }
  return graph;
}

std::vector<Edge> ControlEdges(size_t activities) {
  std::vector<Edge> edges;
  for (size_t i = 1; i < activities; ++i) {
    edges.push_back({static_cast<int32_t>(i - 1), static_cast<int32_t>(i)});
  }
  return edges;
}

Program Compile(const mapping::System& system) {
  Program program{.scenarios = {},
                  .domains = system.domains,
                  .lines = system.lines,
                  .resources = system.resources,
                  .overhead_power = system.overhead_power,
                  .energy_known = system.energy_known};
  for (const auto& scenario : system.scenarios) {
    Graph& graph = program.scenarios.emplace_back();
    if (!scenario.has_value()) continue;
    graph = BuildGraph(scenario->activities,
                       ControlEdges(scenario->activities.size()));
  }
  return program;
}

}  // namespace dynarch::engine
