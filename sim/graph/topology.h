// The order in which a network's actors can fire. Internal to `Network`.
#ifndef DYNARCH_SIM_GRAPH_TOPOLOGY_H_
#define DYNARCH_SIM_GRAPH_TOPOLOGY_H_

#include <vector>

#include "absl/status/statusor.h"
#include "sim/graph/network.h"

namespace dynarch::graph {

// By actor: the decisions that its condition, its loop and its extents name,
// and those that limit them.
std::vector<std::vector<int>> DecisionsNamed(const NetworkParts& parts);

// All actors, each after the producers of its channels without initial tokens
// and after what its decisions read, but for the end of its own loop; of those
// that could come next, always the first. Channels and decisions must start
// somewhere. InvalidArgument, printing one cycle, if there is none.
absl::StatusOr<std::vector<int>> TopologicalOrder(const NetworkParts& parts);

}  // namespace dynarch::graph

#endif  // DYNARCH_SIM_GRAPH_TOPOLOGY_H_
