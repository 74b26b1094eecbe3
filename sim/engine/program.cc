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

void CompileScenario(const mapping::System& system, uint32_t scenario,
                     Graph& graph) {
  const std::vector<int32_t>& numbers = system.scenarios[scenario]->activities;
  const auto count = static_cast<int32_t>(numbers.size());
  graph.exists = true;
  graph.firings.resize(numbers.size());
  graph.successors.resize(numbers.empty() ? 0 : numbers.size() - 1);
  for (int32_t i = 0; i < count; ++i) {
    const mapping::CostedActivity& activity = system.activities[numbers[i]];
    const int32_t successors = i + 1 < count ? 1 : 0;
    graph.firings[i] = {.time = activity.time,
                        .energy = activity.energy,
                        .domains = activity.domains,
                        .resource = activity.resource,
                        .line = activity.line,
                        .tokens = i > 0 ? 1 : 0,
                        .first_successor = i,
                        .successor_count = successors};
    if (successors > 0) graph.successors[i] = i + 1;
  }
}

Program Compile(const mapping::System& system) {
  Program program{.scenarios = {},
                  .system = nullptr,
                  .domains = system.domains,
                  .lines = system.lines,
                  .resources = system.resources,
                  .overhead_power = system.overhead_power,
                  .energy_known = system.energy_known};
  program.scenarios.resize(system.scenarios.size());
  size_t firings = 0;
  for (size_t s = 0; s < system.scenarios.size(); ++s) {
    if (!system.scenarios[s].has_value()) continue;
    firings += system.scenarios[s]->activities.size();
    if (firings > kCompiledFirings) {
      program.system = &system;
      break;
    }
    CompileScenario(system, static_cast<uint32_t>(s), program.scenarios[s]);
  }
  return program;
}

}  // namespace dynarch::engine
