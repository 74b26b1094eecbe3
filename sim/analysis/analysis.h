// The analytical run (docs/semantics.md, 9): the engine's oracle.
//
// Sparse: every inference ends before the next release, and every domain that
// gates is back in its idle state by then. Each inference is then its
// scenario's profile, and everything follows from how often each occurs.
// Queueing: anything else. A recursion over the sequence of inferences, which
// carries the domains that gate along (sim/analysis/queue.h).
#ifndef DYNARCH_SIM_ANALYSIS_ANALYSIS_H_
#define DYNARCH_SIM_ANALYSIS_ANALYSIS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "sim/analysis/profile.h"
#include "sim/analysis/segments.h"
#include "sim/mapping/system.h"
#include "sim/measurement/run_result.h"
#include "sim/workload/workload.h"

namespace dynarch::analysis {

enum class Regime : uint8_t { kSparse, kQueueing };

// A system and the profile of each of its scenarios.
class Model {
 public:
  explicit Model(mapping::System system);

  const mapping::System& system() const { return system_; }
  // Requires a scenario that exists.
  const ScenarioProfile& profile(size_t scenario) const {
    return *profiles_[scenario];
  }
  const SegmentedChain& chain(size_t scenario) const {
    return chains_[scenario];
  }
  bool gates() const { return gates_; }

  // True if a lone inference of this scenario ends before the next release,
  // and every domain is in its idle state then. A domain that gates needs
  // latency + timeout + entry <= period, and latency + timeout < period, for a
  // release at the very instant of the time-out keeps it awake.
  bool IsSparse(size_t scenario, Picoseconds period) const;

  // Of a run in which scenario s occurs `counts[s]` times.
  Regime RegimeOf(absl::Span<const int64_t> counts, Picoseconds period) const;

  // True if the isolated service times of one cycle of the samples, where
  // scenario s occurs `counts[s]` times, fit into as many periods.
  bool IsStable(absl::Span<const int64_t> counts, Picoseconds period) const;

 private:
  mapping::System system_;
  std::vector<std::optional<ScenarioProfile>> profiles_;
  std::vector<SegmentedChain> chains_;  // Empty if there is none.
  Picoseconds slack_;         // Largest timeout + entry of domains that gate.
  Picoseconds strict_slack_;  // Largest timeout.
  bool gates_ = false;
};

// Inferences of scenario s among the first `inferences`.
std::vector<int64_t> RunCounts(const mapping::Samples& samples,
                               size_t scenarios, int64_t inferences);

struct RunOptions {
  bool keep_sequence = false;  // Fill RunResult::sequence.
};

measurement::RunResult Run(const Model& model,
                           const workload::Workload& workload,
                           const mapping::Samples& samples,
                           const RunOptions& options = {});

}  // namespace dynarch::analysis

#endif  // DYNARCH_SIM_ANALYSIS_ANALYSIS_H_
