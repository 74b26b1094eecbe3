// The one expression language: validity, constraints, filters.
//
//   platform has mapping.stages
//   deadline_miss_ratio <= 0.1 % and latency_p99 <= 33 ms
//   not (network.dtype == int8 or platform == raspberry_pi_4)
//
// Grammar, loosest first; a number may be followed by a unit or by %:
//
//   or  and  not  == != < <= > >= has  + -  * /  unary -  ( )  f(x)  f(x, y)
//
// A word may contain dots (`moe.e0`); a word before `(` is a function:
//
//   ceil(x)  floor(x)  round(x)   of a plain number; round: half up
//   min(x, y)  max(x, y)          of two numbers of one unit
//
// An expression is parsed, then checked against the symbols of its place: every
// operand has a type (bool, number with a unit, name), so that seconds are
// never compared with joules. Numbers are doubles in SI units; a literal is
// its exact decimal rounded once, so `33 ms` equals the 0.033 of a metric.
#ifndef DYNARCH_SIM_BASE_EXPRESSION_H_
#define DYNARCH_SIM_BASE_EXPRESSION_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/base/decimal.h"
#include "sim/base/quantity_parse.h"

namespace dynarch::expression {

// Product of powers of s, J, B, V, m and op. Frequency is 1/s, power J/s.
class Unit {
 public:
  enum Base { kSecond, kJoule, kByte, kVolt, kMetre, kOp, kBaseCount };

  constexpr Unit() = default;  // a plain number
  static Unit Of(Dimension dimension);

  Unit Times(const Unit& other) const;
  Unit Over(const Unit& other) const;
  bool plain() const { return *this == Unit(); }
  // "time", "a plain number", or "J^1 s^1" for what has no name.
  std::string ToString() const;

  friend bool operator==(const Unit&, const Unit&) = default;

 private:
  std::array<int16_t, kBaseCount> power_ = {};
};

// Type of an operand.
struct Type {
  enum Kind { kBool, kNumber, kName };

  Kind kind = kNumber;
  Unit unit;                       // of a number
  std::vector<std::string> names;  // values of a name; empty: any word

  static Type Bool() { return {.kind = kBool, .unit = {}, .names = {}}; }
  static Type Number() { return {}; }
  static Type Quantity(Dimension dimension) {
    return {.kind = kNumber, .unit = Unit::Of(dimension), .names = {}};
  }
  static Type Name(std::vector<std::string> names = {}) {
    return {.kind = kName, .unit = {}, .names = std::move(names)};
  }
  // "bool", "time", "name".
  std::string ToString() const;
};

// A metric that a candidate does not have, such as a percentile of an unstable
// queue. It is neither above nor below anything: what it takes part in is
// absent too, unless the other side of `and` or `or` decides.
using Absent = std::monostate;

// A bool, a number in SI units, or a name.
using Value = std::variant<Absent, bool, double, std::string>;

// What an expression may name in its place.
class SymbolTable {
 public:
  void Add(absl::string_view name, Type type);
  // Allows `subject has object`.
  void AddHas(absl::string_view subject, absl::string_view object);

  const Type* Find(absl::string_view name) const;  // nullptr when unknown
  bool Has(absl::string_view subject, absl::string_view object) const;
  std::vector<std::string> Names() const;
  std::vector<std::string> ObjectsOf(absl::string_view subject) const;

 private:
  std::map<std::string, Type> types_;
  std::map<std::string, std::vector<std::string>> objects_;
};

// Gives the values of one candidate.
class Environment {
 public:
  virtual ~Environment() = default;
  // Value of `symbol`, which is Symbols()[index] of the expression. Of the
  // type that its symbol table states, or absent.
  virtual absl::StatusOr<Value> Lookup(int index,
                                       absl::string_view symbol) const = 0;
  // Whether `subject has object`. Unimplemented by default.
  virtual absl::StatusOr<bool> Has(absl::string_view subject,
                                   absl::string_view object) const;
};

// One node; an operand is the index of an earlier node.
struct Node {
  enum Op {
    kLiteral,  // `value`
    kWord,     // `text`, not yet known to be a symbol or a name
    kSymbol,   // symbols()[left]
    kHas,      // `text` has `object`
    kNot,
    kNegate,
    kOr,
    kAnd,
    kEqual,
    kNotEqual,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kAdd,
    kSubtract,
    kMultiply,
    kDivide,
    kCeil,
    kFloor,
    kRound,
    kMin,
    kMax,
  };
  Op op = kLiteral;
  int left = -1;
  int right = -1;
  int column = 1;  // of its operator or word, from 1
  Value value;
  Unit unit;         // of a literal
  Decimal decimal;   // of a literal number: `value` before it was rounded
  std::string text;  // of a word or quoted name
  bool quoted = false;
  std::string object;  // of `has`
};

// An immutable, cheaply copied value after Check.
class Expression {
 public:
  // InvalidArgument with the column, what came and what may stand there.
  static absl::StatusOr<Expression> Parse(absl::string_view text);

  // Parse, then Check.
  static absl::StatusOr<Expression> Compile(absl::string_view text,
                                            const SymbolTable& symbols);

  // Resolves every word to a symbol or, opposite a name in == or !=, to one of
  // its values, and checks types and units. InvalidArgument with the column,
  // what is allowed and the nearest name. `type()` is set when it succeeds.
  absl::Status Check(const SymbolTable& symbols);

  // Every word and quoted name once, in order, `has` included: what to look at
  // before a symbol table is known.
  std::vector<std::string> Identifiers() const;

  // Symbols that evaluation looks up, in order of first use. Empty before
  // Check.
  const std::vector<std::string>& Symbols() const { return symbols_; }

  // Operands before operators, the root last: for callers that translate an
  // expression once instead of evaluating it row by row.
  const std::vector<Node>& nodes() const { return nodes_; }
  const Type& type() const { return type_; }
  const std::string& text() const { return text_; }

  // Value in `environment`. FailedPrecondition before Check; InvalidArgument
  // on a division by zero or a value of another type than the table said;
  // the environment's own errors.
  absl::StatusOr<Value> Evaluate(const Environment& environment) const;

  // The same for a condition; absent is false. InvalidArgument if type() is
  // not bool.
  absl::StatusOr<bool> Holds(const Environment& environment) const;

 private:
  friend class Checker;
  Expression() = default;

  std::string text_;
  std::vector<Node> nodes_;  // operands before operators; the last is the root
  std::vector<std::string> symbols_;
  std::vector<Type> symbol_types_;
  Type type_;
  bool checked_ = false;
};

}  // namespace dynarch::expression

namespace dynarch {
using expression::Expression;
}  // namespace dynarch

#endif  // DYNARCH_SIM_BASE_EXPRESSION_H_
