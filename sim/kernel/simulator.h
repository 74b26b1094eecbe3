// Simulated time: takes pending events one by one, in order.
//
//   Simulator simulator;
//   simulator.Schedule({.time = Picoseconds(0), .id = 1});
//   simulator.Run([&](const Event& event) { ... simulator.Schedule(...) ... });
//
// Knows time and order, nothing else.
#ifndef DYNARCH_SIM_KERNEL_SIMULATOR_H_
#define DYNARCH_SIM_KERNEL_SIMULATOR_H_

#include <cstdint>

#include "sim/base/units.h"
#include "sim/kernel/event.h"
#include "sim/kernel/event_queue.h"

namespace dynarch::kernel {

class Simulator {
 public:
  // Time of the event being handled; 0 before the first.
  Picoseconds now() const { return now_; }
  int64_t events_handled() const { return handled_; }

  // `event.time` must not lie before now: that is the caller's bug, and
  // aborts. An event of this instant may have an earlier phase than the one
  // being handled; it comes next.
  void Schedule(const Event& event);

  // Calls `handle` for every event until none is pending or Stop is called.
  template <typename Handler>
  void Run(Handler&& handle) {
    stopped_ = false;
    while (!stopped_ && !queue_.empty()) {
      const Event event = queue_.Pop();
      now_ = event.time;
      ++handled_;
      handle(event);
    }
  }
  // Ends Run after the event being handled; what is pending stays.
  void Stop() { stopped_ = true; }
  // Back to time 0 with nothing pending; keeps memory.
  void Reset();

 private:
  EventQueue queue_;
  Picoseconds now_;
  int64_t handled_ = 0;
  bool stopped_ = false;
};

}  // namespace dynarch::kernel

#endif  // DYNARCH_SIM_KERNEL_SIMULATOR_H_
