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

// Memory of a sweep is bounded by these: about 200 MB at the most.
constexpr int64_t kMachineScenarios = int64_t{1} << 20;
constexpr int64_t kCountedScenarios = int64_t{1} << 20;
constexpr int64_t kModelActivities = int64_t{1} << 23;
constexpr int64_t kSliceSamples = int64_t{1} << 23;
// Beside its activities a scenario of a model has a profile: as large as this.
constexpr int64_t kProfileWeight = 128;
// Few latencies are put in order as they come, many are sorted.
constexpr size_t kFewLatencies = 64;

constexpr absl::string_view kInternal = "internal";
constexpr absl::string_view kSelect = "select";

int64_t WeightOf(const analysis::Model& model) {
  int64_t weight = 0;
  for (const auto& scenario : model.system().scenarios) {
    if (!scenario.has_value()) continue;
    weight +=
        kProfileWeight + static_cast<int64_t>(scenario->activities.size());
  }
  return weight;
}

std::vector<uint32_t> NumbersOf(const ReplayCounts& counts) {
  std::vector<uint32_t> numbers;
  for (const auto& scenario : counts.scenarios) {
    numbers.push_back(scenario.number);
  }
  return numbers;
}

bool HasAll(const analysis::Model& model, const ReplayCounts& counts) {
  const auto& built = model.system().scenarios;
  return std::all_of(
      counts.scenarios.begin(), counts.scenarios.end(),
      [&](const auto& count) { return built[count.number].has_value(); });
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
      machines_(key_maker_.machine_keys(), kMachineScenarios),
      counts_(key_maker_.replay_keys(), kCountedScenarios),
      slices_(key_maker_.replay_keys(), kSliceSamples),
      models_(key_maker_.machine_keys(), kModelActivities) {
  candidate_.digits.resize(spec.space.parameters().size());
  for (const space::Parameter& parameter : spec.space.parameters()) {
    sizes_.push_back(static_cast<int32_t>(parameter.values.size()));
  }
  latencies_.reserve(kFewLatencies);
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

Sweep::MachineRow* Sweep::MachineOf(int64_t key, const ReplayCounts& counts) {
  MachineRow* known = machines_.Find(key);
  if (known == nullptr) {
    MachineRow row;
    if (!Extend(counts, row)) return nullptr;
    const auto weight = static_cast<int64_t>(row.scenarios.size());
    return &machines_.Put(key, std::move(row), std::max<int64_t>(1, weight));
  }
  if (known->complete || known->state != TrialState::kSucceeded) return known;
  for (const ReplayCounts::Scenario& scenario : counts.scenarios) {
    if (known->scenarios[scenario.number].known) continue;
    return Extend(counts, *known) ? known : nullptr;
  }
  return known;
}

// Adds the scenarios that occur and are not known; false on an internal error.
bool Sweep::Extend(const ReplayCounts& counts, MachineRow& row) {
  const study::BoundCandidate bound = study::Bind(spec_, candidate_);
  const auto scenarios = replayer_.Realise(kSelect, bound);
  if (!scenarios.ok()) return false;
  row.scenarios.resize((*scenarios)->size());
  std::vector<uint32_t> wanted =
      WantedScenarios(spec_, bound, NumbersOf(counts));
  std::erase_if(wanted, [&](uint32_t s) { return row.scenarios[s].known; });
  std::vector<ScenarioFailure> failures;
  const auto model = BuildModel(spec_, bound, **scenarios, wanted, &failures);
  if (!model.ok()) {
    const std::optional<Reason> reason = ReasonOf(model.status());
    if (!reason.has_value()) return false;
    row.state = TrialState::kInfeasible;
    row.reason = reason->code;
    return true;
  }
  row.energy_known = row.energy_known && model->system().energy_known;
  row.complete = spec_.network.decisions().empty();
  for (const ScenarioFailure& failure : failures) {
    row.scenarios[failure.scenario].known = true;
    row.scenarios[failure.scenario].reason = ReasonOf(failure.status)->code;
  }
  for (const uint32_t number : wanted) {
    if (row.scenarios[number].known) continue;
    PutScenario(*model, number, row);
  }
  return true;
}

void Sweep::PutScenario(const analysis::Model& model, uint32_t number,
                        MachineRow& row) const {
  const analysis::ScenarioProfile& profile = model.profile(number);
  MachineRow::Scenario& out = row.scenarios[number];
  out.known = true;
  out.latency = profile.latency;
  out.activity_energy = profile.activity_energy;
  out.sparse = model.IsSparse(number, spec_.workload.period);
  out.late = profile.latency > spec_.workload.deadline;
  if (!out.sparse) return;
  out.period_energy =
      analysis::PeriodEnergy(model.system(), profile, spec_.workload.period);
}

const ReplayedSlice* Sweep::SliceOf(int64_t key) {
  if (const ReplayedSlice* known = slices_.Find(key)) return known;
  auto slice = replayer_.Replay(kSelect, study::Bind(spec_, candidate_));
  if (!slice.ok()) return nullptr;
  const int64_t weight = slice->size();
  return &slices_.Put(key, *std::move(slice), weight);
}

const ReplayCounts* Sweep::CountsOf(int64_t key) {
  if (const ReplayCounts* known = counts_.Find(key)) return known;
  const ReplayedSlice* slice = SliceOf(key);
  ReplayCounts counts;
  if (slice == nullptr) {
    counts.obstacle = reason::kNoTrace;
    return &counts_.Put(key, std::move(counts));
  }
  counts = evaluator::CountsOf(*slice, spec_.workload.inferences);
  const auto weight = static_cast<int64_t>(counts.scenarios.size());
  return &counts_.Put(key, std::move(counts), weight);
}

// With every scenario that occurs in the candidate's replay.
const analysis::Model* Sweep::ModelOf(const Keys& keys) {
  const ReplayCounts& counts = *CountsOf(keys.replay);
  const analysis::Model* const known = models_.Find(keys.machine);
  if (known != nullptr && HasAll(*known, counts)) return known;
  std::vector<uint32_t> wanted = NumbersOf(counts);
  if (known != nullptr) {
    const auto& built = known->system().scenarios;
    for (size_t s = 0; s < built.size(); ++s) {
      if (built[s].has_value()) wanted.push_back(static_cast<uint32_t>(s));
    }
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  }
  const study::BoundCandidate bound = study::Bind(spec_, candidate_);
  const auto scenarios = replayer_.Realise(kSelect, bound);
  if (!scenarios.ok()) return nullptr;
  auto model = BuildModel(spec_, bound, **scenarios,
                          WantedScenarios(spec_, bound, wanted));
  if (!model.ok()) return nullptr;
  const int64_t weight = WeightOf(*model);
  return &models_.Put(keys.machine, *std::move(model), weight);
}

bool Sweep::IsSparse(const MachineRow& machine,
                     const ReplayCounts& counts) const {
  for (const ReplayCounts::Scenario& count : counts.scenarios) {
    if (count.run > 0 && !machine.scenarios[count.number].sparse) return false;
  }
  return true;
}

bool Sweep::IsStable(const MachineRow& machine,
                     const ReplayCounts& counts) const {
  absl::int128 service = 0;
  for (const ReplayCounts::Scenario& count : counts.scenarios) {
    service += absl::int128(machine.scenarios[count.number].latency.value()) *
               count.cycle;
  }
  return service <=
         absl::int128(spec_.workload.period.value()) * counts.samples;
}

void Sweep::FillSparse(const MachineRow& machine, const ReplayCounts& counts,
                       MetricInputs& inputs) {
  latencies_.clear();
  const bool few = counts.scenarios.size() <= kFewLatencies;
  for (const ReplayCounts::Scenario& count : counts.scenarios) {
    if (count.run == 0) continue;
    const MachineRow::Scenario& scenario = machine.scenarios[count.number];
    if (scenario.late) {
      inputs.missed += count.run;
    } else {
      inputs.on_time += count.run;
      inputs.correct_on_time += count.run_correct;
    }
    inputs.busy += scenario.latency * count.run;
    inputs.activity_energy += scenario.activity_energy * count.run;
    inputs.total_energy += scenario.period_energy * count.run;
    if (few) {
      Insert({scenario.latency, count.run}, latencies_);
    } else {
      latencies_.push_back({scenario.latency, count.run});
    }
  }
  if (!few) measurement::Normalise(latencies_);
  inputs.latencies = latencies_;
}

bool Sweep::FillQueueing(const Keys& keys, MetricInputs& inputs) {
  const analysis::Model* model = ModelOf(keys);
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
  const analysis::Model* model = ModelOf(keys);
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

// What stands in the way of the candidate; empty if nothing does.
absl::string_view Sweep::Obstacle(const MachineRow& machine,
                                  const ReplayCounts& counts) const {
  if (machine.state != TrialState::kSucceeded) return machine.reason;
  if (machine.complete) return {};
  for (const ReplayCounts::Scenario& count : counts.scenarios) {
    const absl::string_view reason = machine.scenarios[count.number].reason;
    if (!reason.empty()) return reason;
  }
  return {};
}

TrialState Sweep::Evaluate(int64_t index, absl::Span<double> row,
                           absl::string_view* reason) {
  MoveTo(index);
  const Keys keys = key_maker_.Of(candidate_.digits);
  for (double& value : row) value = std::numeric_limits<double>::quiet_NaN();
  *reason = kInternal;
  const ReplayCounts* counts = CountsOf(keys.replay);
  if (!counts->obstacle.empty()) {
    *reason = counts->obstacle;
    return TrialState::kInfeasible;
  }
  const MachineRow* machine = MachineOf(keys.machine, *counts);
  if (machine == nullptr) return TrialState::kFailed;
  *reason = Obstacle(*machine, *counts);
  if (!reason->empty()) {
    return machine->state == TrialState::kFailed ? TrialState::kFailed
                                                 : TrialState::kInfeasible;
  }
  MetricInputs inputs;
  inputs.offered = spec_.workload.inferences;
  inputs.completed = spec_.workload.inferences;
  inputs.window = window_;
  inputs.energy_known = machine->energy_known;
  inputs.stable = IsStable(*machine, *counts);
  inputs.correct = counts->correct;
  inputs.samples = counts->samples;
  inputs.correct_known = counts->correct_known;
  inputs.stated_accuracy = counts->stated_accuracy;
  bool filled = true;
  if (spec_.fidelity == study::Fidelity::kEvent) {
    filled = FillEvent(keys, inputs);
  } else if (IsSparse(*machine, *counts)) {
    FillSparse(*machine, *counts, inputs);
  } else {
    filled = FillQueueing(keys, inputs);
  }
  if (!filled) {
    *reason = kInternal;
    return TrialState::kFailed;
  }
  PutRow(inputs, row);
  return TrialState::kSucceeded;
}

}  // namespace dynarch::evaluator
