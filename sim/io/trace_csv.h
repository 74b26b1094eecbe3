// Traces as CSV (docs/behavior.md), in two forms. Dynarch's own:
//
//   # format: dynarch-trace 1
//   # kind: signals
//   # exits: exit1, exit2
//   # weights: SHA-256 of the ONNX file
//   sample,split,dtype,label,exit1_class,exit1_max_probability,...
//   17,select,fp32,3,3,0.98,0.11,0.97,1,...
//
// Lines `# key: value` come first; keys other than format, kind, exits,
// decisions, signals, weights, dtypes and setting:PATH are for people. Then one
// row per sample, split, data type and settings. Columns, in any order: sample,
// split, dtype; label; per exit any of class, max_probability, entropy (nats),
// margin, score, correct (0 or 1), the same ones for every exit; a decision's
// outcome under its name (experts: NAME_e0, ..., NAME_dropped), empty where it
// is not reached; `setting:decisions.NAME.KNOB`. Kind `outcomes`: `exit`, the
// name of the exit taken, and `correct`, instead of columns per exit.
//
// A plain table, without `# format`: the same columns, sample, split and dtype
// optional (row number, select, fp32); exits by position where they have not
// the network's names (`entropy_layer1`, ..., `confidence_2`); `exit` a name or
// a number from 1.
#ifndef DYNARCH_SIM_IO_TRACE_CSV_H_
#define DYNARCH_SIM_IO_TRACE_CSV_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/behavior/trace.h"
#include "sim/graph/network.h"

namespace dynarch::io {

// Largest trace file that is read.
inline constexpr int64_t kMaxTraceBytes = int64_t{1} << 31;

// Slices are in order of first appearance, samples in file order. `network`:
// says which columns are decisions and reads their words (`hard`, `0.5`); null:
// outcomes are whole numbers. That the trace fits it is not checked otherwise
// (behavior::CheckMatches). Errors are InvalidArgument, `FILE:LINE:COL: ...`,
// COL counting characters from 1.
absl::StatusOr<behavior::Trace> ReadTraceCsv(
    absl::string_view text, const std::string& file,
    const graph::Network* network = nullptr);
// The same for a file; .npz files too (npz.h).
absl::StatusOr<behavior::Trace> ReadTraceFile(
    const std::string& path, const graph::Network* network = nullptr);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_TRACE_CSV_H_
