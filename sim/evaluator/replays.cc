#include "sim/evaluator/replays.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/base/status_macros.h"

namespace dynarch::evaluator {

ReplayCounts CountsOf(const ReplayedSlice& slice, size_t exits,
                      int64_t inferences) {
  const auto size = static_cast<int64_t>(slice.replay.taken.size());
  const int64_t cycles = inferences / size;
  const int64_t rest = inferences % size;
  ReplayCounts counts;
  counts.exits.resize(exits);
  counts.correct = slice.replay.correct;
  counts.samples = size;
  for (int64_t i = 0; i < size; ++i) {
    const int64_t times = cycles + (i < rest ? 1 : 0);
    ReplayCounts::Exit& exit = counts.exits[slice.replay.taken[i]];
    ++exit.cycle;
    exit.run += times;
    exit.run_correct += slice.correct[i] != 0 ? times : 0;
  }
  return counts;
}

absl::StatusOr<const Replayer::Slice*> Replayer::Find(absl::string_view split,
                                                      graph::DataType dtype) {
  const behavior::TraceSlice* source = spec_.trace.Find(split, dtype);
  if (source == nullptr || source->samples.empty()) {
    std::vector<std::string> known;
    for (const behavior::TraceSlice& slice : spec_.trace.slices) {
      known.push_back(
          absl::StrCat(slice.split, " ", graph::NameOf(slice.dtype)));
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "no trace for split '", split, "' at ", graph::NameOf(dtype),
        "; the trace has: ", absl::StrJoin(known, ", ")));
  }
  for (const auto& slice : slices_) {
    if (slice->source == source) return slice.get();
  }
  slices_.push_back(std::make_unique<Slice>(Slice{
      source, behavior::ReplayIndex(*source, spec_.network.decisions())}));
  return slices_.back().get();
}

absl::StatusOr<ReplayedSlice> Replayer::Replay(
    absl::string_view split, graph::DataType dtype,
    absl::Span<const behavior::Threshold> thresholds) {
  DYNARCH_ASSIGN_OR_RETURN(const Slice* const slice, Find(split, dtype));
  ReplayedSlice result;
  result.replay = slice->index.Run(thresholds);
  const size_t exits = spec_.network.decisions().size();
  const auto& records = slice->source->records;
  for (size_t i = 0; i < result.replay.taken.size(); ++i) {
    result.correct.push_back(
        records[i * exits + result.replay.taken[i]].correct ? 1 : 0);
  }
  return result;
}

}  // namespace dynarch::evaluator
