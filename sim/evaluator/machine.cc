#include "sim/evaluator/machine.h"

#include <array>
#include <map>
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

// What tells one activity from another beside its work.
using ActivityKey = std::array<int64_t, 9>;

ActivityKey KeyOf(const Activity& activity) {
  return {static_cast<int64_t>(activity.kind),
          activity.stage,
          activity.element,
          activity.from_element,
          activity.elements,
          activity.tensor.is_input ? 1 : 0,
          activity.tensor.index,
          activity.result ? 1 : 0,
          activity.decision};
}

// The work of a firing, as far as costs depend on it.
using WorkKey = std::array<int64_t, 13>;

WorkKey KeyOf(const graph::OperatorWork& work) {
  return {static_cast<int64_t>(work.operator_class),
          work.macs.value(),
          work.vector_ops,
          work.weight_elements,
          work.input_elements,
          work.output_elements,
          work.matmul.m,
          work.matmul.n,
          work.matmul.k,
          work.matmul.groups,
          static_cast<int64_t>(work.kernel_class),
          work.window_elements,
          work.follows_product ? 1 : 0};
}

// Costs activities; the same activity of two scenarios once.
class SystemBuilder {
 public:
  SystemBuilder(const graph::Network& network,
                const platform::Platform& platform, const Machine& machine,
                size_t scenarios)
      : network_(network),
        platform_(platform),
        machine_(machine),
        chains_(network, platform, machine.stages, machine.deciding),
        exits_(ExitScenarios(machine.policy)),
        firings_(network.actors().size()) {
    const auto& points = platform.operating_points();
    const auto& domains = platform.domains();
    for (size_t d = 0; d < domains.size(); ++d) {
      system_.domains.push_back(
          PowerOf(domains[d], points[machine.operating_point].domains[d],
                  machine.power));
    }
    system_.scenarios.resize(scenarios);
    system_.resources =
        static_cast<int>(platform.elements().size() + platform.links().size());
    system_.overhead_power = platform.overhead_power();
  }

  // Whether the policy allows the exit.
  bool Allows(int exit) const { return exits_[exit].has_value(); }

