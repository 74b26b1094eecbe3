// Expressions over the outcomes of a network's decisions: conditions and
// extents, evaluated exactly.
//
// A number is a fraction of int64; `+ - * /` are exact, and `ceil(x)`,
// `floor(x)`, `round(x)` (half up), `min(x, y)`, `max(x, y)` are known. An
// extent must come out whole: `64 * 0.35` is refused, `ceil(64 * 0.35)` is 23.
// A decision that is not reached is absent: a comparison with it is false, an
// extent with it an error.
#ifndef DYNARCH_SIM_GRAPH_OUTCOME_EXPRESSION_H_
#define DYNARCH_SIM_GRAPH_OUTCOME_EXPRESSION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sim/base/decimal.h"
#include "sim/base/expression.h"

namespace dynarch::graph {

struct Decision;

// A constant, or an expression over outcomes. Cheap to copy.
class OutcomeExpression {
 public:
  OutcomeExpression() = default;  // The constant 0.
  static OutcomeExpression Constant(int64_t value);
  // Reads `text`. Names are resolved by Bind, or at once if there are none.
  static absl::StatusOr<OutcomeExpression> Parse(absl::string_view text);

  // Resolves names against `decisions`; `condition`: of type bool, else a plain
  // number. InvalidArgument with the column and the nearest name.
  absl::Status Bind(absl::Span<const Decision> decisions, bool condition);

  bool constant() const { return expression_ == nullptr; }
  const std::string& text() const { return text_; }
  // Decisions that are named, ascending. After Bind.
  const std::vector<int>& decisions() const { return decisions_; }

  // Whole value. InvalidArgument if it is not whole, negative, or depends on a
  // decision that is not reached; OutOfRange past int64.
  absl::StatusOr<int64_t> Count(absl::Span<const int64_t> outcomes) const;
  // Truth of a condition; absent is false.
  absl::StatusOr<bool> Holds(absl::Span<const int64_t> outcomes) const;

 private:
  friend struct OutcomeLookup;
  // By symbol of the expression: which outcome it is, and what its number
  // stands for.
  struct Operand {
    int outcome = 0;
    std::vector<Decimal> values;     // Numbers by index; empty: itself.
    std::vector<std::string> names;  // Names by index; empty: none.
    bool truth = false;
  };
  std::string text_ = "0";
  int64_t constant_ = 0;
  std::shared_ptr<const Expression> expression_;
  std::vector<Operand> operands_;
  std::vector<int> decisions_;
};

}  // namespace dynarch::graph

#endif  // DYNARCH_SIM_GRAPH_OUTCOME_EXPRESSION_H_
