#include "sim/cost/network_cost.h"

#include <limits>
#include <optional>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/reason.h"
#include "sim/base/status_macros.h"
#include "sim/cost/all_models.h"
#include "sim/cost/transfer.h"

namespace dynarch::cost {
namespace {

// The actor's name into the sentence, behind the code of a reason.
absl::Status AtActor(const graph::Actor& actor, const absl::Status& status) {
  if (const std::optional<Reason> reason = ReasonOf(status)) {
    return Infeasible(reason->code, absl::StrCat("actor '", actor.name,
                                                 "': ", reason->sentence));
  }
  return absl::Status(status.code(), absl::StrCat("actor '", actor.name,
                                                  "': ", status.message()));
}

absl::StatusOr<int64_t> Narrow(absl::int128 sum) {
  if (sum <= std::numeric_limits<int64_t>::max()) {
    return static_cast<int64_t>(sum);
  }
  return absl::OutOfRangeError(
      "cost: the network's time or energy passes 2^63 ps or fJ");
}

}  // namespace

absl::StatusOr<std::vector<ActorCost>> CostOfActors(
    const graph::Network& network, const graph::ScenarioGraph& graph,
    const platform::Platform& platform, const Placement& placement) {
  std::vector<ActorCost> costs;
  costs.reserve(network.actors().size());
  for (const int actor : network.order()) {
    if (!graph.fires(actor)) continue;
    const absl::StatusOr<Cost> cost =
        FiringCost({.work = graph.work(actor),
                    .dtype = placement.dtype,
                    .platform = platform,
                    .element = placement.element,
                    .operating_point = placement.operating_point});
    if (!cost.ok()) return AtActor(network.actors()[actor], cost.status());
    costs.push_back(
        {.actor = actor, .times = graph.times(actor), .one = *cost});
  }
  return costs;
}

absl::StatusOr<NetworkCost> SumOf(const std::vector<ActorCost>& actors,
                                  const platform::ProcessingElement& element) {
  absl::int128 time = SynchronizeCost(element).time.value();
  absl::int128 energy = 0, bytes = 0;
  bool known = true;
  for (const ActorCost& actor : actors) {
    time += absl::int128(actor.one.time.value()) * actor.times;
    bytes += absl::int128(actor.one.bytes.value()) * actor.times;
    known = known && actor.one.energy.has_value();
    if (!known) continue;
    energy += absl::int128(actor.one.energy->value()) * actor.times;
  }
  NetworkCost sum;
  DYNARCH_ASSIGN_OR_RETURN(const int64_t time_ps, Narrow(time));
  sum.time = Picoseconds(time_ps);
  DYNARCH_ASSIGN_OR_RETURN(const int64_t moved, Narrow(bytes));
  sum.bytes = Bytes(moved);
  if (known) {
    DYNARCH_ASSIGN_OR_RETURN(const int64_t energy_fj, Narrow(energy));
    sum.energy = Femtojoules(energy_fj);
  }
  return sum;
}

}  // namespace dynarch::cost
