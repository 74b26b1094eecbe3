#include "sim/evaluator.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/reason.h"
#include "sim/base/status_macros.h"
#include "sim/cost/all_models.h"
#include "sim/evaluator/replays.h"
#include "sim/evaluator/run.h"
#include "sim/evaluator/sweep.h"

namespace dynarch {
namespace {

using measurement::Measurement;
using measurement::Metric;
using measurement::TrialState;

constexpr absl::string_view kSelect = "select";

// What of the evaluator itself decides a number. A change of any number is a
// new version.
constexpr absl::string_view kOwnVersions[] = {"analysis@1", "engine@1",
                                              "mapping@1", "measurement@1"};

// Data types that a candidate can have.
std::set<graph::DataType> DataTypesOf(const study::StudySpec& spec) {
  std::set<graph::DataType> types;
  const auto& parameters = spec.space.parameters();
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].slot.target != space::Slot::Target::kDataType) continue;
    for (const study::ResolvedValue& value : spec.resolved[i]) {
      types.insert(static_cast<graph::DataType>(value.index));
    }
  }
  if (types.empty()) types.insert(spec.defaults.dtype);
  return types;
}

bool IsEnergy(Metric metric) {
  return metric == Metric::kEnergyMean || metric == Metric::kEnergyDynamic ||
         metric == Metric::kEnergyPerOffered || metric == Metric::kPowerAverage;
}

// The first stage of the network that a table platform has without energy.
std::optional<std::string> StageWithoutEnergy(
    const graph::Network& network, const platform::Platform& platform) {
  for (const platform::ProcessingElement& element : platform.elements()) {
    const auto* table = std::get_if<platform::Table>(&element.kind);
    if (table == nullptr) continue;
    for (const platform::TableEntry& entry : table->entries) {
      if (entry.network == network.name() && !entry.energy.has_value()) {
        return entry.stage;
      }
    }
  }
  return std::nullopt;
}

// An objective on energy needs energies (docs/semantics.md, 7.4).
absl::Status CheckEnergyObjectives(const study::StudySpec& spec) {
  for (const study::Objective& objective : spec.objectives) {
    if (!IsEnergy(objective.metric)) continue;
    for (const platform::Platform& platform : spec.platforms) {
      const auto stage = StageWithoutEnergy(spec.network, platform);
      if (!stage.has_value()) continue;
      const absl::string_view name = measurement::InfoOf(objective.metric).name;
      return absl::InvalidArgumentError(absl::StrCat(
          "objectives.", name, ": platform ", platform.name(),
          " measured stage ", *stage,
          " without energy; leave the objective out or the platform"));
    }
  }
  return absl::OkStatus();
}

// What the candidate causes is a measurement; anything else stays an error.
absl::StatusOr<Measurement> InfeasibleOr(const absl::Status& status) {
  std::optional<Reason> reason = ReasonOf(status);
  if (!reason.has_value()) return status;
  Measurement measurement;
  measurement.state = TrialState::kInfeasible;
  measurement.reason = std::string(reason->code);
  measurement.detail = std::move(reason->sentence);
  measurement.model_versions = ModelVersions();
  return measurement;
}

std::vector<double> Rates(const std::vector<int64_t>& counts, int64_t total) {
  std::vector<double> rates;
  for (const int64_t count : counts) {
    rates.push_back(static_cast<double>(count) / static_cast<double>(total));
  }
  return rates;
}

}  // namespace

std::vector<std::string> ModelVersions() {
  std::vector<std::string> versions(std::begin(kOwnVersions),
                                    std::end(kOwnVersions));
  for (const cost::ModelVersion& version : cost::AllModelVersions()) {
    versions.push_back(version.ToString());
  }
  std::sort(versions.begin(), versions.end());
  return versions;
}

class Evaluator::Impl {
 public:
  explicit Impl(std::shared_ptr<const study::StudySpec> spec)
      : spec_(std::move(spec)), replayer_(*spec_), sweep_(*spec_, replayer_) {}

  const study::StudySpec& spec() const { return *spec_; }
  evaluator::Replayer& replayer() { return replayer_; }
  evaluator::Sweep& sweep() { return sweep_; }

