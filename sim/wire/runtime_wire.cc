#include "sim/wire/runtime_wire.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/graph/data_type.h"
#include "sim/graph/operator.h"
#include "sim/wire/platform_fields.h"

namespace dynarch::wire {
namespace {

using platform::PerCycle;
using platform::Picocycles;
using RuntimeTypes = google::protobuf::RepeatedPtrField<v1::RuntimeType>;

constexpr int64_t kPico = 1'000'000'000'000;
static_assert(platform::kKernelClassCount == graph::kKernelClassCount);

// One coefficient: its YAML key, the message's text and the domain's member.
struct Coefficient {
  const char* key;
  const std::string& (v1::Kernel::*text)() const;
  void (*set)(v1::Kernel&, std::string);
  Picocycles platform::Kernel::*member;
};

#define DYNARCH_COEFFICIENT(name, member)                                      \
  {                                                                            \
#name, &v1::Kernel::name,                                                  \
        [](v1::Kernel & kernel,                                                \
           std::string                                                         \
               text) { kernel.set_##name(std::move(text)); },                  \
                                                           &platform::Kernel:: \
                                                               member          \
  }
constexpr Coefficient kCoefficients[] = {
    DYNARCH_COEFFICIENT(cycles_per_mac, per_mac),
    DYNARCH_COEFFICIENT(cycles_per_op, per_op),
    DYNARCH_COEFFICIENT(cycles_per_output, per_output),
    DYNARCH_COEFFICIENT(cycles_per_window, per_window),
    DYNARCH_COEFFICIENT(cycles_per_input, per_input),
    DYNARCH_COEFFICIENT(cycles_per_weight, per_weight),
    DYNARCH_COEFFICIENT(cycles_per_call, per_call),
};
#undef DYNARCH_COEFFICIENT

// `text` cycles, times `scale`, to the nearest 1e-12; absent: 0.
absl::StatusOr<Picocycles> ScaledFrom(const std::string& text,
                                      const PerCycle& scale,
                                      const std::string& path) {
  if (text.empty()) return Picocycles(0);
  DYNARCH_ASSIGN_OR_RETURN(const PerCycle cycles, PerCycleFrom(text, path));
  const absl::int128 exact =
      absl::int128(cycles.numerator) * (kPico / cycles.denominator);
  const absl::int128 most = platform::kMaxCall.value();
  if (exact < 0 || exact > most) {
    return FieldError(path, "got '", text, "'; allowed: 0 to ",
                      platform::kMaxCall.value() / kPico, " cycles");
  }
  const absl::int128 scaled =
      (exact * scale.numerator * 2 + scale.denominator) /
      (absl::int128(scale.denominator) * 2);
  return Picocycles(static_cast<int64_t>(scaled < most ? scaled : most));
}

// 0 where it is absent.
int64_t BlockFrom(int32_t block) { return block == 0 ? 1 : block; }

absl::StatusOr<platform::Kernel> KernelFrom(const v1::Kernel& message,
                                            const PerCycle& scale,
                                            const std::string& path) {
  platform::Kernel kernel;
  DYNARCH_ASSIGN_OR_RETURN(
      kernel.kernel_class,
      IndexOfEnum(message.kernel_class(), graph::kKernelClassCount, path));
  const std::string below = EnumPath(
      path, NameOf(static_cast<graph::KernelClass>(kernel.kernel_class)));
  for (const Coefficient& coefficient : kCoefficients) {
    DYNARCH_ASSIGN_OR_RETURN(
        kernel.*coefficient.member,
        ScaledFrom((message.*coefficient.text)(), scale,
                   absl::StrCat(below, ".", coefficient.key)));
  }
  kernel.window_block = BlockFrom(message.window_block());
  kernel.filter_block = BlockFrom(message.filter_block());
  kernel.pixel_block = BlockFrom(message.pixel_block());
  return kernel;
}

absl::StatusOr<platform::RuntimeType> TypeFrom(const v1::RuntimeType& message,
                                               const PerCycle& scale,
                                               const std::string& path) {
  platform::RuntimeType type;
  const std::string below =
      absl::StrCat(path, ".", NameOfType(message.dtype()));
  DYNARCH_ASSIGN_OR_RETURN(
      type.dtype, IndexOfEnum(message.dtype(), graph::kDataTypeCount, below));
  if (!message.ops_per_cycle().empty()) {
    DYNARCH_ASSIGN_OR_RETURN(
        type.ops_per_cycle,
        PerCycleFrom(message.ops_per_cycle(),
                     absl::StrCat(below, ".ops_per_cycle")));
  }
  if (message.rate_of() != v1::DATA_TYPE_UNSPECIFIED) {
    DYNARCH_ASSIGN_OR_RETURN(
        type.rate_of, IndexOfEnum(message.rate_of(), graph::kDataTypeCount,
                                  absl::StrCat(below, ".rate_of")));
  }
  for (const v1::Kernel& kernel : message.kernels()) {
    DYNARCH_ASSIGN_OR_RETURN(
        platform::Kernel converted,
        KernelFrom(kernel, scale, absl::StrCat(below, ".kernels")));
    type.kernels.push_back(converted);
  }
  return type;
}

const v1::RuntimeType* TypeNamed(const RuntimeTypes& types,
                                 v1::DataType dtype) {
  for (const v1::RuntimeType& type : types) {
    if (type.dtype() == dtype) return &type;
  }
  return nullptr;
}

// `type`, or the one that it is like.
absl::StatusOr<v1::RuntimeType> Resolved(const RuntimeTypes& types,
                                         const v1::RuntimeType& type,
                                         const std::string& path) {
  if (type.like() == v1::DATA_TYPE_UNSPECIFIED) return type;
  const std::string below =
      absl::StrCat(path, ".", NameOfType(type.dtype()), ".like");
  const v1::RuntimeType* other = TypeNamed(types, type.like());
  if (other == nullptr || other->like() != v1::DATA_TYPE_UNSPECIFIED) {
    return FieldError(below, "got '", NameOfType(type.like()),
                      "'; a type of the same list with kernels of its own is "
                      "needed");
  }
  if (type.kernels_size() > 0) {
    return FieldError(below,
                      "the type has kernels of its own; either is "
                      "allowed");
  }
  v1::RuntimeType resolved = *other;
  resolved.set_dtype(type.dtype());
  return resolved;
}

absl::StatusOr<std::vector<platform::RuntimeType>> TypesFrom(
    const RuntimeTypes& types, const PerCycle& scale, const std::string& path) {
  std::vector<platform::RuntimeType> converted;
  for (const v1::RuntimeType& type : types) {
    DYNARCH_ASSIGN_OR_RETURN(const v1::RuntimeType resolved,
                             Resolved(types, type, path));
    DYNARCH_ASSIGN_OR_RETURN(platform::RuntimeType out,
                             TypeFrom(resolved, scale, path));
    converted.push_back(std::move(out));
  }
  return converted;
}

// Those of `tensor` take the place of the same types of `types`.
void Replace(std::vector<platform::RuntimeType> tensor,
             std::vector<platform::RuntimeType>* types) {
  for (platform::RuntimeType& type : tensor) {
    const auto same = std::find_if(
        types->begin(), types->end(),
        [&](const auto& known) { return known.dtype == type.dtype; });
    if (same == types->end()) {
      types->push_back(std::move(type));
    } else {
      *same = std::move(type);
    }
  }
}

// 1 where it is absent.
platform::Blocking BlockingFrom(const v1::Blocking& message) {
  platform::Blocking blocking;
  for (const v1::Tile& tile : message.tiles()) {
    blocking.tiles.push_back({tile.pixels(), tile.filters()});
  }
  blocking.macs_per_operand = message.macs_per_operand();
  blocking.fill_words = message.fill_words();
  blocking.max_splits = BlockFrom(message.max_splits());
  return blocking;
}

void WriteBlocking(const platform::Blocking& blocking, v1::Runtime* message) {
  if (blocking == platform::Blocking{}) return;
  v1::Blocking& out = *message->mutable_blocking();
  for (const platform::Tile& tile : blocking.tiles) {
    v1::Tile& row = *out.add_tiles();
    row.set_pixels(static_cast<int32_t>(tile.pixels));
    row.set_filters(static_cast<int32_t>(tile.filters));
  }
  out.set_macs_per_operand(static_cast<int32_t>(blocking.macs_per_operand));
  out.set_fill_words(static_cast<int32_t>(blocking.fill_words));
  out.set_max_splits(static_cast<int32_t>(blocking.max_splits));
}

// 1 where it is absent.
absl::StatusOr<PerCycle> ScaleFrom(const v1::RuntimeUse& use,
                                   const std::string& path) {
  if (use.cycle_scale().empty()) return PerCycle{1, 1};
  const std::string below = absl::StrCat(path, ".cycle_scale");
  DYNARCH_ASSIGN_OR_RETURN(const PerCycle scale,
                           PerCycleFrom(use.cycle_scale(), below));
  constexpr int64_t kMost = 1'000'000;
  if (scale.numerator <= 0 || scale.numerator / scale.denominator >= kMost) {
    return FieldError(below, "got '", use.cycle_scale(),
                      "'; must be > 0 and below ", kMost);
  }
  return scale;
}

}  // namespace

absl::StatusOr<platform::Runtime> RuntimeFrom(const v1::RuntimeUse& use,
                                              const std::string& path,
                                              bool tensor_cores) {
  if (!use.has_definition()) {
    return FieldError(absl::StrCat(path, ".library"), "the kernel library '",
                      use.library(), "' has not been looked up");
  }
  DYNARCH_ASSIGN_OR_RETURN(const PerCycle scale, ScaleFrom(use, path));
  platform::Runtime runtime;
  runtime.name = use.name();
  runtime.library = use.definition().name();
  DYNARCH_ASSIGN_OR_RETURN(
      runtime.types,
      TypesFrom(use.definition().types(), scale, absl::StrCat(path, ".types")));
  DYNARCH_ASSIGN_OR_RETURN(std::vector<platform::RuntimeType> tensor,
                           TypesFrom(use.definition().tensor_types(), scale,
                                     absl::StrCat(path, ".tensor_types")));
  if (tensor_cores) Replace(std::move(tensor), &runtime.types);
  runtime.blocking = BlockingFrom(use.definition().blocking());
  for (const int fused : use.definition().fuses()) {
    DYNARCH_ASSIGN_OR_RETURN(
        const int index,
        IndexOfEnum(static_cast<v1::Kernel::Class>(fused),
                    graph::kKernelClassCount, absl::StrCat(path, ".fuses")));
    runtime.fused |= uint64_t{1} << index;
  }
  runtime.call_overhead = Picoseconds(use.call_overhead_ps());
  if (use.has_synchronize_ps()) {
    runtime.synchronize = Picoseconds(use.synchronize_ps());
  }
  runtime.energy_per_cycle = platform::Attojoules(use.cycle_energy_aj_per_op());
  runtime.energy_per_mac = platform::Attojoules(use.mac_energy_aj_per_op());
  return runtime;
}

v1::RuntimeUse RuntimeMessage(const platform::Runtime& runtime) {
  v1::RuntimeUse use;
  use.set_name(runtime.name);
  use.set_library(runtime.library);
  use.set_call_overhead_ps(runtime.call_overhead.value());
  if (runtime.synchronize.has_value()) {
    use.set_synchronize_ps(runtime.synchronize->value());
  }
  use.set_cycle_energy_aj_per_op(runtime.energy_per_cycle.value());
  use.set_mac_energy_aj_per_op(runtime.energy_per_mac.value());
  v1::Runtime& definition = *use.mutable_definition();
  definition.set_name(runtime.library);
  WriteBlocking(runtime.blocking, &definition);
  for (const platform::RuntimeType& type : runtime.types) {
    v1::RuntimeType& out = *definition.add_types();
    out.set_dtype(EnumOf<v1::DataType>(type.dtype));
    if (type.ops_per_cycle.has_value()) {
      out.set_ops_per_cycle(DecimalText(*type.ops_per_cycle));
    }
    if (type.rate_of.has_value()) {
      out.set_rate_of(EnumOf<v1::DataType>(*type.rate_of));
    }
    for (const platform::Kernel& kernel : type.kernels) {
      v1::Kernel& row = *out.add_kernels();
      row.set_kernel_class(EnumOf<v1::Kernel::Class>(kernel.kernel_class));
      for (const Coefficient& coefficient : kCoefficients) {
        const Picocycles value = kernel.*coefficient.member;
        if (value.value() == 0) continue;
        coefficient.set(row, DecimalText({value.value(), kPico}));
      }
      row.set_window_block(static_cast<int32_t>(kernel.window_block));
      row.set_filter_block(static_cast<int32_t>(kernel.filter_block));
      row.set_pixel_block(static_cast<int32_t>(kernel.pixel_block));
    }
  }
  for (int i = 0; i < graph::kKernelClassCount; ++i) {
    if ((runtime.fused >> i & 1) == 0) continue;
    definition.add_fuses(EnumOf<v1::Kernel::Class>(i));
  }
  return use;
}

}  // namespace dynarch::wire
