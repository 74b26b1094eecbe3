#include "sim/mapping/location.h"

#include "absl/strings/str_cat.h"

namespace dynarch::mapping {

absl::Status CheckStages(const graph::Network& network,
                         const platform::Platform& platform,
                         const StageElements& stages) {
  if (stages.size() != network.stages().size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "mapping.stages: got ", stages.size(), " elements; network '",
        network.name(), "' has ", network.stages().size(), " stages"));
  }
  const int elements = static_cast<int>(platform.elements().size());
  for (const int element : stages) {
    if (element >= 0 && element < elements) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "mapping.stages: element number ", element,
        " does not exist; platform '", platform.name(), "' has ", elements));
  }
  return absl::OkStatus();
}

graph::Endpoint OriginOf(const graph::Network& network,
                         const graph::ScenarioGraph& graph,
                         const graph::Channel& channel) {
  return channel.initial_tokens > 0 ? network.full().origin(channel.from)
                                    : graph.origin(channel.from);
}

int64_t ElementsOf(const graph::Network& network,
                   const graph::ScenarioGraph& graph,
                   const graph::Channel& channel) {
  return channel.initial_tokens > 0 ? network.token_elements(channel.from)
                                    : graph.token_elements(channel.from);
}

int HomeOf(const graph::Network& network, const platform::Platform& platform,
           const StageElements& stages, const graph::Endpoint& origin) {
  return origin.is_input ? platform.host()
                         : stages[network.stage_of(origin.index)];
}

std::vector<std::vector<int>> ActorsByStage(const graph::Network& network) {
  std::vector<std::vector<int>> actors(network.stages().size());
  for (const int actor : network.order()) {
    actors[network.stage_of(actor)].push_back(actor);
  }
  return actors;
}

size_t LoopEnd(const graph::Network& network, absl::Span<const int> actors,
               size_t first) {
  const auto& times = network.actors()[actors[first]].times;
  size_t end = first + 1;
  if (!times.has_value()) return end;
  while (end < actors.size()) {
    const auto& other = network.actors()[actors[end]].times;
    if (!other.has_value() || other->text() != times->text()) break;
    ++end;
  }
  return end;
}

}  // namespace dynarch::mapping