  // One scenario, costed.
  absl::StatusOr<mapping::CostedScenario> Cost(
      const graph::ScenarioGraph& graph, int exit) {
    if (!Allows(exit)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "exit '", network_.exits()[exit].name,
          "' is taken by a sample, and the exits' rule excludes it"));
    }
    DYNARCH_RETURN_IF_ERROR(chains_.Build(graph, *exits_[exit], chain_));
    mapping::CostedScenario costed;
    costed.activities.reserve(chain_.activities.size());
    for (const Activity& activity : chain_.activities) {
      DYNARCH_ASSIGN_OR_RETURN(const int32_t number, NumberOf(activity, graph));
      costed.activities.push_back(number);
    }
    return costed;
  }

  void Put(uint32_t scenario, mapping::CostedScenario costed) {
    system_.scenarios[scenario] = std::move(costed);
  }

  mapping::System Build() && { return std::move(system_); }

 private:
  // The works that one actor has had, and their activities.
  struct Firings {
    WorkKey latest_work{};
    int32_t latest = -1;
    std::map<WorkKey, int32_t> known;
  };

  // Number of the activity; costs it if it is new.
  absl::StatusOr<int32_t> NumberOf(const Activity& activity,
                                   const graph::ScenarioGraph& graph) {
    if (activity.kind != ActivityKind::kFiring) {
      const auto [place, added] = others_.try_emplace(KeyOf(activity), -1);
      if (place->second < 0) {
        DYNARCH_ASSIGN_OR_RETURN(place->second, Add(activity, graph));
      }
      return place->second;
    }
    Firings& firings = firings_[activity.actor];
    const WorkKey work = KeyOf(graph.work(activity.actor));
    if (firings.latest >= 0 && firings.latest_work == work) {
      return firings.latest;
    }
    const auto [place, added] = firings.known.try_emplace(work, -1);
    if (place->second < 0) {
      DYNARCH_ASSIGN_OR_RETURN(place->second, Add(activity, graph));
    }
    firings.latest_work = work;
    firings.latest = place->second;
    return firings.latest;
  }

  absl::StatusOr<int32_t> Add(const Activity& activity,
                              const graph::ScenarioGraph& graph) {
    DYNARCH_ASSIGN_OR_RETURN(const cost::Cost cost, CostOf(activity, graph));
    const bool transfer = activity.kind == ActivityKind::kTransfer;
    const int resource =
        transfer ? static_cast<int>(platform_.elements().size()) + activity.link
                 : activity.element;
    system_.activities.push_back(
        {.time = cost.time,
         .energy = cost.energy.value_or(Femtojoules(0)),
         .domains = mapping::DomainsNeeded(activity, platform_),
         .resource = resource,
         .line = LineOf(activity, cost)});
    return static_cast<int32_t>(system_.activities.size()) - 1;
  }

  // What is the same but for the amount of work shares a line.
  int32_t LineOf(const Activity& activity, const cost::Cost& cost) {
    const bool transfer = activity.kind == ActivityKind::kTransfer;
    const std::string& place = transfer ? platform_.links()[activity.link].name
                                        : Element(activity.element).name;
    mapping::ActivityLine line = {
        .label = absl::StrCat(network_.stages()[activity.stage].name, "/",
                              WhatOf(activity), "@", place),
        .element = place,
        .bound = std::string(cost::NameOf(cost.bound)),
        .energy_known = cost.energy.has_value()};
    const auto [known, added] = lines_.try_emplace(
        {line.label, line.bound}, static_cast<int32_t>(system_.lines.size()));
    if (added) {
      system_.energy_known = system_.energy_known && line.energy_known;
      system_.lines.push_back(std::move(line));
    }
    return known->second;
  }

  absl::StatusOr<cost::Cost> CostOf(const Activity& activity,
                                    const graph::ScenarioGraph& graph) const {
    switch (activity.kind) {
      case ActivityKind::kFiring:
        return cost::FiringCost({.work = graph.work(activity.actor),
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
                  (IsProbabilities(activity)
                       ? kProbabilityBytes
                       : graph::BytesPerElement(machine_.dtype))));
      case ActivityKind::kSynchronize:
        return cost::SynchronizeCost(Element(activity.from_element));
      case ActivityKind::kCheck:
        return cost::CheckCost(OpsOf(activity), activity.elements, platform_,
                               machine_.operating_point);
    }
    return absl::InternalError("activity of an unknown kind");
  }

  // An output is delivered as it is.
  bool IsProbabilities(const Activity& activity) const {
    const bool last =
        activity.stage + 1 == static_cast<int>(network_.stages().size());
    return activity.result && !(last && network_.parts().ends_in_output);
  }

  // Operations of the host to decide.
  int64_t OpsOf(const Activity& activity) const {
    if (activity.decision >= 0) {
      return cost::DecisionOps(network_.decisions()[activity.decision],
                               activity.elements);
    }
    const behavior::ExitPolicy& policy = machine_.policy;
    const graph::Signal signal = network_.exits()[activity.stage].signal;
    switch (policy.kind) {
      case graph::ExitRule::Kind::kPatience:  // The class, and the one before.
        return cost::CheckOps(graph::Signal::kMaxProbability,
                              activity.elements) +
               1;
      case graph::ExitRule::Kind::kPredicted:
        return cost::CheckOps(signal, activity.elements) +
               static_cast<int64_t>(policy.bounds.size());
      case graph::ExitRule::Kind::kThreshold:
        break;
    }
    return cost::CheckOps(signal, activity.elements);
  }

  std::string WhatOf(const Activity& activity) const {
    switch (activity.kind) {
      case ActivityKind::kFiring:
        return network_.actors()[activity.actor].name;
      case ActivityKind::kStage:
        return "stage";
      case ActivityKind::kTransfer:
        if (activity.result) return "result";
        return absl::StrCat("transfer_",
                            network_.endpoint_name(activity.tensor));
      case ActivityKind::kSynchronize:
        return "synchronize";
      case ActivityKind::kCheck:
        if (activity.decision < 0) return "check";
        return absl::StrCat("check_",
                            network_.decisions()[activity.decision].name);
    }
    return "";
  }

  const platform::ProcessingElement& Element(int element) const {
    return platform_.elements()[element];
  }

  const graph::Network& network_;
  const platform::Platform& platform_;
  const Machine& machine_;
  mapping::ChainBuilder chains_;
  std::vector<std::optional<mapping::Scenario>> exits_;
  mapping::System system_;
  mapping::Chain chain_;
  std::vector<Firings> firings_;  // By actor.
  std::map<ActivityKey, int32_t> others_;
  std::map<std::pair<std::string, std::string>, int32_t> lines_;
};

