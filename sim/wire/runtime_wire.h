// A system's runtime between message and domain. Internal to `wire`.
#ifndef DYNARCH_SIM_WIRE_RUNTIME_WIRE_H_
#define DYNARCH_SIM_WIRE_RUNTIME_WIRE_H_

#include <string>

#include "absl/status/statusor.h"
#include "dynarch/v1/runtime.pb.h"
#include "sim/platform/runtime.h"

namespace dynarch::wire {

// Library and system in one: each coefficient times the system's cycle scale,
// rounded to 1e-12 of a cycle; with `tensor_cores` the kernels for them take
// the place of those of the same types. `path` is the use's. InvalidArgument,
// naming the field, for what is wrong, also a use without its library.
absl::StatusOr<platform::Runtime> RuntimeFrom(const v1::RuntimeUse& use,
                                              const std::string& path,
                                              bool tensor_cores = false);

// A use of scale 1 whose library has the coefficients of `runtime`.
v1::RuntimeUse RuntimeMessage(const platform::Runtime& runtime);

}  // namespace dynarch::wire

#endif  // DYNARCH_SIM_WIRE_RUNTIME_WIRE_H_
