#include "sim/wire/study_space.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "sim/base/decimal.h"
#include "sim/base/status_macros.h"
#include "sim/wire/field_error.h"
#include "sim/wire/platform_facts.h"
#include "sim/wire/power_wire.h"
#include "sim/wire/space_context.h"
#include "sim/wire/space_values.h"

namespace dynarch::wire {
namespace {

using space::Parameter;
using space::Slot;
using Target = space::Slot::Target;

constexpr int kMaxRangeValues = 1'000'000;
constexpr absl::string_view kEachOperatingPoint = "operating_points";

absl::StatusOr<std::string> TextOf(const v1::DomainValue& value) {
  if (!value.has_power_gate()) return value.text();
  v1::Power power;
  *power.mutable_power_gate() = value.power_gate();
  DYNARCH_ASSIGN_OR_RETURN(const mapping::PowerPolicy policy,
                           PowerPolicyFrom(power));
  return ToText(policy);
}

template <typename Values>
absl::Status AppendValues(const Values& values, const Slot& slot,
                          const std::string& path,
                          std::vector<std::string>* out) {
  for (int i = 0; i < values.size(); ++i) {
    const std::string below = absl::StrCat(path, "[", i, "]");
    const auto text = TextOf(values[i]);
    if (!text.ok()) return AtField(below, text.status());
    const auto canonical = CanonicalValue(slot, *text);
    if (!canonical.ok()) return AtField(below, canonical.status());
    out->push_back(*canonical);
  }
  return absl::OkStatus();
}

absl::StatusOr<Decimal> RangeEnd(const std::string& text,
                                 const std::string& path) {
  if (text.empty())
    return FieldError(path, "missing; a range has from, to and step");
  const absl::StatusOr<Decimal> number = Decimal::Parse(text);
  if (!number.ok()) {
    return FieldError(path, "got '", text, "'; a decimal number is needed");
  }
  return number;
}

// Writes out from, from + step, ..., to, exactly.
absl::Status AppendRange(const v1::Domain& domain, const std::string& path,
                         std::vector<std::string>* out) {
  DYNARCH_ASSIGN_OR_RETURN(const Decimal from,
                           RangeEnd(domain.from(), path + ".from"));
  DYNARCH_ASSIGN_OR_RETURN(const Decimal to,
                           RangeEnd(domain.to(), path + ".to"));
  DYNARCH_ASSIGN_OR_RETURN(const Decimal step,
                           RangeEnd(domain.step(), path + ".step"));
  if (step.negative() || step.zero()) {
    return FieldError(path + ".step", "got '", domain.step(),
                      "'; must be above 0");
  }
  Decimal value = from;
  for (int i = 0; value <= to; ++i) {
    if (i == kMaxRangeValues) {
      return FieldError(path + ".step", "gives more than ", kMaxRangeValues,
                        " values; take a larger one");
    }
    out->push_back(value.ToString());
    if (value == to) return absl::OkStatus();
    const auto next = value.Plus(step);
    if (!next.ok()) return AtField(path + ".step", next.status());
    value = *next;
  }
  return FieldError(path + ".to", "got '", domain.to(),
                    "', which is no whole number of steps of ", domain.step(),
                    " from ", domain.from(), "; both ends are included");
}

// True if the domain is of the form from, to, step.
bool IsRange(const v1::Domain& domain) {
  return !domain.from().empty() || !domain.to().empty() ||
         !domain.step().empty();
}

absl::Status CheckOneForm(const v1::Domain& domain, const std::string& path) {
  const int forms =
      (domain.values_size() > 0) + IsRange(domain) + domain.has_each();
  if (forms != 1) {
    return FieldError(path, forms == 0 ? "has no value" : "mixes forms",
                      "; give a list of values, or from, to and step, or each");
  }
  if (domain.also_size() > 0 && !IsRange(domain)) {
    return FieldError(path + ".also",
                      "goes with from, to and step only; add to the list");
  }
  return absl::OkStatus();
}

// Values of a parameter that is not written with `each`.
absl::StatusOr<std::vector<std::string>> ValuesOf(const v1::Domain& domain,
                                                  const Slot& slot,
                                                  const std::string& path) {
  std::vector<std::string> values;
  if (!IsRange(domain)) {
    DYNARCH_RETURN_IF_ERROR(AppendValues(domain.values(), slot, path, &values));
    return values;
  }
  if (slot.target != Target::kThreshold && slot.target != Target::kKnob &&
      slot.target != Target::kPatience) {
    return FieldError(path,
                      "from, to and step are for thresholds and other numbers "
                      "only; give a list of values");
  }
  DYNARCH_RETURN_IF_ERROR(AppendRange(domain, path, &values));
  DYNARCH_RETURN_IF_ERROR(
      AppendValues(domain.also(), slot, path + ".also", &values));
  return values;
}

bool IsEachOperatingPoint(const v1::Each& each) {
  return each.values_size() == 1 &&
         each.values(0).text() == kEachOperatingPoint;
}

// `mapping.stages: {each: [...]}` and `policy.operating_point: {each:
// operating_points}`.
absl::StatusOr<std::vector<Parameter>> ExpandEach(const v1::Parameter& message,
                                                  const SpaceContext& context) {
  const std::string path = SpacePath(message.path());
  const v1::Each& each = message.domain().each();
  std::vector<Parameter> parameters;
  if (message.path() == "policy.operating_point" &&
      IsEachOperatingPoint(each)) {
    parameters.push_back({message.path(), Slot{Target::kOperatingPoint, 0},
                          OperatingPointsOf(context.facts)});
    return parameters;
  }
  const bool thresholds = message.path() == kAllThresholdsPath;
  if ((message.path() != kStagesPath && !thresholds) ||
      IsEachOperatingPoint(each)) {
    return FieldError(path, "`each` is allowed for ", kStagesPath,
                      " (a list of elements), ", kAllThresholdsPath,
                      " (a list of thresholds) and policy.operating_point (",
                      kEachOperatingPoint, ")");
  }
  const std::vector<std::string> stages = context.StageNames();
  const size_t count = stages.size() - (thresholds && !stages.empty() ? 1 : 0);
  for (size_t i = 0; i < count; ++i) {
    Parameter parameter;
    parameter.path = thresholds ? DecisionPath(stages[i], "threshold")
                                : absl::StrCat(kStagesPath, ".", stages[i]);
    parameter.slot = {thresholds ? Target::kThreshold : Target::kStageElement,
                      static_cast<int>(i)};
    DYNARCH_RETURN_IF_ERROR(AppendValues(each.values(), parameter.slot,
                                         path + ".each", &parameter.values));
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

// Names that some platform of the study knows, for slots that hold names.
std::optional<std::vector<std::string>> NamesFor(const Slot& slot,
                                                 const SpaceContext& context) {
  switch (slot.target) {
    case Target::kPlatform: {
      std::vector<std::string> names;
      for (const PlatformFacts& facts : context.facts) {
        names.push_back(facts.name);
      }
      return names;
    }
    case Target::kStageElement:
      return ElementsOf(context.facts);
    case Target::kOperatingPoint:
      return OperatingPointsOf(context.facts);
    case Target::kDataType:
    case Target::kThreshold:
    case Target::kKnob:
    case Target::kPatience:
    case Target::kControl:
    case Target::kPower:
      break;
  }
  return std::nullopt;
}

absl::string_view KindOf(const Slot& slot) {
  switch (slot.target) {
    case Target::kPlatform:
      return "platform";
    case Target::kStageElement:
      return "element";
    default:
      return "operating point";
  }
}

absl::Status CheckNames(const Parameter& parameter,
                        const SpaceContext& context) {
  const auto names = NamesFor(parameter.slot, context);
  if (!names.has_value()) return absl::OkStatus();
  for (const std::string& value : parameter.values) {
    if (std::find(names->begin(), names->end(), value) != names->end()) {
      continue;
    }
    return UnknownName(SpacePath(parameter.path), KindOf(parameter.slot), value,
                       *names);
  }
  return absl::OkStatus();
}

// One parameter fills a slot.
absl::Status CheckApart(const std::vector<Parameter>& parameters) {
  const Parameter* all = nullptr;
  const Parameter* one = nullptr;
  for (const Parameter& parameter : parameters) {
    if (parameter.slot.target != Target::kThreshold) continue;
    (parameter.slot.index == Slot::kAll ? all : one) = &parameter;
  }
  if (all == nullptr || one == nullptr) return absl::OkStatus();
  return FieldError(SpacePath(one->path), "is explored by ", kAllThresholdsPath,
                    " already; leave one of the two out");
}

absl::StatusOr<std::vector<Parameter>> Expand(const v1::Parameter& message,
                                              const SpaceContext& context) {
  const std::string path = SpacePath(message.path());
  DYNARCH_RETURN_IF_ERROR(CheckOneForm(message.domain(), path));
  if (message.domain().has_each()) return ExpandEach(message, context);
  Parameter parameter;
  parameter.path = message.path();
  DYNARCH_ASSIGN_OR_RETURN(parameter.slot, SlotOf(message.path(), context));
  DYNARCH_ASSIGN_OR_RETURN(parameter.values,
                           ValuesOf(message.domain(), parameter.slot, path));
  std::vector<Parameter> parameters;
  parameters.push_back(std::move(parameter));
  return parameters;
}

}  // namespace

absl::StatusOr<std::vector<Parameter>> ParametersFrom(
    const v1::StudySpec& message) {
  const SpaceContext context(message);
  std::vector<Parameter> parameters;
  for (const v1::Parameter& parameter : message.space()) {
    DYNARCH_ASSIGN_OR_RETURN(std::vector<Parameter> expanded,
                             Expand(parameter, context));
    for (Parameter& one : expanded) {
      DYNARCH_RETURN_IF_ERROR(CheckNames(one, context));
      DYNARCH_RETURN_IF_ERROR(CheckNumbers(one, context));
      parameters.push_back(std::move(one));
    }
  }
  DYNARCH_RETURN_IF_ERROR(CheckApart(parameters));
  return parameters;
}

absl::StatusOr<space::DesignSpace> DesignSpaceFrom(
    const v1::StudySpec& message) {
  DYNARCH_ASSIGN_OR_RETURN(std::vector<Parameter> parameters,
                           ParametersFrom(message));
  std::vector<Expression> only_if;
  for (int i = 0; i < message.only_if_size(); ++i) {
    auto expression = Expression::Parse(message.only_if(i));
    if (!expression.ok()) {
      return FieldError(absl::StrCat("only_if[", i, "]"), "'",
                        message.only_if(i),
                        "': ", expression.status().message());
    }
    only_if.push_back(*std::move(expression));
  }
  const std::vector<PlatformFacts> facts = FactsOf(message.platforms());
  const std::string fixed = FixedPlatform(message.platform());
  return space::DesignSpace::Create(
      std::move(parameters), only_if,
      [&](absl::string_view platform, const Slot& slot,
          absl::string_view value) {
        return Offers(facts, platform.empty() ? fixed : platform, slot, value);
      });
}

absl::StatusOr<std::vector<std::string>> PlatformNames(
    const v1::StudySpec& message) {
  for (const v1::Parameter& parameter : message.space()) {
    if (parameter.path() != "platform") continue;
    std::vector<std::string> names;
    for (const v1::DomainValue& value : parameter.domain().values()) {
      names.push_back(value.text());
    }
    return names;
  }
  const std::string fixed = FixedPlatform(message.platform());
  if (fixed.empty()) {
    return FieldError("platform",
                      "missing; name one, or explore several in `space`");
  }
  return std::vector<std::string>{fixed};
}

}  // namespace dynarch::wire
