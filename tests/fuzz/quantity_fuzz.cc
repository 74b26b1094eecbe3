// Any text is a quantity or refused; what is read prints and reads back to the
// same integer. Decimals likewise.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "sim/base/decimal.h"
#include "sim/base/quantity_parse.h"

namespace {

using dynarch::Decimal;
using dynarch::Dimension;

void Require(bool holds) {
  if (!holds) std::abort();  // what a fuzzer reports
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  for (int d = 0; d <= static_cast<int>(Dimension::kOpsPerSecond); ++d) {
    const auto dimension = static_cast<Dimension>(d);
    const auto value = dynarch::ParseQuantity(text, dimension);
    if (!value.ok()) continue;
    Require(*value >= 0);
    const auto again = dynarch::ParseQuantity(
        dynarch::FormatQuantity(*value, dimension), dimension);
    Require(again.ok() && *again == *value);
  }
  const auto decimal = Decimal::Parse(text);
  if (decimal.ok()) {
    const auto again = Decimal::Parse(decimal->ToString());
    Require(again.ok() && *again == *decimal);
  }
  dynarch::ParseRatio(text).IgnoreError();
  return 0;
}
