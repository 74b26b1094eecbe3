#include "sim/cost/cpu.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <variant>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "sim/base/reason.h"
#include "sim/base/status_macros.h"
#include "sim/cost/kernels.h"
#include "sim/cost/rounding.h"

namespace dynarch::cost {
namespace {

// Extent of a square block, three of which fit.
int64_t BlockExtent(Bytes capacity, int64_t element_bytes) {
  const double block = std::sqrt(static_cast<double>(capacity.value()) /
                                 static_cast<double>(3 * element_bytes));
  return std::max<int64_t>(1, static_cast<int64_t>(block));
}

// Everything that Firing reads, looked up once.
struct Machine {
  explicit Machine(const FiringContext& context)
      : element(context.platform.elements()[context.element]),
        cpu(std::get<platform::Cpu>(element.kind)),
        memory(context.platform.memories()[element.memory]),
        weights(context.platform.memories()[element.memory_of_weights()]),
        points(context.platform.operating_points()[context.operating_point]
                   .domains) {}
  Hertz frequency() const { return points[element.domain].frequency; }

  const platform::ProcessingElement& element;
  const platform::Cpu& cpu;
  const platform::Memory& memory;
  const platform::Memory& weights;
  const std::vector<platform::DomainPoint>& points;
};

// picocycles / speedup, rounded up.
absl::int128 Shared(absl::int128 picocycles, const Machine& machine) {
  const int threads = machine.element.threads;
  if (threads == 1) return picocycles;
  const platform::PerCycle& serial = machine.cpu.serial_share;
  const absl::int128 work =
      picocycles / serial.denominator *
          (serial.denominator +
           absl::int128(serial.numerator) * (threads - 1)) +
      serial.denominator;
  return (work + threads - 1) / threads;
}

// The slowest of the levels, and the energy of all traffic.
struct Traffic {
  Picoseconds time{};
  Femtojoules energy{};
};

absl::Status AddMemory(const FiringContext& context, const Machine& machine,
                       const platform::Memory& memory, int64_t bytes,
                       Picoseconds* time, Traffic* traffic) {
  const platform::DomainPoint& point = machine.points[memory.domain];
  DYNARCH_ASSIGN_OR_RETURN(
      const Picoseconds own,
      TimeAtRate(bytes, memory.BytesPerCycleAt(point.frequency), kAll,
                 point.frequency));
  *time = *time + own;
  const Femtojoules energy =
      DynamicEnergy(bytes, memory.energy_per_byte,
                    context.platform.domains()[memory.domain], point);
  DYNARCH_RETURN_IF_ERROR(CheckActivity("energy", energy.value()));
  traffic->energy = traffic->energy + energy;
  return absl::OkStatus();
}

// From one cache into the next smaller one.
absl::Status AddCache(const FiringContext& context, const Machine& machine,
                      const platform::Cache& cache, int64_t bytes,
                      Traffic* traffic) {
  const int cores = cache.shared ? 1 : machine.element.threads;
  platform::PerCycle rate = cache.bytes_per_cycle;
  rate.numerator *= cores;
  DYNARCH_ASSIGN_OR_RETURN(const Picoseconds time,
                           TimeAtRate(bytes, rate, kAll, machine.frequency()));
  traffic->time = std::max(traffic->time, time);
  const Femtojoules energy =
      DynamicEnergy(bytes, cache.energy_per_byte,
                    context.platform.domains()[machine.element.domain],
                    machine.points[machine.element.domain]);
  DYNARCH_RETURN_IF_ERROR(CheckActivity("energy", energy.value()));
  traffic->energy = traffic->energy + energy;
  return absl::OkStatus();
}

// Bytes of activations that reach beyond the largest cache: none if they fit
// into it, for the actor before has left them there.
int64_t ActivationsFromMemory(const FiringContext& context,
                              const Machine& machine, int64_t element_bytes,
                              int64_t all) {
  const int64_t weights = context.work.weight_elements * element_bytes;
  const int64_t activations = all - weights;
  if (machine.cpu.caches.empty()) return activations;
  const int64_t once =
      (context.work.input_elements + context.work.output_elements) *
      element_bytes;
  const Bytes largest = machine.cpu.caches.back().capacity;
  return once <= largest.value() ? 0 : activations;
}

absl::StatusOr<Traffic> TrafficOf(const FiringContext& context,
                                  const Machine& machine) {
  Traffic traffic;
  const int64_t element_bytes = graph::BytesPerElement(context.dtype);
  const auto& caches = machine.cpu.caches;
  for (size_t i = 0; i + 1 < caches.size(); ++i) {
    DYNARCH_RETURN_IF_ERROR(
        AddCache(context, machine, caches[i + 1],
                 BlockedBytes(context.work, element_bytes, caches[i].capacity),
                 &traffic));
  }
  const int64_t all =
      caches.empty()
          ? BytesOf(context.work, context.dtype).value()
          : BlockedBytes(context.work, element_bytes, caches.back().capacity);
  const int64_t weights = context.work.weight_elements * element_bytes;
  Picoseconds from_memory{};
  DYNARCH_RETURN_IF_ERROR(AddMemory(context, machine, machine.weights, weights,
                                    &from_memory, &traffic));
  DYNARCH_RETURN_IF_ERROR(
      AddMemory(context, machine, machine.memory,
                ActivationsFromMemory(context, machine, element_bytes, all),
                &from_memory, &traffic));
  traffic.time = std::max(traffic.time, from_memory);
  return traffic;
}

}  // namespace

int64_t BlockedBytes(const graph::OperatorWork& work, int64_t element_bytes,
                     Bytes capacity) {
  const int64_t once =
      (work.weight_elements + work.input_elements + work.output_elements) *
      element_bytes;
  if (once <= capacity.value() || work.macs.value() == 0) return once;
  const absl::int128 blocked = absl::int128(2) * work.macs.value() *
                               element_bytes /
                               BlockExtent(capacity, element_bytes);
  return std::max(once, static_cast<int64_t>(blocked));
}

absl::StatusOr<Cost> CpuModel::Firing(const FiringContext& context) const {
  const platform::ProcessingElement& element =
      context.platform.elements()[context.element];
  if (!std::holds_alternative<platform::Cpu>(element.kind) ||
      !element.runtime.has_value()) {
    return Infeasible(
        reason::kUnsupportedOperator,
        absl::StrCat("element '", element.name, "' is no cpu with a runtime"));
  }
  DYNARCH_ASSIGN_OR_RETURN(const platform::Kernel* kernel, KernelFor(context));
  if (context.work.moves_nothing || IsFused(context.work, *element.runtime)) {
    return Cost{.energy = Femtojoules(0)};
  }
  const Machine machine(context);
  DYNARCH_ASSIGN_OR_RETURN(const absl::int128 cycles,
                           CyclesOf(context, *kernel));
  DYNARCH_ASSIGN_OR_RETURN(
      const Picoseconds compute,
      TimeOfCycles(Shared(cycles, machine), machine.frequency()));
  DYNARCH_ASSIGN_OR_RETURN(const Traffic traffic, TrafficOf(context, machine));
  DYNARCH_ASSIGN_OR_RETURN(const Femtojoules core, CoreEnergy(context, cycles));
  const Picoseconds overhead = element.runtime->call_overhead;
  return Cost{.time = overhead + std::max(compute, traffic.time),
              .energy = core + traffic.energy,
              .bytes = BytesOf(context.work, context.dtype),
              .bound = BoundOf(compute, traffic.time, overhead)};
}

absl::Status RegisterCpu(CostModelRegistry& registry) {
  return registry.Register({.name = "cpu", .version = 1},
                           [] { return std::make_unique<CpuModel>(); });
}

}  // namespace dynarch::cost
