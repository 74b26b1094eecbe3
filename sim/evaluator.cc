#include "sim/evaluator.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/reason.h"
#include "sim/base/status_macros.h"
#include "sim/cost/all_models.h"
#include "sim/evaluator/rates.h"
#include "sim/evaluator/replays.h"
#include "sim/evaluator/run.h"
#include "sim/evaluator/study_check.h"
#include "sim/evaluator/sweep.h"

namespace dynarch {
namespace {

using measurement::Measurement;
using measurement::TrialState;

constexpr absl::string_view kSelect = "select";

// What of the evaluator itself decides a number. A change of any number is a
// new version.
constexpr absl::string_view kOwnVersions[] = {"analysis@1", "engine@1",
                                              "mapping@1", "measurement@1"};

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
    const auto replayed = replayer_.Replay(split, bound);
    // Another split is the caller's choice, not the candidate's.
    if (split == kSelect && absl::IsInvalidArgument(replayed.status())) {
      return InfeasibleOr(
          Infeasible(reason::kNoTrace, replayed.status().message()));
    }
    if (!replayed.ok()) return replayed.status();
    const evaluator::ReplayedSlice& slice = *replayed;
    const auto model = evaluator::BuildModel(
        *spec_, bound, *slice.scenarios,
        evaluator::WantedScenarios(*spec_, bound, slice.Occurring()));
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
    PutRates(slice, run.totals.scenario_counts, measurement);
    measurement.totals = std::move(run.totals);
    return measurement;
  }

 private:
  void PutRates(const evaluator::ReplayedSlice& slice,
                const std::vector<int64_t>& run_counts,
                Measurement& measurement) const {
    const graph::Network& network = spec_->network;
    const auto& stated = slice.scenarios->population().stated();
    evaluator::Rates rates =
        stated.empty()
            ? evaluator::RatesOf(network, *slice.scenarios, slice.replay.counts)
            : evaluator::RatesOf(network, stated);
    measurement.outcome_rates = std::move(rates.exits);
    measurement.decision_rates = std::move(rates.decisions);
    rates = evaluator::RatesOf(network, *slice.scenarios, run_counts);
    measurement.outcome_rates_run = std::move(rates.exits);
    measurement.decision_rates_run = std::move(rates.decisions);
  }

  std::shared_ptr<const study::StudySpec> spec_;
  evaluator::Replayer replayer_;
  evaluator::Sweep sweep_;
};

Evaluator::Evaluator(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Evaluator::~Evaluator() = default;

absl::StatusOr<std::unique_ptr<Evaluator>> Evaluator::Create(
    std::shared_ptr<const study::StudySpec> spec) {
  DYNARCH_RETURN_IF_ERROR(workload::Validate(spec->workload));
  auto impl = std::make_unique<Impl>(std::move(spec));
  DYNARCH_RETURN_IF_ERROR(
      evaluator::CheckStudy(impl->spec(), impl->replayer()));
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

absl::StatusOr<Evaluator::SampleReplay> Evaluator::ReplaySamples(
    const space::Candidate& candidate, absl::string_view split) {
  DYNARCH_ASSIGN_OR_RETURN(const study::BoundCandidate bound,
                           impl_->Bind(candidate));
  DYNARCH_ASSIGN_OR_RETURN(evaluator::ReplayedSlice slice,
                           impl_->replayer().Replay(split, bound));
  SampleReplay replay;
  replay.samples = slice.scenarios->population().sample_ids();
  replay.exit_rates =
      evaluator::RatesOf(spec().network, *slice.scenarios, slice.replay.counts)
          .exits;
  replay.correct.assign(slice.replay.correct.begin(),
                        slice.replay.correct.end());
  replay.scenarios = std::move(slice.replay.scenarios);
  return replay;
}

}  // namespace dynarch
