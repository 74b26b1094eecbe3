#include "sim/kernel/event_queue.h"

#include <algorithm>
#include <limits>

namespace dynarch::kernel {
namespace {

constexpr int kIdShift = 32;
constexpr int kPhaseShift = 61;
constexpr size_t kArity = 4;

}  // namespace

Event EventQueue::Unpack(const Entry& entry) {
  return Event{.time = Picoseconds(static_cast<int64_t>(entry.time)),
               .phase = static_cast<Phase>(entry.order >> kPhaseShift),
               .id = static_cast<uint32_t>(entry.order >> kIdShift) & kMaxId,
               .payload = entry.payload};
}

void EventQueue::Clear() {
  heap_.clear();
  next_sequence_ = 0;
}

void EventQueue::Push(const Event& event) {
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

Event EventQueue::Pop() {
  const Event first = Unpack(heap_.front());
  const Entry last = heap_.back();
  heap_.pop_back();
  if (!heap_.empty()) SiftDown(last);
  return first;
}

void EventQueue::SiftUp(size_t place, const Entry& entry) {
  while (place > 0) {
    const size_t parent = (place - 1) / kArity;
    if (!Before(entry, heap_[parent])) break;
    heap_[place] = heap_[parent];
    place = parent;
  }
  heap_[place] = entry;
}

// Puts `entry` into the hole at the root.
void EventQueue::SiftDown(const Entry& entry) {
  const size_t size = heap_.size();
  size_t place = 0;
  for (;;) {
    const size_t first = place * kArity + 1;
    if (first >= size) break;
    size_t least = first;
    const size_t end = std::min(first + kArity, size);
    for (size_t child = first + 1; child < end; ++child) {
      if (Before(heap_[child], heap_[least])) least = child;
    }
    if (!Before(heap_[least], entry)) break;
    heap_[place] = heap_[least];
    place = least;
  }
  heap_[place] = entry;
}

void EventQueue::Renumber() {
  std::sort(heap_.begin(), heap_.end(), Before);  // Sorted is a heap.
  next_sequence_ = 0;
  for (Entry& entry : heap_) {
    entry.order = (entry.order >> kIdShift << kIdShift) | next_sequence_++;
  }
}

}  // namespace dynarch::kernel
