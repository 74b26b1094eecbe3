#include "sim/engine/observers.h"

#include <algorithm>
#include <utility>

namespace dynarch::engine {

EnergyMeter::EnergyMeter(const Program& program, Picoseconds window_end)
    : program_(program),
      end_(window_end),
      lines_(program.lines.size()),
      domains_(program.domains.size()) {}

Picoseconds EnergyMeter::Clipped(Picoseconds start, Picoseconds end) const {
  if (start >= end_) return Picoseconds(0);
  return std::min(end, end_) - start;
}

void EnergyMeter::OnFiring(int line, Picoseconds start, Picoseconds time,
                           Femtojoules energy) {
  if (start >= end_) return;
  Line& total = lines_[line];
  ++total.count;
  total.time += Clipped(start, start + time);
  total.energy += ToZeptojoules(energy);
}

void EnergyMeter::OnDomainState(int domain, DomainState state,
                                Picoseconds until) {
  Domain& total = domains_[domain];
  total.residency[static_cast<int>(state)] += Clipped(total.since, until);
  total.since = until;
}

void EnergyMeter::OnTransition(int domain, DomainState into,
                               Picoseconds start) {
  if (start >= end_) return;
  const mapping::DomainPower& power = program_.domains[domain];
  domains_[domain].transitions += ToZeptojoules(
      into == DomainState::kEntering ? power.entry_energy : power.exit_energy);
}

void EnergyMeter::OnService(Picoseconds start, Picoseconds end) {
  busy_ += Clipped(start, end);
}

void EnergyMeter::Finish(measurement::RunTotals& totals) const {
  totals.window = end_;
  totals.busy = busy_;
  totals.energy_known = program_.energy_known;
  totals.overhead_energy = program_.overhead_power * end_;
  totals.total_energy = totals.overhead_energy;
  for (size_t d = 0; d < domains_.size(); ++d) {
    const auto& residency = domains_[d].residency;
    const auto in = [&](DomainState state) {
      return residency[static_cast<int>(state)];
    };
    const mapping::DomainPower& power = program_.domains[d];
    measurement::DomainTotals& domain = totals.domains.emplace_back();
    domain.domain = power.name;
    domain.active = in(DomainState::kActive);
    domain.entering = in(DomainState::kEntering);
    domain.idle_state = in(DomainState::kIdle);
    domain.exiting = in(DomainState::kExiting);
    domain.active_energy = power.active * domain.active;
    domain.idle_state_energy = power.idle * domain.idle_state;
    domain.transition_energy = domains_[d].transitions;
    totals.total_energy += domain.active_energy + domain.idle_state_energy +
                           domain.transition_energy;
  }
  for (size_t i = 0; i < lines_.size(); ++i) {
    if (lines_[i].count == 0) continue;
    const mapping::ActivityLine& line = program_.lines[i];
    totals.activities.push_back({.label = line.label,
                                 .element = line.element,
                                 .count = lines_[i].count,
                                 .time = lines_[i].time,
                                 .energy = lines_[i].energy,
                                 .energy_known = line.energy_known,
                                 .bound = line.bound});
    totals.total_energy += lines_[i].energy;
  }
}

void LatencyRecorder::OnCompletion(uint32_t scenario, Picoseconds latency) {
  if (keep_sequence_) sequence_.push_back(latency);
  measurement::LatencyCount& last = last_[scenario];
  if (last.count > 0 && last.latency != latency) {
    counts_.push_back(last);
    last.count = 0;
  }
  last.latency = latency;
  ++last.count;
}

void LatencyRecorder::Finish(measurement::RunResult& result) {
  for (const measurement::LatencyCount& last : last_) {
    if (last.count > 0) counts_.push_back(last);
  }
  measurement::Normalise(counts_);
  result.latencies = std::move(counts_);
  result.sequence = std::move(sequence_);
}

}  // namespace dynarch::engine
