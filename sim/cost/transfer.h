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
// domain's voltage. OutOfRange past kMaxActivity.
absl::StatusOr<Cost> TransferCost(const platform::Link& link, Bytes bytes);

// The host learns that `element` has finished: the time its kind states (none
// for a cpu or a table), no dynamic energy.
Cost SynchronizeCost(const platform::ProcessingElement& element);

// Vector operations of a check over `classes` probabilities: max-probability 1
// per class, margin 2, entropy 4 (logarithm, product, sum, compare).
int64_t CheckOps(graph::Signal signal, int64_t classes);

// The host compares a signal with its threshold: an OTHER operator of
// CheckOps(signal, classes), reading `classes` fp32 probabilities, by the
// host's own model and its fp32 rate. Errors as CostModel::Firing.
absl::StatusOr<Cost> CheckCost(graph::Signal signal, int64_t classes,
                               const platform::Platform& platform,
                               int operating_point);

}  // namespace dynarch::cost

#endif  // DYNARCH_SIM_COST_TRANSFER_H_
