#include "sim/platform/runtime.h"

#include "sim/platform/platform.h"

namespace dynarch::platform {

const Kernel* RuntimeType::Find(int kernel_class) const {
  const Kernel* other = nullptr;
  for (const Kernel& kernel : kernels) {
    if (kernel.kernel_class == kernel_class) return &kernel;
    if (kernel.kernel_class == kOtherKernelClass) other = &kernel;
  }
  return other;
}

const RuntimeType* Runtime::Find(int dtype) const {
  for (const RuntimeType& type : types) {
    if (type.dtype == dtype) return &type;
  }
  return nullptr;
}

PerCycle Memory::BytesPerCycleAt(Hertz frequency) const {
  int64_t waits = 0;
  for (const WaitState& state : wait_states) {
    if (frequency > state.above) waits = state.cycles;
  }
  return {bytes_per_cycle.numerator, bytes_per_cycle.denominator * (1 + waits)};
}

}  // namespace dynarch::platform
