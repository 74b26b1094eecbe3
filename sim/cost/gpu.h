// Graphics processors by kernel library, blocks of threads and waves of them.
//
// Formula, assumptions and sources: docs/cost_models.md.
#ifndef DYNARCH_SIM_COST_GPU_H_
#define DYNARCH_SIM_COST_GPU_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/cost/kernels.h"
#include "sim/cost/registry.h"
#include "sim/graph/operator.h"
#include "sim/platform/platform.h"

namespace dynarch::cost {

// How a product is cut on a gpu.
struct GpuGrid {
  platform::Tile tile{};
  int64_t splits = 1;  // Of the window.
  int64_t blocks = 1;  // Of threads.
  // Of the multiprocessor that has most: those of whole tiles and waves, and
  // what its operands' loads take.
  int64_t busiest_macs = 0;
  bool operator==(const GpuGrid&) const = default;
};

// The cut, of `blocking`'s tiles and splits, whose busiest multiprocessor has
// least to do; the first such. With T = pixels x filters of a tile:
//
//   blocks = ceil(m / pixels) ceil(n / filters) groups splits
//   waves  = ceil(ceil(blocks / multiprocessors) / resident)
//   busiest = waves resident (T + macs_per_operand (pixels + filters)) K
//   K = ceil(k rounded up to `window_block` / splits)
//
// where a single wave has no more blocks than there are. `shape` is a product
// (m >= 1); all of `blocking` is as Platform::Create checks it.
GpuGrid GridOf(const graph::MatMulShape& shape, int64_t window_block,
               const platform::Blocking& blocking, const platform::Gpu& gpu);

// What the coefficients of the firing's kernel multiply, on the busiest
// multiprocessor: multiply-accumulates as cycles at the element's peak rate (of
// depthwise at that of fp32, for they do not run on tensor cores), elements as
// words of 4 bytes. Errors: as RateFor and KernelFor.
absl::StatusOr<KernelCounts> GpuCountsOf(const FiringContext& context);

// time = call overhead + max(C, M) + min(C, M) min(1, fill_words / k)
//
// C: the kernel's cycles at the element's clock; M: weights, and activations
// that do not fit the second-level cache, at the memory's rate. The last term
// is for products alone. A firing that the runtime folds into the product
// before it costs what reading its other operands takes.
class GpuModel : public CostModel {
 public:
  absl::StatusOr<Cost> Firing(const FiringContext& context) const override;
};

absl::Status RegisterGpu(CostModelRegistry& registry);

}  // namespace dynarch::cost

#endif  // DYNARCH_SIM_COST_GPU_H_
