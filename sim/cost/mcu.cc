#include "sim/cost/mcu.h"

#include <algorithm>
#include <memory>
#include <variant>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "sim/base/reason.h"
#include "sim/base/status_macros.h"
#include "sim/cost/kernels.h"
#include "sim/cost/rounding.h"

namespace dynarch::cost {
namespace {

struct Moved {
  Picoseconds time{};     // At the memory's rate, wait states included.
  Picoseconds waiting{};  // Of it, what wait states add.
  Femtojoules energy{};
};

// `bytes` out of or into `memory`.
absl::StatusOr<Moved> Move(const FiringContext& context,
                           const platform::Memory& memory, int64_t bytes) {
  const platform::DomainPoint& point =
      context.platform.operating_points()[context.operating_point]
          .domains[memory.domain];
  Moved moved;
  DYNARCH_ASSIGN_OR_RETURN(
      moved.time, TimeAtRate(bytes, memory.BytesPerCycleAt(point.frequency),
                             kAll, point.frequency));
  DYNARCH_ASSIGN_OR_RETURN(
      const Picoseconds ideal,
      TimeAtRate(bytes, memory.bytes_per_cycle, kAll, point.frequency));
  moved.waiting = moved.time - ideal;
  moved.energy =
      DynamicEnergy(bytes, memory.energy_per_byte,
                    context.platform.domains()[memory.domain], point);
  DYNARCH_RETURN_IF_ERROR(CheckActivity("energy", moved.energy.value()));
  return moved;
}

// Weights and activations.
absl::StatusOr<Moved> MoveAll(const FiringContext& context,
                              const platform::ProcessingElement& element) {
  const int64_t size = graph::BytesPerElement(context.dtype);
  const auto& memories = context.platform.memories();
  DYNARCH_ASSIGN_OR_RETURN(const Moved weights,
                           Move(context, memories[element.memory_of_weights()],
                                context.work.weight_elements * size));
  DYNARCH_ASSIGN_OR_RETURN(
      const Moved activations,
      Move(
          context, memories[element.memory],
          (context.work.input_elements + context.work.output_elements) * size));
  return Moved{.time = weights.time + activations.time,
               .waiting = weights.waiting,
               .energy = weights.energy + activations.energy};
}

}  // namespace

absl::StatusOr<Cost> McuModel::Firing(const FiringContext& context) const {
  const platform::ProcessingElement& element =
      context.platform.elements()[context.element];
  const auto* mcu = std::get_if<platform::Mcu>(&element.kind);
  if (mcu == nullptr || !element.runtime.has_value()) {
    return Infeasible(
        reason::kUnsupportedOperator,
        absl::StrCat("element '", element.name, "' is no mcu with a runtime"));
  }
  DYNARCH_ASSIGN_OR_RETURN(const platform::Kernel* kernel, KernelFor(context));
  if (context.work.moves_nothing || IsFused(context.work, *element.runtime)) {
    return Cost{.energy = Femtojoules(0)};
  }
  DYNARCH_ASSIGN_OR_RETURN(const absl::int128 cycles,
                           CyclesOf(context, *kernel));
  const Hertz frequency =
      context.platform.operating_points()[context.operating_point]
          .domains[element.domain]
          .frequency;
  const int threads = element.threads;
  DYNARCH_ASSIGN_OR_RETURN(
      const Picoseconds busy,
      TimeOfCycles((cycles + threads - 1) / threads, frequency));
  DYNARCH_ASSIGN_OR_RETURN(const Moved moved, MoveAll(context, element));
  DYNARCH_ASSIGN_OR_RETURN(const Femtojoules core, CoreEnergy(context, cycles));
  const Picoseconds compute = mcu->dma ? busy : busy + moved.waiting;
  const Picoseconds memory = mcu->dma ? moved.time : moved.waiting;
  const Picoseconds overhead = element.runtime->call_overhead;
  return Cost{.time = overhead + std::max(compute, memory),
              .energy = core + moved.energy,
              .bytes = BytesOf(context.work, context.dtype),
              .bound = BoundOf(compute, memory, overhead)};
}

absl::Status RegisterMcu(CostModelRegistry& registry) {
  return registry.Register({.name = "mcu", .version = 1},
                           [] { return std::make_unique<McuModel>(); });
}

}  // namespace dynarch::cost
