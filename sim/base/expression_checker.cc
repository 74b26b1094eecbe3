// Types and units: Expression::Check.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/expression.h"
#include "sim/base/expression_parser.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"

namespace dynarch::expression {

// Types the nodes in order: operands come before their operators.
class Checker {
 public:
  Checker(Expression& expression, const SymbolTable& symbols)
      : nodes_(expression.nodes_),
        names_(expression.symbols_),
        name_types_(expression.symbol_types_),
        symbols_(symbols),
        types_(expression.nodes_.size()) {}

  absl::StatusOr<Type> Run() {
    names_.clear();
    name_types_.clear();
    for (size_t i = 0; i < nodes_.size(); ++i) {
      DYNARCH_ASSIGN_OR_RETURN(types_[i], TypeOf(nodes_[i]));
    }
    DYNARCH_RETURN_IF_ERROR(Known(static_cast<int>(nodes_.size()) - 1));
    return types_.back();
  }

 private:
  absl::StatusOr<Type> TypeOf(Node& node) {
    switch (node.op) {
      case Node::kLiteral:
        if (!node.quoted && !node.text.empty()) return TypeOfWord(node);
        return TypeOfLiteral(node);
      case Node::kWord:
      case Node::kSymbol:
        return TypeOfWord(node);
      case Node::kHas:
        return TypeOfHas(node);
      case Node::kNot:
      case Node::kAnd:
      case Node::kOr:
        return TypeOfLogic(node);
      case Node::kEqual:
      case Node::kNotEqual:
        DYNARCH_RETURN_IF_ERROR(ResolveNames(node));
        return TypeOfComparison(node);
      case Node::kLess:
      case Node::kLessEqual:
      case Node::kGreater:
      case Node::kGreaterEqual:
        return TypeOfComparison(node);
      case Node::kCeil:
      case Node::kFloor:
      case Node::kRound:
        return TypeOfRounding(node);
      default:
        return TypeOfArithmetic(node);
    }
  }

  static Type TypeOfLiteral(const Node& node) {
    Type type;
    if (std::holds_alternative<bool>(node.value)) type.kind = Type::kBool;
    if (std::holds_alternative<std::string>(node.value)) {
      type.kind = Type::kName;
    }
    type.unit = node.unit;
    return type;
  }

  // A word that is no symbol stays one: it may be a name's value.
  Type TypeOfWord(Node& node) {
    node.op = Node::kWord;
    const Type* type = symbols_.Find(node.text);
    if (type == nullptr) return Type::Name();
    node.op = Node::kSymbol;
    const auto known = std::find(names_.begin(), names_.end(), node.text);
    node.left = static_cast<int>(known - names_.begin());
    if (known == names_.end()) {
      names_.push_back(node.text);
      name_types_.push_back(*type);
    }
    return *type;
  }

  absl::StatusOr<Type> TypeOfHas(const Node& node) {
    if (symbols_.Has(node.text, node.object)) return Type::Bool();
    const std::vector<std::string> objects = symbols_.ObjectsOf(node.text);
    if (objects.empty()) {
      return ErrorAt(node.column,
                     absl::StrCat("'", node.text, "' cannot have anything"));
    }
    return ErrorAt(node.column,
                   absl::StrCat("unknown '", node.text, " has ", node.object,
                                "'; allowed after has: ", NameList(objects),
                                DidYouMean(node.object, objects)));
  }

  absl::StatusOr<Type> TypeOfLogic(const Node& node) {
    DYNARCH_RETURN_IF_ERROR(Is(Type::kBool, node.left, node, "a condition"));
    if (node.op != Node::kNot) {
      DYNARCH_RETURN_IF_ERROR(Is(Type::kBool, node.right, node, "a condition"));
    }
    return Type::Bool();
  }

  absl::StatusOr<Type> TypeOfComparison(const Node& node) {
    DYNARCH_RETURN_IF_ERROR(Known(node.left));
    DYNARCH_RETURN_IF_ERROR(Known(node.right));
    const Type& left = types_[node.left];
    const Type& right = types_[node.right];
    const bool ordered = node.op != Node::kEqual && node.op != Node::kNotEqual;
    if (left.kind != right.kind || left.unit != right.unit) {
      return ErrorAt(node.column,
                     absl::StrCat("cannot compare ", left.ToString(), " with ",
                                  right.ToString(), UnitHint(left, right)));
    }
    if (ordered && left.kind != Type::kNumber) {
      return ErrorAt(node.column, absl::StrCat("a ", left.ToString(),
                                               " has no order; use == or !="));
    }
    return Type::Bool();
  }

