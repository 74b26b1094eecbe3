// The design space: parameters, their values and which combinations exist.
//
// A candidate is one value per parameter. Its index is the mixed-radix number
// of its digits, first parameter most significant. A combination that an
// `only_if` expression rejects keeps its index, is excluded and counted, and is
// never handed out.
#ifndef DYNARCH_SIM_SPACE_DESIGN_SPACE_H_
#define DYNARCH_SIM_SPACE_DESIGN_SPACE_H_

#include <cstdint>
#include <functional>
#include <string>
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

// Answers `X has Y` for one combination: does the platform named `platform`
// offer the value `value` of the parameter `path`? Supplied by whoever knows
// platforms.
using HasPredicate = std::function<bool(absl::string_view platform, const Slot& slot, absl::string_view value)>;

class DesignSpace {
 public:
  // Errors (InvalidArgument): no value, a value or path twice, an expression
  // that names no parameter or is not boolean, more than 2^53 combinations,
  // no valid combination.
  static absl::StatusOr<DesignSpace> Create(std::vector<Parameter> parameters,
                                            std::vector<Expression> only_if,
                                            const HasPredicate& has);

  const std::vector<Parameter>& parameters() const { return parameters_; }
  // Of all combinations, excluded ones included.
  int64_t size() const { return size_; }
  int64_t valid_count() const { return valid_count_; }
  int64_t excluded_count() const { return size_ - valid_count_; }
  // Valid indices, as maximal disjoint ascending ranges.
  const std::vector<IndexRange>& valid_ranges() const { return valid_ranges_; }
  bool IsValid(int64_t index) const;
  // The valid index with `rank` valid indices before it.
  int64_t ValidIndexAt(int64_t rank) const;

  Candidate At(int64_t index) const;
  // The same without allocation; `digits` has one place per parameter.
  void DigitsAt(int64_t index, absl::Span<int32_t> digits) const;
  int64_t IndexOf(const Candidate& candidate) const;
  // From texts by path, every parameter given; InvalidArgument names the path,
  // what came, what is allowed and the nearest.
  absl::StatusOr<Candidate> Parse(
      absl::Span<const std::pair<std::string, std::string>> values) const;

 private:
  std::vector<Parameter> parameters_;
  std::vector<int64_t> strides_;
  std::vector<IndexRange> valid_ranges_;
  std::vector<int64_t> rank_before_;
  int64_t size_ = 0;
  int64_t valid_count_ = 0;
};

}  // namespace dynarch::space

#endif  // DYNARCH_SIM_SPACE_DESIGN_SPACE_H_
