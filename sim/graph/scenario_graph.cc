#include "sim/graph/scenario_graph.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/graph/resolve.h"

namespace dynarch::graph {

absl::StatusOr<ScenarioGraph> ScenarioGraph::Create(const Network& network,
                                                    Outcomes outcomes) {
  if (outcomes.size() != static_cast<size_t>(network.layout().size)) {
    return absl::InvalidArgumentError(
        absl::StrCat("outcomes: got ", outcomes.size(), " numbers; network '",
                     network.name(), "' has ", network.layout().size));
  }
  DYNARCH_ASSIGN_OR_RETURN(Resolved resolved,
                           ResolveScenario(network, std::move(outcomes)));
  const Exit& last = network.exits().back();
  if (resolved.times[last.from] == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("actors.", network.actors()[last.from].name,
                     ": does not fire in a scenario, and '", last.name,
                     "' delivers it; let a merge give the result"));
  }
  return ScenarioGraph(std::move(resolved));
}

ScenarioGraph::ScenarioGraph(Resolved resolved)
    : outcomes_(std::move(resolved.outcomes)),
      times_(std::move(resolved.times)),
      input_shapes_(std::move(resolved.input_shapes)),
      shapes_(std::move(resolved.shapes)),
      works_(std::move(resolved.works)),
      origins_(std::move(resolved.origins)) {}

Endpoint ScenarioGraph::origin(Endpoint endpoint) const {
  return endpoint.is_input ? endpoint : origins_[endpoint.index];
}

int64_t ScenarioGraph::token_elements(const Endpoint& endpoint) const {
  return ElementCount(endpoint.is_input ? input_shapes_[endpoint.index]
                                        : shapes_[endpoint.index]);
}

Macs ScenarioGraph::total_macs() const {
  Macs total;
  for (size_t actor = 0; actor < times_.size(); ++actor) {
    total += works_[actor].macs * times_[actor];
  }
  return total;
}

}  // namespace dynarch::graph
