// A long event-driven run out of a short one.
//
// A run replays the samples of its trace cyclically. Where the last inference
// of a cycle ends early enough for every domain to be in its idle state at the
// next release, the next cycle starts as the first one did and is the same,
// event by event; so one cycle is run and its totals are multiplied.
#ifndef DYNARCH_SIM_EVALUATOR_CYCLES_H_
#define DYNARCH_SIM_EVALUATOR_CYCLES_H_

#include "sim/analysis/analysis.h"
#include "sim/mapping/system.h"
#include "sim/measurement/run_result.h"
#include "sim/workload/workload.h"

namespace dynarch::evaluator {

// What engine::Run returns, to the last bit, without `sequence`. Costs one
// cycle and the remainder where cycles repeat, and the whole run where they
// do not.
measurement::RunResult RunByCycles(const analysis::Model& model,
                                   const workload::Workload& workload,
                                   const mapping::Samples& samples);

}  // namespace dynarch::evaluator

#endif  // DYNARCH_SIM_EVALUATOR_CYCLES_H_
