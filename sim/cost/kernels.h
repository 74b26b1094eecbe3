// Cycles of a firing by a kernel library: the part that `cpu` and `mcu` share.
//
// Source: each library's inner loops, as a sum of counts times coefficients
// that are fitted on measurements (docs/cost_models.md, sim/calibration).
// Internal to `cost` and `calibration`.
#ifndef DYNARCH_SIM_COST_KERNELS_H_
#define DYNARCH_SIM_COST_KERNELS_H_

#include <array>
#include <cstdint>

#include "absl/numeric/int128.h"
#include "absl/status/statusor.h"
#include "sim/base/units.h"
#include "sim/cost/cost_model.h"
#include "sim/graph/operator.h"
#include "sim/platform/runtime.h"

namespace dynarch::cost {

// What a kernel's coefficients multiply, in the order of proto Kernel.
struct KernelCounts {
  int64_t macs = 0;     // Of the padded product, see below.
  int64_t ops = 0;      // That are not MACs.
  int64_t outputs = 0;  // Elements.
  int64_t windows = 0;  // Elements gathered.
  int64_t inputs = 0;   // Elements.
  int64_t weights = 0;  // Elements.
  bool operator==(const KernelCounts&) const = default;
};

// Padded product: m, n and k rounded up to the kernel's pixel, filter and
// window blocks, times groups; the channels of a depthwise (groups) are rounded
// up to the filter block instead of n. At most the largest int64.
KernelCounts CountsOf(const graph::OperatorWork& work,
                      const platform::Kernel& kernel);

// Sum of coefficient times count, plus the call's; in 1e-12 cycles.
absl::int128 PicocyclesOf(const KernelCounts& counts,
                          const platform::Kernel& kernel);

// The kernel that runs `context`'s firing. Infeasible: unsupported_data_type if
// the runtime has none of the type, unsupported_operator if none of the class;
// both say what there is. The element has a runtime.
absl::StatusOr<const platform::Kernel*> KernelFor(const FiringContext& context);

// Cycles of the firing by `kernel` on the context's element, in 1e-12, rounded
// up: PicocyclesOf, times
//
//   the library's ops_per_cycle / (the element's rate of the type / its cores)
//
// where the library states the former; of the type that it says, else of the
// firing's own. Infeasible: unsupported_data_type if it does and the element
// has no rate of that type. The element has a runtime.
absl::StatusOr<absl::int128> CyclesOf(const FiringContext& context,
                                      const platform::Kernel& kernel);

// True if the runtime folds the firing into the product before it.
bool IsFused(const graph::OperatorWork& work, const platform::Runtime& runtime);

// ceil(picocycles / frequency) in ps. Infeasible (activity_limit) past
// kMaxActivity.
absl::StatusOr<Picoseconds> TimeOfCycles(absl::int128 picocycles,
                                         Hertz frequency);

// Dynamic energy of the core: cycles * energy_per_cycle + MACs *
// energy_per_mac, each times (V/Vref)^2 and rounded up. Infeasible
// (activity_limit) past kMaxActivity.
absl::StatusOr<Femtojoules> CoreEnergy(const FiringContext& context,
                                       absl::int128 picocycles);

}  // namespace dynarch::cost

#endif  // DYNARCH_SIM_COST_KERNELS_H_
