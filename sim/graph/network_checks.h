// What a network must satisfy before anything is inferred. Internal to
// `Network`.
#ifndef DYNARCH_SIM_GRAPH_NETWORK_CHECKS_H_
#define DYNARCH_SIM_GRAPH_NETWORK_CHECKS_H_

#include <vector>

#include "absl/status/status.h"
#include "sim/graph/network.h"

namespace dynarch::graph {

// Names used once; numbers of inputs, actors, exits and decisions within their
// limits.
absl::Status CheckNames(const NetworkParts& parts);
// Channels, exits and decisions start at actors or inputs that exist.
absl::Status CheckChannels(const NetworkParts& parts);
// Resolves the names of decisions in every expression.
absl::Status BindExpressions(NetworkParts& parts);
// Something depends on each decision, and what limits it comes before it.
absl::Status CheckDecisions(const NetworkParts& parts);
absl::Status CheckExitRule(const NetworkParts& parts);
// Every condition holds for some outcomes: an actor, branch or exit behind one
// that never does is unreachable. Tried out where the decisions it names have
// at most kMaxTried outcomes together; `nominal` stands for all others.
inline constexpr int64_t kMaxTried = int64_t{1} << 16;
absl::Status CheckConditions(const NetworkParts& parts,
                             const OutcomeLayout& layout,
                             const Outcomes& nominal);
// Actors of one loop follow each other in the order, within one stage.
absl::Status CheckLoops(const NetworkParts& parts,
                        const std::vector<int>& order,
                        const std::vector<int>& stage_of);

}  // namespace dynarch::graph

#endif  // DYNARCH_SIM_GRAPH_NETWORK_CHECKS_H_
