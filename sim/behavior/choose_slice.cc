// Which slice of a trace answers a request, and its outcomes.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/behavior/realised.h"

namespace dynarch::behavior {
namespace {

// What a slice was recorded with; null if it does not say.
const std::string* SettingOf(const TraceSlice& slice, const std::string& path) {
  for (const Setting& setting : slice.settings) {
    if (setting.path == path) return &setting.value;
  }
  return nullptr;
}

// A knob that is asked for.
struct Asked {
  std::string path;
  std::string value;
  int decision = -1;  // Of a knob that fixes an outcome, else -1.
  // What a slice that does not say was recorded with; empty: unknown.
  std::string otherwise;
};

std::vector<Asked> AskedKnobs(const Trace& trace, const graph::Network& network,
                              const Request& request) {
  std::vector<Asked> asked;
  for (size_t d = 0; d < network.decisions().size(); ++d) {
    const graph::Decision& decision = network.decisions()[d];
    std::optional<Decimal> knob =
        d < request.knobs.size() ? request.knobs[d] : std::nullopt;
    if (!knob.has_value()) knob = decision.knob;
    if (!knob.has_value()) continue;
    asked.push_back(
        {KnobPath(decision), knob->ToString(),
         FixesOutcome(decision.kind) ? static_cast<int>(d) : -1,
         decision.knob.has_value() ? decision.knob->ToString() : ""});
  }
  if (trace.kind == Trace::Kind::kSignals) return asked;
  for (size_t e = 0; e + 1 < request.thresholds.size(); ++e) {
    const Threshold& threshold = request.thresholds[e];
    if (threshold.kind() == Threshold::Kind::kChecked) continue;
    asked.push_back({ThresholdPath(network.exits()[e]),
                     CanonicalValue(threshold.text()), -1, ""});
  }
  const graph::ExitRule& rule = network.parts().exit_rule;
  if (request.patience.has_value()) {
    asked.push_back({"network.exit_rule.patience",
                     absl::StrCat(*request.patience), -1,
                     absl::StrCat(rule.patience)});
  }
  return asked;
}

bool Matches(const TraceSlice& slice, const Asked& asked) {
  const std::string* recorded = SettingOf(slice, asked.path);
  return (recorded != nullptr ? *recorded : asked.otherwise) == asked.value;
}

// Tokens that were dropped when the slice was recorded cannot be brought back.
bool MayForce(const Trace& trace, const TraceSlice& slice, const Asked& asked,
              const graph::Network& network) {
  const graph::Decision& decision = network.decisions()[asked.decision];
  if (decision.kind != graph::Decision::Kind::kExperts) return true;
  int column = 0;
  for (const TracedDecision& traced : trace.decisions) {
    if (traced.name == decision.name) break;
    column += traced.columns;
  }
  column += network.layout().count[asked.decision] - 1;
  if (column >= slice.outcomes.columns()) return false;
  for (int64_t row = 0; row < slice.outcomes.size(); ++row) {
    if (slice.outcomes.At(row, column) > 0) return false;
  }
  return true;
}

bool HasColumn(const Trace& trace, const std::string& name) {
  return std::any_of(
      trace.decisions.begin(), trace.decisions.end(),
      [&](const TracedDecision& traced) { return traced.name == name; });
}

absl::Status NoTrace(const std::string& what, const Trace& trace) {
  return absl::InvalidArgumentError(absl::StrCat(
      "no trace for ", what, "; the trace has: ", SlicesOf(trace)));
}

}  // namespace

absl::StatusOr<ChosenSlice> ChooseSlice(const Trace& trace,
                                        const graph::Network& network,
                                        const Request& request) {
  const std::vector<Asked> all = AskedKnobs(trace, network, request);
  ChosenSlice best;
  size_t best_forced = all.size() + 1;
  const Asked* missing = nullptr;
  bool has_type = false;
  for (const TraceSlice& slice : trace.slices) {
    if (slice.split != request.split || slice.dtype != request.dtype ||
        slice.samples.empty()) {
      continue;
    }
    has_type = true;
    std::vector<std::optional<Decimal>> knobs(network.decisions().size());
    size_t forced = 0;
    const Asked* unmet = nullptr;
    for (const Asked& asked : all) {
      const bool matches = Matches(slice, asked);
      const bool has_column =
          asked.decision < 0 ||
          HasColumn(trace, network.decisions()[asked.decision].name);
      if (matches && has_column) continue;
      if (asked.decision < 0 ||
          (has_column && !MayForce(trace, slice, asked, network))) {
        unmet = &asked;
        break;
      }
      knobs[asked.decision] = *Decimal::Parse(asked.value);
      forced += matches ? 0 : 1;
    }
    if (unmet != nullptr) {
      missing = unmet;
    } else if (forced < best_forced) {
      best_forced = forced;
      best = {&slice, std::move(knobs), forced == 0};
    }
  }
  if (best.slice != nullptr) return best;
  if (has_type) {
    return NoTrace(absl::StrCat(missing->path, " = ", missing->value), trace);
  }
  std::vector<std::string> splits;
  for (const TraceSlice& slice : trace.slices) splits.push_back(slice.split);
  absl::Status status = NoTrace(absl::StrCat("split '", request.split, "' at ",
                                             graph::NameOf(request.dtype)),
                                trace);
  if (std::find(splits.begin(), splits.end(), request.split) != splits.end()) {
    return status;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(status.message(), DidYouMean(request.split, splits)));
}

absl::StatusOr<Interned> FixAndIntern(const OutcomeRows& rows,
                                      const OutcomeFixer& fixer) {
  DistinctRows raw = FindDistinct(rows);
  Interned result;
  if (fixer.identity()) {
    result.table = OutcomeRows(rows.columns());
    result.table.Reserve(static_cast<int64_t>(raw.first.size()));
    for (const uint32_t row : raw.first) result.table.AppendRow(rows, row);
    result.index = std::move(raw.index);
    return result;
  }
  OutcomeRows fixed(rows.columns());
  for (const uint32_t row : raw.first) {
    graph::Outcomes outcomes = rows.Row(row);
    DYNARCH_RETURN_IF_ERROR(fixer.Fix(outcomes));
    fixed.Append(outcomes);
  }
  const DistinctRows distinct = FindDistinct(fixed);
  result.table = OutcomeRows(rows.columns());
  for (const uint32_t row : distinct.first) result.table.AppendRow(fixed, row);
  result.index = std::move(raw.index);
  for (uint32_t& index : result.index) index = distinct.index[index];
  return result;
}

absl::StatusOr<Interned> OutcomesOf(const Trace& trace,
                                    const ChosenSlice& chosen,
                                    const graph::Network& network) {
  const graph::OutcomeLayout& layout = network.layout();
  const OutcomeRows& recorded = chosen.slice->outcomes;
  std::vector<int> column_of(layout.size, -1);  // By place in the layout.
  int column = 0;
  bool same = true;
  for (const TracedDecision& traced : trace.decisions) {
    const int first = layout.first[*network.DecisionNamed(traced.name)];
    for (int c = 0; c < traced.columns; ++c, ++column) {
      column_of[first + c] = column;
      same &= first + c == column;
    }
  }
  std::vector<bool> forced(network.decisions().size(), true);
  DYNARCH_ASSIGN_OR_RETURN(
      const OutcomeFixer fixer,
      OutcomeFixer::Create(network, chosen.knobs, std::move(forced)));
  if (same && column == layout.size && layout.size > 0) {
    return FixAndIntern(recorded, fixer);
  }
  const auto samples = static_cast<int64_t>(chosen.slice->samples.size());
  OutcomeRows nothing(0);
  for (int64_t i = 0; i < samples && column == 0; ++i) nothing.Append({});
  const DistinctRows raw = FindDistinct(column == 0 ? nothing : recorded);
  OutcomeRows rows(layout.size);
  graph::Outcomes row(layout.size);
  for (const uint32_t from : raw.first) {
    for (int i = 0; i < layout.size; ++i) {
      row[i] = column_of[i] < 0 ? graph::kNotReached
                                : recorded.At(from, column_of[i]);
    }
    rows.Append(row);
  }
  DYNARCH_ASSIGN_OR_RETURN(Interned result, FixAndIntern(rows, fixer));
  std::vector<uint32_t> index(raw.index.size());
  for (size_t i = 0; i < index.size(); ++i) {
    index[i] = result.index[raw.index[i]];
  }
  result.index = std::move(index);
  return result;
}

}  // namespace dynarch::behavior
