#include "sim/space/exclusion.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/decimal.h"
#include "sim/base/status_macros.h"

namespace dynarch::space {
namespace {

// The list path of an item's path: `mapping.stages` of `mapping.stages.exit1`.
absl::string_view ListPath(absl::string_view path) {
  return path.substr(0, path.rfind('.'));
}

// Whether `object` of `has` means this parameter, alone or in its list.
bool IsMeantBy(const Parameter& parameter, absl::string_view object) {
  return parameter.path == object ||
         (parameter.slot.target == Slot::Target::kStageElement &&
          ListPath(parameter.path) == object);
}

// Whether a platform can be asked for a value of this parameter.
bool PlatformHasSuch(const Parameter& parameter) {
  switch (parameter.slot.target) {
    case Slot::Target::kDataType:
    case Slot::Target::kStageElement:
    case Slot::Target::kOperatingPoint:
    case Slot::Target::kPower:
      return true;
    case Slot::Target::kPlatform:
    case Slot::Target::kThreshold:
    case Slot::Target::kKnob:
    case Slot::Target::kPatience:
    case Slot::Target::kControl:
      break;
  }
  return false;
}

bool IsNumber(absl::string_view text) { return Decimal::Parse(text).ok(); }

// A parameter is a number if some value is.
bool IsNumeric(const Parameter& parameter) {
  return std::any_of(parameter.values.begin(), parameter.values.end(),
                     [](const std::string& value) { return IsNumber(value); });
}

// The values of one combination of the named parameters.
class Combination : public expression::Environment {
 public:
  Combination(const std::vector<Parameter>& parameters, const HasPredicate& has)
      : parameters_(parameters), has_(has), digits_(parameters.size(), 0) {
    for (const Parameter& parameter : parameters) {
      numeric_.push_back(IsNumeric(parameter));
    }
  }

  std::vector<int32_t>& digits() { return digits_; }

  absl::StatusOr<expression::Value> Lookup(
      int /*index*/, absl::string_view symbol) const override {
    for (size_t i = 0; i < parameters_.size(); ++i) {
      if (parameters_[i].path == symbol) return ValueOf(i);
    }
    return absl::InternalError(absl::StrCat("no parameter '", symbol, "'"));
  }

  absl::StatusOr<bool> Has(absl::string_view /*subject*/,
                           absl::string_view object) const override {
    for (size_t i = 0; i < parameters_.size(); ++i) {
      if (IsMeantBy(parameters_[i], object) &&
          !has_(Platform(), parameters_[i].slot, Text(i))) {
        return false;
      }
    }
    return true;
  }

 private:
  const std::string& Text(size_t i) const {
    return parameters_[i].values[digits_[i]];
  }
  expression::Value ValueOf(size_t i) const {
    if (!numeric_[i]) return Text(i);
    const absl::StatusOr<Decimal> number = Decimal::Parse(Text(i));
    if (!number.ok()) return expression::Absent();
    return number->ToDouble();
  }
  absl::string_view Platform() const {
    for (size_t i = 0; i < parameters_.size(); ++i) {
      if (parameters_[i].slot.target == Slot::Target::kPlatform) return Text(i);
    }
    return "";
  }

  const std::vector<Parameter>& parameters_;
  const HasPredicate& has_;
  std::vector<int32_t> digits_;
  std::vector<bool> numeric_;
};

// Parameters that the words of an expression name, ascending. A word may be a
// value that is spelled like a path; one parameter too many costs only rows.
std::vector<int> NamedParameters(const Expression& expression,
                                 const std::vector<Parameter>& parameters) {
  const std::vector<std::string> words = expression.Identifiers();
  std::vector<int> named;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const bool is_named =
        std::any_of(words.begin(), words.end(), [&](const std::string& word) {
          return IsMeantBy(parameters[i], word);
        });
    if (is_named) named.push_back(static_cast<int>(i));
  }
  return named;
}

absl::Status ExpressionError(absl::string_view text, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("only_if: '", text, "': ", what));
}

// Depth-first walk over digits; a false condition cuts the subtree below the
// last parameter it names.
class Walk {
 public:
  Walk(const std::vector<Parameter>& parameters,
       const std::vector<int64_t>& strides,
       const std::vector<Condition>& conditions)
      : parameters_(parameters),
        strides_(strides),
        decided_at_(parameters.size()),
        digits_(parameters.size(), 0) {
    for (const Condition& condition : conditions) {
      decided_at_[condition.parameters.back()].push_back(&condition);
      free_from_ =
          std::max<size_t>(free_from_, condition.parameters.back() + 1);
    }
  }

  absl::StatusOr<std::vector<IndexRange>> Run() {
    Descend(0, 0);
    if (visited_ > kMaxVisitedNodes ||
        static_cast<int64_t>(ranges_.size()) > kMaxValidRanges) {
      return absl::InvalidArgumentError(absl::StrCat(
          "only_if: the valid combinations fall into too many pieces (",
          ranges_.size(), " ranges found in ", visited_,
          " steps); put the parameters that no expression names last"));
    }
    return std::move(ranges_);
  }

