#include "sim/analysis/analysis.h"

#include <algorithm>
#include <utility>

#include "sim/analysis/queue.h"

namespace dynarch::analysis {
namespace {

using measurement::LatencyCount;
using measurement::RunResult;
using measurement::RunTotals;

// Sums over a run by line of the breakdown.
struct LineSum {
  int64_t count = 0;
  Picoseconds time;
  Zeptojoules energy;
};

// `count` inferences with all their activities.
void AddWhole(const mapping::System& system, size_t scenario, int64_t count,
              std::vector<LineSum>& lines) {
  for (const int32_t number : system.scenarios[scenario]->activities) {
    const mapping::CostedActivity& activity = system.activities[number];
    LineSum& line = lines[activity.line];
    line.count += count;
    line.time += activity.time * count;
    line.energy += ToZeptojoules(activity.energy) * count;
  }
}

// The activities of `scenario` that start in the window, from `starts` on.
void AddCut(const mapping::System& system, size_t scenario,
            absl::Span<const Picoseconds> starts, Picoseconds window,
            std::vector<LineSum>& lines) {
  const auto& activities = system.scenarios[scenario]->activities;
  for (size_t i = 0; i < starts.size(); ++i) {
    const mapping::CostedActivity& activity = system.activities[activities[i]];
    if (starts[i] >= window) continue;
    LineSum& line = lines[activity.line];
    ++line.count;
    line.time += std::min(activity.time, window - starts[i]);
    line.energy += ToZeptojoules(activity.energy);
  }
}

void PutLines(const mapping::System& system, const std::vector<LineSum>& lines,
              RunTotals& totals) {
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].count == 0) continue;
    totals.activities.push_back({.label = system.lines[i].label,
                                 .element = system.lines[i].element,
                                 .count = lines[i].count,
                                 .time = lines[i].time,
                                 .energy = lines[i].energy,
                                 .energy_known = system.lines[i].energy_known,
                                 .bound = system.lines[i].bound});
  }
}

void PutDomain(const mapping::DomainPower& power, const DomainProfile& run,
               RunTotals& totals) {
  totals.domains.push_back(
      {.domain = power.name,
       .active = run.active,
       .entering = run.entering,
       .idle_state = run.idle_state,
       .exiting = run.exiting,
       .active_energy = power.active * run.active,
       .idle_state_energy = power.idle * run.idle_state,
       .transition_energy = ToZeptojoules(power.entry_energy) * run.entries +
                            ToZeptojoules(power.exit_energy) * run.exits});
}

void PutEnergy(const mapping::System& system, RunTotals& totals) {
  totals.energy_known = system.energy_known;
  totals.overhead_energy = system.overhead_power * totals.window;
  totals.total_energy = totals.overhead_energy;
  for (const measurement::DomainTotals& domain : totals.domains) {
    totals.total_energy += domain.active_energy + domain.idle_state_energy +
                           domain.transition_energy;
  }
  for (const measurement::ActivityTotals& activity : totals.activities) {
    totals.total_energy += activity.energy;
  }
}

void Accumulate(const DomainProfile& period, int64_t count,
                DomainProfile& run) {
  run.active += period.active * count;
  run.entering += period.entering * count;
  run.idle_state += period.idle_state * count;
  run.exiting += period.exiting * count;
  run.entries += period.entries * count;
  run.exits += period.exits * count;
}

// Inferences of each scenario that are right, among the first `inferences`.
std::vector<int64_t> CorrectCounts(const mapping::Samples& samples,
                                   size_t scenarios, int64_t inferences) {
  const auto size = static_cast<int64_t>(samples.scenarios.size());
  std::vector<int64_t> counts(scenarios);
  if (samples.correct.empty()) return counts;
  for (int64_t i = 0; i < size; ++i) {
    const int64_t times = inferences / size + (i < inferences % size ? 1 : 0);
    if (samples.correct[i] != 0) counts[samples.scenarios[i]] += times;
  }
  return counts;
}

RunResult RunSparse(const Model& model, const workload::Workload& workload,
                    const mapping::Samples& samples,
                    const std::vector<int64_t>& counts) {
  const mapping::System& system = model.system();
  RunResult result;
  RunTotals& totals = result.totals;
  const std::vector<int64_t> correct =
      CorrectCounts(samples, counts.size(), workload.inferences);
  std::vector<LineSum> lines(system.lines.size());
  std::vector<DomainProfile> domains(system.domains.size());
  for (size_t s = 0; s < counts.size(); ++s) {
    const int64_t count = counts[s];
    if (count == 0) continue;
    const ScenarioProfile& profile = model.profile(s);
    const bool late = profile.latency > workload.deadline;
    (late ? totals.missed : totals.on_time) += count;
    if (!late) totals.correct_on_time += correct[s];
    totals.busy += profile.latency * count;
    result.latencies.push_back({profile.latency, count});
    AddWhole(system, s, count, lines);
    for (size_t d = 0; d < domains.size(); ++d) {
      Accumulate(
          InPeriod(system.domains[d], profile.domains[d], workload.period),
          count, domains[d]);
    }
  }
  for (size_t d = 0; d < domains.size(); ++d) {
    PutDomain(system.domains[d], domains[d], totals);
  }
  PutLines(system, lines, totals);
  Normalise(result.latencies);
  return result;
}

