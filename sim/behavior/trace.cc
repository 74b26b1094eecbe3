#include "sim/behavior/trace.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace dynarch::behavior {

const TraceSlice* Trace::Find(absl::string_view split,
                              graph::DataType dtype) const {
  for (const TraceSlice& slice : slices) {
    if (slice.split == split && slice.dtype == dtype) return &slice;
  }
  return nullptr;
}

absl::Status CheckMatches(const Trace& trace, const graph::Network& network) {
  std::vector<std::string> decisions;
  for (const graph::Decision& decision : network.decisions()) {
    decisions.push_back(decision.name);
  }
  if (trace.exits != decisions) {
    return absl::InvalidArgumentError(absl::StrCat(
        "behavior.trace: its exits are [", absl::StrJoin(trace.exits, ", "),
        "], the decisions of network '", network.name(), "' are [",
        absl::StrJoin(decisions, ", "), "]; they must be the same, in order"));
  }
  const std::string& weights = network.parts().weights_sha256;
  if (!trace.weights_sha256.empty() && !weights.empty() &&
      trace.weights_sha256 != weights) {
    return absl::InvalidArgumentError(absl::StrCat(
        "behavior.trace: recorded with weights ", trace.weights_sha256,
        ", network '", network.name(), "' has weights ", weights,
        "; record the trace again, or import the network it was recorded "
        "with"));
  }
  return absl::OkStatus();
}

double SignalOf(const ExitRecord& record, graph::Signal signal) {
  switch (signal) {
    case graph::Signal::kMaxProbability:
      return record.max_probability;
    case graph::Signal::kEntropy:
      return record.entropy;
    case graph::Signal::kMargin:
      return record.margin;
  }
  return record.max_probability;
}

int ExitTaken(absl::Span<const ExitRecord> sample,
              absl::Span<const graph::Decision> decisions,
              absl::Span<const Threshold> thresholds) {
  const int last = static_cast<int>(decisions.size()) - 1;
  for (int exit = 0; exit < last; ++exit) {
    const graph::Signal signal = decisions[exit].signal;
    if (thresholds[exit].Takes(signal, SignalOf(sample[exit], signal))) {
      return exit;
    }
  }
  return last;
}

}  // namespace dynarch::behavior
