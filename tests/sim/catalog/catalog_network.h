// The networks of the catalogue, for its tests.
#ifndef DYNARCH_TESTS_SIM_CATALOG_CATALOG_NETWORK_H_
#define DYNARCH_TESTS_SIM_CATALOG_CATALOG_NETWORK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "dynarch/v1/network.pb.h"
#include "sim/behavior/population.h"
#include "sim/behavior/rule.h"
#include "sim/graph/network.h"

namespace dynarch::catalog {

// Names of `sim/catalog/networks/*.yaml`, ascending.
std::vector<std::string> NetworkNames();

// The file, and the network in it.
absl::StatusOr<v1::Network> NetworkMessage(const std::string& name);
absl::StatusOr<graph::Network> CatalogNetwork(const std::string& name);

// A network with so many inferences of its own source, and the exits as that
// says them.
struct CatalogBehavior {
  graph::Network network;
  behavior::Population population;
  behavior::ExitPolicy policy;
};
absl::StatusOr<CatalogBehavior> BehaviorOf(const std::string& name,
                                           int64_t inferences);

// Weights that a memory holds, over all actors, those of every branch.
int64_t ResidentWeights(const graph::Network& network);

// Multiply-accumulates of an inference that ends at an exit (0-based), heads of
// the exits before it included; nominal outcomes.
int64_t MacsTo(const graph::Network& network, int exit);

}  // namespace dynarch::catalog

#endif  // DYNARCH_TESTS_SIM_CATALOG_CATALOG_NETWORK_H_
