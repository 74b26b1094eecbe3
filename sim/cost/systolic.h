// Systolic arrays by closed form: cycles of a matrix product on R x C
// processing elements with operands at hand, then a roofline over the memory.
//
// Source: A. Samajdar et al., "SCALE-Sim: Systolic CNN Accelerator Simulator",
// arXiv:1811.02883, and "A systematic methodology for characterizing
// scalability of DNN accelerators using SCALE-Sim", ISPASS 2020. Formulae and
// assumptions: docs/cost_models.md.
#ifndef DYNARCH_SIM_COST_SYSTOLIC_H_
#define DYNARCH_SIM_COST_SYSTOLIC_H_

#include "absl/status/status.h"
#include "sim/base/units.h"
#include "sim/cost/registry.h"
#include "sim/graph/operator.h"
#include "sim/platform/platform.h"

namespace dynarch::cost {

// Cycles of `groups` products, one after the other, each with M output pixels
// (or tokens), N filters and K window words on R rows and C columns:
//
//   output stationary  ceil(M/R) ceil(N/C) (K + R + C - 2) - 1
//   weight stationary  ceil(K/R) ceil(N/C) (2 R + M + C - 2) - 1
//   input stationary   ceil(K/R) ceil(M/C) (2 R + N + C - 2) - 1
//
// Assumes no stall for operands: memory is the roofline's part. Every fold is
// charged the whole array's skew. 0 for a shape without products; at most the
// largest int64.
Cycles ArrayCycles(const graph::MatMulShape& shape,
                   const platform::Systolic& array);

// Products run on the array, everything else at `vector_ops_per_cycle` on the
// unit beside it; an operator that has both (rnn_cell) uses one after the
// other.
class SystolicModel : public CostModel {
 public:
  absl::StatusOr<Cost> Firing(const FiringContext& context) const override;
};

absl::Status RegisterSystolic(CostModelRegistry& registry);

}  // namespace dynarch::cost

#endif  // DYNARCH_SIM_COST_SYSTOLIC_H_
