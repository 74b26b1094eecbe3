#include "sim/behavior/rule.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/decimal.h"

namespace dynarch::behavior {

absl::StatusOr<Threshold> Threshold::Parse(absl::string_view text) {
  if (text == "never") return Never();
  if (text == "always") return Always();
  const auto value = Decimal::Parse(text);
  if (!value.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("threshold: got '", text,
                     "'; allowed: never, always or a decimal such as 0.85"));
  }
  return Threshold(Kind::kValue, value->ToDouble(), std::string(text));
}

bool Threshold::Takes(graph::Signal signal, double value) const {
  switch (kind_) {
    case Kind::kNever:
      return false;
    case Kind::kAlways:
      return true;
    case Kind::kValue:
      return signal == graph::Signal::kEntropy ? value < value_
                                               : value >= value_;
  }
  return false;
}

}  // namespace dynarch::behavior
