#include "sim/evaluator/scenarios.h"

#include <algorithm>
#include <utility>

#include "sim/base/status_macros.h"

namespace dynarch::evaluator {
namespace {

// Actors of all graphs that are kept: about 100 MB.
constexpr size_t kKeptActors = size_t{1} << 19;

}  // namespace

Scenarios::Scenarios(const graph::Network& network,
                     behavior::Population population)
    : network_(network),
      population_(std::move(population)),
      rows_(static_cast<uint32_t>(population_.table_size())),
      exits_(static_cast<uint32_t>(population_.exits())) {
  const size_t kept =
      kKeptActors / std::max<size_t>(1, network.actors().size());
  kept_.resize(std::min<size_t>(rows_, kept));
}

absl::StatusOr<const graph::ScenarioGraph*> Scenarios::GraphOf(
    uint32_t row) const {
  if (network_.decisions().empty()) return &network_.full();
  auto& place = row < kept_.size() ? kept_[row] : latest_;
  if (row < kept_.size() && place != nullptr) return place.get();
  DYNARCH_ASSIGN_OR_RETURN(
      graph::ScenarioGraph graph,
      graph::ScenarioGraph::Create(
          network_, population_.TableRow(static_cast<int>(row))));
  place = std::make_unique<const graph::ScenarioGraph>(std::move(graph));
  return place.get();
}

}  // namespace dynarch::evaluator
