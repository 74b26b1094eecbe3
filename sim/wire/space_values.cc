#include "sim/wire/space_values.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sim/base/decimal.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/behavior/source.h"
#include "sim/graph/data_type.h"
#include "sim/wire/field_error.h"
#include "sim/wire/power_wire.h"
#include "sim/wire/study_space.h"

namespace dynarch::wire {
namespace {

using space::Parameter;
using space::Slot;
using Target = space::Slot::Target;

// What an exit's threshold may be.
enum class ThresholdRange : uint8_t { kShare, kNotNegative, kAny };

ThresholdRange RangeOf(const v1::Decision& exit) {
  switch (exit.signal()) {
    case v1::ENTROPY:
      return ThresholdRange::kNotNegative;
    case v1::SCORE:
      return ThresholdRange::kAny;
    default:
      return ThresholdRange::kShare;
  }
}

// Thresholds on probabilities lie in [0, 1]; entropies are not negative.
absl::Status CheckThreshold(const std::string& path, const std::string& value,
                            const v1::Decision& exit) {
  const absl::StatusOr<Decimal> number = Decimal::Parse(value);
  if (!number.ok()) return absl::OkStatus();  // `never`, `always`
  const ThresholdRange range = RangeOf(exit);
  const bool low = range != ThresholdRange::kAny && number->negative();
  const bool high =
      range == ThresholdRange::kShare && *number > Decimal::FromInt(1);
  if (!low && !high) return absl::OkStatus();
  return FieldError(path, "got ", value, "; allowed: ",
                    range == ThresholdRange::kShare ? "0 to 1" : "0 or more",
                    ", never, always");
}

template <typename Options>
absl::Status CheckOption(const std::string& path, const std::string& value,
                         const Options& options) {
  std::vector<std::string> known;
  for (const std::string& option : options) {
    const auto number = Decimal::Parse(option);
    known.push_back(number.ok() ? number->ToString() : option);
    if (known.back() == value) return absl::OkStatus();
  }
  return FieldError(path, "got ", value, "; allowed: ", NameList(known));
}

absl::Status CheckKnob(const std::string& path, const std::string& value,
                       const v1::Decision& decision) {
  DYNARCH_ASSIGN_OR_RETURN(const Decimal number, Decimal::Parse(value));
  const bool positive = !number.negative() && !number.zero();
  const auto above = [&](int64_t most) {
    return number > Decimal::FromInt(most);
  };
  switch (decision.kind_case()) {
    case v1::Decision::kWidth:
      return CheckOption(path, value, decision.width().options());
    case v1::Decision::kResolution:
      return CheckOption(path, value, decision.resolution().options());
    case v1::Decision::kActive:
      if (positive && !above(1)) return absl::OkStatus();
      return FieldError(path, "got ", value, "; above 0 to 1 is allowed");
    case v1::Decision::kExperts:
      if (positive) return absl::OkStatus();
      return FieldError(path, "got ", value, "; above 0 is allowed");
    case v1::Decision::kRepeat:
      if (positive && !above(decision.repeat().max()) &&
          number.ToScaledInt(0).ok()) {
        return absl::OkStatus();
      }
      return FieldError(path, "got ", value, "; a whole number of 1 to ",
                        decision.repeat().max(), " is allowed");
    default:
      return absl::OkStatus();
  }
}

absl::StatusOr<std::string> CanonicalThreshold(absl::string_view text) {
  if (text == "never" || text == "always") return std::string(text);
  const absl::StatusOr<Decimal> number = Decimal::Parse(text);
  if (number.ok()) return number->ToString();
  return absl::InvalidArgumentError(
      absl::StrCat("got '", text, "'; allowed: a decimal number, never, always",
                   DidYouMean(text, {"never", "always"})));
}

absl::StatusOr<std::string> CanonicalKnob(absl::string_view text) {
  const absl::StatusOr<Decimal> number = Decimal::Parse(text);
  if (number.ok()) return number->ToString();
  return absl::InvalidArgumentError(
      absl::StrCat("got '", text, "'; a decimal number is needed"));
}

absl::StatusOr<std::string> CanonicalPatience(absl::string_view text) {
  int patience = 0;
  if (absl::SimpleAtoi(text, &patience) && patience >= 1) {
    return absl::StrCat(patience);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("got '", text, "'; a whole number of 1 or more is allowed"));
}

absl::StatusOr<std::string> CanonicalDataType(absl::string_view text) {
  if (graph::DataTypeNamed(text).has_value()) return std::string(text);
  const std::vector<std::string> names = {"fp32", "fp16", "int8"};
  return absl::InvalidArgumentError(absl::StrCat(
      "got '", text, "'; allowed: ", NameList(names), DidYouMean(text, names)));
}

}  // namespace

absl::Status CheckNumbers(const Parameter& parameter,
                          const SpaceContext& context) {
  const std::string path = SpacePath(parameter.path);
  const Slot& slot = parameter.slot;
  for (const std::string& value : parameter.values) {
    if (slot.target == Target::kKnob) {
      DYNARCH_RETURN_IF_ERROR(
          CheckKnob(path, value, *context.others[slot.index]));
    }
    if (slot.target != Target::kThreshold) continue;
    for (size_t exit = 0; exit < context.exits.size(); ++exit) {
      const bool last =
          context.network.output().empty() && exit + 1 == context.exits.size();
      const bool meant = slot.index == static_cast<int>(exit) ||
                         (slot.index == Slot::kAll && !last);
      if (!meant) continue;
      DYNARCH_RETURN_IF_ERROR(
          CheckThreshold(path, value, *context.exits[exit]));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> CanonicalValue(const Slot& slot,
                                           absl::string_view text) {
  switch (slot.target) {
    case Target::kThreshold:
      return CanonicalThreshold(text);
    case Target::kKnob:
      return CanonicalKnob(text);
    case Target::kPatience:
      return CanonicalPatience(text);
    case Target::kControl: {
      DYNARCH_ASSIGN_OR_RETURN(const behavior::Control control,
                               behavior::ControlNamed(text));
      return std::string(NameOf(control));
    }
    case Target::kDataType:
      return CanonicalDataType(text);
    case Target::kPower: {
      DYNARCH_ASSIGN_OR_RETURN(const mapping::PowerPolicy policy,
                               ParsePowerPolicy(text));
      return ToText(policy);
    }
    case Target::kPlatform:
    case Target::kStageElement:
    case Target::kOperatingPoint:
      break;
  }
  if (text.empty()) return absl::InvalidArgumentError("got an empty name");
  return std::string(text);
}

}  // namespace dynarch::wire
