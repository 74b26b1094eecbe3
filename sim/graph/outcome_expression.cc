#include "sim/graph/outcome_expression.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>
#include <variant>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/graph/decision.h"

namespace dynarch::graph {
namespace {

using expression::Node;

// A fraction in lowest terms, the denominator positive.
struct Fraction {
  int64_t numerator = 0;
  int64_t denominator = 1;
};

using Term = std::variant<expression::Absent, bool, Fraction, std::string>;

bool IsAbsent(const Term& term) {
  return std::holds_alternative<expression::Absent>(term);
}

absl::StatusOr<Fraction> Reduced(absl::int128 numerator,
                                 absl::int128 denominator) {
  if (denominator < 0) {
    numerator = -numerator;
    denominator = -denominator;
  }
  absl::int128 a = numerator < 0 ? -numerator : numerator;
  absl::int128 b = denominator;
  while (b != 0) a = std::exchange(b, a % b);
  numerator /= a;
  denominator /= a;
  constexpr absl::int128 kMost = std::numeric_limits<int64_t>::max();
  if (numerator > kMost || numerator < -kMost || denominator > kMost) {
    return absl::OutOfRangeError("a number in it passes 64 bits");
  }
  return Fraction{static_cast<int64_t>(numerator),
                  static_cast<int64_t>(denominator)};
}

absl::StatusOr<Fraction> FractionOf(const Decimal& decimal) {
  absl::int128 numerator = decimal.mantissa(), denominator = 1;
  if (decimal.exponent() > 18 || decimal.exponent() < -18) {
    return absl::OutOfRangeError("a number in it has too many digits");
  }
  for (int i = 0; i < decimal.exponent(); ++i) numerator *= 10;
  for (int i = 0; i > decimal.exponent(); --i) denominator *= 10;
  return Reduced(numerator, denominator);
}

int64_t Floor(const Fraction& x) {
  const int64_t quotient = x.numerator / x.denominator;
  const bool below = x.numerator % x.denominator < 0;
  return below ? quotient - 1 : quotient;
}

bool Less(const Fraction& a, const Fraction& b) {
  return absl::int128(a.numerator) * b.denominator <
         absl::int128(b.numerator) * a.denominator;
}

bool Equal(const Term& a, const Term& b) {
  const auto* x = std::get_if<Fraction>(&a);
  const auto* y = std::get_if<Fraction>(&b);
  if (x != nullptr && y != nullptr) {
    return x->numerator == y->numerator && x->denominator == y->denominator;
  }
  const auto* name = std::get_if<std::string>(&a);
  const auto* other = std::get_if<std::string>(&b);
  if (name != nullptr && other != nullptr) return *name == *other;
  return std::get<bool>(a) == std::get<bool>(b);
}

absl::StatusOr<Fraction> Arithmetic(Node::Op op, const Fraction& a,
                                    const Fraction& b) {
  const absl::int128 an = a.numerator, ad = a.denominator;
  const absl::int128 bn = b.numerator, bd = b.denominator;
  switch (op) {
    case Node::kAdd:
      return Reduced(an * bd + bn * ad, ad * bd);
    case Node::kSubtract:
      return Reduced(an * bd - bn * ad, ad * bd);
    case Node::kMultiply:
      return Reduced(an * bn, ad * bd);
    case Node::kMin:
      return Less(b, a) ? b : a;
    case Node::kMax:
      return Less(a, b) ? b : a;
    default:
      if (bn == 0) return absl::InvalidArgumentError("it divides by zero");
      return Reduced(an * bd, ad * bn);
  }
}

absl::StatusOr<Fraction> Whole(Node::Op op, const Fraction& x) {
  switch (op) {
    case Node::kFloor:
      return Fraction{Floor(x), 1};
    case Node::kCeil:
      return Fraction{-Floor({-x.numerator, x.denominator}), 1};
    default: {  // Half up.
      DYNARCH_ASSIGN_OR_RETURN(const Fraction raised,
                               Arithmetic(Node::kAdd, x, {1, 2}));
      return Fraction{Floor(raised), 1};
    }
  }
}

bool Ordered(Node::Op op, const Fraction& a, const Fraction& b) {
  switch (op) {
    case Node::kLess:
      return Less(a, b);
    case Node::kLessEqual:
      return !Less(b, a);
    case Node::kGreater:
      return Less(b, a);
    default:
      return !Less(a, b);
  }
}

// Walks down from the root; `and` and `or` leave out what they need not know.
template <typename Lookup>
class ExactEvaluator {
 public:
  ExactEvaluator(const std::vector<Node>& nodes, const Lookup& lookup)
      : nodes_(nodes), lookup_(lookup) {}

