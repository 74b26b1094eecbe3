// v1.Platform <-> platform::Platform.
#ifndef DYNARCH_SIM_WIRE_PLATFORM_WIRE_H_
#define DYNARCH_SIM_WIRE_PLATFORM_WIRE_H_

#include "absl/status/statusor.h"
#include "dynarch/v1/platform.pb.h"
#include "sim/platform/platform.h"

namespace dynarch::wire {

// Names resolved to indices, decimals to rationals; then
// platform::Platform::Create. Errors are InvalidArgument and begin with the
// field path (`elements.gpu.domain: ...`).
absl::StatusOr<platform::Platform> PlatformFrom(const v1::Platform& message);

// PlatformFrom(ToMessage(platform)) == platform.
v1::Platform ToMessage(const platform::Platform& platform);

}  // namespace dynarch::wire

#endif  // DYNARCH_SIM_WIRE_PLATFORM_WIRE_H_
