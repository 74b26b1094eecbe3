// Tokens to nodes: recursive descent.
#include "sim/base/expression_parser.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"

namespace dynarch::expression {
namespace {

constexpr int kMaxDepth = 100;

struct Comparison {
  absl::string_view text;
  Node::Op op;
};
constexpr Comparison kComparisons[] = {
    {"==", Node::kEqual},  {"!=", Node::kNotEqual},
    {"<", Node::kLess},    {"<=", Node::kLessEqual},
    {">", Node::kGreater}, {">=", Node::kGreaterEqual}};

struct Function {
  absl::string_view name;
  Node::Op op;
  bool binary;
};
constexpr Function kFunctions[] = {{"ceil", Node::kCeil, false},
                                   {"floor", Node::kFloor, false},
                                   {"round", Node::kRound, false},
                                   {"min", Node::kMin, true},
                                   {"max", Node::kMax, true}};

// The function called `name`. InvalidArgument, with the nearest one.
absl::StatusOr<Function> FunctionNamed(const Token& name) {
  std::vector<std::string> known;
  for (const Function& function : kFunctions) {
    if (function.name == name.text) return function;
    known.emplace_back(function.name);
  }
  return ErrorAt(name.column, absl::StrCat("unknown function '", name.text,
                                           "'; known: ", NameList(known),
                                           DidYouMean(name.text, known)));
}

}  // namespace

absl::StatusOr<std::vector<Node>> Parser::Parse() {
  if (Peek().kind == Token::kEnd) {
    return ErrorAt(1,
                   "the expression is empty; write a condition such as "
                   "deadline_miss_ratio <= 0.1 %");
  }
  DYNARCH_RETURN_IF_ERROR(ParseOr().status());
  if (Peek().kind != Token::kEnd) return Unexpected("an operator or the end");
  return std::move(nodes_);
}

absl::StatusOr<int> Parser::ParseOr() {
  DYNARCH_ASSIGN_OR_RETURN(int left, ParseAnd());
  while (At("or")) {
    const int column = Take().column;
    DYNARCH_ASSIGN_OR_RETURN(const int right, ParseAnd());
    left = AppendBinary(Node::kOr, left, right, column);
  }
  return left;
}

absl::StatusOr<int> Parser::ParseAnd() {
  DYNARCH_ASSIGN_OR_RETURN(int left, ParseNot());
  while (At("and")) {
    const int column = Take().column;
    DYNARCH_ASSIGN_OR_RETURN(const int right, ParseNot());
    left = AppendBinary(Node::kAnd, left, right, column);
  }
  return left;
}

absl::StatusOr<int> Parser::ParseNot() {
  if (!At("not")) return ParseComparison();
  const int column = Take().column;
  if (++depth_ > kMaxDepth) return ErrorAt(column, "nested too deeply");
  DYNARCH_ASSIGN_OR_RETURN(const int operand, ParseNot());
  --depth_;
  return AppendBinary(Node::kNot, operand, -1, column);
}

absl::StatusOr<int> Parser::ParseComparison() {
  DYNARCH_ASSIGN_OR_RETURN(int left, ParseSum());
  if (At("has")) return ParseHas(left);
  if (!AtComparison()) return left;
  const Token sign = Take();
  DYNARCH_ASSIGN_OR_RETURN(const int right, ParseSum());
  if (AtComparison()) {
    return ErrorAt(Peek().column,
                   "comparisons do not chain; write a < b and b < c");
  }
  const auto* comparison =
      std::find_if(std::begin(kComparisons), std::end(kComparisons),
                   [&](const Comparison& c) { return c.text == sign.text; });
  return AppendBinary(comparison->op, left, right, sign.column);
}

absl::StatusOr<int> Parser::ParseHas(int subject) {
  const Token has = Take();
  if (nodes_[subject].op != Node::kWord) {
    return ErrorAt(has.column,
                   "on the left of 'has' stands one word, as in "
                   "platform has mapping.stages");
  }
  if (Peek().kind != Token::kWord && Peek().kind != Token::kQuoted) {
    return Unexpected("a word, as in platform has mapping.stages");
  }
  Node& node = nodes_[subject];  // has no operands: takes its word's place
  node.op = Node::kHas;
  node.object = Take().text;
  return subject;
}

absl::StatusOr<int> Parser::ParseSum() {
  DYNARCH_ASSIGN_OR_RETURN(int left, ParseProduct());
  while (At("+") || At("-")) {
    const Token sign = Take();
    DYNARCH_ASSIGN_OR_RETURN(const int right, ParseProduct());
    left = AppendBinary(sign.text == "+" ? Node::kAdd : Node::kSubtract, left,
                        right, sign.column);
  }
  return left;
}

absl::StatusOr<int> Parser::ParseProduct() {
  DYNARCH_ASSIGN_OR_RETURN(int left, ParseUnary());
  while (At("*") || At("/")) {
    const Token sign = Take();
    DYNARCH_ASSIGN_OR_RETURN(const int right, ParseUnary());
    left = AppendBinary(sign.text == "*" ? Node::kMultiply : Node::kDivide,
                        left, right, sign.column);
  }
  return left;
}

absl::StatusOr<int> Parser::ParseUnary() {
  if (!At("-")) return ParsePrimary();
  const int column = Take().column;
  if (++depth_ > kMaxDepth) return ErrorAt(column, "nested too deeply");
  DYNARCH_ASSIGN_OR_RETURN(const int operand, ParseUnary());
  --depth_;
  return AppendBinary(Node::kNegate, operand, -1, column);
}

absl::StatusOr<int> Parser::ParsePrimary() {
  const Token& token = Peek();
  Node node;
  node.column = token.column;
  if (At("(")) return ParseParentheses();
  if (token.kind == Token::kNumber) {
    node.value = token.value;
    node.decimal = token.decimal;
    node.unit = token.unit;
  } else if (token.kind == Token::kQuoted) {
    node.value = token.text;
    node.text = token.text;
    node.quoted = true;
  } else if (token.kind == Token::kWord && !IsKeyword(token.text)) {
    if (AtCall()) return ParseCall();
    const bool is_true = token.text == "true";
    if (is_true || token.text == "false") {
      node.value = is_true;
    } else {
      node.op = Node::kWord;
      node.text = token.text;
    }
  } else {
    return Unexpected("a value, a name or '('");
  }
  Take();
  return Append(std::move(node));
}

absl::StatusOr<int> Parser::ParseParentheses() {
  const Token open = Take();
  if (++depth_ > kMaxDepth) return ErrorAt(open.column, "nested too deeply");
  DYNARCH_ASSIGN_OR_RETURN(const int inner, ParseOr());
  --depth_;
  if (!At(")")) {
    return Unexpected(absl::StrCat("')' for the '(' of column ", open.column));
  }
  Take();
  return inner;
}

// NAME ( x ) or NAME ( x , y ).
absl::StatusOr<int> Parser::ParseCall() {
  const Token name = Take();
  DYNARCH_ASSIGN_OR_RETURN(const Function function, FunctionNamed(name));
  Take();  // The opening parenthesis.
  if (++depth_ > kMaxDepth) return ErrorAt(name.column, "nested too deeply");
  DYNARCH_ASSIGN_OR_RETURN(const int first, ParseOr());
  int second = -1;
  if (function.binary) {
    if (!At(",")) {
      return Unexpected(absl::StrCat("',' and a second value of ", name.text));
    }
    Take();
    DYNARCH_ASSIGN_OR_RETURN(second, ParseOr());
  }
  --depth_;
  if (!At(")")) return Unexpected(absl::StrCat("')' for ", name.text, "("));
  Take();
  return AppendBinary(function.op, first, second, name.column);
}

bool Parser::AtCall() const {
  const Token& next = tokens_[next_ + 1];  // After a word comes a token.
  return next.kind == Token::kOperator && next.text == "(";
}

bool Parser::At(absl::string_view text) const {
  const Token& token = Peek();
  return (token.kind == Token::kOperator || token.kind == Token::kWord) &&
         token.text == text;
}

bool Parser::AtComparison() const {
  return std::any_of(std::begin(kComparisons), std::end(kComparisons),
                     [&](const Comparison& c) { return At(c.text); });
}

int Parser::Append(Node node) {
  nodes_.push_back(std::move(node));
  return static_cast<int>(nodes_.size()) - 1;
}

int Parser::AppendBinary(Node::Op op, int left, int right, int column) {
  Node node;
  node.op = op;
  node.left = left;
  node.right = right;
  node.column = column;
  return Append(std::move(node));
}

absl::Status Parser::Unexpected(absl::string_view wanted) const {
  const Token& token = Peek();
  std::string came = absl::StrCat("'", token.text, "'");
  if (token.kind == Token::kEnd) came = "the end";
  if (token.kind == Token::kNumber) came = "a number";
  return ErrorAt(token.column,
                 absl::StrCat("expected ", wanted, ", got ", came));
}

}  // namespace dynarch::expression