  absl::StatusOr<Term> At(int index) const {
    const Node& node = nodes_[index];
    switch (node.op) {
      case Node::kLiteral:
        return Literal(node);
      case Node::kSymbol:
        return lookup_(node.left);
      case Node::kAnd:
        return Logic(node, /*decisive=*/false);
      case Node::kOr:
        return Logic(node, /*decisive=*/true);
      case Node::kNot:
      case Node::kNegate:
      case Node::kCeil:
      case Node::kFloor:
      case Node::kRound:
        return Unary(node);
      default:
        return Binary(node);
    }
  }

 private:
  static absl::StatusOr<Term> Literal(const Node& node) {
    if (const auto* truth = std::get_if<bool>(&node.value)) return Term(*truth);
    if (const auto* name = std::get_if<std::string>(&node.value)) {
      return Term(*name);
    }
    DYNARCH_ASSIGN_OR_RETURN(const Fraction number, FractionOf(node.decimal));
    return Term(number);
  }

  absl::StatusOr<Term> Logic(const Node& node, bool decisive) const {
    DYNARCH_ASSIGN_OR_RETURN(Term left, At(node.left));
    if (!IsAbsent(left) && std::get<bool>(left) == decisive) return left;
    DYNARCH_ASSIGN_OR_RETURN(Term right, At(node.right));
    if (!IsAbsent(right) && std::get<bool>(right) == decisive) return right;
    return IsAbsent(left) ? left : right;
  }

  absl::StatusOr<Term> Unary(const Node& node) const {
    DYNARCH_ASSIGN_OR_RETURN(Term operand, At(node.left));
    if (IsAbsent(operand)) return operand;
    if (node.op == Node::kNot) return Term(!std::get<bool>(operand));
    const auto& number = std::get<Fraction>(operand);
    if (node.op == Node::kNegate) {
      return Term(Fraction{-number.numerator, number.denominator});
    }
    DYNARCH_ASSIGN_OR_RETURN(const Fraction whole, Whole(node.op, number));
    return Term(whole);
  }

  absl::StatusOr<Term> Binary(const Node& node) const {
    DYNARCH_ASSIGN_OR_RETURN(const Term left, At(node.left));
    DYNARCH_ASSIGN_OR_RETURN(const Term right, At(node.right));
    if (IsAbsent(left) || IsAbsent(right)) return Term(expression::Absent());
    if (node.op == Node::kEqual) return Term(Equal(left, right));
    if (node.op == Node::kNotEqual) return Term(!Equal(left, right));
    const auto& a = std::get<Fraction>(left);
    const auto& b = std::get<Fraction>(right);
    if (node.op >= Node::kLess && node.op <= Node::kGreaterEqual) {
      return Term(Ordered(node.op, a, b));
    }
    DYNARCH_ASSIGN_OR_RETURN(const Fraction number, Arithmetic(node.op, a, b));
    return Term(number);
  }

