#include "sim/base/expression.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/base/expression_parser.h"
#include "sim/base/status_macros.h"

namespace dynarch::expression {
namespace {

constexpr Dimension kNamed[] = {
    Dimension::kTime,        Dimension::kFrequency,     Dimension::kSize,
    Dimension::kBandwidth,   Dimension::kPower,         Dimension::kEnergy,
    Dimension::kEnergyPerOp, Dimension::kEnergyPerByte, Dimension::kVoltage,
    Dimension::kArea,        Dimension::kOpsPerSecond};

}  // namespace

Unit Unit::Of(Dimension dimension) {
  Unit unit;
  const auto raise = [&unit](Base base, int power) {
    unit.power_[base] = static_cast<int16_t>(power);
  };
  switch (dimension) {
    case Dimension::kTime:
      raise(kSecond, 1);
      break;
    case Dimension::kFrequency:
      raise(kSecond, -1);
      break;
    case Dimension::kSize:
      raise(kByte, 1);
      break;
    case Dimension::kBandwidth:
      raise(kByte, 1);
      raise(kSecond, -1);
      break;
    case Dimension::kPower:
      raise(kJoule, 1);
      raise(kSecond, -1);
      break;
    case Dimension::kEnergy:
      raise(kJoule, 1);
      break;
    case Dimension::kEnergyPerOp:
      raise(kJoule, 1);
      raise(kOp, -1);
      break;
    case Dimension::kEnergyPerByte:
      raise(kJoule, 1);
      raise(kByte, -1);
      break;
    case Dimension::kVoltage:
      raise(kVolt, 1);
      break;
    case Dimension::kArea:
      raise(kMetre, 2);
      break;
    case Dimension::kOpsPerSecond:
      raise(kOp, 1);
      raise(kSecond, -1);
      break;
  }
  return unit;
}

Unit Unit::Times(const Unit& other) const {
  Unit product;
  for (int i = 0; i < kBaseCount; ++i) {
    product.power_[i] = static_cast<int16_t>(power_[i] + other.power_[i]);
  }
  return product;
}

Unit Unit::Over(const Unit& other) const {
  Unit quotient;
  for (int i = 0; i < kBaseCount; ++i) {
    quotient.power_[i] = static_cast<int16_t>(power_[i] - other.power_[i]);
  }
  return quotient;
}

std::string Unit::ToString() const {
  if (plain()) return "a plain number";
  for (const Dimension dimension : kNamed) {
    if (*this == Of(dimension)) return std::string(DimensionName(dimension));
  }
  constexpr absl::string_view kBaseNames[kBaseCount] = {"s", "J", "B",
                                                        "V", "m", "op"};
  std::vector<std::string> factors;
  for (int i = 0; i < kBaseCount; ++i) {
    if (power_[i] != 0) {
      factors.push_back(
          absl::StrCat(kBaseNames[i], "^", static_cast<int>(power_[i])));
    }
  }
  return absl::StrJoin(factors, " ");
}

std::string Type::ToString() const {
  if (kind == kBool) return "condition";
  if (kind == kName) return "name";
  return unit.ToString();
}

void SymbolTable::Add(absl::string_view name, Type type) {
  types_.insert_or_assign(std::string(name), std::move(type));
}

void SymbolTable::AddHas(absl::string_view subject, absl::string_view object) {
  if (!Has(subject, object)) {
    objects_[std::string(subject)].emplace_back(object);
  }
}

const Type* SymbolTable::Find(absl::string_view name) const {
  const auto it = types_.find(std::string(name));
  return it == types_.end() ? nullptr : &it->second;
}

bool SymbolTable::Has(absl::string_view subject,
                      absl::string_view object) const {
  const auto it = objects_.find(std::string(subject));
  return it != objects_.end() && std::find(it->second.begin(), it->second.end(),
                                           object) != it->second.end();
}

std::vector<std::string> SymbolTable::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, type] : types_) names.push_back(name);
  return names;
}

std::vector<std::string> SymbolTable::ObjectsOf(
    absl::string_view subject) const {
  const auto it = objects_.find(std::string(subject));
  return it == objects_.end() ? std::vector<std::string>() : it->second;
}

absl::StatusOr<bool> Environment::Has(absl::string_view subject,
                                      absl::string_view object) const {
  return absl::UnimplementedError(
      absl::StrCat("'", subject, " has ", object, "' has no meaning here"));
}

absl::StatusOr<Expression> Expression::Parse(absl::string_view text) {
  DYNARCH_ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(text));
  Expression expression;
  expression.text_ = std::string(text);
  DYNARCH_ASSIGN_OR_RETURN(expression.nodes_,
                           Parser(std::move(tokens)).Parse());
  return expression;
}

absl::StatusOr<Expression> Expression::Compile(absl::string_view text,
                                               const SymbolTable& symbols) {
  DYNARCH_ASSIGN_OR_RETURN(Expression expression, Parse(text));
  DYNARCH_RETURN_IF_ERROR(expression.Check(symbols));
  return expression;
}

std::vector<std::string> Expression::Identifiers() const {
  std::vector<std::string> words;
  const auto add = [&words](const std::string& word) {
    if (!word.empty() &&
        std::find(words.begin(), words.end(), word) == words.end()) {
      words.push_back(word);
    }
  };
  for (const Node& node : nodes_) {
    add(node.text);
    add(node.object);
  }
  return words;
}

}  // namespace dynarch::expression
