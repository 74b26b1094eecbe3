#include "sim/evaluator/machine.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/reason.h"
#include "sim/base/status_macros.h"
#include "sim/cost/all_models.h"
#include "sim/cost/table.h"
#include "sim/cost/transfer.h"
#include "sim/mapping/capacity.h"

namespace dynarch::evaluator {
namespace {

using behavior::Threshold;
using mapping::Activity;
using mapping::ActivityKind;

constexpr int kProbabilityBytes = 4;  // Always fp32.

mapping::DomainPower PowerOf(const platform::PowerDomain& domain,
                             const platform::DomainPoint& point,
                             const mapping::PowerPolicy& policy) {
  const platform::PowerState& idle = mapping::IdleState(policy, domain);
  const platform::PowerState& active = domain.states.front();
  mapping::DomainPower power;
  power.name = domain.name;
  power.active = platform::StatePower(domain, active, point);
  power.idle = platform::StatePower(domain, idle, point);
  power.gates = idle.kind != active.kind;
  if (!power.gates) return power;
  if (policy.kind == mapping::PowerPolicy::Kind::kPowerGate) {
    power.timeout = policy.timeout;
  }
  power.entry = idle.entry;
  power.exit = idle.exit;
  power.entry_energy = idle.entry_energy;
  power.exit_energy = idle.exit_energy;
  return power;
}

// Costs activities; the same activity of two scenarios once.
class SystemBuilder {
 public:
  SystemBuilder(const graph::Network& network,
                const platform::Platform& platform, const Machine& machine)
      : network_(network), platform_(platform), machine_(machine) {
    const auto& points = platform.operating_points();
    const auto& domains = platform.domains();
    for (size_t d = 0; d < domains.size(); ++d) {
      system_.domains.push_back(
          PowerOf(domains[d], points[machine.operating_point].domains[d],
                  machine.power));
    }
    system_.scenarios.resize(network.decisions().size());
    system_.resources =
        static_cast<int>(platform.elements().size() + platform.links().size());
    system_.overhead_power = platform.overhead_power();
  }

  absl::Status AddScenario(const mapping::Scenario& scenario) {
    DYNARCH_ASSIGN_OR_RETURN(
        const mapping::Chain chain,
        mapping::BuildChain(network_, platform_, machine_.stages, scenario));
    mapping::CostedScenario costed;
    for (const Activity& activity : chain.activities) {
      DYNARCH_ASSIGN_OR_RETURN(const size_t line, LineOf(activity));
      costed.activities.push_back(costed_[line]);
    }
    system_.scenarios[scenario.exit] = std::move(costed);
    return absl::OkStatus();
  }

  mapping::System Build() && { return std::move(system_); }

 private:
  // Number of the activity's line; costs it if it is new.
  absl::StatusOr<size_t> LineOf(const Activity& activity) {
    const auto known = std::find(seen_.begin(), seen_.end(), activity);
    if (known != seen_.end()) return known - seen_.begin();
    DYNARCH_ASSIGN_OR_RETURN(const cost::Cost cost, CostOf(activity));
    const bool transfer = activity.kind == ActivityKind::kTransfer;
    const std::string& place = transfer ? platform_.links()[activity.link].name
                                        : Element(activity.element).name;
    const int resource =
        transfer ? static_cast<int>(platform_.elements().size()) + activity.link
                 : activity.element;
    costed_.push_back({.time = cost.time,
                       .energy = cost.energy.value_or(Femtojoules(0)),
                       .domains = mapping::DomainsNeeded(activity, platform_),
                       .resource = resource,
                       .line = static_cast<int>(seen_.size())});
    system_.lines.push_back(
        {.label = absl::StrCat(network_.stages()[activity.stage].name, "/",
                               WhatOf(activity), "@", place),
         .element = place,
         .bound = std::string(cost::NameOf(cost.bound)),
         .energy_known = cost.energy.has_value()});
    system_.energy_known = system_.energy_known && cost.energy.has_value();
    seen_.push_back(activity);
    return seen_.size() - 1;
  }

