// Arithmetic that the cost models share: exact until one rounding up.
// Internal to `cost`.
#ifndef DYNARCH_SIM_COST_ROUNDING_H_
#define DYNARCH_SIM_COST_ROUNDING_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/base/units.h"
#include "sim/cost/cost_model.h"
#include "sim/platform/platform.h"

namespace dynarch::cost {

// The whole of a rate.
inline constexpr platform::PerCycle kAll{1, 1};

// Infeasible (activity_limit) past
// kMaxActivity; `what` is `time` or `energy`.
absl::Status CheckActivity(absl::string_view what, int64_t value);

// What bounds a firing whose arithmetic and traffic overlap after `overhead`:
// the slower of the two, or the overhead where it is longer than both.
Bound BoundOf(Picoseconds compute, Picoseconds memory, Picoseconds overhead);

// ceil(amount / (rate * share * frequency)) in ps; `amount` >= 0. Infeasible
// (activity_limit) past kMaxActivity.
absl::StatusOr<Picoseconds> TimeAtRate(int64_t amount,
                                       const platform::PerCycle& rate,
                                       const platform::PerCycle& share,
                                       Hertz frequency);

// Bytes that a firing reads and writes: weights, inputs and outputs at the data
// type's size.
Bytes BytesOf(const graph::OperatorWork& work, graph::DataType dtype);

// Operations of a firing; 1 MAC = 2.
int64_t OpsOf(const graph::OperatorWork& work);

// The rate of the context's data type; Infeasible (unsupported_data_type),
// naming those that the element has, if there is none.
absl::StatusOr<const platform::ComputeRate*> RateFor(
    const FiringContext& context,
    const std::vector<platform::ComputeRate>& rates);

// A firing whose arithmetic takes `compute`, overlapped with its memory
// traffic, after `overhead`:
//   time   = overhead + max(compute, ceil(bytes / memory rate))
//   energy = ceil(ops * energy_per_op * (V/Vref)^2)
//          + ceil(bytes * memory energy_per_byte * (V/Vref)^2)
// with the voltages of the element's and of the memory's domain.
absl::StatusOr<Cost> OverlappedCost(const FiringContext& context,
                                    Picoseconds compute, Picoseconds overhead,
                                    platform::Attojoules energy_per_op);

}  // namespace dynarch::cost

#endif  // DYNARCH_SIM_COST_ROUNDING_H_
