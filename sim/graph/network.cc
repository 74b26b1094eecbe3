#include "sim/graph/network.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/numeric/bits.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/graph/network_checks.h"
#include "sim/graph/resolve.h"
#include "sim/graph/scenario_graph.h"
#include "sim/graph/stages.h"
#include "sim/graph/topology.h"

namespace dynarch::graph {
namespace {

// The widest value: the network as it was before it became dynamic.
int64_t LargestValue(const std::vector<Decimal>& values) {
  return std::max_element(values.begin(), values.end()) - values.begin();
}

// The static network's outcomes, see Network::nominal.
absl::StatusOr<Outcomes> NominalOutcomes(const NetworkParts& parts,
                                         const OutcomeLayout& layout) {
  Outcomes outcomes(layout.size, 0);
  for (size_t d = 0; d < parts.decisions.size(); ++d) {
    const Decision& decision = parts.decisions[d];
    int64_t& value = outcomes[layout.first[d]];
    switch (decision.kind) {
      case Decision::Kind::kSkip:
        value = 1;
        break;
      case Decision::Kind::kBranch:
        value = static_cast<int64_t>(decision.options.size()) - 1;
        break;
      case Decision::Kind::kWidth:
      case Decision::Kind::kResolution:
        value = LargestValue(decision.values);
        break;
      case Decision::Kind::kRepeat:
        value = decision.max;
        break;
      case Decision::Kind::kFrame:
        break;
      case Decision::Kind::kActive:
      case Decision::Kind::kExperts: {
        const auto of = decision.of.Count(outcomes);
        if (!of.ok()) {
          return absl::InvalidArgumentError(absl::StrCat(
              "decisions.", decision.name, ": ", of.status().message()));
        }
        value = *of;
        if (decision.kind == Decision::Kind::kActive) break;
        const int64_t routed = *of * decision.top_k;
        for (int64_t e = 0; e < decision.experts; ++e) {
          outcomes[layout.first[d] + e] =
              routed / decision.experts + (e < routed % decision.experts);
        }
      }
    }
  }
  return outcomes;
}

}  // namespace

absl::StatusOr<Network> Network::Create(NetworkParts parts) {
  DYNARCH_RETURN_IF_ERROR(CheckNames(parts));
  DYNARCH_RETURN_IF_ERROR(CheckChannels(parts));
  DYNARCH_RETURN_IF_ERROR(BindExpressions(parts));
  DYNARCH_RETURN_IF_ERROR(CheckDecisions(parts));
  DYNARCH_RETURN_IF_ERROR(CheckExitRule(parts));
  Network network;
  network.layout_ = LayoutOf(parts.decisions);
  DYNARCH_ASSIGN_OR_RETURN(network.order_, TopologicalOrder(parts));
  DYNARCH_ASSIGN_OR_RETURN(network.exits_needing_, ExitsNeeding(parts));
  for (const uint64_t exits : network.exits_needing_) {
    network.stage_of_.push_back(absl::countr_zero(exits));
  }
  DYNARCH_RETURN_IF_ERROR(CheckLoops(parts, network.order_, network.stage_of_));
  DYNARCH_ASSIGN_OR_RETURN(network.nominal_,
                           NominalOutcomes(parts, network.layout_));
  DYNARCH_RETURN_IF_ERROR(
      CheckConditions(parts, network.layout_, network.nominal_));
  DYNARCH_ASSIGN_OR_RETURN(
      Resolved resolved,
      ResolveNominal(parts, network.order_, network.layout_, network.nominal_));
  network.shapes_ = std::move(resolved.shapes);
  network.works_ = std::move(resolved.works);
  network.stages_ = StagesOf(parts, network.order_, network.exits_needing_);
  for (size_t exit = 0; exit < parts.exits.size(); ++exit) {
    network.stages_[exit].classes =
        ElementCount(network.shapes_[parts.exits[exit].from]);
  }
  network.input_shapes_ = std::move(resolved.input_shapes);
  network.parts_ = std::move(parts);
  DYNARCH_ASSIGN_OR_RETURN(ScenarioGraph full,
                           ScenarioGraph::Create(network, network.nominal_));
  network.full_ = std::make_shared<const ScenarioGraph>(std::move(full));
  return network;
}

int64_t Network::token_elements(const Endpoint& from) const {
  return ElementCount(from.is_input ? input_shapes_[from.index]
                                    : shapes_[from.index]);
}

const std::string& Network::endpoint_name(const Endpoint& from) const {
  return from.is_input ? inputs()[from.index].name : actors()[from.index].name;
}

std::optional<int> Network::ActorNamed(absl::string_view name) const {
  for (size_t i = 0; i < actors().size(); ++i) {
    if (actors()[i].name == name) return static_cast<int>(i);
  }
  return std::nullopt;
}

std::optional<int> Network::ExitNamed(absl::string_view name) const {
  for (size_t i = 0; i < exits().size(); ++i) {
    if (exits()[i].name == name) return static_cast<int>(i);
  }
  return std::nullopt;
}

std::optional<int> Network::DecisionNamed(absl::string_view name) const {
  for (size_t i = 0; i < decisions().size(); ++i) {
    if (decisions()[i].name == name) return static_cast<int>(i);
  }
  return std::nullopt;
}

Macs Network::total_macs() const { return full_->total_macs(); }

int64_t Network::total_weight_elements() const {
  int64_t total = 0;
  for (const OperatorWork& work : works_) {
    total += work.resident_weight_elements;
  }
  return total;
}

}  // namespace dynarch::graph