  const std::vector<Node>& nodes_;
  const Lookup& lookup_;
};

// Which decision and which of its outcomes a symbol names: `moe.e3`.
struct Named {
  int decision = 0;
  int offset = 0;
};

Named Find(absl::string_view symbol, absl::Span<const Decision> decisions) {
  for (size_t d = 0; d < decisions.size(); ++d) {
    const Decision& decision = decisions[d];
    if (symbol == decision.name) return {static_cast<int>(d), 0};
    if (decision.kind != Decision::Kind::kExperts) continue;
    for (int e = 0; e < decision.experts; ++e) {
      if (symbol == absl::StrCat(decision.name, ".e", e)) {
        return {static_cast<int>(d), e};
      }
    }
    if (symbol == absl::StrCat(decision.name, ".dropped")) {
      return {static_cast<int>(d), static_cast<int>(decision.experts)};
    }
  }
  return {};
}

}  // namespace

OutcomeExpression OutcomeExpression::Constant(int64_t value) {
  OutcomeExpression constant;
  constant.constant_ = value;
  constant.text_ = absl::StrCat(value);
  return constant;
}

absl::StatusOr<OutcomeExpression> OutcomeExpression::Parse(
    absl::string_view text) {
  DYNARCH_ASSIGN_OR_RETURN(Expression parsed, Expression::Parse(text));
  OutcomeExpression result;
  result.text_ = std::string(text);
  result.expression_ = std::make_shared<const Expression>(std::move(parsed));
  if (!result.expression_->Identifiers().empty()) return result;
  DYNARCH_RETURN_IF_ERROR(result.Bind({}, /*condition=*/false));
  DYNARCH_ASSIGN_OR_RETURN(result.constant_, result.Count({}));
  result.expression_ = nullptr;
  return result;
}

absl::Status OutcomeExpression::Bind(absl::Span<const Decision> decisions,
                                     bool condition) {
  if (constant() && condition) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", text_, "' is a number; a condition over decisions is allowed"));
  }
  if (constant()) return absl::OkStatus();
  Expression bound = *expression_;
  DYNARCH_RETURN_IF_ERROR(bound.Check(OutcomeSymbols(decisions)));
  const auto wanted =
      condition ? expression::Type::kBool : expression::Type::kNumber;
  if (bound.type().kind != wanted || !bound.type().unit.plain()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", text_, "' is a ", bound.type().ToString(), "; ",
        condition ? "a condition" : "a plain number", " is allowed"));
  }
  const OutcomeLayout layout = LayoutOf(decisions);
  operands_.clear();
  decisions_.clear();
  for (const std::string& symbol : bound.Symbols()) {
    const Named named = Find(symbol, decisions);
    const Decision& decision = decisions[named.decision];
    Operand operand;
    operand.outcome = layout.first[named.decision] + named.offset;
    operand.values = decision.values;
    operand.names = decision.options;
    if (decision.kind == Decision::Kind::kFrame) {
      operand.names = {"process", "reuse", "skip"};
    }
    operand.truth = decision.kind == Decision::Kind::kSkip;
    operands_.push_back(std::move(operand));
    decisions_.push_back(named.decision);
  }
  std::sort(decisions_.begin(), decisions_.end());
  decisions_.erase(std::unique(decisions_.begin(), decisions_.end()),
                   decisions_.end());
  expression_ = std::make_shared<const Expression>(std::move(bound));
  return absl::OkStatus();
}

// The value of a symbol under given outcomes.
struct OutcomeLookup {
  absl::StatusOr<Term> operator()(int symbol) const {
    const OutcomeExpression::Operand& operand = expression.operands_[symbol];
    const int64_t outcome = outcomes[operand.outcome];
    if (outcome == kNotReached) return Term(dynarch::expression::Absent());
    if (operand.truth) return Term(outcome != 0);
    if (!operand.names.empty()) return Term(operand.names[outcome]);
    if (operand.values.empty()) return Term(Fraction{outcome, 1});
    DYNARCH_ASSIGN_OR_RETURN(const Fraction number,
                             FractionOf(operand.values[outcome]));
    return Term(number);
  }
  const OutcomeExpression& expression;
  absl::Span<const int64_t> outcomes;
};

namespace {

absl::Status InExpression(absl::string_view text, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat("'", text, "': ", status.message()));
}

}  // namespace

absl::StatusOr<int64_t> OutcomeExpression::Count(
    absl::Span<const int64_t> outcomes) const {
  if (constant()) return constant_;
  const OutcomeLookup lookup{*this, outcomes};
  const ExactEvaluator evaluator(expression_->nodes(), lookup);
  const auto term =
      evaluator.At(static_cast<int>(expression_->nodes().size()) - 1);
  if (!term.ok()) return InExpression(text_, term.status());
  const auto* number = std::get_if<Fraction>(&*term);
  if (number == nullptr) {
    return InExpression(
        text_, absl::InvalidArgumentError("depends on a decision that is not "
                                          "reached"));
  }
  if (number->denominator != 1 || number->numerator < 0) {
    return InExpression(
        text_,
        absl::InvalidArgumentError(absl::StrCat(
            "comes to ", number->numerator,
            number->denominator == 1 ? std::string()
                                     : absl::StrCat("/", number->denominator),
            "; a whole number >= 0 is allowed (ceil, floor, round)")));
  }
  return number->numerator;
}

absl::StatusOr<bool> OutcomeExpression::Holds(
    absl::Span<const int64_t> outcomes) const {
  const OutcomeLookup lookup{*this, outcomes};
  const ExactEvaluator evaluator(expression_->nodes(), lookup);
  const auto term =
      evaluator.At(static_cast<int>(expression_->nodes().size()) - 1);
  if (!term.ok()) return InExpression(text_, term.status());
  const bool* truth = std::get_if<bool>(&*term);
  return truth != nullptr && *truth;
}

}  // namespace dynarch::graph
