// Traces as CSV, as client/python/train_digits.py writes them:
//
//   # format: dynarch-trace 1
//   # exits: exit1, exit2
//   # weights: SHA-256 of the ONNX file
//   sample,split,dtype,label,exit1_class,exit1_max_probability,...
//   17,select,fp32,3,3,0.98,0.11,0.97,1,...
//
// Lines `# key: value` come first; keys other than format, kind, exits, weights
// and dtypes are for people. Then one row per sample, split and data type;
// per exit: class, max_probability, entropy (nats), margin, correct (0 or 1).
#ifndef DYNARCH_SIM_IO_TRACE_CSV_H_
#define DYNARCH_SIM_IO_TRACE_CSV_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/behavior/trace.h"

namespace dynarch::io {

// Slices are in order of first appearance, samples in file order. Errors are
// InvalidArgument, `FILE:LINE:COL: ...`, COL counting characters from 1.
absl::StatusOr<behavior::Trace> ReadTraceCsv(absl::string_view text,
                                             const std::string& file);
// ReadFile, then ReadTraceCsv.
absl::StatusOr<behavior::Trace> ReadTraceFile(const std::string& path);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_TRACE_CSV_H_
