// Which combinations `only_if` expressions leave: evaluates each expression
// once per combination of what it names, then walks the space.
#ifndef DYNARCH_SIM_SPACE_EXCLUSION_H_
#define DYNARCH_SIM_SPACE_EXCLUSION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sim/base/expression.h"
#include "sim/space/design_space.h"

namespace dynarch::space {

// Limits of Create, so that a careless file ends in a message.
inline constexpr int64_t kMaxConditionRows = int64_t{1} << 22;
inline constexpr int64_t kMaxValidRanges = int64_t{1} << 20;
inline constexpr int64_t kMaxVisitedNodes = int64_t{1} << 27;

// One expression as a truth table over the parameters that it names.
struct Condition {
  std::string text;
  std::vector<int> parameters;   // Ascending.
  std::vector<int64_t> strides;  // In `holds`, by named parameter.
  std::vector<bool> holds;

  bool HoldsAt(absl::Span<const int32_t> digits) const {
    int64_t row = 0;
    for (size_t i = 0; i < parameters.size(); ++i) {
      row += digits[parameters[i]] * strides[i];
    }
    return holds[row];
  }
  bool NeverHolds() const;
};

// Tabulates one expression. Errors: those of DesignSpace::Create that are
// about an expression.
absl::StatusOr<Condition> Tabulate(const Expression& expression,
                                   const std::vector<Parameter>& parameters,
                                   const HasPredicate& has);

// Indices of the mixed-radix space at which every condition holds, as maximal
// disjoint ascending ranges. `strides` by parameter. InvalidArgument beyond
// the limits above.
absl::StatusOr<std::vector<IndexRange>> ValidRanges(
    const std::vector<Parameter>& parameters,
    const std::vector<int64_t>& strides,
    const std::vector<Condition>& conditions);

}  // namespace dynarch::space

#endif  // DYNARCH_SIM_SPACE_EXCLUSION_H_
