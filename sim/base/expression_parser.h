// Text to nodes: the grammar of sim/base/expression.h. Internal to sim/base.
#ifndef DYNARCH_SIM_BASE_EXPRESSION_PARSER_H_
#define DYNARCH_SIM_BASE_EXPRESSION_PARSER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/base/decimal.h"
#include "sim/base/expression.h"

namespace dynarch::expression {

// A word, number, operator or the end.
struct Token {
  enum Kind { kEnd, kNumber, kWord, kQuoted, kOperator };
  Kind kind = kEnd;
  int column = 1;
  std::string text;  // of a word, quoted name or operator
  Decimal decimal;   // of a number, in SI units
  double value = 0;  // the same, rounded once
  Unit unit;         // of a number
};

// Splits `text` into tokens, the last being kEnd.
absl::StatusOr<std::vector<Token>> Tokenize(absl::string_view text);

// Whether `text` is `and`, `or`, `not` or `has`.
bool IsKeyword(absl::string_view text);

// InvalidArgument "column C: message".
absl::Status ErrorAt(int column, absl::string_view message);

// Recursive descent, one function per level of the grammar; each appends the
// nodes of what it read and returns the index of its root.
class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  // The nodes of the whole text.
  absl::StatusOr<std::vector<Node>> Parse();

 private:
  absl::StatusOr<int> ParseOr();
  absl::StatusOr<int> ParseAnd();
  absl::StatusOr<int> ParseNot();
  absl::StatusOr<int> ParseComparison();
  absl::StatusOr<int> ParseHas(int subject);
  absl::StatusOr<int> ParseSum();
  absl::StatusOr<int> ParseProduct();
  absl::StatusOr<int> ParseUnary();
  absl::StatusOr<int> ParsePrimary();
  absl::StatusOr<int> ParseParentheses();
  absl::StatusOr<int> ParseCall();

  const Token& Peek() const { return tokens_[next_]; }
  Token Take() { return tokens_[next_++]; }
  // Whether the next token is one of these operators or keywords.
  bool At(absl::string_view text) const;
  bool AtComparison() const;
  // Whether `(` follows the word that is next.
  bool AtCall() const;
  int Append(Node node);
  int AppendBinary(Node::Op op, int left, int right, int column);
  absl::Status Unexpected(absl::string_view wanted) const;

  std::vector<Token> tokens_;
  size_t next_ = 0;
  int depth_ = 0;
  std::vector<Node> nodes_;
};

}  // namespace dynarch::expression

#endif  // DYNARCH_SIM_BASE_EXPRESSION_PARSER_H_
