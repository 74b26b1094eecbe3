#include "sim/behavior/trace.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/base/decimal.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/behavior/outcome_check.h"

namespace dynarch::behavior {
namespace {

using graph::ExitRule;

template <typename... Parts>
absl::Status Error(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat("behavior.trace: ", parts...));
}

absl::Status CheckExits(const Trace& trace, const graph::Network& network) {
  std::vector<std::string> exits;
  for (const graph::Exit& exit : network.exits()) exits.push_back(exit.name);
  if (trace.exits == exits) return absl::OkStatus();
  return Error("its exits are [", absl::StrJoin(trace.exits, ", "),
               "], those of network '", network.name(), "' are [",
               absl::StrJoin(exits, ", "),
               "]; they must be the same, in order");
}

absl::Status CheckWeights(const Trace& trace, const graph::Network& network) {
  const std::string& weights = network.parts().weights_sha256;
  if (trace.weights_sha256.empty() || weights.empty() ||
      trace.weights_sha256 == weights) {
    return absl::OkStatus();
  }
  return Error("recorded with weights ", trace.weights_sha256, ", network '",
               network.name(), "' has weights ", weights,
               "; record the trace again, or import the network it was "
               "recorded with");
}

absl::Status CheckDecisions(const Trace& trace, const graph::Network& network) {
  std::vector<std::string> known, traced;
  for (const graph::Decision& decision : network.decisions()) {
    known.push_back(decision.name);
  }
  for (const TracedDecision& decision : trace.decisions) {
    const auto index = network.DecisionNamed(decision.name);
    if (!index.has_value()) {
      return Error("its decision '", decision.name, "' is none of network '",
                   network.name(), "', which has ",
                   known.empty() ? "none but exits" : NameList(known),
                   DidYouMean(decision.name, known));
    }
    if (network.layout().count[*index] != decision.columns) {
      return Error("decision '", decision.name, "' has ", decision.columns,
                   " columns; network '", network.name(), "' needs ",
                   network.layout().count[*index]);
    }
    traced.push_back(decision.name);
  }
  for (const graph::Decision& decision : network.decisions()) {
    if (decision.knob.has_value() && FixesOutcome(decision.kind)) continue;
    if (std::find(traced.begin(), traced.end(), decision.name) ==
        traced.end()) {
      return Error("no column for decision '", decision.name, "' of network '",
                   network.name(), "'; the trace has ",
                   traced.empty() ? "none but exits" : NameList(traced),
                   DidYouMean(decision.name, traced));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSplits(const Trace& trace) {
  static const auto& allowed =
      *new std::vector<std::string>{"select", "report"};
  bool has_select = trace.slices.empty();
  for (const TraceSlice& slice : trace.slices) {
    has_select |= slice.split == "select";
    if (slice.split == "select" || slice.split == "report") continue;
    return Error("split '", slice.split,
                 "' is unknown; allowed: select "
                 "(where thresholds are explored), report (where front points "
                 "are counted again)",
                 DidYouMean(slice.split, allowed));
  }
  if (has_select) return absl::OkStatus();
  return Error(
      "no sample is of split 'select', on which thresholds are "
      "explored; the trace has: ",
      SlicesOf(trace));
}

// Signals and classes that the network's rule looks at.
absl::Status CheckSignals(const Trace& trace, const TraceSlice& slice,
                          const graph::Network& network) {
  const ExitRule& rule = network.parts().exit_rule;
  const size_t exits = network.exits().size();
  if (trace.kind == Trace::Kind::kOutcomes || exits == 1) {
    return absl::OkStatus();
  }
  if (rule.kind == ExitRule::Kind::kPatience) {
    if (!slice.predicted.empty() || slice.samples.empty()) {
      return absl::OkStatus();
    }
    return Error(
        "holds no classes, which the exit rule `patience` of network '",
        network.name(), "' compares");
  }
  for (size_t e = 0; e + 1 < exits; ++e) {
    const bool is_read = rule.kind == ExitRule::Kind::kThreshold ||
                         static_cast<int>(e) == rule.at;
    const graph::Exit& exit = network.exits()[e];
    if (!is_read || slice.samples.empty() ||
        !slice.signal(exit.signal).empty()) {
      continue;
    }
    std::vector<std::string> held;
    for (int s = 0; s < kSignalCount; ++s) {
      if (slice.signals[s].empty()) continue;
      held.emplace_back(NameOf(static_cast<graph::Signal>(s)));
    }
    return Error("exit '", exit.name, "' reads ", NameOf(exit.signal),
                 ", which the trace does not hold; it holds ",
                 held.empty() ? "no signal" : absl::StrJoin(held, ", "));
  }
  return absl::OkStatus();
}

absl::Status CheckClasses(const TraceSlice& slice,
                          const graph::Network& network) {
  const size_t exits = network.exits().size();
  for (size_t i = 0; i < slice.predicted.size(); ++i) {
    const int64_t classes = network.stages()[i % exits].classes;
    if (slice.predicted[i] < classes) continue;
    return Error("sample ", slice.samples[i / exits], " (", slice.split, " ",
                 NameOf(slice.dtype), "): exit '",
                 network.exits()[i % exits].name, "' says class ",
                 slice.predicted[i], "; network '", network.name(), "' has ",
                 classes, " classes there, 0 to ", classes - 1);
  }
  return absl::OkStatus();
}

absl::Status CheckSettings(const TraceSlice& slice,
                           const graph::Network& network) {
  const std::vector<std::string> known = KnobPaths(network);
  for (const Setting& setting : slice.settings) {
    if (std::find(known.begin(), known.end(), setting.path) != known.end()) {
      continue;
    }
    return Error("setting '", setting.path, "' is no knob of network '",
                 network.name(), "'; its knobs are ", NameList(known),
                 DidYouMean(setting.path, known));
  }
  return absl::OkStatus();
}

absl::Status CheckOutcomes(const Trace& trace, const TraceSlice& slice,
                           const graph::Network& network) {
  int column = 0;
  for (const TracedDecision& traced : trace.decisions) {
    const int index = *network.DecisionNamed(traced.name);
    const graph::Decision& decision = network.decisions()[index];
    for (int c = 0; c < traced.columns; ++c, ++column) {
      const int64_t most = LargestOutcome(decision);
      const int64_t least = decision.kind == graph::Decision::Kind::kRepeat;
      const bool may_be_moot = MayBeMoot(network, index);
      for (int64_t row = 0; row < slice.outcomes.size(); ++row) {
        const int64_t value = slice.outcomes.At(row, column);
        if (value == graph::kNotReached ? may_be_moot
                                        : value >= least && value <= most) {
          continue;
        }
        return Error(
            "sample ", slice.samples[row], " (", slice.split, " ",
            NameOf(slice.dtype), "): decision '", decision.name, "' says ",
            value == graph::kNotReached ? "nothing, though it is always reached"
                                        : absl::StrCat(value),
            "; ", least, " to ", most, " is allowed");
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string CanonicalValue(absl::string_view text) {
  const auto value = Decimal::Parse(text);
  return value.ok() ? value->ToString() : std::string(text);
}

absl::string_view NameOf(Trace::Kind kind) {
  return kind == Trace::Kind::kSignals ? "signals" : "outcomes";
}

const TraceSlice* Trace::Find(absl::string_view split,
                              graph::DataType dtype) const {
  for (const TraceSlice& slice : slices) {
    if (slice.split == split && slice.dtype == dtype) return &slice;
  }
  return nullptr;
}

std::string SlicesOf(const Trace& trace) {
  std::vector<std::string> known;
  for (const TraceSlice& slice : trace.slices) {
    std::vector<std::string> settings;
    for (const Setting& setting : slice.settings) {
      settings.push_back(absl::StrCat(setting.path, " = ", setting.value));
    }
    known.push_back(absl::StrCat(
        slice.split, " ", NameOf(slice.dtype), settings.empty() ? "" : " (",
        absl::StrJoin(settings, ", "), settings.empty() ? "" : ")"));
  }
  return NameList(known);
}

absl::Status CheckMatches(const Trace& trace, const graph::Network& network) {
  DYNARCH_RETURN_IF_ERROR(CheckExits(trace, network));
  DYNARCH_RETURN_IF_ERROR(CheckWeights(trace, network));
  DYNARCH_RETURN_IF_ERROR(CheckDecisions(trace, network));
  DYNARCH_RETURN_IF_ERROR(CheckSplits(trace));
  for (const TraceSlice& slice : trace.slices) {
    DYNARCH_RETURN_IF_ERROR(CheckSettings(slice, network));
    DYNARCH_RETURN_IF_ERROR(CheckSignals(trace, slice, network));
    DYNARCH_RETURN_IF_ERROR(CheckClasses(slice, network));
    DYNARCH_RETURN_IF_ERROR(CheckOutcomes(trace, slice, network));
  }
  return absl::OkStatus();
}

}  // namespace dynarch::behavior
