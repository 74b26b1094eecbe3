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

// One activity of one scenario.
struct CostedActivity {
  Picoseconds time;
  Femtojoules energy;    // 0 where not known: see System::energy_known.
  uint64_t domains = 0;  // Needed awake; bit d is domain d.
  int resource = 0;      // What it occupies: an element, or past them a link.
  int line = 0;          // Into System::lines.
};

// What an inference that takes one exit does, one after the other.
struct CostedScenario {
  std::vector<CostedActivity> activities;
};

// A line of the breakdown; the scenarios that do the same share it.
struct ActivityLine {
  std::string label;    // `exit1/conv1@gpu`.
  std::string element;  // Element or link.
  std::string bound;    // What limits it.
  bool energy_known = true;
  bool operator==(const ActivityLine&) const = default;
};

struct System {
  std::vector<DomainPower> domains;  // At most 64.
  // By exit; absent where the thresholds' kinds exclude the exit.
  std::vector<std::optional<CostedScenario>> scenarios;
  std::vector<ActivityLine> lines;
  int resources = 0;
  Nanowatts overhead_power;
  bool energy_known = true;  // False if any line's is.
};

// What the inferences of a run are: inference k is sample k mod exits.size().
struct Samples {
  absl::Span<const uint8_t> exits;    // Exit taken, by sample; not empty.
  absl::Span<const uint8_t> correct;  // 1 if right there, by sample.
};

}  // namespace dynarch::mapping

#endif  // DYNARCH_SIM_MAPPING_SYSTEM_H_
