#include "sim/wire/platform_facts.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "sim/graph/data_type.h"
#include "sim/wire/network_wire.h"

namespace dynarch::wire {
namespace {

using Names = std::vector<std::string>;

bool Contains(const Names& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void AddName(absl::string_view name, Names* names) {
  if (!Contains(*names, name)) names->emplace_back(name);
}

void AddType(v1::DataType dtype, Names* names) {
  const auto known = DataTypeFrom(dtype);
  if (known.has_value()) AddName(NameOf(*known), names);
}

void AddTypes(const v1::ProcessingElement& element, Names* names) {
  const auto add_all = [names](const auto& rows) {
    for (const auto& row : rows) AddType(row.dtype(), names);
  };
  add_all(element.cpu().rates());
  add_all(element.mcu().rates());
  add_all(element.gpu().rates());
  add_all(element.systolic().types());
  add_all(element.table().entries());
}

PlatformFacts FactsOf(const v1::Platform& platform) {
  PlatformFacts facts;
  facts.name = platform.name();
  for (const v1::ProcessingElement& element : platform.elements()) {
    AddName(element.name(), &facts.elements);
    AddTypes(element, &facts.dtypes);
  }
  for (const v1::OperatingPoint& point : platform.operating_points()) {
    AddName(point.name(), &facts.operating_points);
  }
  for (const v1::PowerDomain& domain : platform.domains()) {
    for (const v1::PowerState& state : domain.states()) {
      facts.clock_gates |= state.kind() == v1::PowerState::CLOCK_GATED;
      facts.power_gates |= state.kind() == v1::PowerState::POWER_GATED;
    }
  }
  return facts;
}

}  // namespace

std::vector<PlatformFacts> FactsOf(
    const google::protobuf::RepeatedPtrField<v1::Platform>& platforms) {
  std::vector<PlatformFacts> facts;
  for (const v1::Platform& platform : platforms) {
    facts.push_back(FactsOf(platform));
  }
  return facts;
}

Names ElementsOf(const std::vector<PlatformFacts>& facts) {
  Names names;
  for (const PlatformFacts& one : facts) {
    for (const std::string& name : one.elements) AddName(name, &names);
  }
  return names;
}

Names OperatingPointsOf(const std::vector<PlatformFacts>& facts) {
  Names names;
  for (const PlatformFacts& one : facts) {
    for (const std::string& name : one.operating_points) AddName(name, &names);
  }
  return names;
}

bool Offers(const std::vector<PlatformFacts>& facts, absl::string_view platform,
            const space::Slot& slot, absl::string_view value) {
  const auto found = std::find_if(
      facts.begin(), facts.end(),
      [platform](const auto& one) { return one.name == platform; });
  if (found == facts.end()) return false;
  switch (slot.target) {
    case space::Slot::Target::kStageElement:
      return Contains(found->elements, value);
    case space::Slot::Target::kOperatingPoint:
      return Contains(found->operating_points, value);
    case space::Slot::Target::kDataType:
      return Contains(found->dtypes, value);
    case space::Slot::Target::kPower:
      if (value == "always_on") return true;
      return value == "clock_gate" ? found->clock_gates : found->power_gates;
    case space::Slot::Target::kPlatform:
    case space::Slot::Target::kThreshold:
    case space::Slot::Target::kKnob:
    case space::Slot::Target::kPatience:
    case space::Slot::Target::kControl:
      break;
  }
  return true;
}

std::string FixedPlatform(const v1::PlatformSource& source) {
  return source.has_definition() ? source.definition().name() : source.name();
}

}  // namespace dynarch::wire
