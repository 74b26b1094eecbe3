// Where tensors are produced. Shared by the chain and the capacity check;
// internal to `mapping`.
#ifndef DYNARCH_SIM_MAPPING_LOCATION_H_
#define DYNARCH_SIM_MAPPING_LOCATION_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "sim/graph/network.h"
#include "sim/graph/scenario_graph.h"
#include "sim/mapping/schedule.h"
#include "sim/platform/platform.h"

namespace dynarch::mapping {

// InvalidArgument if `stages` has not one existing element per stage.
absl::Status CheckStages(const graph::Network& network,
                         const platform::Platform& platform,
                         const StageElements& stages);

// The tensor that a channel brings in a scenario: what reshapes and merges
// start from. A token of an earlier inference lies where it does nominally.
graph::Endpoint OriginOf(const graph::Network& network,
                         const graph::ScenarioGraph& graph,
                         const graph::Channel& channel);

// Its elements.
int64_t ElementsOf(const graph::Network& network,
                   const graph::ScenarioGraph& graph,
                   const graph::Channel& channel);

// Element on which a tensor is produced: the host for a network input.
int HomeOf(const graph::Network& network, const platform::Platform& platform,
           const StageElements& stages, const graph::Endpoint& origin);

// Actors of one stage, in static order.
std::vector<std::vector<int>> ActorsByStage(const graph::Network& network);

// Past the last of `actors` that belongs to the same loop as the one at
// `first`; first + 1 if it belongs to none.
size_t LoopEnd(const graph::Network& network, absl::Span<const int> actors,
               size_t first);

}  // namespace dynarch::mapping

#endif  // DYNARCH_SIM_MAPPING_LOCATION_H_
