// Checks of what a Platform is made from. Internal to `Platform`.
#ifndef DYNARCH_SIM_PLATFORM_VALIDATE_H_
#define DYNARCH_SIM_PLATFORM_VALIDATE_H_

#include "absl/status/status.h"
#include "sim/platform/platform.h"

namespace dynarch::platform {

// What Platform::Create refuses.
absl::Status Validate(const PlatformParts& parts);

}  // namespace dynarch::platform

#endif  // DYNARCH_SIM_PLATFORM_VALIDATE_H_
