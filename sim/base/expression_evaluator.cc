// Values: Expression::Evaluate.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/expression.h"
#include "sim/base/expression_parser.h"
#include "sim/base/status_macros.h"

namespace dynarch::expression {
namespace {

constexpr double kLargest = std::numeric_limits<double>::max();

bool IsAbsent(const Value& value) {
  return std::holds_alternative<Absent>(value);
}

bool Compare(Node::Op op, double a, double b) {
  switch (op) {
    case Node::kLess:
      return a < b;
    case Node::kLessEqual:
      return a <= b;
    case Node::kGreater:
      return a > b;
    default:
      return a >= b;
  }
}

absl::StatusOr<Value> Arithmetic(const Node& node, double a, double b) {
  double result = 0;
  switch (node.op) {
    case Node::kAdd:
      result = a + b;
      break;
    case Node::kSubtract:
      result = a - b;
      break;
    case Node::kMultiply:
      result = a * b;
      break;
    case Node::kMin:
      return std::min(a, b);
    case Node::kMax:
      return std::max(a, b);
    default:
      if (b == 0) return ErrorAt(node.column, "division by zero");
      result = a / b;
  }
  if (!(result >= -kLargest && result <= kLargest)) {
    return ErrorAt(node.column, "the result passes the largest double");
  }
  return result;
}

// The whole number at or beside `x`; half a unit rounds up.
double Rounded(Node::Op op, double x) {
  if (op == Node::kCeil) return std::ceil(x);
  const double below = std::floor(x);
  return op == Node::kRound && x - below >= 0.5 ? below + 1 : below;
}

// A value of the environment is what the symbol table said; a number is finite.
bool Fits(const Value& value, const Type& type) {
  if (IsAbsent(value)) return true;
  switch (type.kind) {
    case Type::kBool:
      return std::holds_alternative<bool>(value);
    case Type::kName:
      return std::holds_alternative<std::string>(value);
    default:
      const double* number = std::get_if<double>(&value);
      return number != nullptr && *number >= -kLargest && *number <= kLargest;
  }
}

}  // namespace

// Walks down from the root, so that `and` and `or` leave out what they need
// not know. Depth is bounded by the length of the text.
class Evaluator {
 public:
  Evaluator(const std::vector<Node>& nodes, const std::vector<Type>& types,
            const Environment& environment)
      : nodes_(nodes), types_(types), environment_(environment) {}

  absl::StatusOr<Value> At(int index) const {
    const Node& node = nodes_[index];
    switch (node.op) {
      case Node::kLiteral:
        return node.value;
      case Node::kSymbol:
        return Symbol(node);
      case Node::kHas: {
        DYNARCH_ASSIGN_OR_RETURN(const bool has,
                                 environment_.Has(node.text, node.object));
        return Value(has);
      }
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
  absl::StatusOr<Value> Symbol(const Node& node) const {
    DYNARCH_ASSIGN_OR_RETURN(Value value,
                             environment_.Lookup(node.left, node.text));
    if (!Fits(value, types_[node.left])) {
      return ErrorAt(node.column,
                     absl::StrCat("the value of '", node.text, "' is no ",
                                  types_[node.left].ToString()));
    }
    return value;
  }

  absl::StatusOr<Value> Logic(const Node& node, bool decisive) const {
    DYNARCH_ASSIGN_OR_RETURN(Value left, At(node.left));
    if (left == Value(decisive)) return left;
    DYNARCH_ASSIGN_OR_RETURN(Value right, At(node.right));
    if (right == Value(decisive) || !IsAbsent(left)) return right;
    return left;
  }

  absl::StatusOr<Value> Unary(const Node& node) const {
    DYNARCH_ASSIGN_OR_RETURN(Value operand, At(node.left));
    if (IsAbsent(operand)) return operand;
    if (node.op == Node::kNot) return Value(!std::get<bool>(operand));
    const double number = std::get<double>(operand);
    return Value(node.op == Node::kNegate ? -number : Rounded(node.op, number));
  }

  absl::StatusOr<Value> Binary(const Node& node) const {
    DYNARCH_ASSIGN_OR_RETURN(const Value left, At(node.left));
    DYNARCH_ASSIGN_OR_RETURN(const Value right, At(node.right));
    if (IsAbsent(left) || IsAbsent(right)) return Value(Absent());
    if (node.op == Node::kEqual) return Value(left == right);
    if (node.op == Node::kNotEqual) return Value(left != right);
    const double a = std::get<double>(left);
    const double b = std::get<double>(right);
    if (node.op >= Node::kLess && node.op <= Node::kGreaterEqual) {
      return Value(Compare(node.op, a, b));
    }
    return Arithmetic(node, a, b);
  }

  const std::vector<Node>& nodes_;
  const std::vector<Type>& types_;
  const Environment& environment_;
};

absl::StatusOr<Value> Expression::Evaluate(
    const Environment& environment) const {
  if (!checked_) {
    return absl::FailedPreconditionError(
        absl::StrCat("'", text_, "' was not checked against its symbols"));
  }
  const Evaluator evaluator(nodes_, symbol_types_, environment);
  return evaluator.At(static_cast<int>(nodes_.size()) - 1);
}

absl::StatusOr<bool> Expression::Holds(const Environment& environment) const {
  DYNARCH_ASSIGN_OR_RETURN(const Value value, Evaluate(environment));
  if (type_.kind != Type::kBool) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", text_, "' is a ", type_.ToString(), ", not a condition"));
  }
  return value == Value(true);
}

}  // namespace dynarch::expression
