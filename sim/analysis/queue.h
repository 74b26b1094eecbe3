// The queueing regime in short form, for sweeps.
#ifndef DYNARCH_SIM_ANALYSIS_QUEUE_H_
#define DYNARCH_SIM_ANALYSIS_QUEUE_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sim/analysis/analysis.h"
#include "sim/mapping/system.h"
#include "sim/measurement/run_result.h"
#include "sim/workload/workload.h"

namespace dynarch::analysis {

// Memory of Queue, reused from call to call.
struct QueueScratch {
  std::vector<measurement::LatencyCount> latencies;
  std::vector<int64_t> alone;  // By exit: inferences that did not wait.
};

// What a sweep needs of a queueing run, without its breakdown.
struct QueueSummary {
  int64_t missed = 0, on_time = 0, correct_on_time = 0;
  Picoseconds busy;
  Zeptojoules activity_energy;                            // In the window.
  absl::Span<const measurement::LatencyCount> latencies;  // Of the scratch.
};

// The same numbers as Run in the regime kQueueing. A cycle of the trace that
// begins with as much work waiting as the one before is the same again, so it
// is counted and not walked, except near the end of the window.
// `want_latencies`: otherwise `latencies` is left empty.
QueueSummary Queue(const Model& model, const workload::Workload& workload,
                   const mapping::Samples& samples, bool want_latencies,
                   QueueScratch& scratch);

}  // namespace dynarch::analysis

#endif  // DYNARCH_SIM_ANALYSIS_QUEUE_H_
