// The design space: parameters, their values and which combinations exist.
//
// A candidate is one value per parameter. Its index is the mixed-radix number
// of its digits, first parameter most significant. A combination that an
// `only_if` expression rejects keeps its index, is excluded and counted, and is
// never handed out.
//
// In an `only_if` expression a parameter is named by its path. It is a number
// where one of its values is (`never` and `always` beside numbers are absent:
// neither above nor below anything), and a name otherwise. Stage elements are
// also named together, by the list's own path: `platform has mapping.stages`
// means all of them.
#ifndef DYNARCH_SIM_SPACE_DESIGN_SPACE_H_
#define DYNARCH_SIM_SPACE_DESIGN_SPACE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sim/base/expression.h"
#include "sim/space/slot.h"

namespace dynarch::space {

// One explored parameter. Values are the texts a study file would hold.
struct Parameter {
  std::string path;
  Slot slot;
  std::vector<std::string> values;  // At least one, all different.
};

// One point: a digit per parameter. A pure value.
struct Candidate {
  std::vector<int32_t> digits;
  bool operator==(const Candidate&) const = default;
};

// Indices begin <= i < end.
struct IndexRange {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t size() const { return end - begin; }
  bool operator==(const IndexRange&) const = default;
};

// Answers `platform has PATH` for one combination: does the platform named
// `platform` offer the value `value` of the parameter in `slot`? `platform` is
// empty where the space has no parameter `platform`: the study's only one is
// meant. Supplied by whoever knows platforms.
using HasPredicate = std::function<bool(
    absl::string_view platform, const Slot& slot, absl::string_view value)>;

// What an `only_if` expression over `parameters` may name.
expression::SymbolTable ParameterSymbols(
    const std::vector<Parameter>& parameters);

class DesignSpace {
 public:
  // An empty space: no parameter, no combination. To be assigned to.
  DesignSpace() = default;

  // `only_if` need only be parsed. The cost is one evaluation per expression
  // and combination of the parameters that it names, and a walk that cuts a
  // subtree of the space at the first parameter where an expression is false.
  // So parameters that no expression names are best put last.
  //
  // Errors (InvalidArgument): no parameter, a path or value twice (0.5 and
  // 0.50 are one value), no value, more than 2^53 combinations; an expression
  // that does not check against ParameterSymbols, is no condition, names no
  // parameter, or names parameters with more than 2^22 combinations; more than
  // 2^20 ranges of valid indices; no valid combination (each expression that
  // rejects everything alone is named).
  static absl::StatusOr<DesignSpace> Create(
      std::vector<Parameter> parameters, const std::vector<Expression>& only_if,
      const HasPredicate& has);

  const std::vector<Parameter>& parameters() const { return parameters_; }
  // Of all combinations, excluded ones included.
  int64_t size() const { return size_; }
  int64_t valid_count() const { return valid_count_; }
  int64_t excluded_count() const { return size_ - valid_count_; }
  // Valid indices, as maximal disjoint ascending ranges.
  const std::vector<IndexRange>& valid_ranges() const { return valid_ranges_; }
  // False outside the space too.
  bool IsValid(int64_t index) const;
  // The valid index with `rank` valid indices before it;
  // 0 <= rank < valid_count().
  int64_t ValidIndexAt(int64_t rank) const;

  // 0 <= index < size().
  Candidate At(int64_t index) const;
  // The same without allocation; `digits` has one place per parameter.
  void DigitsAt(int64_t index, absl::Span<int32_t> digits) const;
  // The inverse of At.
  int64_t IndexOf(const Candidate& candidate) const;
  // From texts by path, every parameter given, in any order. A number may be
  // written in another way than the space does (0.5 for 0.50). The combination
  // may be an excluded one. InvalidArgument names the path, what came, what is
  // allowed and the nearest.
  absl::StatusOr<Candidate> Parse(
      absl::Span<const std::pair<std::string, std::string>> values) const;

 private:
  std::vector<Parameter> parameters_;
  std::vector<int64_t> strides_;  // By parameter; the last is 1.
  std::vector<IndexRange> valid_ranges_;
  std::vector<int64_t> rank_before_;  // Valid indices before each range.
  int64_t size_ = 0;
  int64_t valid_count_ = 0;
};

}  // namespace dynarch::space

#endif  // DYNARCH_SIM_SPACE_DESIGN_SPACE_H_
