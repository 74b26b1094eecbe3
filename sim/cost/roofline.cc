#include "sim/cost/roofline.h"

#include <memory>
#include <type_traits>
#include <variant>

#include "absl/strings/str_cat.h"
#include "sim/base/reason.h"
#include "sim/base/status_macros.h"
#include "sim/cost/rounding.h"

namespace dynarch::cost {
namespace {

// The roofline of a cpu, mcu or gpu, else null.
const platform::Roofline* RooflineOf(const platform::ElementKind& kind) {
  return std::visit(
      [](const auto& element) -> const platform::Roofline* {
        if constexpr (requires { element.roofline; }) {
          return &element.roofline;
        } else {
          return nullptr;
        }
      },
      kind);
}

platform::PerCycle ShareFor(const platform::Roofline& roofline,
                            graph::OperatorClass operator_class) {
  const auto index = static_cast<size_t>(operator_class);
  return index < roofline.shares.size() ? roofline.shares[index] : kAll;
}

}  // namespace

absl::StatusOr<Cost> RooflineModel::Firing(const FiringContext& context) const {
  const platform::ProcessingElement& element =
      context.platform.elements()[context.element];
  const platform::Roofline* roofline = RooflineOf(element.kind);
  if (roofline == nullptr) {
    return Infeasible(
        reason::kUnsupportedOperator,
        absl::StrCat("element '", element.name, "' is a ", NameOf(element.kind),
                     ", which the roofline does not cover"));
  }
  DYNARCH_ASSIGN_OR_RETURN(const platform::ComputeRate* rate,
                           RateFor(context, roofline->rates));
  if (context.work.moves_nothing) return Cost{.energy = Femtojoules(0)};
  const Hertz frequency =
      context.platform.operating_points()[context.operating_point]
          .domains[element.domain]
          .frequency;
  DYNARCH_ASSIGN_OR_RETURN(
      const Picoseconds compute,
      TimeAtRate(OpsOf(context.work), rate->ops_per_cycle,
                 ShareFor(*roofline, context.work.operator_class), frequency));
  return OverlappedCost(context, compute, roofline->call_overhead,
                        rate->energy_per_op);
}

absl::Status RegisterRoofline(CostModelRegistry& registry) {
  return registry.Register({.name = "roofline", .version = 1},
                           [] { return std::make_unique<RooflineModel>(); });
}

}  // namespace dynarch::cost
