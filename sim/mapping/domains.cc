#include <cstdint>

#include "sim/mapping/schedule.h"

namespace dynarch::mapping {
namespace {

uint64_t DomainsOf(int element, const platform::Platform& platform) {
  const platform::ProcessingElement& unit = platform.elements()[element];
  return (uint64_t{1} << unit.domain) |
         (uint64_t{1} << platform.memories()[unit.memory].domain);
}

}  // namespace

uint64_t DomainsNeeded(const Activity& activity,
                       const platform::Platform& platform) {
  const int host_domain = platform.elements()[platform.host()].domain;
  return DomainsOf(activity.element, platform) |
         DomainsOf(activity.from_element, platform) |
         (uint64_t{1} << host_domain);
}

}  // namespace dynarch::mapping
