// Checks of what an element runs with. Internal to `Platform`.
#ifndef DYNARCH_SIM_PLATFORM_VALIDATE_RUNTIME_H_
#define DYNARCH_SIM_PLATFORM_VALIDATE_RUNTIME_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sim/platform/platform.h"

namespace dynarch::platform {

// `field` is the element's. InvalidArgument as Platform::Create says.
absl::Status CheckRuntime(absl::string_view field,
                          const ProcessingElement& element);

}  // namespace dynarch::platform

#endif  // DYNARCH_SIM_PLATFORM_VALIDATE_RUNTIME_H_
