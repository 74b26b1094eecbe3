// A system as a dataflow graph, in the form the engine runs.
#ifndef DYNARCH_SIM_ENGINE_PROGRAM_H_
#define DYNARCH_SIM_ENGINE_PROGRAM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/units.h"
#include "sim/mapping/system.h"

namespace dynarch::engine {

// One activity as an actor.
struct Firing {
  Picoseconds time;
  Femtojoules energy;
  uint64_t domains = 0;
  int32_t resource = 0;
  int32_t line = 0;
  int32_t tokens = 0;  // It waits for so many.
  int32_t first_successor = 0;
  int32_t successor_count = 0;
};

// One scenario: an acyclic graph. Firings without tokens begin with the
// inference; it completes when all have ended.
struct Graph {
  std::vector<Firing> firings;
  std::vector<int32_t> successors;  // Of all firings, one after the other.
  bool exists = false;
};

// A dependency: `to` waits for the end of `from`.
struct Edge {
  int32_t from = 0;
  int32_t to = 0;
};

struct Program {
  std::vector<Graph> scenarios;  // By exit.
  std::vector<mapping::DomainPower> domains;
  std::vector<mapping::ActivityLine> lines;
  int resources = 0;
  Nanowatts overhead_power;
  bool energy_known = true;
};

// The graph of `activities` with these dependencies, which must not form a
// cycle.
Graph BuildGraph(const std::vector<mapping::CostedActivity>& activities,
                 const std::vector<Edge>& edges);

// Control edges of a chain: from every activity to the one after.
std::vector<Edge> ControlEdges(size_t activities);

// Every scenario with its control edges.
Program Compile(const mapping::System& system);

}  // namespace dynarch::engine

#endif  // DYNARCH_SIM_ENGINE_PROGRAM_H_
