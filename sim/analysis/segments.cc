#include "sim/analysis/segments.h"

#include <algorithm>

namespace dynarch::analysis {
namespace {

// The domains that gate among `domains`, numbered as in a segment.
uint64_t GatingOf(const mapping::System& system, uint64_t domains) {
  uint64_t gating = 0;
  int next = 0;
  for (size_t d = 0; d < system.domains.size(); ++d) {
    if (!system.domains[d].gates) continue;
    gating |= ((domains >> d) & 1) << next++;
  }
  return gating;
}

Picoseconds SlowestWake(const mapping::System& system, uint64_t domains) {
  Picoseconds slowest;
  for (size_t d = 0; d < system.domains.size(); ++d) {
    const mapping::DomainPower& power = system.domains[d];
    if (!power.gates || ((domains >> d) & 1) == 0) continue;
    slowest = std::max(slowest, power.entry + power.exit);
  }
  return slowest;
}

}  // namespace

SegmentedChain SegmentsOf(const mapping::System& system,
                          const mapping::CostedScenario& scenario) {
  SegmentedChain chain;
  for (const int32_t number : scenario.activities) {
    const mapping::CostedActivity& activity = system.activities[number];
    const uint64_t gating = GatingOf(system, activity.domains);
    if (chain.segments.empty() || chain.segments.back().gating != gating) {
      chain.segments.push_back({.time = Picoseconds(0), .gating = gating});
      chain.longest += SlowestWake(system, activity.domains);
    }
    chain.segments.back().time += activity.time;
    chain.longest += activity.time;
  }
  return chain;
}

}  // namespace dynarch::analysis
