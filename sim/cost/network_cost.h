// A whole network on one element, actor by actor: what `dynarch cost` prints
// and what measurements are held against.
#ifndef DYNARCH_SIM_COST_NETWORK_COST_H_
#define DYNARCH_SIM_COST_NETWORK_COST_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/base/units.h"
#include "sim/cost/cost_model.h"
#include "sim/graph/network.h"
#include "sim/graph/scenario_graph.h"
#include "sim/platform/platform.h"

namespace dynarch::cost {

// Where a network runs.
struct Placement {
  int element = 0;
  int operating_point = 0;
  graph::DataType dtype = graph::DataType::kFp32;
};

// One actor that fires.
struct ActorCost {
  int actor = 0;      // Of the network.
  int64_t times = 1;  // Firings of an inference.
  Cost one{};         // Of each.
};

// Every actor that fires in `graph`, in static order. Errors as
// CostModel::Firing, with the actor's name before the message.
absl::StatusOr<std::vector<ActorCost>> CostOfActors(
    const graph::Network& network, const graph::ScenarioGraph& graph,
    const platform::Platform& platform, const Placement& placement);

// Sums over firings. Energy is absent if it is of one of them. `bytes` too.
struct NetworkCost {
  Picoseconds time{};  // One after the other, with the last synchronisation.
  std::optional<Femtojoules> energy{};  // Dynamic.
  Bytes bytes{};
};
// OutOfRange past int64.
absl::StatusOr<NetworkCost> SumOf(const std::vector<ActorCost>& actors,
                                  const platform::ProcessingElement& element);

}  // namespace dynarch::cost

#endif  // DYNARCH_SIM_COST_NETWORK_COST_H_
