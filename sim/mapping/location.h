// Where tensors are produced. Shared by the chain and the capacity check;
// internal to `mapping`.
#ifndef DYNARCH_SIM_MAPPING_LOCATION_H_
#define DYNARCH_SIM_MAPPING_LOCATION_H_

#include "absl/status/status.h"
#include "sim/graph/network.h"
#include "sim/mapping/schedule.h"
#include "sim/platform/platform.h"

namespace dynarch::mapping {

// InvalidArgument if `stages` has not one existing element per stage.
absl::Status CheckStages(const graph::Network& network,
                         const platform::Platform& platform,
                         const StageElements& stages);

// The tensor behind reshapes: what a chain of them starts from.
graph::Endpoint OriginOf(const graph::Network& network,
                         graph::Endpoint endpoint);

// Element on which a tensor is produced: the host for a network input.
int HomeOf(const graph::Network& network, const platform::Platform& platform,
           const StageElements& stages, const graph::Endpoint& origin);

}  // namespace dynarch::mapping

#endif  // DYNARCH_SIM_MAPPING_LOCATION_H_