  absl::StatusOr<cost::Cost> CostOf(const Activity& activity) const {
    switch (activity.kind) {
      case ActivityKind::kFiring:
        return cost::FiringCost({.work = network_.work(activity.actor),
                                 .dtype = machine_.dtype,
                                 .platform = platform_,
                                 .element = activity.element,
                                 .operating_point = machine_.operating_point});
      case ActivityKind::kStage:
        return cost::StageCost(Element(activity.element), network_.name(),
                               network_.stages()[activity.stage].name,
                               machine_.dtype);
      case ActivityKind::kTransfer:
        return cost::TransferCost(
            platform_.links()[activity.link],
            Bytes(activity.elements *
                  (activity.probabilities
                       ? kProbabilityBytes
                       : graph::BytesPerElement(machine_.dtype))));
      case ActivityKind::kSynchronize:
        return cost::SynchronizeCost(Element(activity.from_element));
      case ActivityKind::kCheck:
        return cost::CheckCost(network_.decisions()[activity.stage].signal,
                               activity.elements, platform_,
                               machine_.operating_point);
    }
    return absl::InternalError("activity of an unknown kind");
  }

  std::string WhatOf(const Activity& activity) const {
    switch (activity.kind) {
      case ActivityKind::kFiring:
        return network_.actors()[activity.actor].name;
      case ActivityKind::kStage:
        return "stage";
      case ActivityKind::kTransfer:
        if (activity.probabilities) return "result";
        return absl::StrCat("transfer_",
                            network_.endpoint_name(activity.tensor));
      case ActivityKind::kSynchronize:
        return "synchronize";
      case ActivityKind::kCheck:
        return "check";
    }
    return "";
  }

  const platform::ProcessingElement& Element(int element) const {
    return platform_.elements()[element];
  }

  const graph::Network& network_;
  const platform::Platform& platform_;
  const Machine& machine_;
  mapping::System system_;
  std::vector<Activity> seen_;                   // By line.
  std::vector<mapping::CostedActivity> costed_;  // By line.
};

absl::Status NoSuch(absl::string_view code, absl::string_view what,
                    absl::string_view name,
                    const platform::Platform& platform) {
  return Infeasible(
      code, absl::StrCat(platform.name(), " has no ", what, " '", name, "'"));
}

}  // namespace

absl::StatusOr<Machine> ResolveMachine(const study::StudySpec& spec,
                                       const study::BoundCandidate& bound) {
  const platform::Platform& platform = spec.platforms[bound.platform];
  Machine machine;
  machine.platform = bound.platform;
  machine.dtype = bound.dtype;
  machine.power = bound.power;
  for (const std::string& name : bound.stage_elements) {
    const std::optional<int> element =
        name.empty() ? platform.host() : platform.ElementNamed(name);
    if (!element.has_value()) {
      return NoSuch(reason::kNoElement, "element", name, platform);
    }
    machine.stages.push_back(*element);
  }
  if (!bound.operating_point.empty()) {
    const std::optional<int> point =
        platform.OperatingPointNamed(bound.operating_point);
    if (!point.has_value()) {
      return NoSuch(reason::kNoOperatingPoint, "operating point",
                    bound.operating_point, platform);
    }
    machine.operating_point = *point;
  }
  for (const Threshold& threshold : bound.thresholds) {
    machine.kinds.push_back(threshold.kind());
  }
  return machine;
}

absl::StatusOr<mapping::System> BuildSystem(const graph::Network& network,
                                            const platform::Platform& platform,
                                            const Machine& machine) {
  SystemBuilder builder(network, platform, machine);
  const int last = static_cast<int>(network.decisions().size()) - 1;
  uint32_t skipped = 0;
  for (int exit = 0; exit < last; ++exit) {
    if (machine.kinds[exit] == Threshold::Kind::kNever) {
      skipped |= uint32_t{1} << exit;
    }
  }
  for (int exit = 0; exit <= last; ++exit) {
    if (((skipped >> exit) & 1) != 0) continue;
    const bool always =
        exit == last || machine.kinds[exit] == Threshold::Kind::kAlways;
    DYNARCH_RETURN_IF_ERROR(builder.AddScenario(
        {.exit = exit, .skipped_heads = skipped, .checked = !always}));
    if (always) break;  // Nothing gets past it.
  }
  DYNARCH_RETURN_IF_ERROR(
      mapping::CheckCapacity(network, platform, machine.stages, machine.dtype));
  return std::move(builder).Build();
}

}  // namespace dynarch::evaluator
