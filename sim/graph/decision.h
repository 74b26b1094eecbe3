// Decisions: points where the data decides what is computed next, and the
// outcomes that they give.
#ifndef DYNARCH_SIM_GRAPH_DECISION_H_
#define DYNARCH_SIM_GRAPH_DECISION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sim/base/decimal.h"
#include "sim/graph/outcome_expression.h"

namespace dynarch::graph {

enum class Signal : uint8_t { kMaxProbability, kEntropy, kMargin, kScore };
// `max_probability`, `entropy`, `margin`, `score`.
absl::string_view NameOf(Signal signal);

// An exit: its probabilities come from `from`; when it is taken, nothing that
// only later exits need is computed. The last exit of a network is always
// taken; that of a network without exits is its output.
struct Exit {
  std::string name;
  int from = 0;  // Actor.
  Signal signal = Signal::kMaxProbability;
};

// How early exits are chosen.
struct ExitRule {
  enum class Kind : uint8_t { kThreshold, kPatience, kPredicted };
  Kind kind = Kind::kThreshold;
  int patience = 0;  // kPatience: the class was the same so often before.
  int at = 0;        // kPredicted: the exit that is looked at.
  // kPredicted: exit at + 1 + (bounds that the signal has passed) is taken.
  std::vector<Decimal> bounds;
};

// A decision that is no exit. Its outcome is one value, or one per expert and
// that of the dropped tokens:
//
//   kSkip        1 executed, 0 skipped
//   kBranch      index of the option
//   kExperts     tokens of each expert, then the tokens dropped
//   kWidth       index of the value
//   kResolution  index of the value
//   kActive      how many stay active, 1 to `of`
//   kRepeat      rounds, 1 to `max`
//   kFrame       0 process, 1 reuse, 2 skip
struct Decision {
  enum class Kind : uint8_t {
    kSkip,
    kBranch,
    kExperts,
    kWidth,
    kResolution,
    kActive,
    kRepeat,
    kFrame
  };
  std::string name;
  Kind kind = Kind::kSkip;
  // Actor whose output the host reads to decide; none: known beforehand.
  std::optional<int> from;
  std::vector<std::string> options;  // kBranch: names.
  std::vector<Decimal> values;       // kWidth, kResolution.
  int64_t experts = 0, top_k = 0;    // kExperts.
  OutcomeExpression of;              // kActive: the most; kExperts: tokens.
  int64_t max = 0;                   // kRepeat.
  // The knob: threshold (kSkip, kBranch, kFrame), value (kWidth, kResolution,
  // kRepeat), keep (kActive), capacity factor (kExperts). None: not set.
  std::optional<Decimal> knob;
};
// `skip`, `branch`, ...
absl::string_view NameOf(Decision::Kind kind);
// Name of the field that the knob is in files and paths: `threshold`, `value`,
// `keep`, `capacity_factor`.
absl::string_view KnobOf(Decision::Kind kind);

// Outcomes of all decisions of a network, one after the other (see
// OutcomeLayout); kNotReached where an earlier outcome makes the decision
// moot.
using Outcomes = std::vector<int64_t>;
inline constexpr int64_t kNotReached = -1;

// Where each decision's outcome lies in Outcomes.
struct OutcomeLayout {
  std::vector<int> first;  // By decision.
  std::vector<int> count;  // By decision: experts + 1, else 1.
  int size = 0;
};
OutcomeLayout LayoutOf(absl::Span<const Decision> decisions);

// What expressions may name: every decision by its name, as a truth value
// (kSkip), a name (kBranch, kFrame) or a number; `NAME.e0`, ..., `NAME.dropped`
// of kExperts.
expression::SymbolTable OutcomeSymbols(absl::Span<const Decision> decisions);

// One outcome as text (`execute`, `hard`, `0.5`, `147`; experts: `12 9 0 0`,
// dropped last) and back. `values` has the decision's count of numbers.
// InvalidArgument names what is allowed and the nearest name. `keep`, bounds
// against `of` are not checked.
std::string OutcomeText(const Decision& decision,
                        absl::Span<const int64_t> values);
absl::StatusOr<int64_t> ParseOutcome(const Decision& decision,
                                     absl::string_view text);

}  // namespace dynarch::graph

#endif  // DYNARCH_SIM_GRAPH_DECISION_H_
