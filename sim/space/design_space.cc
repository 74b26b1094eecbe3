#include "sim/space/design_space.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/base/decimal.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/space/exclusion.h"

namespace dynarch::space {
namespace {

constexpr int64_t kMaxCombinations = int64_t{1} << 53;

// One spelling per value: 0.50 and 0.5 are the same number.
std::string Canonical(absl::string_view text) {
  const absl::StatusOr<Decimal> number = Decimal::Parse(text);
  return number.ok() ? number->ToString() : std::string(text);
}

absl::Status CheckValues(const Parameter& parameter) {
  if (parameter.values.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "space.", parameter.path, ": no value; give at least one"));
  }
  std::set<std::string> seen;
  for (const std::string& value : parameter.values) {
    if (!seen.insert(Canonical(value)).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("space.", parameter.path, ": the value '", value,
                       "' stands there twice; values must differ"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckParameters(const std::vector<Parameter>& parameters) {
  if (parameters.empty()) {
    return absl::InvalidArgumentError(
        "space: no parameter; a study explores at least one");
  }
  std::set<absl::string_view> paths;
  for (const Parameter& parameter : parameters) {
    if (!paths.insert(parameter.path).second) {
      return absl::InvalidArgumentError(absl::StrCat(
          "space.", parameter.path, ": explored twice; merge its values"));
    }
    DYNARCH_RETURN_IF_ERROR(CheckValues(parameter));
  }
  return absl::OkStatus();
}

// Radix products from the right; the space's size, or an error past 2^53.
absl::StatusOr<int64_t> SetStrides(const std::vector<Parameter>& parameters,
                                   std::vector<int64_t>& strides) {
  strides.resize(parameters.size());
  int64_t size = 1;
  for (size_t i = parameters.size(); i-- > 0;) {
    strides[i] = size;
    const auto radix = static_cast<int64_t>(parameters[i].values.size());
    if (size > kMaxCombinations / radix) {
      return absl::InvalidArgumentError(
          "space: more than 2^53 combinations; give fewer or coarser values");
    }
    size *= radix;
  }
  return size;
}

absl::Status NothingValid(const std::vector<Condition>& conditions) {
  std::vector<std::string> alone;
  for (const Condition& condition : conditions) {
    if (condition.NeverHolds()) alone.push_back(condition.text);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "only_if: no combination is valid; ",
      alone.empty()
          ? "the expressions contradict each other"
          : absl::StrCat("never true: '", absl::StrJoin(alone, "', '"), "'")));
}

absl::StatusOr<int32_t> DigitOf(const Parameter& parameter,
                                absl::string_view text) {
  const auto& values = parameter.values;
  auto found = std::find(values.begin(), values.end(), text);
  if (found == values.end()) {
    const std::string wanted = Canonical(text);
    found = std::find_if(
        values.begin(), values.end(),
        [&](const std::string& value) { return Canonical(value) == wanted; });
  }
  if (found == values.end()) {
    return absl::InvalidArgumentError(absl::StrCat(
        parameter.path, ": '", text, "' is not explored; allowed: ",
        NameList(values), DidYouMean(text, values)));
  }
  return static_cast<int32_t>(found - values.begin());
}

}  // namespace

absl::StatusOr<DesignSpace> DesignSpace::Create(
    std::vector<Parameter> parameters, const std::vector<Expression>& only_if,
    const HasPredicate& has) {
  DYNARCH_RETURN_IF_ERROR(CheckParameters(parameters));
  DesignSpace space;
  DYNARCH_ASSIGN_OR_RETURN(space.size_, SetStrides(parameters, space.strides_));
  std::vector<Condition> conditions;
  for (const Expression& expression : only_if) {
    DYNARCH_ASSIGN_OR_RETURN(Condition condition,
                             Tabulate(expression, parameters, has));
    conditions.push_back(std::move(condition));
  }
  DYNARCH_ASSIGN_OR_RETURN(space.valid_ranges_,
                           ValidRanges(parameters, space.strides_, conditions));
  if (space.valid_ranges_.empty()) return NothingValid(conditions);
  for (const IndexRange& range : space.valid_ranges_) {
    space.rank_before_.push_back(space.valid_count_);
    space.valid_count_ += range.size();
  }
  space.parameters_ = std::move(parameters);
  return space;
}

bool DesignSpace::IsValid(int64_t index) const {
  const auto after = std::upper_bound(
      valid_ranges_.begin(), valid_ranges_.end(), index,
      [](int64_t i, const IndexRange& range) { return i < range.begin; });
  return after != valid_ranges_.begin() && index < std::prev(after)->end;
}

int64_t DesignSpace::ValidIndexAt(int64_t rank) const {
  const auto after =
      std::upper_bound(rank_before_.begin(), rank_before_.end(), rank);
  const auto range = after - rank_before_.begin() - 1;
  return valid_ranges_[range].begin + (rank - rank_before_[range]);
}

Candidate DesignSpace::At(int64_t index) const {
  Candidate candidate;
  candidate.digits.resize(parameters_.size());
  DigitsAt(index, absl::MakeSpan(candidate.digits));
  return candidate;
}

void DesignSpace::DigitsAt(int64_t index, absl::Span<int32_t> digits) const {
  for (size_t i = 0; i < strides_.size(); ++i) {
    digits[i] = static_cast<int32_t>(index / strides_[i]);
    index %= strides_[i];
  }
}

int64_t DesignSpace::IndexOf(const Candidate& candidate) const {
  int64_t index = 0;
  for (size_t i = 0; i < strides_.size(); ++i) {
    index += candidate.digits[i] * strides_[i];
  }
  return index;
}

absl::StatusOr<Candidate> DesignSpace::Parse(
    absl::Span<const std::pair<std::string, std::string>> values) const {
  std::vector<std::string> paths;
  for (const Parameter& parameter : parameters_) {
    paths.push_back(parameter.path);
  }
  Candidate candidate;
  candidate.digits.assign(parameters_.size(), -1);
  for (const auto& [path, text] : values) {
    const auto found = std::find(paths.begin(), paths.end(), path);
    if (found == paths.end()) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ": not an explored parameter; explored: ", NameList(paths),
          DidYouMean(path, paths)));
    }
    const auto i = found - paths.begin();
    if (candidate.digits[i] >= 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ": given twice ('", parameters_[i].values[candidate.digits[i]],
          "' and '", text, "'); give it once"));
    }
    DYNARCH_ASSIGN_OR_RETURN(candidate.digits[i],
                             DigitOf(parameters_[i], text));
  }
  for (size_t i = 0; i < paths.size(); ++i) {
    if (candidate.digits[i] < 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          paths[i],
          ": no value given; allowed: ", NameList(parameters_[i].values)));
    }
  }
  return candidate;
}

}  // namespace dynarch::space
