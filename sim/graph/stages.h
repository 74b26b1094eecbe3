// Which exits need which actors, and the stages between exits. Internal to
// `Network`.
#ifndef DYNARCH_SIM_GRAPH_STAGES_H_
#define DYNARCH_SIM_GRAPH_STAGES_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/graph/network.h"

namespace dynarch::graph {

// By actor: the exits that need it, bit s for exit s. InvalidArgument if
// nothing needs an actor, two exits read the same actor, or an exit depends on
// a later one.
absl::StatusOr<std::vector<uint64_t>> ExitsNeeding(const NetworkParts& parts);

// The stages: an actor belongs to the first exit that needs it; it is trunk if
// a later one needs it too. `classes` is left 0.
std::vector<Stage> StagesOf(const NetworkParts& parts,
                            const std::vector<int>& order,
                            const std::vector<uint64_t>& exits_needing);

}  // namespace dynarch::graph

#endif  // DYNARCH_SIM_GRAPH_STAGES_H_
