// Per-sample traces: what the exits said and what the decisions did.
#ifndef DYNARCH_SIM_BEHAVIOR_TRACE_H_
#define DYNARCH_SIM_BEHAVIOR_TRACE_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sim/behavior/outcome_rows.h"
#include "sim/graph/data_type.h"
#include "sim/graph/network.h"

namespace dynarch::behavior {

inline constexpr int kSignalCount = 4;  // Of graph::Signal.

// A knob that a slice was recorded with: `decisions.NAME.KNOB`, or
// `network.exit_rule.patience`.
struct Setting {
  std::string path;
  std::string value;  // CanonicalValue.
  bool operator==(const Setting&) const = default;
};
// The shortest text of a decimal; other text (`never`) as it is.
std::string CanonicalValue(absl::string_view text);

// Samples of one split, data type and set of knobs, in file order. Columns are
// [sample][exit], row by row, and empty where the trace does not hold them.
struct TraceSlice {
  std::string split;  // `select`, `report`.
  graph::DataType dtype = graph::DataType::kFp32;
  std::vector<Setting> settings;  // By path, each once.
  std::vector<int64_t> samples;   // Sample ids.

  // Of a trace of signals; by graph::Signal.
  std::array<std::vector<double>, kSignalCount> signals;
  std::vector<int32_t> predicted;  // Class.
  // Of a trace of outcomes: exit taken by sample.
  std::vector<uint8_t> taken;
  // 1 where the class is the label. Signals: [sample][exit]; outcomes:
  // [sample], at the exit taken.
  std::vector<uint8_t> correct;
  // [sample][column of Trace::decisions].
  OutcomeRows outcomes;

  const std::vector<double>& signal(graph::Signal which) const {
    return signals[static_cast<int>(which)];
  }
  std::vector<double>& signal(graph::Signal which) {
    return signals[static_cast<int>(which)];
  }
};

// A decision other than an exit whose outcomes a trace holds.
struct TracedDecision {
  std::string name;
  int columns = 1;  // Experts: one each, then the dropped tokens.
  bool operator==(const TracedDecision&) const = default;
};

// A trace: its slices, all with the same columns.
struct Trace {
  // Whether thresholds may be re-applied, or outcomes only replayed.
  enum class Kind : uint8_t { kSignals, kOutcomes };
  Kind kind = Kind::kSignals;
  std::vector<std::string> exits;         // Names, in order.
  std::vector<TracedDecision> decisions;  // In the order of the columns.
  std::string weights_sha256;             // Empty if the file does not say.
  std::vector<TraceSlice> slices;

  // The first of this split and type, whatever its settings; null if there is
  // none.
  const TraceSlice* Find(absl::string_view split, graph::DataType dtype) const;
};
// `signals`, `outcomes`.
absl::string_view NameOf(Trace::Kind kind);

// `select fp32, report fp32 (decisions.gate.threshold = 0.5)`: what slices
// there are, for messages.
std::string SlicesOf(const Trace& trace);

// InvalidArgument, with what came, what is allowed and the nearest name, if
//  - the trace's exits are not the network's in order, or a decision is not
//    the network's;
//  - a decision has no column and no knob that fixes it;
//  - its weights are another file's;
//  - a split is neither `select` nor `report`, or none is `select`;
//  - a signal that an exit reads is not there (a trace of signals under a rule
//    that reads it), or classes under a rule of patience;
//  - a class is beyond the network's, or an outcome beyond its decision;
//  - a setting is no knob of the network.
absl::Status CheckMatches(const Trace& trace, const graph::Network& network);

}  // namespace dynarch::behavior

#endif  // DYNARCH_SIM_BEHAVIOR_TRACE_H_
