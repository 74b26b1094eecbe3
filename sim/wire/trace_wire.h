// Traces as artifacts: one canonical binary form, so that server and workers
// parse no CSV.
#ifndef DYNARCH_SIM_WIRE_TRACE_WIRE_H_
#define DYNARCH_SIM_WIRE_TRACE_WIRE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/behavior/trace.h"

namespace dynarch::wire {

// Serialised v1.Trace, fields in order: the bytes are content-addressed.
std::string EncodeTrace(const behavior::Trace& trace);
// DataLoss if the bytes are not a trace; the message says what is wrong.
absl::StatusOr<behavior::Trace> DecodeTrace(absl::string_view bytes);

}  // namespace dynarch::wire

#endif  // DYNARCH_SIM_WIRE_TRACE_WIRE_H_
