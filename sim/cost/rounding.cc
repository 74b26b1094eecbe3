#include "sim/cost/rounding.h"

#include <algorithm>
#include <string>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/mul_div.h"
#include "sim/base/name_match.h"
#include "sim/base/reason.h"
#include "sim/base/status_macros.h"

namespace dynarch::cost {
Bound BoundOf(Picoseconds compute, Picoseconds memory, Picoseconds overhead) {
  const Picoseconds overlapped = std::max(compute, memory);
  if (overhead > overlapped) return Bound::kOverhead;
  return memory > compute ? Bound::kMemory : Bound::kCompute;
}

absl::Status CheckActivity(absl::string_view what, int64_t value) {
  if (value <= kMaxActivity) return absl::OkStatus();
  return Infeasible(
      reason::kActivityLimit,
      absl::StrCat("the ", what, " of one firing passes ",
                   what == "time" ? "2^53 ps (2.5 h)" : "2^53 fJ (9 J)"));
}

absl::StatusOr<Picoseconds> TimeAtRate(int64_t amount,
                                       const platform::PerCycle& rate,
                                       const platform::PerCycle& share,
                                       Hertz frequency) {
  const absl::uint128 scale =
      absl::uint128(1'000'000'000'000) * rate.denominator * share.denominator;
  const absl::uint128 divisor =
      absl::uint128(rate.numerator) * share.numerator * frequency.value();
  const int64_t time = MulDivCeil(amount, scale, divisor);
  DYNARCH_RETURN_IF_ERROR(CheckActivity("time", time));
  return Picoseconds(time);
}

Bytes BytesOf(const graph::OperatorWork& work, graph::DataType dtype) {
  return Bytes(
      (work.weight_elements + work.input_elements + work.output_elements) *
      graph::BytesPerElement(dtype));
}

int64_t OpsOf(const graph::OperatorWork& work) {
  return 2 * work.macs.value() + work.vector_ops;
}

absl::StatusOr<const platform::ComputeRate*> RateFor(
    const FiringContext& context,
    const std::vector<platform::ComputeRate>& rates) {
  std::vector<std::string> names;
  for (const platform::ComputeRate& rate : rates) {
    if (rate.dtype == static_cast<int>(context.dtype)) return &rate;
    names.emplace_back(NameOf(static_cast<graph::DataType>(rate.dtype)));
  }
  return Infeasible(
      reason::kUnsupportedDataType,
      absl::StrCat(
          "element '", context.platform.elements()[context.element].name,
          "' of platform '", context.platform.name(), "' does not run ",
          NameOf(context.dtype), ", only ", NameList(names)));
}

absl::StatusOr<Cost> OverlappedCost(const FiringContext& context,
                                    Picoseconds compute, Picoseconds overhead,
                                    platform::Attojoules energy_per_op) {
  const platform::Platform& hardware = context.platform;
  const platform::ProcessingElement& element =
      hardware.elements()[context.element];
  const platform::Memory& memory = hardware.memories()[element.memory];
  const auto& points =
      hardware.operating_points()[context.operating_point].domains;
  Cost cost;
  cost.bytes = BytesOf(context.work, context.dtype);
  DYNARCH_ASSIGN_OR_RETURN(
      const Picoseconds traffic,
      TimeAtRate(cost.bytes.value(), memory.bytes_per_cycle, kAll,
                 points[memory.domain].frequency));
  cost.time = overhead + std::max(compute, traffic);
  cost.bound = BoundOf(compute, traffic, overhead);
  const Femtojoules arithmetic =
      DynamicEnergy(OpsOf(context.work), energy_per_op,
                    hardware.domains()[element.domain], points[element.domain]);
  const Femtojoules access =
      DynamicEnergy(cost.bytes.value(), memory.energy_per_byte,
                    hardware.domains()[memory.domain], points[memory.domain]);
  DYNARCH_RETURN_IF_ERROR(CheckActivity("energy", arithmetic.value()));
  DYNARCH_RETURN_IF_ERROR(CheckActivity("energy", access.value()));
  cost.energy = arithmetic + access;
  return cost;
}

}  // namespace dynarch::cost