// The static network must be possible whatever else is.
absl::Status CheckNominal(const graph::Network& network,
                          const platform::Platform& platform,
                          const Machine& machine, SystemBuilder& builder) {
  const int exits = static_cast<int>(network.exits().size());
  for (int exit = 0; exit < exits; ++exit) {
    if (!builder.Allows(exit)) continue;
    // A branch that is not the nominal one may have exits of its own.
    if (!network.full().fires(network.exits()[exit].from)) continue;
    DYNARCH_RETURN_IF_ERROR(builder.Cost(network.full(), exit).status());
  }
  return mapping::CheckCapacity(network, network.full(), platform,
                                machine.stages, machine.dtype);
}

absl::Status NoSuch(absl::string_view code, absl::string_view what,
                    absl::string_view name,
                    const platform::Platform& platform) {
  return Infeasible(
      code, absl::StrCat(platform.name(), " has no ", what, " '", name, "'"));
}

mapping::Deciding DecidingOf(const graph::Decision& decision, size_t index,
                             const study::BoundCandidate& bound) {
  using Kind = graph::Decision::Kind;
  if (bound.control == behavior::Control::kStatic) {
    return mapping::Deciding::kBefore;
  }
  if (!bound.knobs[index].has_value() && !decision.knob.has_value()) {
    return mapping::Deciding::kHost;
  }
  switch (decision.kind) {
    case Kind::kWidth:
    case Kind::kResolution:
    case Kind::kRepeat:
      return mapping::Deciding::kBefore;
    case Kind::kActive:
      return mapping::Deciding::kCount;
    default:
      return mapping::Deciding::kHost;
  }
}

uint64_t Bit(int exit) { return uint64_t{1} << exit; }

// The last exit's threshold is not asked.
bool Is(Threshold::Kind kind, const behavior::ExitPolicy& policy, int exit) {
  const int last = static_cast<int>(policy.thresholds.size()) - 1;
  return exit < last && policy.thresholds[exit].kind() == kind;
}

uint64_t NeverExits(const behavior::ExitPolicy& policy) {
  uint64_t never = 0;
  for (int exit = 0; exit < static_cast<int>(policy.thresholds.size());
       ++exit) {
    if (Is(Threshold::Kind::kNever, policy, exit)) never |= Bit(exit);
  }
  return never;
}

using ExitScenarioList = std::vector<std::optional<mapping::Scenario>>;

// Each exit is looked at until one is taken.
ExitScenarioList CheckedScenarios(const behavior::ExitPolicy& policy) {
  const uint64_t never = NeverExits(policy);
  ExitScenarioList scenarios(policy.thresholds.size());
  const int last = static_cast<int>(scenarios.size()) - 1;
  for (int exit = 0; exit <= last; ++exit) {
    if ((never & Bit(exit)) != 0) continue;
    const bool always = Is(Threshold::Kind::kAlways, policy, exit);
    scenarios[exit] = {.exit = exit,
                       .skipped_heads = never,
                       .checked = !always,
                       .predictor = std::nullopt};
    if (always) break;  // Nothing gets past it.
  }
  return scenarios;
}

