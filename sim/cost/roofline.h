// Roofline: an element is as fast as its arithmetic or its memory allows,
// whichever is slower, after a fixed overhead per operator.
//
// For `cpu`, `mcu` and `gpu`. Source: Williams, Waterman, Patterson,
// "Roofline: an insightful visual performance model for multicore
// architectures", CACM 52(4), 2009. Formula and assumptions:
// docs/cost_models.md.
#ifndef DYNARCH_SIM_COST_ROOFLINE_H_
#define DYNARCH_SIM_COST_ROOFLINE_H_

#include "absl/status/status.h"
#include "sim/cost/registry.h"

namespace dynarch::cost {

// time = overhead + max(ceil(ops / (ops_per_cycle * share * f)),
//                       ceil(bytes / (bytes_per_cycle * f_memory)))
class RooflineModel : public CostModel {
 public:
  absl::StatusOr<Cost> Firing(const FiringContext& context) const override;
};

absl::Status RegisterRoofline(CostModelRegistry& registry);

}  // namespace dynarch::cost

#endif  // DYNARCH_SIM_COST_ROOFLINE_H_
