// What happens in simulated time.
#ifndef DYNARCH_SIM_KERNEL_EVENT_H_
#define DYNARCH_SIM_KERNEL_EVENT_H_

#include <cstdint>

#include "sim/base/units.h"

namespace dynarch::kernel {

// Order of what happens at one instant.
enum class Phase : uint8_t {
  kCompletion,   // Work ends.
  kVisibility,   // What it made can be seen.
  kDispatch,     // Work that can begin begins.
  kArbitration,  // Shared resources are given away.
  kObservation,  // Nothing else happens at this instant: timers, sampling.
};

// `id` says who: it orders the events of one phase of one instant, so it must
// not depend on when an event was pushed. `payload` is the pusher's.
struct Event {
  Picoseconds time;
  Phase phase = Phase::kCompletion;
  uint32_t id = 0;  // Below EventQueue::kMaxId.
  uint64_t payload = 0;
  bool operator==(const Event&) const = default;
};

}  // namespace dynarch::kernel

#endif  // DYNARCH_SIM_KERNEL_EVENT_H_
