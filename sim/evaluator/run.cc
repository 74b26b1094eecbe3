#include "sim/evaluator/run.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/engine/engine.h"

namespace dynarch::evaluator {
namespace {

// Half of int64, so that a release and a latency still add up.
constexpr int64_t kMaxRunTime = std::numeric_limits<int64_t>::max() / 2;

// Inferences one after the other, each as slow as the slowest alone. Behind
// another one an inference is at most one entry per domain slower.
absl::Status CheckRunTime(const analysis::Model& model, int64_t inferences) {
  absl::int128 slowest = 0;
  const mapping::System& system = model.system();
  for (size_t s = 0; s < system.scenarios.size(); ++s) {
    if (!system.scenarios[s].has_value()) continue;
    const Picoseconds latency = model.profile(s).latency;
    slowest = std::max(slowest, absl::int128(latency.value()));
  }
  for (const mapping::DomainPower& power : system.domains) {
    slowest += (power.timeout + power.entry + power.exit).value();
  }
  if (slowest * inferences <= kMaxRunTime) return absl::OkStatus();
  return absl::OutOfRangeError(
      absl::StrCat("workload.inferences: ", inferences, " inferences of up to ",
                   ToSeconds(Picoseconds(static_cast<int64_t>(slowest))),
                   " s each pass the largest simulated time, 53 days"));
}

}  // namespace

absl::StatusOr<analysis::Model> BuildModel(
    const study::StudySpec& spec, const study::BoundCandidate& bound,
    const Scenarios& scenarios, absl::Span<const uint32_t> wanted,
    std::vector<ScenarioFailure>* failures) {
  DYNARCH_ASSIGN_OR_RETURN(const Machine machine, ResolveMachine(spec, bound));
  DYNARCH_ASSIGN_OR_RETURN(
      mapping::System system,
      BuildSystem(spec.network, spec.platforms[machine.platform], machine,
                  scenarios, wanted, failures));
  analysis::Model model(std::move(system));
  DYNARCH_RETURN_IF_ERROR(CheckRunTime(model, spec.workload.inferences));
  return model;
}

std::vector<uint32_t> WantedScenarios(const study::StudySpec& spec,
                                      const study::BoundCandidate& bound,
                                      absl::Span<const uint32_t> occurring) {
  if (!spec.network.decisions().empty()) {
    return {occurring.begin(), occurring.end()};
  }
  std::vector<uint32_t> wanted;
  const auto exits = ExitScenarios(PolicyOfMachine(spec, bound));
  for (size_t exit = 0; exit < exits.size(); ++exit) {
    if (exits[exit].has_value()) wanted.push_back(static_cast<uint32_t>(exit));
  }
  return wanted;
}

measurement::RunResult RunTimed(const analysis::Model& model,
                                const workload::Workload& workload,
                                const mapping::Samples& samples,
                                study::Fidelity fidelity) {
  return fidelity == study::Fidelity::kEvent
             ? engine::Run(engine::Compile(model.system()), workload, samples)
             : analysis::Run(model, workload, samples);
}

bool IsStable(const analysis::Model& model, const ReplayedSlice& slice,
              Picoseconds period) {
  return model.IsStable(slice.replay.counts, period);
}

measurement::MetricInputs InputsOf(const measurement::RunResult& run,
                                   const ReplayedSlice& slice, bool stable) {
  measurement::MetricInputs inputs = measurement::InputsOf(run.totals);
  inputs.stable = stable;
  inputs.latencies = run.latencies;
  inputs.correct = slice.replay.correct_count;
  inputs.samples = slice.size();
  const behavior::Population& population = slice.scenarios->population();
  inputs.correct_known = population.has_accuracy();
  inputs.stated_accuracy = population.stated_accuracy();
  return inputs;
}

}  // namespace dynarch::evaluator
