// The queueing regime: the recursion over the sequence of inferences.
//
// x(k) = end of serving scenario s(k) from r = max(x(k-1), a(k)) on, where each
// domain that gates is carried along as one number, the end of its last use: by
// docs/semantics.md 5.2 its gap until it is needed again says whether it is
// awake, how long the wake takes, and how long it was in which state. Where
// nothing gates this is x(k) = max(x(k-1), a(k)) + L(s(k)).
#ifndef DYNARCH_SIM_ANALYSIS_QUEUE_H_
#define DYNARCH_SIM_ANALYSIS_QUEUE_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sim/analysis/analysis.h"
#include "sim/analysis/profile.h"
#include "sim/mapping/system.h"
#include "sim/measurement/run_result.h"
#include "sim/workload/workload.h"

namespace dynarch::analysis {

// One domain that gates, on its way through a run.
struct CarriedDomain {
  int index = 0;  // Into System::domains.
  Picoseconds timeout;
  Picoseconds settle;  // Time-out and entry.
  Picoseconds exit;
  Picoseconds idle_since;  // End of the last use.
  Picoseconds idle;        // In the idle state, up to the last wake.
  int64_t wakes = 0;       // Each after one entry, or the beginning of time.
  DomainProfile cut;       // What the window's end may have cut.

  // At the anchor: see queue.cc.
  Picoseconds anchor_idle_since, anchor_idle, anchor_age;
  int64_t anchor_wakes = 0;
};

// Memory of Queue, reused from call to call.
struct QueueScratch {
  std::vector<CarriedDomain> domains, saved;
  std::vector<DomainProfile> profiles;
  std::vector<int64_t> whole, anchor_whole;
  std::vector<Picoseconds> cut_starts;
  std::vector<Picoseconds> sequence;
  std::vector<measurement::LatencyCount> latencies;
  // Latencies seen last, by a few bits of their own.
  std::array<measurement::LatencyCount, 64> recent;
};

// What happened in the window, and all latencies. Spans are of the scratch.
struct QueueSummary {
  int64_t completed = 0;  // When the window ends, or before.
  int64_t missed = 0, on_time = 0, correct_on_time = 0;
  Picoseconds busy;
  absl::Span<const DomainProfile> domains;  // They sum to the window.
  // By scenario: inferences that end before the window does.
  absl::Span<const int64_t> whole;
  // The one that the window's end cuts: when its activities start; empty if
  // there is none.
  uint32_t cut_scenario = 0;
  absl::Span<const Picoseconds> cut_starts;
  absl::Span<const measurement::LatencyCount> latencies;
  absl::Span<const Picoseconds> sequence;
};

struct QueueOptions {
  bool want_latencies = true;  // Otherwise `latencies` is left empty.
  bool keep_sequence = false;  // Fill `sequence`: walks every inference.
};

// Exact for any system and load. Cycles of the trace that begin in the state
// in which an earlier one began are the same again: they are counted and not
// walked, except near the end of the window.
QueueSummary Queue(const Model& model, const workload::Workload& workload,
                   const mapping::Samples& samples, const QueueOptions& options,
                   QueueScratch& scratch);

// Of the activities that start in the window.
Zeptojoules ActivityEnergy(const Model& model, Picoseconds window,
                           const QueueSummary& summary);

}  // namespace dynarch::analysis

#endif  // DYNARCH_SIM_ANALYSIS_QUEUE_H_
