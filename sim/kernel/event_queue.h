// Pending events in order of (time, phase, id).
#ifndef DYNARCH_SIM_KERNEL_EVENT_QUEUE_H_
#define DYNARCH_SIM_KERNEL_EVENT_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/kernel/event.h"

namespace dynarch::kernel {

// A four-way heap of packed keys. The order is (time, phase, id); events equal
// in all three come out in the order pushed. Memory is kept, so in steady
// state nothing is allocated.
class EventQueue {
 public:
  static constexpr uint32_t kMaxId = (1u << 29) - 1;

  bool empty() const { return heap_.empty(); }
  size_t size() const { return heap_.size(); }
  void Reserve(size_t events) { heap_.reserve(events); }
  // Drops what is pending, keeps the memory.
  void Clear();

  // Requires time >= 0 and id <= kMaxId.
  void Push(const Event& event);
  // The first event. Requires a queue that is not empty.
  Event Top() const { return Unpack(heap_.front()); }
  // Removes and returns it.
  Event Pop();

 private:
  friend class EventQueueTestPeer;
  // phase (3 bits), id (29), sequence number (32), most significant first, so
  // that (time, order) compares as one number of 128 bits.
  struct Entry {
    uint64_t time;
    uint64_t order;
    uint64_t payload;
  };
  static bool Before(const Entry& a, const Entry& b) {
    using Key = unsigned __int128;
    return ((Key{a.time} << 64) | a.order) < ((Key{b.time} << 64) | b.order);
  }
  static Event Unpack(const Entry& entry);
  void SiftUp(size_t place, const Entry& entry);
  void SiftDown(const Entry& entry);
  // Gives pending events new sequence numbers, in order, from 0.
  void Renumber();

  std::vector<Entry> heap_;
  uint32_t next_sequence_ = 0;
};

}  // namespace dynarch::kernel

#endif  // DYNARCH_SIM_KERNEL_EVENT_QUEUE_H_
