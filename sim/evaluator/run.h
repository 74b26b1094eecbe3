// A bound candidate, run: the way of running that its fidelity asks for, and
// the metrics of what came out.
#ifndef DYNARCH_SIM_EVALUATOR_RUN_H_
#define DYNARCH_SIM_EVALUATOR_RUN_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/analysis/analysis.h"
#include "sim/evaluator/machine.h"
#include "sim/evaluator/replays.h"
#include "sim/measurement/measure.h"
#include "sim/measurement/run_result.h"
#include "sim/study/study_spec.h"

namespace dynarch::evaluator {

// The machine of a candidate with its profiles. Infeasible as BuildSystem;
// OutOfRange if a run of it could pass the largest simulated time.
absl::StatusOr<analysis::Model> BuildModel(const study::StudySpec& spec,
                                           const study::BoundCandidate& bound);

// kEvent is every inference event by event, kAnalytical by formulae: the same.
measurement::RunResult RunTimed(const analysis::Model& model,
                                const workload::Workload& workload,
                                const mapping::Samples& samples,
                                study::Fidelity fidelity);

// Whether the candidate is stable: of the trace, not of the run, and the same
// for both fidelities (docs/semantics.md, 6.4).
bool IsStable(const analysis::Model& model, const ReplayedSlice& slice,
              Picoseconds period);

// All that the metrics are computed from. Borrows run.latencies.
measurement::MetricInputs InputsOf(const measurement::RunResult& run,
                                   const ReplayedSlice& slice, bool stable);

}  // namespace dynarch::evaluator

#endif  // DYNARCH_SIM_EVALUATOR_RUN_H_
