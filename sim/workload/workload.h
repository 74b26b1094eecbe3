// What arrives and when it must be done.
#ifndef DYNARCH_SIM_WORKLOAD_WORKLOAD_H_
#define DYNARCH_SIM_WORKLOAD_WORKLOAD_H_

#include <cstdint>

#include "absl/status/status.h"
#include "sim/base/units.h"

namespace dynarch::workload {

// Periodic arrivals: release(k) = k * period, k = 0, 1, ...
struct Workload {
  Picoseconds period;
  Picoseconds deadline;    // Due at release + deadline.
  int64_t inferences = 0;  // Counted.
  uint64_t seed = 0;

  Picoseconds Release(int64_t k) const { return period * k; }
};

// Limits keep every sum inside int64 (106 days of simulated time): arrivals and
// the last deadline lie within the first quarter.
inline constexpr int64_t kMaxInferences = 100'000'000;
inline constexpr Picoseconds kMaxSpan{2'305'843'009'213'693'951};  // 2^61 - 1.

// InvalidArgument, naming the field: a period or deadline <= 0, inferences
// outside 1 to kMaxInferences, an end beyond kMaxSpan.
absl::Status Validate(const Workload& workload);

}  // namespace dynarch::workload

#endif  // DYNARCH_SIM_WORKLOAD_WORKLOAD_H_
