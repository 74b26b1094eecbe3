// What lies between firings: transfers, synchronisation and checks.
#ifndef DYNARCH_SIM_COST_TRANSFER_H_
#define DYNARCH_SIM_COST_TRANSFER_H_

#include "absl/status/statusor.h"
#include "sim/base/units.h"
#include "sim/cost/cost_model.h"
#include "sim/graph/network.h"
#include "sim/platform/platform.h"

namespace dynarch::cost {

// Part of every result's model versions, as `link@1`: transfers,
// synchronisation and checks.
ModelVersion LinkModelVersion();

// Bytes over a link: time = latency + ceil(bytes / bandwidth), without
// bandwidth the latency alone; energy = ceil(bytes * energy_per_byte), at no
// domain's voltage. Infeasible (activity_limit) past
// kMaxActivity.
absl::StatusOr<Cost> TransferCost(const platform::Link& link, Bytes bytes);

// The host learns that `element` has finished: the time its runtime states,
// else its kind (none for a cpu or a table); no dynamic energy.
Cost SynchronizeCost(const platform::ProcessingElement& element);

// Vector operations of a check over `classes` probabilities: max-probability 1
// per class, margin 2, entropy 4 (logarithm, product, sum, compare), score 1.
int64_t CheckOps(graph::Signal signal, int64_t classes);

// Vector operations of an inner decision over the `elements` that it reads: 1
// per element (compare, largest); experts `top_k`.
int64_t DecisionOps(const graph::Decision& decision, int64_t elements);

// The host decides: an OTHER operator of `ops` vector operations, reading
// `elements` fp32 numbers, by the host's own model and its fp32 rate. Errors as
// CostModel::Firing.
absl::StatusOr<Cost> CheckCost(int64_t ops, int64_t elements,
                               const platform::Platform& platform,
                               int operating_point);

// The host compares a signal of `classes` probabilities with its threshold:
// CheckOps(signal, classes) operations.
absl::StatusOr<Cost> CheckCost(graph::Signal signal, int64_t classes,
                               const platform::Platform& platform,
                               int operating_point);

}  // namespace dynarch::cost

#endif  // DYNARCH_SIM_COST_TRANSFER_H_
