// Multi-core SIMD processors by kernel library, threads and cache levels.
//
// Formula, assumptions and sources: docs/cost_models.md.
#ifndef DYNARCH_SIM_COST_CPU_H_
#define DYNARCH_SIM_COST_CPU_H_

#include <cstdint>

#include "absl/status/status.h"
#include "sim/base/units.h"
#include "sim/cost/registry.h"
#include "sim/graph/operator.h"

namespace dynarch::cost {

// Bytes that a product must bring into a level of `capacity` bytes, its
// operands of `element_bytes` blocked to fit: each operand and the result once
// where all three fit, else
//
//   max(operands and result once, 2 MACs element_bytes / b),  b = floor(
//       sqrt(capacity / (3 element_bytes))), at least 1
//
// for square blocks of b x b of the three matrices. Source: the lower bound of
// Hong and Kung, STOC 1981, with the constant of square blocking.
int64_t BlockedBytes(const graph::OperatorWork& work, int64_t element_bytes,
                     Bytes capacity);

// time = call overhead + max(cycles of the kernel / (f speedup),
//                            traffic of each level / its bandwidth)
// speedup of n threads = n / (1 + serial_share (n - 1))
//
// Each cache is filled from the next larger one, the largest from the memory,
// with BlockedBytes of its own capacity (of one core's, where it is not
// shared); weights come from the memory whatever fits. A firing that the
// runtime folds into the product before it costs nothing.
class CpuModel : public CostModel {
 public:
  absl::StatusOr<Cost> Firing(const FiringContext& context) const override;
};

absl::Status RegisterCpu(CostModelRegistry& registry);

}  // namespace dynarch::cost

#endif  // DYNARCH_SIM_COST_CPU_H_
