#include "sim/platform/validate_runtime.h"

#include <set>
#include <variant>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

namespace dynarch::platform {
namespace {

template <typename... Parts>
absl::Status Error(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

absl::Status CheckCoefficient(absl::string_view field, Picocycles value,
                              Picocycles most) {
  if (value.value() >= 0 && value <= most) return absl::OkStatus();
  return Error(field, ": got ", value.value(), "e-12 cycles; allowed: 0 to ",
               most.value() / 1'000'000'000'000,
               " cycles, the system's scale included");
}

absl::Status CheckKernel(absl::string_view field, const Kernel& kernel) {
  for (const Picocycles value :
       {kernel.per_mac, kernel.per_op, kernel.per_output, kernel.per_window,
        kernel.per_input, kernel.per_weight}) {
    DYNARCH_RETURN_IF_ERROR(CheckCoefficient(field, value, kMaxCoefficient));
  }
  DYNARCH_RETURN_IF_ERROR(CheckCoefficient(
      absl::StrCat(field, ".cycles_per_call"), kernel.per_call, kMaxCall));
  for (const int64_t block :
       {kernel.window_block, kernel.filter_block, kernel.pixel_block}) {
    if (block >= 1 && block <= 4096) continue;
    return Error(field, ": got a block of ", block, "; allowed: 1 to 4096");
  }
  return absl::OkStatus();
}

absl::Status CheckTypes(absl::string_view field, const Runtime& runtime) {
  if (runtime.types.empty()) {
    return Error(field, ".types: at least one is needed");
  }
  std::set<int> dtypes;
  for (const RuntimeType& type : runtime.types) {
    if (!dtypes.insert(type.dtype).second) {
      return Error(field, ".types: a data type is given twice");
    }
    if (type.ops_per_cycle.has_value() && type.ops_per_cycle->numerator <= 0) {
      return Error(field, ".types.ops_per_cycle: must be > 0");
    }
    std::set<int> classes;
    for (const Kernel& kernel : type.kernels) {
      DYNARCH_RETURN_IF_ERROR(
          CheckKernel(absl::StrCat(field, ".types.kernels"), kernel));
      if (!classes.insert(kernel.kernel_class).second) {
        return Error(field, ".types.kernels: a class is given twice");
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckBlocking(absl::string_view field, const Blocking& blocking,
                           bool is_gpu) {
  if (is_gpu && blocking.tiles.empty()) {
    return Error(field, ".tiles: at least one is needed on a gpu");
  }
  for (const Tile& tile : blocking.tiles) {
    for (const int64_t extent : {tile.pixels, tile.filters}) {
      if (extent >= 1 && extent <= kMaxBlocking) continue;
      return Error(field, ".tiles: got an extent of ", extent,
                   "; allowed: 1 to ", kMaxBlocking);
    }
  }
  for (const int64_t value : {blocking.macs_per_operand, blocking.fill_words}) {
    if (value >= 0 && value <= kMaxBlocking) continue;
    return Error(field, ": got ", value,
                 " for macs_per_operand or fill_words; allowed: 0 to ",
                 kMaxBlocking);
  }
  const int64_t splits = blocking.max_splits;
  if (splits >= 1 && splits <= kMaxBlocking && (splits & (splits - 1)) == 0) {
    return absl::OkStatus();
  }
  return Error(field, ".max_splits: got ", splits,
               "; allowed: a power of two, 1 to ", kMaxBlocking);
}

// Cores of a kind that can have a runtime; 0 of the others.
int CoresOf(const ElementKind& kind) {
  if (const auto* cpu = std::get_if<Cpu>(&kind)) return cpu->cores;
  if (const auto* mcu = std::get_if<Mcu>(&kind)) return mcu->cores;
  return std::holds_alternative<Gpu>(kind) ? 1 : 0;
}

}  // namespace

absl::Status CheckRuntime(absl::string_view field,
                          const ProcessingElement& element) {
  const int cores = CoresOf(element.kind);
  const int most = cores < 1 ? 1 : cores;
  if (element.threads < 1 || element.threads > most) {
    return Error(field, ".threads: got ", element.threads, "; allowed: 1 to ",
                 most, ", the element's cores");
  }
  if (!element.runtime.has_value()) return absl::OkStatus();
  const Runtime& runtime = *element.runtime;
  const std::string name = absl::StrCat(field, ".runtimes.", runtime.name);
  if (cores == 0) {
    return Error(name, ": a ", NameOf(element.kind),
                 " has no runtimes; cpu, mcu and gpu have");
  }
  if (runtime.call_overhead.value() < 0 || runtime.call_overhead > kMaxTime) {
    return Error(name, ".call_overhead: got ", runtime.call_overhead.value(),
                 " ps; allowed: 0 to ", kMaxTime.value());
  }
  if (runtime.synchronize.has_value() &&
      (runtime.synchronize->value() < 0 || *runtime.synchronize > kMaxTime)) {
    return Error(name, ".synchronize: got ", runtime.synchronize->value(),
                 " ps; allowed: 0 to ", kMaxTime.value());
  }
  DYNARCH_RETURN_IF_ERROR(CheckBlocking(absl::StrCat(name, ".blocking"),
                                        runtime.blocking, element.is_gpu()));
  for (const Attojoules energy :
       {runtime.energy_per_cycle, runtime.energy_per_mac}) {
    if (energy.value() >= 0 && energy <= kMaxUnitEnergy) continue;
    return Error(name, ": got an energy of ", energy.value(),
                 " aJ; allowed: 0 to ", kMaxUnitEnergy.value());
  }
  return CheckTypes(name, runtime);
}

}  // namespace dynarch::platform
