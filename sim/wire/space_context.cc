#include "sim/wire/space_context.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sim/base/status_macros.h"
#include "sim/wire/decision_wire.h"
#include "sim/wire/field_error.h"

namespace dynarch::wire {
namespace {

using space::Slot;
using Target = space::Slot::Target;

bool HasPatience(const v1::Network& network) {
  return network.exit_rule().kind_case() == v1::ExitRule::kPatience;
}

// What the knob of a decision that is no exit is called.
absl::string_view KnobName(const v1::Decision& decision) {
  switch (decision.kind_case()) {
    case v1::Decision::kExperts:
      return "capacity_factor";
    case v1::Decision::kWidth:
    case v1::Decision::kResolution:
    case v1::Decision::kRepeat:
      return "value";
    case v1::Decision::kActive:
      return "keep";
    default:
      return "threshold";
  }
}

// Paths of all knobs.
std::vector<std::string> KnobPaths(const SpaceContext& context) {
  std::vector<std::string> paths;
  const std::vector<std::string> stages = context.StageNames();
  for (size_t i = 0; i + 1 < stages.size(); ++i) {
    paths.push_back(DecisionPath(stages[i], "threshold"));
  }
  if (stages.size() > 1) paths.emplace_back(kAllThresholdsPath);
  for (const v1::Decision* decision : context.others) {
    paths.push_back(DecisionPath(decision->name(), KnobName(*decision)));
  }
  return paths;
}

std::vector<std::string> AllPaths(const SpaceContext& context) {
  std::vector<std::string> paths = {"platform",
                                    "network.dtype",
                                    std::string(kStagesPath),
                                    "policy.operating_point",
                                    "policy.power",
                                    std::string(kControlPath)};
  if (HasPatience(context.network)) paths.emplace_back(kPatiencePath);
  for (const std::string& stage : context.StageNames()) {
    paths.push_back(absl::StrCat(kStagesPath, ".", stage));
  }
  for (std::string& path : KnobPaths(context)) paths.push_back(std::move(path));
  return paths;
}

// `decisions.NAME.KNOB`.
absl::StatusOr<Slot> KnobSlot(const std::string& path,
                              const SpaceContext& context) {
  const std::vector<std::string> stages = context.StageNames();
  const int last = static_cast<int>(stages.size()) - 1;
  if (path == kAllThresholdsPath && last > 0) {
    return Slot{Target::kThreshold, Slot::kAll};
  }
  for (int i = 0; i < last; ++i) {
    if (path == DecisionPath(stages[i], "threshold")) {
      return Slot{Target::kThreshold, i};
    }
  }
  if (path == DecisionPath(stages[last], "threshold")) {
    return FieldError(SpacePath(path),
                      "the last exit is always taken and has no threshold");
  }
  for (size_t i = 0; i < context.others.size(); ++i) {
    const v1::Decision& decision = *context.others[i];
    if (path == DecisionPath(decision.name(), KnobName(decision))) {
      return Slot{Target::kKnob, static_cast<int>(i)};
    }
  }
  return UnknownName(SpacePath(path), "decision's knob", path,
                     KnobPaths(context));
}

absl::StatusOr<Slot> PatienceSlot(const SpaceContext& context) {
  if (HasPatience(context.network)) return Slot{Target::kPatience, 0};
  return FieldError(SpacePath(kPatiencePath),
                    "the network's exits are not chosen by patience "
                    "(exit_rule: {patience: N})");
}

}  // namespace

SpaceContext::SpaceContext(const v1::StudySpec& message)
    : network(message.network().definition()),
      facts(FactsOf(message.platforms())) {
  for (const v1::Decision& decision : network.decisions()) {
    (decision.has_exit() ? exits : others).push_back(&decision);
  }
}

std::vector<std::string> SpaceContext::StageNames() const {
  std::vector<std::string> names;
  for (const v1::Decision* exit : exits) names.push_back(exit->name());
  if (!network.output().empty()) names.emplace_back(kOutputExit);
  return names;
}

std::string SpacePath(absl::string_view path) {
  return absl::StrCat("space.", path);
}

std::string DecisionPath(absl::string_view name, absl::string_view knob) {
  return absl::StrCat("decisions.", name, ".", knob);
}

absl::StatusOr<Slot> SlotOf(const std::string& path,
                            const SpaceContext& context) {
  if (path == "platform") return Slot{Target::kPlatform, 0};
  if (path == "network.dtype") return Slot{Target::kDataType, 0};
  if (path == "policy.operating_point") return Slot{Target::kOperatingPoint, 0};
  if (path == "policy.power") return Slot{Target::kPower, 0};
  if (path == kControlPath) return Slot{Target::kControl, 0};
  if (path == kPatiencePath) return PatienceSlot(context);
  if (absl::StartsWith(path, "decisions.") && !context.StageNames().empty()) {
    return KnobSlot(path, context);
  }
  absl::string_view rest = path;
  if (absl::ConsumePrefix(&rest, absl::StrCat(kStagesPath, "."))) {
    DYNARCH_ASSIGN_OR_RETURN(
        const int index,
        IndexOfName(SpacePath(path), "exit", rest, context.StageNames()));
    return Slot{Target::kStageElement, index};
  }
  if (path == kStagesPath) {
    return FieldError(SpacePath(path),
                      "give each stage its own parameter: {each: [a, b]}, or ",
                      kStagesPath, ".NAME: [a, b]");
  }
  return UnknownName(SpacePath(path), "parameter", path, AllPaths(context));
}

}  // namespace dynarch::wire
