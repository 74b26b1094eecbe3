// A scenario as stretches of activities that need the same domains awake.
//
// Inside a stretch no such domain is idle for a moment, so all that happens to
// it happens where a stretch begins or ends.
#ifndef DYNARCH_SIM_ANALYSIS_SEGMENTS_H_
#define DYNARCH_SIM_ANALYSIS_SEGMENTS_H_

#include <cstdint>
#include <vector>

#include "sim/base/units.h"
#include "sim/mapping/system.h"

namespace dynarch::analysis {

struct Segment {
  Picoseconds time;     // Of its activities together.
  uint64_t gating = 0;  // Bit g: the g-th domain of the system that gates.
};

struct SegmentedChain {
  std::vector<Segment> segments;
  // No service takes longer: before each segment the slowest domain has all of
  // its entry before it and wakes.
  Picoseconds longest;
};

SegmentedChain SegmentsOf(const mapping::System& system,
                          const mapping::CostedScenario& scenario);

}  // namespace dynarch::analysis

#endif  // DYNARCH_SIM_ANALYSIS_SEGMENTS_H_
