// Shapes and work of a network's actors under given outcomes. Internal to
// `Network` and `ScenarioGraph`.
#ifndef DYNARCH_SIM_GRAPH_RESOLVE_H_
#define DYNARCH_SIM_GRAPH_RESOLVE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/graph/network.h"

namespace dynarch::graph {

struct Resolved {
  Outcomes outcomes;  // Canonical: kNotReached where a decision is moot.
  std::vector<Shape> input_shapes;
  // By actor. Where it does not fire `times` is 0, the shape is the nominal one
  // and the work is none, unless this is the nominal scenario.
  std::vector<int64_t> times;
  std::vector<Shape> shapes;
  std::vector<OperatorWork> works;
  std::vector<Endpoint> origins;
};

// The nominal scenario. Actors whose condition does not hold in it get shapes
// and work too, as if it did; where an input of theirs does not fire either,
// its shape counts all the same.
absl::StatusOr<Resolved> ResolveNominal(const NetworkParts& parts,
                                        const std::vector<int>& order,
                                        const OutcomeLayout& layout,
                                        Outcomes outcomes);

// Any scenario. `nominal` gives the shapes of tensors of earlier inferences.
// Errors: see ScenarioGraph::Create.
absl::StatusOr<Resolved> ResolveScenario(const Network& network,
                                         Outcomes outcomes);

}  // namespace dynarch::graph

#endif  // DYNARCH_SIM_GRAPH_RESOLVE_H_