RunResult RunQueueing(const Model& model, const workload::Workload& workload,
                      const mapping::Samples& samples, bool keep_sequence) {
  const mapping::System& system = model.system();
  QueueScratch scratch;
  const QueueSummary summary = Queue(model, workload, samples,
                                     {.keep_sequence = keep_sequence}, scratch);
  RunResult result;
  RunTotals& totals = result.totals;
  totals.completed = summary.completed;
  totals.missed = summary.missed;
  totals.on_time = summary.on_time;
  totals.correct_on_time = summary.correct_on_time;
  totals.busy = summary.busy;
  std::vector<LineSum> lines(system.lines.size());
  for (size_t s = 0; s < summary.whole.size(); ++s) {
    const int64_t count = summary.whole[s];
    if (count > 0) AddWhole(system, s, count, lines);
  }
  if (!summary.cut_starts.empty()) {
    AddCut(system, summary.cut_scenario, summary.cut_starts,
           workload.Release(workload.inferences), lines);
  }
  for (size_t d = 0; d < summary.domains.size(); ++d) {
    PutDomain(system.domains[d], summary.domains[d], totals);
  }
  PutLines(system, lines, totals);
  result.latencies.assign(summary.latencies.begin(), summary.latencies.end());
  result.sequence.assign(summary.sequence.begin(), summary.sequence.end());
  return result;
}

}  // namespace

Model::Model(mapping::System system) : system_(std::move(system)) {
  for (const auto& scenario : system_.scenarios) {
    profiles_.emplace_back();
    chains_.emplace_back();
    if (!scenario.has_value()) continue;
    profiles_.back() = ProfileOf(system_, *scenario);
    chains_.back() = SegmentsOf(system_, *scenario);
  }
  for (const mapping::DomainPower& power : system_.domains) {
    if (!power.gates) continue;
    gates_ = true;
    slack_ = std::max(slack_, power.timeout + power.entry);
    strict_slack_ = std::max(strict_slack_, power.timeout);
  }
}

bool Model::IsSparse(size_t scenario, Picoseconds period) const {
  const Picoseconds latency = profile(scenario).latency;
  return latency + slack_ <= period && latency + strict_slack_ < period;
}

Regime Model::RegimeOf(absl::Span<const int64_t> counts,
                       Picoseconds period) const {
  for (size_t s = 0; s < counts.size(); ++s) {
    if (counts[s] == 0) continue;
    if (!IsSparse(s, period)) return Regime::kQueueing;
  }
  return Regime::kSparse;
}

bool Model::IsStable(absl::Span<const int64_t> counts,
                     Picoseconds period) const {
  absl::int128 service = 0;
  int64_t cycle = 0;
  for (size_t s = 0; s < counts.size(); ++s) {
    if (counts[s] == 0) continue;
    service += absl::int128(profile(s).latency.value()) * counts[s];
    cycle += counts[s];
  }
  return service <= absl::int128(period.value()) * cycle;
}

std::vector<int64_t> RunCounts(const mapping::Samples& samples,
                               size_t scenarios, int64_t inferences) {
  const auto size = static_cast<int64_t>(samples.scenarios.size());
  std::vector<int64_t> counts(scenarios);
  for (int64_t i = 0; i < size; ++i) {
    counts[samples.scenarios[i]] +=
        inferences / size + (i < inferences % size ? 1 : 0);
  }
  return counts;
}

RunResult Run(const Model& model, const workload::Workload& workload,
              const mapping::Samples& samples, const RunOptions& options) {
  std::vector<int64_t> counts =
      RunCounts(samples, model.system().scenarios.size(), workload.inferences);
  RunResult result;
  switch (model.RegimeOf(counts, workload.period)) {
    case Regime::kSparse:
      result = RunSparse(model, workload, samples, counts);
      result.totals.completed = workload.inferences;
      if (!options.keep_sequence) break;
      for (int64_t k = 0; k < workload.inferences; ++k) {
        const size_t sample = static_cast<size_t>(k) % samples.scenarios.size();
        result.sequence.push_back(
            model.profile(samples.scenarios[sample]).latency);
      }
      break;
    case Regime::kQueueing:
      result = RunQueueing(model, workload, samples, options.keep_sequence);
      break;
  }
  result.totals.offered = workload.inferences;
  result.totals.window = workload.Release(workload.inferences);
  result.totals.scenario_counts = std::move(counts);
  PutEnergy(model.system(), result.totals);
  return result;
}

}  // namespace dynarch::analysis
