#include "sim/platform/platform.h"

#include <utility>

#include "sim/base/status_macros.h"
#include "sim/platform/validate.h"

namespace dynarch::platform {
namespace {

template <typename T>
std::optional<int> IndexNamed(const std::vector<T>& list,
                              absl::string_view name) {
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[i].name == name) return static_cast<int>(i);
  }
  return std::nullopt;
}

}  // namespace

const PowerState& PowerDomain::StateOrShallower(PowerStateKind kind) const {
  size_t deepest = 0;
  for (size_t i = 1; i < states.size() && states[i].kind <= kind; ++i) {
    deepest = i;
  }
  return states[deepest];
}

bool PowerDomain::Has(PowerStateKind kind) const {
  return StateOrShallower(kind).kind == kind;
}

absl::StatusOr<Platform> Platform::Create(PlatformParts parts) {
  DYNARCH_RETURN_IF_ERROR(Validate(parts));
  Platform platform;
  platform.parts_ = std::move(parts);
  return platform;
}

std::optional<int> Platform::ElementNamed(absl::string_view name) const {
  return IndexNamed(parts_.elements, name);
}

std::optional<int> Platform::OperatingPointNamed(absl::string_view name) const {
  return IndexNamed(parts_.operating_points, name);
}

std::optional<int> Platform::LinkBetween(int a, int b) const {
  for (size_t i = 0; i < parts_.links.size(); ++i) {
    const Link& link = parts_.links[i];
    if ((link.first == a && link.second == b) ||
        (link.first == b && link.second == a)) {
      return static_cast<int>(i);
    }
  }
  return std::nullopt;
}

}  // namespace dynarch::platform
