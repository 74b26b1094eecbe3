// Any text is parsed or refused; what is accepted evaluates to a value or an
// error, whatever its symbols are.
#include <cstddef>
#include <cstdint>

#include "sim/base/expression.h"

namespace {

using dynarch::Expression;
using dynarch::expression::Environment;
using dynarch::expression::SymbolTable;
using dynarch::expression::Type;
using dynarch::expression::Value;

class Ones : public Environment {
 public:
  absl::StatusOr<Value> Lookup(int, absl::string_view) const override {
    return Value(1.0);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  absl::StatusOr<Expression> expression = Expression::Parse(text);
  if (!expression.ok()) return 0;
  // Every word as a number, with one unit for all.
  SymbolTable symbols;
  for (const std::string& word : expression->Identifiers()) {
    symbols.Add(word, Type::Quantity(dynarch::Dimension::kTime));
  }
  if (expression->Check(symbols).ok()) {
    expression->Evaluate(Ones()).IgnoreError();
  }
  return 0;
}
