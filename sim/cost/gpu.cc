#include "sim/cost/gpu.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <variant>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "sim/base/mul_div.h"
#include "sim/base/reason.h"
#include "sim/base/status_macros.h"
#include "sim/cost/cpu.h"
#include "sim/cost/rounding.h"

namespace dynarch::cost {
namespace {

// Elements of one block of threads that does no product: 256 threads, four
// elements each (one load of 16 bytes in fp32).
constexpr int64_t kElementsPerBlock = 1024;
constexpr int64_t kWordBytes = 4;
// A thread loads so many bytes at once, so windows are padded to them.
constexpr int64_t kLoadBytes = 16;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

int64_t Saturated(absl::int128 value) {
  return static_cast<int64_t>(
      std::min<absl::int128>(value, std::numeric_limits<int64_t>::max()));
}

// Everything that Firing reads, looked up once.
struct Machine {
  explicit Machine(const FiringContext& context)
      : element(context.platform.elements()[context.element]),
        gpu(std::get<platform::Gpu>(element.kind)),
        runtime(*element.runtime),
        memory(context.platform.memories()[element.memory]),
        points(context.platform.operating_points()[context.operating_point]
                   .domains) {}
  Hertz frequency() const { return points[element.domain].frequency; }

  const platform::ProcessingElement& element;
  const platform::Gpu& gpu;
  const platform::Runtime& runtime;
  const platform::Memory& memory;
  const std::vector<platform::DomainPoint>& points;
};

absl::Status CheckIsGpu(const FiringContext& context) {
  const platform::ProcessingElement& element =
      context.platform.elements()[context.element];
  if (element.is_gpu() && element.runtime.has_value()) return absl::OkStatus();
  return Infeasible(
      reason::kUnsupportedOperator,
      absl::StrCat("element '", element.name, "' is no gpu with a runtime"));
}

// Cycles of `macs` of one multiprocessor at the peak of all of them.
int64_t PeakCycles(int64_t macs, const platform::PerCycle& ops_per_cycle,
                   const platform::Gpu& gpu) {
  return MulDivCeil(
      macs, absl::uint128(2 * ops_per_cycle.denominator) * gpu.multiprocessors,
      ops_per_cycle.numerator);
}

// Of the cores that are no tensor cores: the rate of fp32, if there is one.
const platform::PerCycle& PlainRate(const platform::Gpu& gpu,
                                    const platform::ComputeRate& own) {
  for (const platform::ComputeRate& rate : gpu.roofline.rates) {
    if (rate.dtype == static_cast<int>(graph::DataType::kFp32)) {
      return rate.ops_per_cycle;
    }
  }
  return own.ops_per_cycle;
}

// Multiprocessors that have a block of an operator without tiles.
int64_t BusyWithout(const graph::OperatorWork& work, const platform::Gpu& gpu) {
  const int64_t elements = std::max(work.input_elements, work.output_elements);
  return std::clamp<int64_t>(CeilDiv(elements, kElementsPerBlock), 1,
                             gpu.multiprocessors);
}

int64_t WordsOf(int64_t elements, graph::DataType dtype, int64_t busy) {
  return CeilDiv(elements * graph::BytesPerElement(dtype), kWordBytes * busy);
}

// Weights, and activations that the second-level cache does not hold.
int64_t MemoryBytes(const FiringContext& context, const Machine& machine) {
  const graph::OperatorWork& work = context.work;
  const int64_t size = graph::BytesPerElement(context.dtype);
  const int64_t weights = work.weight_elements * size;
  const int64_t once = (work.input_elements + work.output_elements) * size;
  if (once <= machine.gpu.l2.value()) return weights;
  if (machine.gpu.l2.value() == 0) return weights + once;
  return BlockedBytes(work, size, machine.gpu.l2);
}

absl::StatusOr<Picoseconds> MemoryTime(const Machine& machine, int64_t bytes) {
  const Hertz frequency = machine.points[machine.memory.domain].frequency;
  return TimeAtRate(bytes, machine.memory.BytesPerCycleAt(frequency), kAll,
                    frequency);
}

// ops at the energy of the type, bytes at that of the memory.
absl::StatusOr<Femtojoules> EnergyOf(const FiringContext& context,
                                     const Machine& machine, int64_t bytes,
                                     platform::Attojoules energy_per_op) {
  const auto& domains = context.platform.domains();
  const Femtojoules arithmetic = DynamicEnergy(
      OpsOf(context.work), energy_per_op, domains[machine.element.domain],
      machine.points[machine.element.domain]);
  const Femtojoules access = DynamicEnergy(
      bytes, machine.memory.energy_per_byte, domains[machine.memory.domain],
      machine.points[machine.memory.domain]);
  DYNARCH_RETURN_IF_ERROR(CheckActivity("energy", arithmetic.value()));
  DYNARCH_RETURN_IF_ERROR(CheckActivity("energy", access.value()));
  return arithmetic + access;
}

// Of the shorter of computing and moving, what a block's first loads leave in
// the open.
Picoseconds Unhidden(const FiringContext& context, const Machine& machine,
                     Picoseconds shorter) {
  const graph::MatMulShape& shape = context.work.matmul;
  if (shape.m == 0) return Picoseconds(0);
  const int64_t fill = machine.runtime.blocking.fill_words;
  if (shape.k <= fill) return shorter;
  return Picoseconds(MulDivCeil(shorter.value(), fill, shape.k));
}

// A folded operator reads its operands but the one that the product hands on.
absl::StatusOr<Cost> FoldedCost(const FiringContext& context,
                                const Machine& machine,
                                const platform::Kernel& kernel,
                                platform::Attojoules energy_per_op) {
  const graph::OperatorWork& work = context.work;
  const int64_t others = work.input_elements - work.output_elements;
  if (others <= 0 || work.kernel_class != graph::KernelClass::kElementwise) {
    return Cost{.energy = Femtojoules(0)};
  }
  KernelCounts counts;
  counts.inputs =
      WordsOf(others, context.dtype, BusyWithout(work, machine.gpu));
  const bool stays = MemoryBytes(context, machine) == 0;
  const int64_t bytes =
      stays ? 0 : others * graph::BytesPerElement(context.dtype);
  DYNARCH_ASSIGN_OR_RETURN(
      const Picoseconds compute,
      TimeOfCycles(PicocyclesOf(counts, kernel), machine.frequency()));
  DYNARCH_ASSIGN_OR_RETURN(const Picoseconds memory,
                           MemoryTime(machine, bytes));
  DYNARCH_ASSIGN_OR_RETURN(const Femtojoules energy,
                           EnergyOf(context, machine, bytes, energy_per_op));
  return Cost{.time = std::max(compute, memory),
              .energy = energy,
              .bytes = Bytes(bytes),
              .bound = BoundOf(compute, memory, Picoseconds(0))};
}

KernelCounts CountsWith(const FiringContext& context, const Machine& machine,
                        const platform::Kernel& kernel,
                        const platform::ComputeRate& rate) {
  const graph::OperatorWork& work = context.work;
  const platform::Gpu& gpu = machine.gpu;
  int64_t busy = BusyWithout(work, gpu);
  KernelCounts counts;
  if (work.kernel_class == graph::KernelClass::kDepthwise) {
    counts.macs =
        PeakCycles(CeilDiv(work.macs.value(), busy), PlainRate(gpu, rate), gpu);
  } else if (work.matmul.m > 0) {
    const int64_t loaded =
        std::max(kLoadBytes / graph::BytesPerElement(context.dtype),
                 kernel.window_block);
    const GpuGrid grid =
        GridOf(work.matmul, loaded, machine.runtime.blocking, gpu);
    busy = std::min<int64_t>(grid.blocks, gpu.multiprocessors);
    counts.macs = PeakCycles(grid.busiest_macs, rate.ops_per_cycle, gpu);
  }
  counts.ops = CeilDiv(work.vector_ops, busy);
  counts.outputs = WordsOf(work.output_elements, context.dtype, busy);
  counts.windows = WordsOf(work.window_elements, context.dtype, busy);
  counts.inputs = WordsOf(work.input_elements, context.dtype, busy);
  counts.weights = WordsOf(work.weight_elements, context.dtype, busy);
  return counts;
}

}  // namespace

GpuGrid GridOf(const graph::MatMulShape& shape, int64_t window_block,
               const platform::Blocking& blocking, const platform::Gpu& gpu) {
  const int64_t window = CeilDiv(shape.k, window_block) * window_block;
  const int64_t resident = gpu.blocks_per_multiprocessor;
  GpuGrid best{.busiest_macs = std::numeric_limits<int64_t>::max()};
  for (const platform::Tile& tile : blocking.tiles) {
    const int64_t tiles = CeilDiv(shape.m, tile.pixels) *
                          CeilDiv(shape.n, tile.filters) * shape.groups;
    const int64_t macs =
        tile.pixels * tile.filters +
        blocking.macs_per_operand * (tile.pixels + tile.filters);
    for (int64_t splits = 1; splits <= blocking.max_splits; splits *= 2) {
      const int64_t words = CeilDiv(window, splits);
      if (splits > 1 && words < std::max<int64_t>(blocking.fill_words, 1)) {
        break;
      }
      const int64_t blocks = tiles * splits;
      int64_t own = CeilDiv(blocks, gpu.multiprocessors);
      if (own > resident) own = CeilDiv(own, resident) * resident;
      const int64_t busiest = Saturated(absl::int128(own) * macs * words);
      if (busiest >= best.busiest_macs) continue;
      best = {tile, splits, blocks, busiest};
    }
  }
  return best;
}

absl::StatusOr<KernelCounts> GpuCountsOf(const FiringContext& context) {
  DYNARCH_RETURN_IF_ERROR(CheckIsGpu(context));
  const Machine machine(context);
  DYNARCH_ASSIGN_OR_RETURN(const platform::ComputeRate* rate,
                           RateFor(context, machine.gpu.roofline.rates));
  DYNARCH_ASSIGN_OR_RETURN(const platform::Kernel* kernel, KernelFor(context));
  return CountsWith(context, machine, *kernel, *rate);
}

absl::StatusOr<Cost> GpuModel::Firing(const FiringContext& context) const {
  DYNARCH_RETURN_IF_ERROR(CheckIsGpu(context));
  const Machine machine(context);
  DYNARCH_ASSIGN_OR_RETURN(const platform::ComputeRate* rate,
                           RateFor(context, machine.gpu.roofline.rates));
  DYNARCH_ASSIGN_OR_RETURN(const platform::Kernel* kernel, KernelFor(context));
  if (context.work.moves_nothing) return Cost{.energy = Femtojoules(0)};
  if (IsFused(context.work, machine.runtime)) {
    return FoldedCost(context, machine, *kernel, rate->energy_per_op);
  }
  const KernelCounts counts = CountsWith(context, machine, *kernel, *rate);
  const int64_t bytes = MemoryBytes(context, machine);
  DYNARCH_ASSIGN_OR_RETURN(
      const Picoseconds compute,
      TimeOfCycles(PicocyclesOf(counts, *kernel), machine.frequency()));
  DYNARCH_ASSIGN_OR_RETURN(const Picoseconds memory,
                           MemoryTime(machine, bytes));
  DYNARCH_ASSIGN_OR_RETURN(
      const Femtojoules energy,
      EnergyOf(context, machine, bytes, rate->energy_per_op));
  const Picoseconds overhead = machine.runtime.call_overhead;
  return Cost{.time = overhead + std::max(compute, memory) +
                      Unhidden(context, machine, std::min(compute, memory)),
              .energy = energy,
              .bytes = Bytes(bytes),
              .bound = BoundOf(compute, memory, overhead)};
}

absl::Status RegisterGpu(CostModelRegistry& registry) {
  return registry.Register({.name = "gpu", .version = 1},
                           [] { return std::make_unique<GpuModel>(); });
}

}  // namespace dynarch::cost
