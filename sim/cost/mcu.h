// Microcontroller cores and clusters by kernel library, flash and DMA.
//
// Formula, assumptions and sources: docs/cost_models.md.
#ifndef DYNARCH_SIM_COST_MCU_H_
#define DYNARCH_SIM_COST_MCU_H_

#include "absl/status/status.h"
#include "sim/cost/registry.h"

namespace dynarch::cost {

// Without a DMA the core itself loads every byte: the kernel's cycles hold the
// loads from a memory without wait states, and each wait state adds a cycle to
// every access to the weights:
//
//   time = call overhead + (cycles + accesses x wait states) / f
//
// With one, moving weights and activations overlaps with computing:
//
//   time = call overhead + max(cycles / f, bytes / rate of their memories)
//
// Threads share the cycles evenly: kernel libraries of clusters state their
// cycles for one core. A firing that the runtime folds into the product before
// it costs nothing.
class McuModel : public CostModel {
 public:
  absl::StatusOr<Cost> Firing(const FiringContext& context) const override;
};

absl::Status RegisterMcu(CostModelRegistry& registry);

}  // namespace dynarch::cost

#endif  // DYNARCH_SIM_COST_MCU_H_
