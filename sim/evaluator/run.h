// A bound candidate, run: the way of running that its fidelity asks for, and
// the metrics of what came out.
#ifndef DYNARCH_SIM_EVALUATOR_RUN_H_
#define DYNARCH_SIM_EVALUATOR_RUN_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sim/analysis/analysis.h"
#include "sim/evaluator/machine.h"
#include "sim/evaluator/replays.h"
#include "sim/measurement/measure.h"
#include "sim/measurement/run_result.h"
#include "sim/study/study_spec.h"

namespace dynarch::evaluator {

// The machine of a candidate with the profiles of `wanted` scenarios. Errors as
// BuildSystem; OutOfRange if a run of them could pass the largest simulated
// time.
absl::StatusOr<analysis::Model> BuildModel(
    const study::StudySpec& spec, const study::BoundCandidate& bound,
    const Scenarios& scenarios, absl::Span<const uint32_t> wanted,
    std::vector<ScenarioFailure>* failures = nullptr);

// What a model is built for: the scenarios that occur, and where there are no
// inner decisions all that the exit policy allows, so that the model is good
// for any threshold.
std::vector<uint32_t> WantedScenarios(const study::StudySpec& spec,
                                      const study::BoundCandidate& bound,
                                      absl::Span<const uint32_t> occurring);

// kEvent is every inference event by event, kAnalytical by formulae: the same.
measurement::RunResult RunTimed(const analysis::Model& model,
                                const workload::Workload& workload,
                                const mapping::Samples& samples,
                                study::Fidelity fidelity);

// Whether the candidate is stable: of the samples, not of the run, and the same
// for both fidelities (docs/semantics.md, 6.4).
bool IsStable(const analysis::Model& model, const ReplayedSlice& slice,
              Picoseconds period);

// All that the metrics are computed from. Borrows run.latencies.
measurement::MetricInputs InputsOf(const measurement::RunResult& run,
                                   const ReplayedSlice& slice, bool stable);

}  // namespace dynarch::evaluator

#endif  // DYNARCH_SIM_EVALUATOR_RUN_H_
