#include "tests/sim/catalog/catalog_network.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "dynarch/v1/study.pb.h"
#include "sim/base/status_macros.h"
#include "sim/behavior/source.h"
#include "sim/graph/scenario_graph.h"
#include "sim/io/yaml_reader.h"
#include "sim/wire/behavior_wire.h"
#include "sim/wire/network_wire.h"

namespace dynarch::catalog {
namespace {

const char kFolder[] = DYNARCH_SOURCE_DIR "/sim/catalog/networks";

}  // namespace

std::vector<std::string> NetworkNames() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".yaml") {
      names.push_back(entry.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<v1::Network> NetworkMessage(const std::string& name) {
  v1::Network message;
  DYNARCH_RETURN_IF_ERROR(
      io::ReadYamlFile(std::string(kFolder) + "/" + name + ".yaml", &message)
          .status());
  return message;
}

absl::StatusOr<graph::Network> CatalogNetwork(const std::string& name) {
  DYNARCH_ASSIGN_OR_RETURN(const v1::Network message, NetworkMessage(name));
  return wire::NetworkFrom(message);
}

absl::StatusOr<CatalogBehavior> BehaviorOf(const std::string& name,
                                           int64_t inferences) {
  DYNARCH_ASSIGN_OR_RETURN(const v1::Network message, NetworkMessage(name));
  DYNARCH_ASSIGN_OR_RETURN(graph::Network network, wire::NetworkFrom(message));
  DYNARCH_ASSIGN_OR_RETURN(
      const behavior::Source source,
      wire::SourceFrom({}, message, network, /*trace=*/std::nullopt));
  DYNARCH_ASSIGN_OR_RETURN(const auto given, wire::ThresholdsFrom(message));
  std::vector<behavior::Threshold> thresholds;
  for (const std::optional<behavior::Threshold>& threshold : given) {
    thresholds.push_back(threshold.value_or(behavior::Threshold::Checked()));
  }
  const behavior::ExitPolicy policy =
      behavior::PolicyOf(network, std::move(thresholds));
  behavior::Request request;
  request.inferences = inferences;
  DYNARCH_ASSIGN_OR_RETURN(behavior::Population population,
                           behavior::Realise(source, network, request));
  DYNARCH_RETURN_IF_ERROR(population.Check(policy));
  return CatalogBehavior{.network = std::move(network),
                         .population = std::move(population),
                         .policy = policy};
}

int64_t ResidentWeights(const graph::Network& network) {
  int64_t total = 0;
  for (int actor = 0; actor < static_cast<int>(network.actors().size());
       ++actor) {
    total += network.work(actor).resident_weight_elements;
  }
  return total;
}

int64_t MacsTo(const graph::Network& network, int exit) {
  int64_t total = 0;
  for (int stage = 0; stage <= exit; ++stage) {
    for (const std::vector<int>* part :
         {&network.stages()[stage].trunk, &network.stages()[stage].head}) {
      for (const int actor : *part) {
        total += network.work(actor).macs.value() * network.full().times(actor);
      }
    }
  }
  return total;
}

}  // namespace dynarch::catalog
