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
  // By scenario. Those that do not exist here are made when they are needed,
  // from `system` if there is one.
  std::vector<Graph> scenarios;
  const mapping::System* system = nullptr;
  std::vector<mapping::DomainPower> domains;
  std::vector<mapping::ActivityLine> lines;
  int resources = 0;
  Nanowatts overhead_power;
  bool energy_known = true;
};

// Firings that Compile makes at once: about 60 MB.
inline constexpr size_t kCompiledFirings = size_t{1} << 20;

// The graph of `activities` with these dependencies, which must not form a
// cycle.
Graph BuildGraph(const std::vector<mapping::CostedActivity>& activities,
                 const std::vector<Edge>& edges);

// Every scenario with its control edges, from every activity to the one after:
// the first ones, up to kCompiledFirings, at once. If there are more, `system`
// must outlive the program.
Program Compile(const mapping::System& system);

// One scenario of a system with its control edges; reuses the memory of
// `graph`. Requires that it exists.
void CompileScenario(const mapping::System& system, uint32_t scenario,
                     Graph& graph);

}  // namespace dynarch::engine

#endif  // DYNARCH_SIM_ENGINE_PROGRAM_H_
