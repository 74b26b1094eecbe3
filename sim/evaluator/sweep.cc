#include "sim/evaluator/sweep.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "sim/base/reason.h"
#include "sim/evaluator/run.h"

namespace dynarch::evaluator {
namespace {

using measurement::LatencyCount;
using measurement::MetricInputs;
using measurement::TrialState;

// Memory of a sweep is bounded by these: about 50 MB at the most.
constexpr int64_t kMachines = int64_t{1} << 16;
constexpr int64_t kCounts = int64_t{1} << 16;
constexpr int64_t kModels = int64_t{1} << 8;
constexpr int64_t kSliceSamples = int64_t{1} << 22;  // Two bytes each.

constexpr absl::string_view kInternal = "internal";
constexpr absl::string_view kSelect = "select";

// How many replayed slices are kept.
int64_t SliceLimit(const behavior::Trace& trace) {
  size_t longest = 1;
  for (const behavior::TraceSlice& slice : trace.slices) {
    longest = std::max(longest, slice.samples.size());
  }
  return std::max<int64_t>(1, kSliceSamples / static_cast<int64_t>(longest));
}

// Puts a latency in its place among the few that a machine has.
void Insert(LatencyCount entry, std::vector<LatencyCount>& latencies) {
  auto place = latencies.end();
  while (place != latencies.begin() && entry.latency < (place - 1)->latency) {
    --place;
  }
  if (place != latencies.begin() && (place - 1)->latency == entry.latency) {
    (place - 1)->count += entry.count;
  } else {
    latencies.insert(place, entry);
  }
}

}  // namespace

Sweep::Sweep(const study::StudySpec& spec, Replayer& replayer)
    : spec_(spec),
      replayer_(replayer),
      key_maker_(spec),
      window_(spec.workload.Release(spec.workload.inferences)),
      machines_(key_maker_.machine_keys(), kMachines),
      counts_(key_maker_.replay_keys(), kCounts),
      slices_(key_maker_.replay_keys(), SliceLimit(spec.trace)),
      models_(key_maker_.machine_keys(), kModels) {
  candidate_.digits.resize(spec.space.parameters().size());
  for (const space::Parameter& parameter : spec.space.parameters()) {
    sizes_.push_back(static_cast<int32_t>(parameter.values.size()));
  }
  latencies_.reserve(spec.network.decisions().size());
}

// Counts one up where it can: no division.
void Sweep::MoveTo(int64_t index) {
  const int64_t before = std::exchange(index_, index);
  if (before < 0 || index != before + 1) {
    spec_.space.DigitsAt(index, absl::MakeSpan(candidate_.digits));
    return;
  }
  for (size_t i = sizes_.size(); i-- > 0;) {
    if (++candidate_.digits[i] < sizes_[i]) return;
    candidate_.digits[i] = 0;
  }
}

const Sweep::MachineRow& Sweep::MachineOf(int64_t key) {
  const MachineRow* known = machines_.Find(key);
  return known != nullptr ? *known : machines_.Put(key, BuildMachineRow());
}

Sweep::MachineRow Sweep::BuildMachineRow() {
  MachineRow row;
  const auto model = BuildModel(spec_, study::Bind(spec_, candidate_));
  if (!model.ok()) {
    const std::optional<Reason> reason = ReasonOf(model.status());
    row.state =
        reason.has_value() ? TrialState::kInfeasible : TrialState::kFailed;
    row.reason = reason.has_value() ? reason->code : kInternal;
    return row;
  }
  const mapping::System& system = model->system();
  row.energy_known = system.energy_known;
  row.exits.resize(system.scenarios.size());
  for (size_t e = 0; e < row.exits.size(); ++e) {
    if (!system.scenarios[e].has_value()) continue;
    const int exit = static_cast<int>(e);
    const analysis::ScenarioProfile& profile = model->profile(exit);
    MachineRow::Exit& out = row.exits[e];
    out.latency = profile.latency;
    out.activity_energy = profile.activity_energy;
    out.sparse = model->IsSparse(exit, spec_.workload.period);
    out.late = profile.latency > spec_.workload.deadline;
    if (out.sparse) {
      out.period_energy =
          analysis::PeriodEnergy(system, profile, spec_.workload.period);
    }
  }
  return row;
}

const ReplayedSlice* Sweep::SliceOf(int64_t key) {
  if (const ReplayedSlice* known = slices_.Find(key)) return known;
  const study::BoundCandidate bound = study::Bind(spec_, candidate_);
  auto slice = replayer_.Replay(kSelect, bound.dtype, bound.thresholds);
  if (!slice.ok()) return nullptr;
  return &slices_.Put(key, *std::move(slice));
}

const ReplayCounts* Sweep::CountsOf(int64_t key) {
  if (const ReplayCounts* known = counts_.Find(key)) return known;
  const ReplayedSlice* slice = SliceOf(key);
  if (slice == nullptr) return nullptr;
  return &counts_.Put(
      key, evaluator::CountsOf(*slice, spec_.network.decisions().size(),
                               spec_.workload.inferences));
}

const analysis::Model* Sweep::ModelOf(int64_t key) {
  if (const analysis::Model* known = models_.Find(key)) return known;
  auto model = BuildModel(spec_, study::Bind(spec_, candidate_));
  if (!model.ok()) return nullptr;
  return &models_.Put(key, *std::move(model));
}

bool Sweep::IsSparse(const MachineRow& machine,
                     const ReplayCounts& counts) const {
  for (size_t e = 0; e < counts.exits.size(); ++e) {
    if (counts.exits[e].run > 0 && !machine.exits[e].sparse) return false;
  }
  return true;
}

bool Sweep::IsStable(const MachineRow& machine,
                     const ReplayCounts& counts) const {
  absl::int128 service = 0;
  for (size_t e = 0; e < counts.exits.size(); ++e) {
    service +=
        absl::int128(machine.exits[e].latency.value()) * counts.exits[e].cycle;
  }
  return service <=
         absl::int128(spec_.workload.period.value()) * counts.samples;
}

void Sweep::FillSparse(const MachineRow& machine, const ReplayCounts& counts,
                       MetricInputs& inputs) {
  latencies_.clear();
  for (size_t e = 0; e < counts.exits.size(); ++e) {
    const ReplayCounts::Exit& count = counts.exits[e];
    if (count.run == 0) continue;
    const MachineRow::Exit& exit = machine.exits[e];
    if (exit.late) {
      inputs.missed += count.run;
    } else {
      inputs.on_time += count.run;
      inputs.correct_on_time += count.run_correct;
    }
    inputs.busy += exit.latency * count.run;
    inputs.activity_energy += exit.activity_energy * count.run;
    inputs.total_energy += exit.period_energy * count.run;
    Insert({exit.latency, count.run}, latencies_);
  }
  inputs.latencies = latencies_;
}

bool Sweep::FillQueueing(const Keys& keys, MetricInputs& inputs) {
  const analysis::Model* model = ModelOf(keys.machine);
  const ReplayedSlice* slice = SliceOf(keys.replay);
  if (model == nullptr || slice == nullptr) return false;
  const analysis::QueueSummary summary =
      analysis::Queue(*model, spec_.workload, slice->samples(),
                      {.want_latencies = inputs.stable}, queue_);
  inputs.completed = summary.completed;
  inputs.missed = summary.missed;
  inputs.on_time = summary.on_time;
  inputs.correct_on_time = summary.correct_on_time;
  inputs.busy = summary.busy;
  inputs.activity_energy = ActivityEnergy(*model, window_, summary);
  const mapping::System& system = model->system();
  inputs.total_energy =
      inputs.activity_energy + system.overhead_power * window_;
  for (size_t d = 0; d < system.domains.size(); ++d) {
    inputs.total_energy +=
        analysis::DomainEnergy(system.domains[d], summary.domains[d]);
  }
  inputs.latencies = summary.latencies;
  return true;
}

bool Sweep::FillEvent(const Keys& keys, MetricInputs& inputs) {
  const analysis::Model* model = ModelOf(keys.machine);
  const ReplayedSlice* slice = SliceOf(keys.replay);
  if (model == nullptr || slice == nullptr) return false;
  event_run_ = RunTimed(*model, spec_.workload, slice->samples(),
                        study::Fidelity::kEvent);
  inputs = InputsOf(event_run_, *slice, inputs.stable);
  return true;
}

void Sweep::PutRow(const MetricInputs& inputs, absl::Span<double> row) const {
  for (size_t i = 0; i < spec_.metrics.size(); ++i) {
    row[i] = measurement::Compute(spec_.metrics[i], inputs)
                 .value_or(std::numeric_limits<double>::quiet_NaN());
  }
}

TrialState Sweep::Evaluate(int64_t index, absl::Span<double> row,
                           absl::string_view* reason) {
  MoveTo(index);
  const Keys keys = key_maker_.Of(candidate_.digits);
  const MachineRow& machine = MachineOf(keys.machine);
  for (double& value : row) value = std::numeric_limits<double>::quiet_NaN();
  *reason = machine.reason;
  if (machine.state != TrialState::kSucceeded) return machine.state;
  const ReplayCounts* counts = CountsOf(keys.replay);
  bool filled = counts != nullptr;
  MetricInputs inputs;
  if (filled) {
    inputs.offered = spec_.workload.inferences;
    inputs.completed = spec_.workload.inferences;
    inputs.window = window_;
    inputs.energy_known = machine.energy_known;
    inputs.stable = IsStable(machine, *counts);
    inputs.correct = counts->correct;
    inputs.samples = counts->samples;
    if (spec_.fidelity == study::Fidelity::kEvent) {
      filled = FillEvent(keys, inputs);
    } else if (IsSparse(machine, *counts)) {
      FillSparse(machine, *counts, inputs);
    } else {
      filled = FillQueueing(keys, inputs);
    }
  }
  if (!filled) {
    *reason = kInternal;
    return TrialState::kFailed;
  }
  PutRow(inputs, row);
  return TrialState::kSucceeded;
}

}  // namespace dynarch::evaluator
