#include "sim/kernel/event_queue.h"

#include <algorithm>

namespace dynarch::kernel {

void EventQueue::Clear() {
  heap_.clear();
  next_sequence_ = 0;
}

void EventQueue::Renumber() {
  std::sort(heap_.begin(), heap_.end(), Before);  // Sorted is a heap.
  next_sequence_ = 0;
  for (Entry& entry : heap_) {
    entry.order = (entry.order >> kIdShift << kIdShift) | next_sequence_++;
  }
}

}  // namespace dynarch::kernel
