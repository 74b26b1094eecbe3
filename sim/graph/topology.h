// The order in which a network's actors can fire. Internal to `Network`.
#ifndef DYNARCH_SIM_GRAPH_TOPOLOGY_H_
#define DYNARCH_SIM_GRAPH_TOPOLOGY_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sim/graph/network.h"

namespace dynarch::graph {

// All actors, each after the producers of its channels without initial tokens;
// of those that could come next, always the first. Channels must start
// somewhere. InvalidArgument, printing one cycle, if there is none.
absl::StatusOr<std::vector<int>> TopologicalOrder(
    absl::Span<const Actor> actors);

}  // namespace dynarch::graph

#endif  // DYNARCH_SIM_GRAPH_TOPOLOGY_H_
