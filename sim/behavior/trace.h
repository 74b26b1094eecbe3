// A per-sample trace of exit signals, and its replay under thresholds.
#ifndef DYNARCH_SIM_BEHAVIOR_TRACE_H_
#define DYNARCH_SIM_BEHAVIOR_TRACE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sim/behavior/rule.h"
#include "sim/graph/data_type.h"
#include "sim/graph/network.h"

namespace dynarch::behavior {

// What one exit said about one sample.
struct ExitRecord {
  int32_t predicted = 0;
  double max_probability = 0;
  double entropy = 0;  // nats
  double margin = 0;
  bool correct = false;
};

// Samples of one data type and one split, in file order.
struct TraceSlice {
  std::string split;  // `select`, `report`, ...
  graph::DataType dtype = graph::DataType::kFp32;
  std::vector<int64_t> samples;     // Sample ids.
  std::vector<ExitRecord> records;  // [sample][exit], row by row.
};

// A trace: its slices, all with the same exits.
struct Trace {
  std::vector<std::string> exits;  // Names, in order.
  std::string weights_sha256;      // Empty if the file does not say.
  std::vector<TraceSlice> slices;

  // Null if there is none.
  const TraceSlice* Find(absl::string_view split, graph::DataType dtype) const;
};

// InvalidArgument if the trace's exits are not the network's decisions in
// order, or its weights are another file's; the message names both.
absl::Status CheckMatches(const Trace& trace, const graph::Network& network);

// The signal of a record that a decision reads.
double SignalOf(const ExitRecord& record, graph::Signal signal);

// Exit (0-based) that one sample takes: the first whose threshold takes it,
// else the last, whose own threshold is not asked. `sample`, `decisions` and
// `thresholds` have one place per exit, in order.
int ExitTaken(absl::Span<const ExitRecord> sample,
              absl::Span<const graph::Decision> decisions,
              absl::Span<const Threshold> thresholds);

// A slice replayed under thresholds, each sample once.
struct Replay {
  std::vector<uint8_t> taken;        // Exit by sample, in file order.
  std::vector<int64_t> exit_counts;  // By exit.
  int64_t correct = 0;
  bool operator==(const Replay&) const = default;
};

// ExitTaken of every sample. For many thresholds on one slice, see
// ReplayIndex, which gives the same.
Replay ReplayTrace(const TraceSlice& slice,
                   absl::Span<const graph::Decision> decisions,
                   absl::Span<const Threshold> thresholds);

// A slice laid out for replaying it under many thresholds: in blocks of 64
// samples, each block exit by exit with the signal that the decision reads and
// a bit of correctness per sample, so that a replay reads memory in one
// direction. What a block has left is not read further.
//
// Immutable; independent of the slice it was made from.
class ReplayIndex {
 public:
  // At most 256 exits (`Replay::taken` is a byte).
  ReplayIndex(const TraceSlice& slice,
              absl::Span<const graph::Decision> decisions);

  int64_t sample_count() const { return sample_count_; }
  // The same as ReplayTrace on the slice. The form with `replay` reuses its
  // memory.
  Replay Run(absl::Span<const Threshold> thresholds) const;
  void Run(absl::Span<const Threshold> thresholds, Replay& replay) const;

 private:
  // Samples of block `block` that exit `exit` takes, a bit by sample.
  uint64_t Takes(size_t exit, const Threshold& threshold, int64_t block,
                 int count) const;

  int64_t sample_count_ = 0;
  std::vector<graph::Signal> signals_;  // By exit.
  std::vector<double> values_;          // [block][exit][sample].
  std::vector<uint64_t> correct_;       // [block][exit].
};

}  // namespace dynarch::behavior

#endif  // DYNARCH_SIM_BEHAVIOR_TRACE_H_
