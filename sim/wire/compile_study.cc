#include "sim/wire/compile_study.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/study/source_check.h"
#include "sim/wire/behavior_wire.h"
#include "sim/wire/field_error.h"
#include "sim/wire/network_wire.h"
#include "sim/wire/platform_facts.h"
#include "sim/wire/platform_wire.h"
#include "sim/wire/power_wire.h"
#include "sim/wire/study_goals.h"
#include "sim/wire/study_space.h"

namespace dynarch::wire {
namespace {

using space::Parameter;
using Target = space::Slot::Target;

absl::StatusOr<std::vector<platform::Platform>> PlatformsFrom(
    const v1::StudySpec& message) {
  DYNARCH_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                           PlatformNames(message));
  std::vector<std::string> defined;
  for (const v1::Platform& p : message.platforms()) defined.push_back(p.name());
  std::vector<platform::Platform> platforms;
  for (const std::string& name : names) {
    DYNARCH_ASSIGN_OR_RETURN(
        const int index, IndexOfName("platform", "platform", name, defined));
    auto platform = PlatformFrom(message.platforms(index));
    if (!platform.ok()) {
      return Below(absl::StrCat("platforms.", name), platform.status());
    }
    platforms.push_back(*std::move(platform));
  }
  return platforms;
}

absl::StatusOr<workload::Workload> WorkloadFrom(const v1::Workload& message) {
  if (!message.arrivals().has_periodic()) {
    return FieldError("workload.arrivals",
                      "missing; e.g. {periodic: 33 ms} is needed");
  }
  workload::Workload workload;
  workload.period = Picoseconds(message.arrivals().periodic().period_ps());
  workload.deadline = Picoseconds(message.deadline_ps());
  workload.inferences = message.inferences();
  workload.seed = static_cast<uint64_t>(message.seed());
  DYNARCH_RETURN_IF_ERROR(Below("workload", workload::Validate(workload)));
  return workload;
}

// Slots that the space fills, by target and index.
class Explored {
 public:
  explicit Explored(const std::vector<Parameter>& parameters) {
    for (const Parameter& parameter : parameters) {
      slots_.insert({parameter.slot.target, parameter.slot.index});
    }
  }
  bool Has(Target target, int index = 0) const {
    return slots_.count({target, index}) > 0;
  }

 private:
  std::set<std::pair<Target, int>> slots_;
};

// By exit. What the source or the exits' rule decides has none of its own.
absl::StatusOr<std::vector<behavior::Threshold>> DefaultThresholds(
    const v1::Network& message, const graph::Network& network,
    const behavior::Source& source, const Explored& explored) {
  auto given = ThresholdsFrom(message);
  if (!given.ok()) return Below("network", given.status());
  const bool needed =
      behavior::ExitsFollowRule(source) &&
      network.parts().exit_rule.kind == graph::ExitRule::Kind::kThreshold;
  std::vector<behavior::Threshold> thresholds;
  for (size_t i = 0; i < given->size(); ++i) {
    const bool is_explored =
        explored.Has(Target::kThreshold, static_cast<int>(i)) ||
        explored.Has(Target::kThreshold, space::Slot::kAll);
    if (!(*given)[i].has_value() && !is_explored && needed) {
      return FieldError(
          absl::StrCat("space.decisions.", network.exits()[i].name,
                       ".threshold"),
          "neither explored nor given by the network; write it in `space`, "
          "e.g. [0.9] or [never]");
    }
    thresholds.push_back(
        (*given)[i].value_or(needed ? behavior::Threshold::Never()
                                    : behavior::Threshold::Checked()));
  }
  return thresholds;
}

// Elements by stage; empty where the space fills them.
absl::StatusOr<std::vector<std::string>> DefaultElements(
    const v1::StudySpec& message, const graph::Network& network,
    const Explored& explored) {
  const std::vector<std::string> known =
      ElementsOf(FactsOf(message.platforms()));
  const auto& given = message.mapping().stages();
  const int stages = static_cast<int>(network.stages().size());
  if (given.size() > 1 && given.size() != stages) {
    return FieldError("mapping.stages", "got ", given.size(),
                      " elements; one, or one for each of the ", stages,
                      " stages, is allowed");
  }
  for (int i = 0; i < given.size(); ++i) {
    DYNARCH_RETURN_IF_ERROR(IndexOfName(absl::StrCat("mapping.stages[", i, "]"),
                                        "element", given[i], known)
                                .status());
  }
  std::vector<std::string> elements(stages);
  for (int i = 0; i < stages; ++i) {
    if (!given.empty()) {
      elements[i] = given[given.size() == 1 ? 0 : i];
    } else if (!explored.Has(Target::kStageElement, i)) {
      return FieldError("mapping.stages", "stage '", network.stages()[i].name,
                        "' has no element; give one for each stage, or "
                        "explore mapping.stages");
    }
  }
  return elements;
}

absl::StatusOr<std::string> DefaultPoint(const v1::StudySpec& message) {
  const std::string& point = message.policy().operating_point();
  if (point.empty()) return point;
  DYNARCH_RETURN_IF_ERROR(
      IndexOfName("policy.operating_point", "operating point", point,
                  OperatingPointsOf(FactsOf(message.platforms())))
          .status());
  return point;
}

absl::StatusOr<study::BoundCandidate> DefaultsFrom(
    const v1::StudySpec& message, const graph::Network& network,
    const behavior::Source& source, const space::DesignSpace& space) {
  const Explored explored(space.parameters());
  study::BoundCandidate defaults;
  defaults.dtype =
      DataTypeFrom(message.dtype()).value_or(graph::DataType::kFp32);
  DYNARCH_ASSIGN_OR_RETURN(defaults.thresholds,
                           DefaultThresholds(message.network().definition(),
                                             network, source, explored));
  defaults.knobs.resize(network.decisions().size());
  defaults.patience = network.parts().exit_rule.patience;
  defaults.control = ControlFrom(message.behavior().control());
  DYNARCH_ASSIGN_OR_RETURN(defaults.stage_elements,
                           DefaultElements(message, network, explored));
  DYNARCH_ASSIGN_OR_RETURN(defaults.operating_point, DefaultPoint(message));
  auto power = PowerPolicyFrom(message.policy().power());
  if (!power.ok()) return Below("policy.power", power.status());
  defaults.power = *power;
  return defaults;
}

absl::StatusOr<study::ResolvedValue> Resolve(
    const Parameter& parameter, const std::string& text,
    const std::vector<platform::Platform>& platforms) {
  study::ResolvedValue value;
  value.text = text;
  switch (parameter.slot.target) {
    case Target::kPlatform: {
      const auto found =
          std::find_if(platforms.begin(), platforms.end(),
                       [&](const auto& p) { return p.name() == text; });
      value.index = static_cast<int>(found - platforms.begin());
      break;
    }
    case Target::kDataType:
      value.index = static_cast<int>(*graph::DataTypeNamed(text));
      break;
    case Target::kThreshold: {
      DYNARCH_ASSIGN_OR_RETURN(value.threshold,
                               behavior::Threshold::Parse(text));
      break;
    }
    case Target::kKnob: {
      DYNARCH_ASSIGN_OR_RETURN(value.knob, Decimal::Parse(text));
      break;
    }
    case Target::kPatience:
      if (!absl::SimpleAtoi(text, &value.index)) {
        return absl::InvalidArgumentError("is no whole number");
      }
      break;
    case Target::kControl: {
      DYNARCH_ASSIGN_OR_RETURN(const behavior::Control control,
                               behavior::ControlNamed(text));
      value.index = static_cast<int>(control);
      break;
    }
    case Target::kPower: {
      DYNARCH_ASSIGN_OR_RETURN(value.power, ParsePowerPolicy(text));
      break;
    }
    case Target::kStageElement:
    case Target::kOperatingPoint:
      break;
  }
  return value;
}

absl::StatusOr<std::vector<std::vector<study::ResolvedValue>>> ResolveAll(
    const space::DesignSpace& space,
    const std::vector<platform::Platform>& platforms) {
  std::vector<std::vector<study::ResolvedValue>> resolved;
  for (const Parameter& parameter : space.parameters()) {
    resolved.emplace_back();
    for (const std::string& text : parameter.values) {
      auto value = Resolve(parameter, text, platforms);
      if (!value.ok()) {
        return AtField(absl::StrCat("space.", parameter.path), value.status());
      }
      resolved.back().push_back(*std::move(value));
    }
  }
  return resolved;
}

absl::StatusOr<graph::Network> StudyNetwork(const v1::StudySpec& message) {
  if (!message.network().has_definition()) {
    return FieldError("network",
                      "is not in place; a submitted study holds its "
                      "definition");
  }
  auto network = NetworkFrom(message.network().definition());
  if (!network.ok()) return Below("network", network.status());
  return network;
}

}  // namespace

