#include "sim/analysis/profile.h"

#include <algorithm>
#include <optional>

namespace dynarch::analysis {
namespace {

// Follows one domain through the uses that a chain makes of it, one after the
// other, by the rules of docs/semantics.md 5.2 written as formulae of the gap
// between two uses.
class DomainWalk {
 public:
  explicit DomainWalk(const mapping::DomainPower& power) : power_(power) {
    // Awake from the beginning if there is no other state.
    if (!power.gates) idle_since_ = Picoseconds(0);
  }

  // When the domain is awake for work that is ready at `ready`.
  Picoseconds AwakeFor(Picoseconds ready) {
    if (!power_.gates) return ready;
    if (!idle_since_.has_value()) {  // Not used yet: idle since the release.
      profile_.idle_state += ready;
      return Wake(ready);
    }
    const Picoseconds gap = ready - *idle_since_;
    if (gap <= power_.timeout) {
      profile_.active += gap;
      return ready;
    }
    profile_.active += power_.timeout;
    const Picoseconds entered = Enter();
    const Picoseconds wake = std::max(ready, entered);
    profile_.idle_state += wake - entered;
    return Wake(wake);
  }

  // Held from `awake` until `end`, then let go.
  void UseUntil(Picoseconds awake, Picoseconds end) {
    if (power_.gates) profile_.active += end - awake;
    idle_since_ = end;
  }

  // After the last use: into the idle state, for good. A domain that never
  // gates, or was never used, has nothing to add.
  DomainProfile Finish() {
    if (power_.gates && idle_since_.has_value()) {
      profile_.active += power_.timeout;
      Enter();
    }
    return profile_;
  }

 private:
  // Returns the end of the entry that begins at the time-out.
  Picoseconds Enter() {
    profile_.entering += power_.entry;
    ++profile_.entries;
    return *idle_since_ + power_.timeout + power_.entry;
  }
  Picoseconds Wake(Picoseconds begin) {
    profile_.exiting += power_.exit;
    ++profile_.exits;
    return begin + power_.exit;
  }

  const mapping::DomainPower& power_;
  DomainProfile profile_;
  std::optional<Picoseconds> idle_since_;
};

}  // namespace

ScenarioProfile ProfileOf(const mapping::System& system,
                          const mapping::CostedScenario& scenario) {
  ScenarioProfile profile;
  std::vector<DomainWalk> walks;
  for (const mapping::DomainPower& power : system.domains) {
    walks.emplace_back(power);
  }
  std::vector<Picoseconds> awake(walks.size());
  Picoseconds now;
  for (const int32_t number : scenario.activities) {
    const mapping::CostedActivity& activity = system.activities[number];
    const auto needs = [&](size_t d) {
      return ((activity.domains >> d) & 1) != 0;
    };
    Picoseconds start = now;
    for (size_t d = 0; d < walks.size(); ++d) {
      if (!needs(d)) continue;
      awake[d] = walks[d].AwakeFor(now);
      start = std::max(start, awake[d]);
    }
    now = start + activity.time;
    for (size_t d = 0; d < walks.size(); ++d) {
      if (needs(d)) walks[d].UseUntil(awake[d], now);
    }
    profile.work += activity.time;
    profile.activity_energy += ToZeptojoules(activity.energy);
  }
  profile.latency = now;
  for (DomainWalk& walk : walks) profile.domains.push_back(walk.Finish());
  return profile;
}

DomainProfile InPeriod(const mapping::DomainPower& power,
                       const DomainProfile& domain, Picoseconds period) {
  DomainProfile whole = domain;
  const Picoseconds known =
      domain.active + domain.entering + domain.idle_state + domain.exiting;
  (power.gates ? whole.idle_state : whole.active) += period - known;
  return whole;
}

Zeptojoules DomainEnergy(const mapping::DomainPower& power,
                         const DomainProfile& domain) {
  return power.active * domain.active + power.idle * domain.idle_state +
         ToZeptojoules(power.entry_energy) * domain.entries +
         ToZeptojoules(power.exit_energy) * domain.exits;
}

Zeptojoules PeriodEnergy(const mapping::System& system,
                         const ScenarioProfile& profile, Picoseconds period) {
  Zeptojoules energy = profile.activity_energy + system.overhead_power * period;
  for (size_t d = 0; d < system.domains.size(); ++d) {
    const mapping::DomainPower& power = system.domains[d];
    energy += DomainEnergy(power, InPeriod(power, profile.domains[d], period));
  }
  return energy;
}

}  // namespace dynarch::analysis