 private:
  void Descend(size_t depth, int64_t index) {
    if (depth >= free_from_) {
      const int64_t count = depth == 0 ? SpaceSize() : strides_[depth - 1];
      return Add(index, index + count);
    }
    const auto values = static_cast<int32_t>(parameters_[depth].values.size());
    for (int32_t digit = 0; digit < values && !TooMany(); ++digit) {
      ++visited_;
      digits_[depth] = digit;
      if (HoldAt(depth)) Descend(depth + 1, index + digit * strides_[depth]);
    }
  }
  bool HoldAt(size_t depth) const {
    return std::all_of(
        decided_at_[depth].begin(), decided_at_[depth].end(),
        [this](const Condition* c) { return c->HoldsAt(digits_); });
  }
  void Add(int64_t begin, int64_t end) {
    if (!ranges_.empty() && ranges_.back().end == begin) {
      ranges_.back().end = end;
    } else {
      ranges_.push_back({begin, end});
    }
  }
  bool TooMany() const {
    return visited_ > kMaxVisitedNodes ||
           static_cast<int64_t>(ranges_.size()) > kMaxValidRanges;
  }
  int64_t SpaceSize() const {
    return strides_[0] * static_cast<int64_t>(parameters_[0].values.size());
  }

  const std::vector<Parameter>& parameters_;
  const std::vector<int64_t>& strides_;
  std::vector<std::vector<const Condition*>> decided_at_;
  std::vector<int32_t> digits_;
  std::vector<IndexRange> ranges_;
  size_t free_from_ = 0;  // First depth from which nothing is conditional.
  int64_t visited_ = 0;
};

// Strides of `condition` over its parameters; false if it has too many rows.
bool SetStrides(const std::vector<Parameter>& parameters,
                Condition& condition) {
  condition.strides.resize(condition.parameters.size());
  int64_t rows = 1;
  for (size_t i = condition.parameters.size(); i-- > 0;) {
    condition.strides[i] = rows;
    rows *=
        static_cast<int64_t>(parameters[condition.parameters[i]].values.size());
    if (rows > kMaxConditionRows) return false;
  }
  condition.holds.resize(rows);
  return true;
}

}  // namespace

bool Condition::NeverHolds() const {
  return std::none_of(holds.begin(), holds.end(), [](bool h) { return h; });
}

expression::SymbolTable ParameterSymbols(
    const std::vector<Parameter>& parameters) {
  expression::SymbolTable symbols;
  for (const Parameter& parameter : parameters) {
    symbols.Add(parameter.path, IsNumeric(parameter)
                                    ? expression::Type::Number()
                                    : expression::Type::Name(parameter.values));
    if (!PlatformHasSuch(parameter)) continue;
    symbols.AddHas("platform", parameter.path);
    if (parameter.slot.target == Slot::Target::kStageElement) {
      symbols.AddHas("platform", ListPath(parameter.path));
    }
  }
  return symbols;
}

absl::StatusOr<Condition> Tabulate(const Expression& expression,
                                   const std::vector<Parameter>& parameters,
                                   const HasPredicate& has) {
  absl::StatusOr<Expression> checked =
      Expression::Compile(expression.text(), ParameterSymbols(parameters));
  if (!checked.ok()) {
    return ExpressionError(expression.text(), checked.status().message());
  }
  if (checked->type().kind != expression::Type::kBool) {
    return ExpressionError(
        expression.text(),
        absl::StrCat("must be a condition (true or false), is ",
                     checked->type().ToString()));
  }
  Condition condition;
  condition.text = expression.text();
  condition.parameters = NamedParameters(*checked, parameters);
  if (condition.parameters.empty()) {
    return ExpressionError(condition.text, "names no explored parameter");
  }
  if (!SetStrides(parameters, condition)) {
    return ExpressionError(
        condition.text,
        absl::StrCat("the parameters that it names have more than ",
                     kMaxConditionRows,
                     " combinations; split it at its 'and' into several"));
  }
  Combination combination(parameters, has);
  for (size_t row = 0; row < condition.holds.size(); ++row) {
    int64_t rest = static_cast<int64_t>(row);
    for (size_t i = 0; i < condition.parameters.size(); ++i) {
      combination.digits()[condition.parameters[i]] =
          static_cast<int32_t>(rest / condition.strides[i]);
      rest %= condition.strides[i];
    }
    const absl::StatusOr<bool> holds = checked->Holds(combination);
    if (!holds.ok()) {
      return ExpressionError(condition.text, holds.status().message());
    }
    condition.holds[row] = *holds;
  }
  return condition;
}

absl::StatusOr<std::vector<IndexRange>> ValidRanges(
    const std::vector<Parameter>& parameters,
    const std::vector<int64_t>& strides,
    const std::vector<Condition>& conditions) {
  return Walk(parameters, strides, conditions).Run();
}

}  // namespace dynarch::space
