#include "sim/wire/platform_fields.h"

#include <algorithm>

#include "sim/base/decimal.h"
#include "sim/graph/data_type.h"

namespace dynarch::wire {

absl::StatusOr<platform::PerCycle> PerCycleFrom(const std::string& text,
                                                const std::string& path) {
  const absl::StatusOr<Decimal> number = Decimal::Parse(text);
  if (!number.ok()) {
    return FieldError(path, "got '", text, "'; a decimal number is needed");
  }
  if (number->exponent() < -12) {
    return FieldError(path, "got '", text,
                      "'; at most 12 digits after the "
                      "point are allowed");
  }
  platform::PerCycle rate;
  for (int i = number->exponent(); i < 0; ++i) rate.denominator *= 10;
  const auto scaled = number->ToScaledInt(-std::min(number->exponent(), 0));
  if (!scaled.ok()) return FieldError(path, "got '", text, "'; is too large");
  rate.numerator = *scaled;
  return rate;
}

std::string DecimalText(const platform::PerCycle& rate) {
  int exponent = 0;
  for (int64_t d = rate.denominator; d > 1; d /= 10) --exponent;
  const auto number = Decimal::Of(rate.numerator, exponent);
  return number.ok() ? number->ToString() : "";
}

std::string NameOfType(v1::DataType dtype) {
  const int index = static_cast<int>(dtype) - 1;
  return index < 0 || index >= graph::kDataTypeCount
             ? "unspecified"
             : std::string(NameOf(static_cast<graph::DataType>(index)));
}

}  // namespace dynarch::wire