  absl::StatusOr<study::BoundCandidate> Bind(
      const space::Candidate& candidate) const {
    const auto& parameters = spec_->space.parameters();
    bool fits = candidate.digits.size() == parameters.size();
    for (size_t i = 0; fits && i < parameters.size(); ++i) {
      const auto count = static_cast<int32_t>(parameters[i].values.size());
      fits = candidate.digits[i] >= 0 && candidate.digits[i] < count;
    }
    if (fits) return study::Bind(*spec_, candidate);
    return absl::InvalidArgumentError(absl::StrCat(
        "candidate: its ", candidate.digits.size(), " digits do not fit the ",
        parameters.size(), " parameters of the design space"));
  }

  absl::StatusOr<Measurement> Evaluate(const space::Candidate& candidate,
                                       study::Fidelity fidelity,
                                       absl::string_view split) {
    DYNARCH_ASSIGN_OR_RETURN(const study::BoundCandidate bound,
                             Bind(candidate));
    DYNARCH_ASSIGN_OR_RETURN(
        const evaluator::ReplayedSlice slice,
        replayer_.Replay(split, bound.dtype, bound.thresholds));
    const auto model = evaluator::BuildModel(*spec_, bound);
    if (!model.ok()) return InfeasibleOr(model.status());
    measurement::RunResult run =
        evaluator::RunTimed(*model, spec_->workload, slice.samples(), fidelity);
    const bool stable =
        evaluator::IsStable(*model, slice, spec_->workload.period);
    Measurement measurement;
    measurement.metrics =
        measurement::ComputeAll(evaluator::InputsOf(run, slice, stable));
    measurement.fidelity = std::string(study::NameOf(fidelity));
    measurement.seed = spec_->workload.seed;
    measurement.model_versions = ModelVersions();
    measurement.outcome_rates =
        Rates(slice.replay.exit_counts,
              static_cast<int64_t>(slice.replay.taken.size()));
    measurement.outcome_rates_run =
        Rates(run.totals.outcome_counts, run.totals.offered);
    measurement.totals = std::move(run.totals);
    return measurement;
  }

 private:
  std::shared_ptr<const study::StudySpec> spec_;
  evaluator::Replayer replayer_;
  evaluator::Sweep sweep_;
};

Evaluator::Evaluator(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Evaluator::~Evaluator() = default;

absl::StatusOr<std::unique_ptr<Evaluator>> Evaluator::Create(
    std::shared_ptr<const study::StudySpec> spec) {
  DYNARCH_RETURN_IF_ERROR(workload::Validate(spec->workload));
  DYNARCH_RETURN_IF_ERROR(CheckEnergyObjectives(*spec));
  auto impl = std::make_unique<Impl>(std::move(spec));
  for (const graph::DataType dtype : DataTypesOf(impl->spec())) {
    DYNARCH_RETURN_IF_ERROR(
        impl->replayer()
            .Replay(kSelect, dtype, impl->spec().defaults.thresholds)
            .status());
  }
  return std::unique_ptr<Evaluator>(new Evaluator(std::move(impl)));
}

const study::StudySpec& Evaluator::spec() const { return impl_->spec(); }

absl::StatusOr<Measurement> Evaluator::Evaluate(
    const space::Candidate& candidate, study::Fidelity fidelity,
    absl::string_view split) {
  return impl_->Evaluate(candidate, fidelity, split);
}

TrialState Evaluator::EvaluateRow(int64_t index, absl::Span<double> row,
                                  absl::string_view* reason) {
  return impl_->sweep().Evaluate(index, row, reason);
}

absl::StatusOr<std::vector<bool>> Evaluator::CorrectBySample(
    const space::Candidate& candidate, absl::string_view split) {
  DYNARCH_ASSIGN_OR_RETURN(const study::BoundCandidate bound,
                           impl_->Bind(candidate));
  DYNARCH_ASSIGN_OR_RETURN(
      const evaluator::ReplayedSlice slice,
      impl_->replayer().Replay(split, bound.dtype, bound.thresholds));
  return std::vector<bool>(slice.correct.begin(), slice.correct.end());
}

}  // namespace dynarch
