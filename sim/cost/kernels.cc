#include "sim/cost/kernels.h"

#include <algorithm>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/mul_div.h"
#include "sim/base/name_match.h"
#include "sim/base/reason.h"
#include "sim/base/status_macros.h"
#include "sim/cost/rounding.h"

namespace dynarch::cost {
namespace {

constexpr int64_t kPico = 1'000'000'000'000;

// 10^16 cycles, in 1e-12: beyond kMaxActivity even at kMaxFrequency.
absl::uint128 MostCycles() {
  return absl::uint128(kPico) * 10'000'000'000'000'000;
}

// What a kind of element can do per cycle.
struct Width {
  const std::vector<platform::ComputeRate>* rates;
  int cores;
};
Width WidthOf(const platform::ElementKind& kind) {
  if (const auto* cpu = std::get_if<platform::Cpu>(&kind)) {
    return {&cpu->roofline.rates, cpu->cores};
  }
  if (const auto* mcu = std::get_if<platform::Mcu>(&kind)) {
    return {&mcu->roofline.rates, mcu->cores};
  }
  // Only a gpu is left of what may have a runtime.
  return {&std::get<platform::Gpu>(kind).roofline.rates, 1};
}

absl::int128 RoundedUp(int64_t extent, int64_t block) {
  return absl::int128((extent + block - 1) / block) * block;
}

const platform::ProcessingElement& ElementOf(const FiringContext& context) {
  return context.platform.elements()[context.element];
}

}  // namespace

KernelCounts CountsOf(const graph::OperatorWork& work,
                      const platform::Kernel& kernel) {
  KernelCounts counts;
  counts.ops = work.vector_ops;
  counts.outputs = work.output_elements;
  counts.windows = work.window_elements;
  counts.inputs = work.input_elements;
  counts.weights = work.weight_elements;
  const graph::MatMulShape& shape = work.matmul;
  if (shape.m == 0) return counts;
  const bool depthwise = work.kernel_class == graph::KernelClass::kDepthwise;
  const absl::int128 groups =
      depthwise ? RoundedUp(shape.groups, kernel.filter_block) : shape.groups;
  const absl::int128 filters = depthwise
                                   ? absl::int128(shape.n)
                                   : RoundedUp(shape.n, kernel.filter_block);
  const absl::int128 macs = RoundedUp(shape.m, kernel.pixel_block) * filters *
                            RoundedUp(shape.k, kernel.window_block) * groups;
  counts.macs = static_cast<int64_t>(
      std::min<absl::int128>(macs, std::numeric_limits<int64_t>::max()));
  return counts;
}

absl::int128 PicocyclesOf(const KernelCounts& counts,
                          const platform::Kernel& kernel) {
  return absl::int128(counts.macs) * kernel.per_mac.value() +
         absl::int128(counts.ops) * kernel.per_op.value() +
         absl::int128(counts.outputs) * kernel.per_output.value() +
         absl::int128(counts.windows) * kernel.per_window.value() +
         absl::int128(counts.inputs) * kernel.per_input.value() +
         absl::int128(counts.weights) * kernel.per_weight.value() +
         kernel.per_call.value();
}

absl::StatusOr<const platform::Kernel*> KernelFor(
    const FiringContext& context) {
  const platform::ProcessingElement& element = ElementOf(context);
  const platform::Runtime& runtime = *element.runtime;
  const platform::RuntimeType* type =
      runtime.Find(static_cast<int>(context.dtype));
  if (type == nullptr) {
    std::vector<std::string> names;
    for (const platform::RuntimeType& known : runtime.types) {
      names.emplace_back(NameOf(static_cast<graph::DataType>(known.dtype)));
    }
    return Infeasible(
        reason::kUnsupportedDataType,
        absl::StrCat("runtime '", runtime.name, "' of element '", element.name,
                     "' of platform '", context.platform.name(),
                     "' does not run ", NameOf(context.dtype), ", only ",
                     NameList(names)));
  }
  const platform::Kernel* kernel =
      type->Find(static_cast<int>(context.work.kernel_class));
  if (kernel != nullptr) return kernel;
  return Infeasible(
      reason::kUnsupportedOperator,
      absl::StrCat("runtime '", runtime.name, "' of element '", element.name,
                   "' of platform '", context.platform.name(), "' has no ",
                   NameOf(context.dtype), " kernel for ",
                   NameOf(context.work.kernel_class), ", and none for other"));
}

absl::StatusOr<absl::int128> CyclesOf(const FiringContext& context,
                                      const platform::Kernel& kernel) {
  const absl::int128 cycles =
      PicocyclesOf(CountsOf(context.work, kernel), kernel);
  const platform::ProcessingElement& element = ElementOf(context);
  const platform::RuntimeType& type =
      *element.runtime->Find(static_cast<int>(context.dtype));
  if (!type.ops_per_cycle.has_value()) return cycles;
  FiringContext as_stated = context;
  as_stated.dtype =
      static_cast<graph::DataType>(type.rate_of.value_or(type.dtype));
  const Width width = WidthOf(element.kind);
  DYNARCH_ASSIGN_OR_RETURN(const platform::ComputeRate* rate,
                           RateFor(as_stated, *width.rates));
  const platform::PerCycle& own = rate->ops_per_cycle;
  const platform::PerCycle& stated = *type.ops_per_cycle;
  const QuotientRemainder scaled =
      MulDiv(static_cast<absl::uint128>(cycles),
             absl::uint128(stated.numerator) * own.denominator * width.cores,
             absl::uint128(stated.denominator) * own.numerator);
  return static_cast<absl::int128>(std::min(scaled.quotient, MostCycles())) +
         (scaled.remainder > 0 ? 1 : 0);
}

bool IsFused(const graph::OperatorWork& work,
             const platform::Runtime& runtime) {
  return work.follows_product &&
         (runtime.fused >> static_cast<int>(work.kernel_class) & 1) != 0;
}

absl::StatusOr<Picoseconds> TimeOfCycles(absl::int128 picocycles,
                                         Hertz frequency) {
  const absl::int128 time =
      (picocycles + frequency.value() - 1) / frequency.value();
  DYNARCH_RETURN_IF_ERROR(
      CheckActivity("time", static_cast<int64_t>(std::min<absl::int128>(
                                time, std::numeric_limits<int64_t>::max()))));
  return Picoseconds(static_cast<int64_t>(time));
}

absl::StatusOr<Femtojoules> CoreEnergy(const FiringContext& context,
                                       absl::int128 picocycles) {
  const platform::ProcessingElement& element = ElementOf(context);
  const platform::Runtime& runtime = *element.runtime;
  const auto& domain = context.platform.domains()[element.domain];
  const auto& point =
      context.platform.operating_points()[context.operating_point]
          .domains[element.domain];
  const absl::int128 cycles = (picocycles + kPico - 1) / kPico;
  const Femtojoules busy =
      DynamicEnergy(static_cast<int64_t>(std::min<absl::int128>(
                        cycles, std::numeric_limits<int64_t>::max())),
                    runtime.energy_per_cycle, domain, point);
  const Femtojoules products = DynamicEnergy(
      context.work.macs.value(), runtime.energy_per_mac, domain, point);
  DYNARCH_RETURN_IF_ERROR(CheckActivity("energy", busy.value()));
  DYNARCH_RETURN_IF_ERROR(CheckActivity("energy", products.value()));
  return busy + products;
}

}  // namespace dynarch::cost
