// A study's source realised and replayed, and how a timed run counts it.
#ifndef DYNARCH_SIM_EVALUATOR_REPLAYS_H_
#define DYNARCH_SIM_EVALUATOR_REPLAYS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/behavior/population.h"
#include "sim/evaluator/scenarios.h"
#include "sim/mapping/system.h"
#include "sim/study/study_spec.h"

namespace dynarch::evaluator {

// One population replayed under one candidate's exit policy.
struct ReplayedSlice {
  std::shared_ptr<const Scenarios> scenarios;
  behavior::Replay replay;

  mapping::Samples samples() const {
    return {replay.scenarios, replay.correct};
  }
  // Samples, each once.
  int64_t size() const { return static_cast<int64_t>(replay.scenarios.size()); }
  // Scenarios that occur, ascending.
  std::vector<uint32_t> Occurring() const;
};

// The same in numbers: what a sweep keeps.
struct ReplayCounts {
  struct Scenario {
    uint32_t number = 0;
    int64_t cycle = 0;        // Samples that are in it, each once.
    int64_t run = 0;          // Inferences of the run that are in it.
    int64_t run_correct = 0;  // Of those, the right ones.
  };
  std::vector<Scenario> scenarios;  // That occur, ascending.
  int64_t correct = 0;              // Samples, each once.
  int64_t samples = 0;
  bool correct_known = true;
  std::optional<double> stated_accuracy;  // Instead of counted.
  absl::string_view obstacle;  // A reason code if there is no such replay.
};

// Counts a run of `inferences` that takes samples in order, cyclically.
ReplayCounts CountsOf(const ReplayedSlice& slice, int64_t inferences);

// The populations of a study. One object per thread.
class Replayer {
 public:
  explicit Replayer(const study::StudySpec& spec) : spec_(spec) {}

  // Errors: those of behavior::Realise and Population::Check.
  absl::StatusOr<std::shared_ptr<const Scenarios>> Realise(
      absl::string_view split, const study::BoundCandidate& bound);
  absl::StatusOr<ReplayedSlice> Replay(absl::string_view split,
                                       const study::BoundCandidate& bound);

 private:
  struct Known {
    behavior::Request request;
    std::shared_ptr<const Scenarios> scenarios;
  };

  const study::StudySpec& spec_;
  std::vector<Known> known_;
  int64_t samples_ = 0;  // Of all known.
};

}  // namespace dynarch::evaluator

#endif  // DYNARCH_SIM_EVALUATOR_REPLAYS_H_
