// What the columns of a trace file mean. Internal to the trace readers.
#ifndef DYNARCH_SIM_IO_TRACE_COLUMNS_H_
#define DYNARCH_SIM_IO_TRACE_COLUMNS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/behavior/trace.h"
#include "sim/graph/network.h"
#include "sim/io/csv.h"

namespace dynarch::io {

// Values of `# key: value`, with their lines.
struct TraceComment {
  std::string value;
  int line = 0;
};
using TraceComments = std::map<std::string, TraceComment>;

struct TraceColumn {
  enum class Kind : uint8_t {
    kSample,
    kSplit,
    kDtype,
    kLabel,
    kClass,         // By exit.
    kSignal,        // By exit.
    kCorrect,       // By exit.
    kTaken,         // Exit.
    kTakenCorrect,  // There.
    kSetting,       // `name` is its path.
    kOutcome        // Of decision column `index`.
  };
  Kind kind = Kind::kSample;
  std::string name;  // As written.
  int index = 0;     // Exit, or column of outcomes.
  graph::Signal signal = graph::Signal::kMaxProbability;
};

struct TraceLayout {
  behavior::Trace::Kind kind = behavior::Trace::Kind::kSignals;
  std::vector<TraceColumn> columns;
  std::vector<std::string> exits;
  std::vector<behavior::TracedDecision> decisions;
  // By column of outcomes: the network's decision.
  std::vector<std::optional<int>> outcome_of;
  std::vector<int> implied;  // Dropped tokens that no column of the file holds.
  bool exits_by_number = false;  // Of kTaken in a plain file.

  bool Has(TraceColumn::Kind kind) const;
};

// Signal, `class` or `correct` of one exit, as the name of a column or array
// says: `exit1_entropy`; in a plain file also `entropy_layer1`, `entropy1` and
// usual other words (`confidence`, `prediction`). Absent if it is no such name.
struct ExitColumnName {
  TraceColumn::Kind kind = TraceColumn::Kind::kSignal;
  graph::Signal signal = graph::Signal::kMaxProbability;
  std::string exit;  // What is left of the name.
};
std::optional<ExitColumnName> ReadExitColumnName(absl::string_view name,
                                                 bool plain);

// The columns of a header. `plain`: the file has no line `# format`, so that
// exits are matched to the network's by position, unless all have its names.
// Errors are InvalidArgument, `FILE:LINE:COL: ...`.
absl::StatusOr<TraceLayout> ReadTraceLayout(const CsvReader& csv,
                                            const CsvRow& header,
                                            const TraceComments& comments,
                                            const graph::Network* network,
                                            bool plain);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_TRACE_COLUMNS_H_
