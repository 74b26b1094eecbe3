// A kernel library on one core: what an operator of each class costs.
#ifndef DYNARCH_SIM_PLATFORM_RUNTIME_H_
#define DYNARCH_SIM_PLATFORM_RUNTIME_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/units.h"

namespace dynarch::platform {

// Attojoules per operation or byte, at the domain's reference voltage.
using Attojoules = Quantity<struct AttojouleTag, int64_t>;
// 1e-12 of a cycle: a coefficient, exact.
using Picocycles = Quantity<struct PicocycleTag, int64_t>;

// A positive rational rate per clock cycle, from an exact decimal: value =
// numerator / denominator.
struct PerCycle {
  int64_t numerator = 0;
  int64_t denominator = 1;
  bool operator==(const PerCycle&) const = default;
};

// Of a coefficient, 1000 cycles; of a call, 10^6 cycles.
inline constexpr Picocycles kMaxCoefficient{1'000'000'000'000'000};
inline constexpr Picocycles kMaxCall{1'000'000'000'000'000'000};
// Of a tile's extents, of fill_words, macs_per_operand and max_splits.
inline constexpr int64_t kMaxBlocking = 4096;
// graph::KernelClass: how many there are, and the last.
inline constexpr int kKernelClassCount = 12;
inline constexpr int kOtherKernelClass = kKernelClassCount - 1;

// Cycles of one core: each coefficient times its count. proto: Kernel.
struct Kernel {
  int kernel_class = 0;  // graph::KernelClass, as its underlying number.
  Picocycles per_mac{};
  Picocycles per_op{};
  Picocycles per_output{};
  Picocycles per_window{};
  Picocycles per_input{};
  Picocycles per_weight{};
  Picocycles per_call{};  // Up to 10^6 cycles.
  int64_t window_block = 1;
  int64_t filter_block = 1;
  int64_t pixel_block = 1;
  bool operator==(const Kernel&) const = default;
};

// The kernels of one data type, ascending by class.
struct RuntimeType {
  int dtype = 0;  // graph::DataType.
  std::vector<Kernel> kernels;
  // Of the core that the kernels are stated for; cycles on another go with its
  // rate. Absent: the same on every core.
  std::optional<PerCycle> ops_per_cycle{};
  std::optional<int> rate_of{};  // Type of that rate. Absent: `dtype`.
  // Of this class; the one of `other` where there is none; else null.
  const Kernel* Find(int kernel_class) const;
};

// Pixels and filters of a product that one block of threads computes.
struct Tile {
  int64_t pixels = 1;
  int64_t filters = 1;
  bool operator==(const Tile&) const = default;
};

// How a gpu's library cuts products. proto: Blocking.
struct Blocking {
  std::vector<Tile> tiles{};  // A gpu's runtime has at least one.
  int64_t macs_per_operand = 0;
  int64_t fill_words = 0;
  int64_t max_splits = 1;
  bool operator==(const Blocking&) const = default;
};

// What an element runs with: library and system in one, the coefficients
// multiplied by the system's cycle scale.
struct Runtime {
  std::string name;     // Of the system's runtime, `tflite`.
  std::string library;  // Of the kernel library.
  std::vector<RuntimeType> types{};
  uint64_t fused = 0;  // Bit per kernel class.
  Blocking blocking{};
  Picoseconds call_overhead{};
  std::optional<Picoseconds> synchronize{};  // Absent: what the kind states.
  Attojoules energy_per_cycle{};
  Attojoules energy_per_mac{};

  // Null if it has none.
  const RuntimeType* Find(int dtype) const;
};

}  // namespace dynarch::platform

#endif  // DYNARCH_SIM_PLATFORM_RUNTIME_H_
