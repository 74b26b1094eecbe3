// Pending events in order of (time, phase, id).
#ifndef DYNARCH_SIM_KERNEL_EVENT_QUEUE_H_
#define DYNARCH_SIM_KERNEL_EVENT_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <limits>
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
  static constexpr int kIdShift = 32;
  static constexpr int kPhaseShift = 61;
  static constexpr size_t kArity = 4;

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
  static Event Unpack(const Entry& entry) {
    return Event{.time = Picoseconds(static_cast<int64_t>(entry.time)),
                 .phase = static_cast<Phase>(entry.order >> kPhaseShift),
                 .id = static_cast<uint32_t>(entry.order >> kIdShift) & kMaxId,
                 .payload = entry.payload};
  }
  size_t LeastChild(size_t first) const;
  void SiftUp(size_t place, const Entry& entry);
  void FillRoot(const Entry& entry);
  // Gives pending events new sequence numbers, in order, from 0.
  void Renumber();

  std::vector<Entry> heap_;
  uint32_t next_sequence_ = 0;
};

inline void EventQueue::Push(const Event& event) {
  if (heap_.empty()) next_sequence_ = 0;
  if (next_sequence_ == std::numeric_limits<uint32_t>::max()) Renumber();
  const Entry entry{
      .time = static_cast<uint64_t>(event.time.value()),
      .order = (static_cast<uint64_t>(event.phase) << kPhaseShift) |
               (static_cast<uint64_t>(event.id) << kIdShift) | next_sequence_++,
      .payload = event.payload};
  heap_.push_back(entry);
  SiftUp(heap_.size() - 1, entry);
}

inline Event EventQueue::Pop() {
  const Event first = Unpack(heap_.front());
  const Entry last = heap_.back();
  heap_.pop_back();
  if (!heap_.empty()) FillRoot(last);
  return first;
}

// The least of the children that begin at `first` < size. Four compare in
// pairs, so that two of the three comparisons do not wait for each other.
inline size_t EventQueue::LeastChild(size_t first) const {
  const Entry* const child = heap_.data() + first;
  const size_t count = heap_.size() - first;
  if (count >= kArity) {
    const size_t left = Before(child[1], child[0]) ? 1 : 0;
    const size_t right = Before(child[3], child[2]) ? 3 : 2;
    return first + (Before(child[right], child[left]) ? right : left);
  }
  size_t least = 0;
  for (size_t i = 1; i < count; ++i) {
    if (Before(child[i], child[least])) least = i;
  }
  return first + least;
}

inline void EventQueue::SiftUp(size_t place, const Entry& entry) {
  while (place > 0) {
    const size_t parent = (place - 1) / kArity;
    if (!Before(entry, heap_[parent])) break;
    heap_[place] = heap_[parent];
    place = parent;
  }
  heap_[place] = entry;
}

// Puts `entry`, which was the last, into the hole at the root. It mostly
// belongs near the bottom, so the hole goes all the way down without asking
// for it, and then it rises.
inline void EventQueue::FillRoot(const Entry& entry) {
  size_t hole = 0;
  for (size_t first = 1; first < heap_.size(); first = hole * kArity + 1) {
    const size_t least = LeastChild(first);
    heap_[hole] = heap_[least];
    hole = least;
  }
  SiftUp(hole, entry);
}

}  // namespace dynarch::kernel

#endif  // DYNARCH_SIM_KERNEL_EVENT_QUEUE_H_
