// One inference alone, in closed form.
#ifndef DYNARCH_SIM_ANALYSIS_PROFILE_H_
#define DYNARCH_SIM_ANALYSIS_PROFILE_H_

#include <cstdint>
#include <vector>

#include "sim/base/units.h"
#include "sim/mapping/system.h"

namespace dynarch::analysis {

// Residencies and transitions of one domain: of one inference alone, or in a
// whole run.
struct DomainProfile {
  Picoseconds active, entering, idle_state, exiting;
  int64_t entries = 0;
  int64_t exits = 0;
};

// An inference released into a system whose domains are all in their idle
// state.
struct ScenarioProfile {
  Picoseconds latency;  // With wake-ups.
  Picoseconds work;     // Sum of the activities alone.
  Zeptojoules activity_energy;
  // Until the domain is in its idle state for good: `idle_state` lacks what
  // is left of the period.
  std::vector<DomainProfile> domains;
};

ScenarioProfile ProfileOf(const mapping::System& system,
                          const mapping::CostedScenario& scenario);

// The domain over a whole period that begins with such an inference and ends
// with the domain back in its idle state: `domain` with what is left of the
// period in that state.
DomainProfile InPeriod(const mapping::DomainPower& power,
                       const DomainProfile& domain, Picoseconds period);

// Of its states and transitions.
Zeptojoules DomainEnergy(const mapping::DomainPower& power,
                         const DomainProfile& domain);

// Energy of everything in one period of `period`: activities, states,
// transitions and overhead.
Zeptojoules PeriodEnergy(const mapping::System& system,
                         const ScenarioProfile& profile, Picoseconds period);

}  // namespace dynarch::analysis

#endif  // DYNARCH_SIM_ANALYSIS_PROFILE_H_
