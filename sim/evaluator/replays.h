// A trace replayed, and how a timed run counts it.
#ifndef DYNARCH_SIM_EVALUATOR_REPLAYS_H_
#define DYNARCH_SIM_EVALUATOR_REPLAYS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/behavior/trace.h"
#include "sim/mapping/system.h"
#include "sim/study/study_spec.h"

namespace dynarch::evaluator {

// One slice replayed under one candidate's thresholds.
struct ReplayedSlice {
  behavior::Replay replay;
  std::vector<uint8_t> correct;  // By sample, at the exit it takes.
  mapping::Samples samples() const { return {replay.taken, correct}; }
};

// The same in numbers: what a sweep keeps.
struct ReplayCounts {
  struct Exit {
    int64_t cycle = 0;        // Samples that take it, each once.
    int64_t run = 0;          // Inferences of the run that take it.
    int64_t run_correct = 0;  // Of those, the right ones.
  };
  std::vector<Exit> exits;
  int64_t correct = 0;  // Samples, each once.
  int64_t samples = 0;
};

// Counts a run of `inferences` that takes samples in order, cyclically.
ReplayCounts CountsOf(const ReplayedSlice& slice, size_t exits,
                      int64_t inferences);

// The slices of a study's trace, laid out for replay. One object per thread.
class Replayer {
 public:
  explicit Replayer(const study::StudySpec& spec) : spec_(spec) {}

  // InvalidArgument, listing what there is, if the trace has no such slice or
  // an empty one.
  absl::StatusOr<ReplayedSlice> Replay(
      absl::string_view split, graph::DataType dtype,
      absl::Span<const behavior::Threshold> thresholds);

 private:
  struct Slice {
    const behavior::TraceSlice* source;
    behavior::ReplayIndex index;
  };
  absl::StatusOr<const Slice*> Find(absl::string_view split,
                                    graph::DataType dtype);

  const study::StudySpec& spec_;
  std::vector<std::unique_ptr<Slice>> slices_;
};

}  // namespace dynarch::evaluator

#endif  // DYNARCH_SIM_EVALUATOR_REPLAYS_H_
