#include "sim/platform/platform.h"

namespace dynarch::platform {

absl::string_view NameOf(EnergyScope scope) {
  switch (scope) {
    case EnergyScope::kCore:
      return "core";
    case EnergyScope::kSoc:
      return "soc";
    case EnergyScope::kBoard:
      return "board";
  }
  return "";
}

absl::string_view NameOf(PowerStateKind kind) {
  switch (kind) {
    case PowerStateKind::kActive:
      return "active";
    case PowerStateKind::kClockGated:
      return "clock_gated";
    case PowerStateKind::kPowerGated:
      return "power_gated";
  }
  return "";
}

absl::string_view NameOf(Systolic::Dataflow dataflow) {
  switch (dataflow) {
    case Systolic::Dataflow::kOutput:
      return "output_stationary";
    case Systolic::Dataflow::kWeight:
      return "weight_stationary";
    case Systolic::Dataflow::kInput:
      return "input_stationary";
  }
  return "";
}

absl::string_view NameOf(const ElementKind& kind) {
  // In the order of the variant.
  static constexpr absl::string_view kNames[] = {"cpu", "mcu", "gpu",
                                                 "systolic", "table"};
  static_assert(std::variant_size_v<ElementKind> == std::size(kNames));
  return kNames[kind.index()];
}

}  // namespace dynarch::platform
