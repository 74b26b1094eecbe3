// What `platform has X` and the names in a space are checked against.
#ifndef DYNARCH_SIM_WIRE_PLATFORM_FACTS_H_
#define DYNARCH_SIM_WIRE_PLATFORM_FACTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "dynarch/v1/platform.pb.h"
#include "dynarch/v1/study.pb.h"
#include "sim/space/slot.h"

namespace dynarch::wire {

// What one platform offers, by name.
struct PlatformFacts {
  std::string name;
  std::vector<std::string> elements;
  std::vector<std::string> operating_points;
  std::vector<std::string> dtypes;  // That some element runs.
  bool clock_gates = false;         // Some domain has `clock_gated`.
  bool power_gates = false;         // Some domain has `power_gated`.
};

std::vector<PlatformFacts> FactsOf(
    const google::protobuf::RepeatedPtrField<v1::Platform>& platforms);

// Unions over the platforms, in order of first appearance.
std::vector<std::string> ElementsOf(const std::vector<PlatformFacts>& facts);
std::vector<std::string> OperatingPointsOf(
    const std::vector<PlatformFacts>& facts);

// `platform has X` for one value of X. A platform, and what decides scenarios,
// needs nothing of a platform.
bool Offers(const std::vector<PlatformFacts>& facts, absl::string_view platform,
            const space::Slot& slot, absl::string_view value);

// Name of the platform that is not explored; empty if there is none.
std::string FixedPlatform(const v1::PlatformSource& source);

}  // namespace dynarch::wire

#endif  // DYNARCH_SIM_WIRE_PLATFORM_FACTS_H_