absl::StatusOr<StudyOutline> OutlineStudy(const v1::StudySpec& message) {
  StudyOutline outline;
  DYNARCH_ASSIGN_OR_RETURN(outline.space, DesignSpaceFrom(message));
  DYNARCH_ASSIGN_OR_RETURN(outline.objectives, ObjectivesFrom(message));
  DYNARCH_ASSIGN_OR_RETURN(outline.constraints, ConstraintsFrom(message));
  DYNARCH_ASSIGN_OR_RETURN(outline.search, SearchFrom(message, outline.space));
  DYNARCH_ASSIGN_OR_RETURN(
      outline.metrics,
      MetricsFrom(message, outline.objectives, outline.constraints));
  return outline;
}

absl::StatusOr<study::StudySpec> CompileStudy(
    const v1::StudySpec& message, std::optional<behavior::Trace> trace) {
  study::StudySpec spec;
  DYNARCH_ASSIGN_OR_RETURN(spec.network, StudyNetwork(message));
  DYNARCH_ASSIGN_OR_RETURN(StudyOutline outline, OutlineStudy(message));
  DYNARCH_ASSIGN_OR_RETURN(spec.platforms, PlatformsFrom(message));
  DYNARCH_ASSIGN_OR_RETURN(spec.workload, WorkloadFrom(message.workload()));
  DYNARCH_ASSIGN_OR_RETURN(
      spec.source,
      SourceFrom(message.behavior(), message.network().definition(),
                 spec.network, std::move(trace)));
  DYNARCH_ASSIGN_OR_RETURN(
      spec.defaults,
      DefaultsFrom(message, spec.network, spec.source, outline.space));
  DYNARCH_ASSIGN_OR_RETURN(spec.resolved,
                           ResolveAll(outline.space, spec.platforms));
  spec.baseline = message.baseline() == v1::NO_BASELINE
                      ? study::Baseline::kNone
                      : study::Baseline::kBestGpu;
  spec.fidelity = message.fidelity() == v1::EVENT
                      ? study::Fidelity::kEvent
                      : study::Fidelity::kAnalytical;
  spec.space = std::move(outline.space);
  spec.objectives = std::move(outline.objectives);
  spec.constraints = std::move(outline.constraints);
  spec.search = outline.search;
  spec.metrics = std::move(outline.metrics);
  DYNARCH_RETURN_IF_ERROR(study::CandidateWithScenarios(spec).status());
  return spec;
}

}  // namespace dynarch::wire
