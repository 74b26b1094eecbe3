// A candidate's machine: everything a run needs, costed.
//
// What the analytical and the event-driven run share: the activities of each
// scenario with their integer time and energy, and the power figures of each
// domain under the candidate's policy and operating point. When anything
// happens, and which state a domain is in, both find out by themselves.
#ifndef DYNARCH_SIM_MAPPING_SYSTEM_H_
#define DYNARCH_SIM_MAPPING_SYSTEM_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "sim/base/units.h"

namespace dynarch::mapping {

// A power domain at the candidate's operating point, under its policy.
struct DomainPower {
  std::string name;
  Nanowatts active;  // While awake.
  // False if the idle state is the active one: the fields below are unused.
  bool gates = false;
  Picoseconds timeout;       // Awake for so long after the idle instant.
  Nanowatts idle;            // In the idle state.
  Picoseconds entry;         // Once begun, completes.
  Picoseconds exit;          // From the wake to awake.
  Femtojoules entry_energy;  // Of a whole transition.
  Femtojoules exit_energy;
};

// What scenarios are made of; equal activities are one.
struct CostedActivity {
  Picoseconds time;
  Femtojoules energy;    // 0 where not known: see System::energy_known.
  uint64_t domains = 0;  // Needed awake; bit d is domain d.
  int resource = 0;      // What it occupies: an element, or past them a link.
  int line = 0;          // Into System::lines.
};

// What an inference of one scenario does, one after the other.
struct CostedScenario {
  std::vector<int32_t> activities;  // Into System::activities.
};

// A line of the breakdown: what one actor does on one element, however much
// work it is in each scenario.
struct ActivityLine {
  std::string label;    // `exit1/conv1@gpu`.
  std::string element;  // Element or link.
  std::string bound;    // What limits it.
  bool energy_known = true;
  bool operator==(const ActivityLine&) const = default;
};

// A scenario's number is that of its outcomes in the table of the population
// times the exits of the network, plus the exit taken.
struct System {
  std::vector<DomainPower> domains;  // At most 64.
  std::vector<CostedActivity> activities;
  // By scenario; absent where it cannot occur or is not needed.
  std::vector<std::optional<CostedScenario>> scenarios;
  std::vector<ActivityLine> lines;
  int resources = 0;
  Nanowatts overhead_power;
  bool energy_known = true;  // False if any line's is.
};

// What the inferences of a run are: inference k is sample k mod
// scenarios.size().
struct Samples {
  absl::Span<const uint32_t> scenarios;  // By sample; not empty.
  // 1 if the answer is right, by sample; empty where that is not known.
  absl::Span<const uint8_t> correct = {};

  bool IsCorrect(size_t sample) const {
    return !correct.empty() && correct[sample] != 0;
  }
};

}  // namespace dynarch::mapping

#endif  // DYNARCH_SIM_MAPPING_SYSTEM_H_