  static bool IsMinOrMax(const Node& node) {
    return node.op == Node::kMin || node.op == Node::kMax;
  }

  // "; give the number a unit".
  static std::string UnitHint(const Type& left, const Type& right) {
    const bool numbers =
        left.kind == Type::kNumber && right.kind == Type::kNumber;
    if (!numbers || left.unit.plain() == right.unit.plain()) return "";
    return "; does the number lack a unit?";
  }

  absl::StatusOr<Type> TypeOfArithmetic(const Node& node) {
    DYNARCH_RETURN_IF_ERROR(Is(Type::kNumber, node.left, node, "a number"));
    Type type = types_[node.left];
    if (node.op == Node::kNegate) return type;
    DYNARCH_RETURN_IF_ERROR(Is(Type::kNumber, node.right, node, "a number"));
    const Type& right = types_[node.right];
    if (node.op == Node::kMultiply) {
      type.unit = type.unit.Times(right.unit);
    } else if (node.op == Node::kDivide) {
      type.unit = type.unit.Over(right.unit);
    } else if (type.unit != right.unit) {
      return ErrorAt(node.column,
                     absl::StrCat(IsMinOrMax(node) ? "cannot compare "
                                                   : "cannot add or subtract ",
                                  type.ToString(), " and ", right.ToString(),
                                  UnitHint(type, right)));
    }
    return type;
  }

  absl::StatusOr<Type> TypeOfRounding(const Node& node) {
    DYNARCH_RETURN_IF_ERROR(Is(Type::kNumber, node.left, node, "a number"));
    const Type& type = types_[node.left];
    if (type.unit.plain()) return type;
    return ErrorAt(node.column, absl::StrCat("only a plain number is rounded, "
                                             "got ",
                                             type.ToString(),
                                             "; divide it by one of its unit"));
  }

  // A word opposite a name is one of that name's values.
  absl::Status ResolveNames(const Node& node) {
    for (const auto& [word, opposite] :
         {std::pair(node.left, node.right), std::pair(node.right, node.left)}) {
      if (types_[opposite].kind == Type::kName &&
          nodes_[opposite].op == Node::kSymbol) {
        DYNARCH_RETURN_IF_ERROR(ResolveName(nodes_[word], opposite));
      }
    }
    return absl::OkStatus();
  }

  absl::Status ResolveName(Node& word, int opposite) {
    if (word.op != Node::kWord && !word.quoted) return absl::OkStatus();
    const std::vector<std::string>& allowed = types_[opposite].names;
    if (!allowed.empty() &&
        std::find(allowed.begin(), allowed.end(), word.text) == allowed.end()) {
      return ErrorAt(
          word.column,
          absl::StrCat("'", word.text, "' is no value of ",
                       nodes_[opposite].text, "; allowed: ", NameList(allowed),
                       DidYouMean(word.text, allowed)));
    }
    word.op = Node::kLiteral;
    word.value = word.text;
    return absl::OkStatus();
  }

  // No word is left that is neither a symbol nor a name's value.
  absl::Status Known(int index) const {
    const Node& node = nodes_[index];
    if (node.op != Node::kWord) return absl::OkStatus();
    const std::vector<std::string> names = symbols_.Names();
    return ErrorAt(node.column, absl::StrCat("unknown name '", node.text,
                                             "'; known: ", NameList(names),
                                             DidYouMean(node.text, names)));
  }

  absl::Status Is(Type::Kind kind, int index, const Node& op,
                  absl::string_view wanted) const {
    DYNARCH_RETURN_IF_ERROR(Known(index));
    if (types_[index].kind == kind) return absl::OkStatus();
    return ErrorAt(op.column, absl::StrCat("needs ", wanted, ", got ",
                                           types_[index].ToString()));
  }

  std::vector<Node>& nodes_;
  std::vector<std::string>& names_;
  std::vector<Type>& name_types_;
  const SymbolTable& symbols_;
  std::vector<Type> types_;
};

absl::Status Expression::Check(const SymbolTable& symbols) {
  checked_ = false;
  DYNARCH_ASSIGN_OR_RETURN(type_, Checker(*this, symbols).Run());
  checked_ = true;
  return absl::OkStatus();
}

}  // namespace dynarch::expression
