#include "sim/mapping/location.h"

#include <variant>

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
                         graph::Endpoint endpoint) {
  while (!endpoint.is_input) {
    const graph::Actor& actor = network.actors()[endpoint.index];
    if (!std::holds_alternative<graph::Reshape>(actor.op)) break;
    endpoint = actor.inputs[0].from;
  }
  return endpoint;
}

int HomeOf(const graph::Network& network, const platform::Platform& platform,
           const StageElements& stages, const graph::Endpoint& origin) {
  return origin.is_input ? platform.host()
                         : stages[network.stage_of(origin.index)];
}

}  // namespace dynarch::mapping
