#include "sim/kernel/simulator.h"

#include <cstdlib>

namespace dynarch::kernel {

void Simulator::Schedule(const Event& event) {
  if (event.time < now_) std::abort();  // See the header.
  queue_.Push(event);
}

void Simulator::Reset() {
  queue_.Clear();
  now_ = Picoseconds(0);
  handled_ = 0;
}

}  // namespace dynarch::kernel
