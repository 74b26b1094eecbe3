#include "sim/cost/systolic.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <variant>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "sim/base/reason.h"
#include "sim/base/status_macros.h"
#include "sim/cost/rounding.h"

namespace dynarch::cost {
namespace {

// Parts into which `extent` falls on an axis of `size` elements.
absl::int128 Folds(int64_t extent, int64_t size) {
  return (extent + size - 1) / size;
}

absl::int128 CyclesOfOneGroup(const graph::MatMulShape& shape,
                              const platform::Systolic& array) {
  const int64_t rows = array.rows, columns = array.columns;
  switch (array.dataflow) {
    case platform::Systolic::Dataflow::kOutput:
      return Folds(shape.m, rows) * Folds(shape.n, columns) *
                 (shape.k + rows + columns - 2) -
             1;
    case platform::Systolic::Dataflow::kWeight:
      return Folds(shape.k, rows) * Folds(shape.n, columns) *
                 (2 * rows + shape.m + columns - 2) -
             1;
    case platform::Systolic::Dataflow::kInput:
      return Folds(shape.k, rows) * Folds(shape.m, columns) *
                 (2 * rows + shape.n + columns - 2) -
             1;
  }
  return 0;
}

}  // namespace

Cycles ArrayCycles(const graph::MatMulShape& shape,
                   const platform::Systolic& array) {
  if (shape.m == 0 || shape.groups == 0) return Cycles(0);  // No product.
  const absl::int128 cycles = CyclesOfOneGroup(shape, array) * shape.groups;
  constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();
  return Cycles(static_cast<int64_t>(std::min<absl::int128>(cycles, kLargest)));
}

absl::StatusOr<Cost> SystolicModel::Firing(const FiringContext& context) const {
  const platform::ProcessingElement& element =
      context.platform.elements()[context.element];
  const auto* array = std::get_if<platform::Systolic>(&element.kind);
  if (array == nullptr) {
    return Infeasible(
        reason::kUnsupportedOperator,
        absl::StrCat("element '", element.name, "' is a ", NameOf(element.kind),
                     ", not a systolic array"));
  }
  DYNARCH_ASSIGN_OR_RETURN(const platform::ComputeRate* rate,
                           RateFor(context, array->types));
  if (context.work.moves_nothing) return Cost{.energy = Femtojoules(0)};
  const Hertz frequency =
      context.platform.operating_points()[context.operating_point]
          .domains[element.domain]
          .frequency;
  DYNARCH_ASSIGN_OR_RETURN(
      const Picoseconds products,
      TimeAtRate(ArrayCycles(context.work.matmul, *array).value(), kAll, kAll,
                 frequency));
  DYNARCH_ASSIGN_OR_RETURN(
      const Picoseconds others,
      TimeAtRate(context.work.vector_ops, array->vector_ops_per_cycle, kAll,
                 frequency));
  return OverlappedCost(context, products + others, array->call_overhead,
                        rate->energy_per_op);
}

absl::Status RegisterSystolic(CostModelRegistry& registry) {
  return registry.Register({.name = "systolic", .version = 1},
                           [] { return std::make_unique<SystolicModel>(); });
}

}  // namespace dynarch::cost
