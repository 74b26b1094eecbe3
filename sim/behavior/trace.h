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

// Exit (0-based) that one sample takes.
int ExitTaken(absl::Span<const ExitRecord> sample,
              absl::Span<const graph::Decision> decisions,
              absl::Span<const Threshold> thresholds);

// A slice replayed under thresholds, each sample once.
struct Replay {
  std::vector<uint8_t> taken;       // Exit by sample, in file order.
  std::vector<int64_t> exit_counts;  // By exit.
  int64_t correct = 0;
};
Replay ReplayTrace(const TraceSlice& slice,
                   absl::Span<const graph::Decision> decisions,
                   absl::Span<const Threshold> thresholds);

}  // namespace dynarch::behavior

#endif  // DYNARCH_SIM_BEHAVIOR_TRACE_H_