// One exit is looked at and says which later one is taken.
ExitScenarioList PredictedScenarios(const behavior::ExitPolicy& policy) {
  const uint64_t never = NeverExits(policy);
  ExitScenarioList scenarios(policy.thresholds.size());
  for (int exit = 0; exit <= policy.at; ++exit) {
    if (!Is(Threshold::Kind::kAlways, policy, exit)) continue;
    scenarios[exit] = {.exit = exit,
                       .skipped_heads = never | (Bit(exit) - 1),
                       .checked = false,
                       .predictor = std::nullopt};
    return scenarios;
  }
  const uint64_t skipped = (never & ~Bit(policy.at)) | (Bit(policy.at) - 1);
  const int exits = static_cast<int>(scenarios.size());
  // Not by the rule, but a recording or an oracle may leave before it.
  for (int exit = 0; exit < policy.at; ++exit) {
    if ((never & Bit(exit)) != 0) continue;
    scenarios[exit] = {.exit = exit,
                       .skipped_heads = never | (Bit(exit) - 1),
                       .checked = true,
                       .predictor = std::nullopt};
  }
  for (int exit = policy.at; exit < exits; ++exit) {
    if ((skipped & Bit(exit)) != 0) continue;
    scenarios[exit] = {.exit = exit,
                       .skipped_heads = skipped,
                       .checked = exit == policy.at,
                       .predictor = policy.at};
  }
  return scenarios;
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
  machine.policy = PolicyOfMachine(spec, bound);
  const auto& decisions = spec.network.decisions();
  for (size_t d = 0; d < decisions.size(); ++d) {
    machine.deciding.push_back(DecidingOf(decisions[d], d, bound));
  }
  return machine;
}

behavior::ExitPolicy PolicyOfMachine(const study::StudySpec& spec,
                                     const study::BoundCandidate& bound) {
  behavior::ExitPolicy policy = study::PolicyOf(spec, bound);
  if (bound.control != behavior::Control::kOracle) return policy;
  policy.kind = graph::ExitRule::Kind::kThreshold;
  for (Threshold& threshold : policy.thresholds) {
    if (threshold.kind() == Threshold::Kind::kAlways) {
      threshold = Threshold::Checked();
    }
  }
  return policy;
}

std::vector<std::optional<mapping::Scenario>> ExitScenarios(
    const behavior::ExitPolicy& policy) {
  return policy.kind == graph::ExitRule::Kind::kPredicted
             ? PredictedScenarios(policy)
             : CheckedScenarios(policy);
}

absl::StatusOr<mapping::System> BuildSystem(
    const graph::Network& network, const platform::Platform& platform,
    const Machine& machine, const Scenarios& scenarios,
    absl::Span<const uint32_t> wanted, std::vector<ScenarioFailure>* failures) {
  SystemBuilder builder(network, platform, machine, scenarios.size());
  DYNARCH_RETURN_IF_ERROR(CheckNominal(network, platform, machine, builder));
  std::optional<uint32_t> fits;  // The latest row whose tensors fit.
  for (const uint32_t number : wanted) {
    const uint32_t row = scenarios.RowOf(number);
    DYNARCH_ASSIGN_OR_RETURN(const graph::ScenarioGraph* const graph,
                             scenarios.GraphOf(row));
    auto costed = builder.Cost(*graph, scenarios.ExitOf(number));
    absl::Status status = costed.status();
    if (status.ok() && fits != row && !network.decisions().empty()) {
      status = mapping::CheckCapacity(network, *graph, platform, machine.stages,
                                      machine.dtype);
      if (status.ok()) fits = row;
    }
    if (status.ok()) {
      builder.Put(number, *std::move(costed));
    } else if (failures != nullptr && ReasonOf(status).has_value()) {
      failures->push_back({number, std::move(status)});
    } else {
      return status;
    }
  }
  return std::move(builder).Build();
}

absl::StatusOr<mapping::System> BuildSystem(const graph::Network& network,
                                            const platform::Platform& platform,
                                            const Machine& machine) {
  const size_t exits = network.exits().size();
  SystemBuilder builder(network, platform, machine, exits);
  DYNARCH_RETURN_IF_ERROR(CheckNominal(network, platform, machine, builder));
  for (size_t exit = 0; exit < exits; ++exit) {
    if (!builder.Allows(static_cast<int>(exit))) continue;
    DYNARCH_ASSIGN_OR_RETURN(
        mapping::CostedScenario costed,
        builder.Cost(network.full(), static_cast<int>(exit)));
    builder.Put(static_cast<uint32_t>(exit), std::move(costed));
  }
  return std::move(builder).Build();
}

}  // namespace dynarch::evaluator
