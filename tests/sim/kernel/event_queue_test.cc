#include "sim/kernel/event_queue.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/random.h"

namespace dynarch::kernel {

// Reaches the sequence numbers, which would take 2^32 pushes to exhaust.
class EventQueueTestPeer {
 public:
  static void SetNextSequence(EventQueue& queue, uint32_t next) {
    queue.next_sequence_ = next;
  }
};

namespace {

Event At(int64_t time, Phase phase, uint32_t id, uint64_t payload = 0) {
  return Event{Picoseconds(time), phase, id, payload};
}

TEST(EventQueueTest, OrdersByTimeThenPhaseThenId) {
  EventQueue queue;
  queue.Push(At(2, Phase::kCompletion, 0));
  queue.Push(At(1, Phase::kObservation, 0));
  queue.Push(At(1, Phase::kDispatch, 7));
  queue.Push(At(1, Phase::kDispatch, 3));
  queue.Push(At(1, Phase::kCompletion, 9));
  EXPECT_EQ(queue.Pop(), At(1, Phase::kCompletion, 9));
  EXPECT_EQ(queue.Pop(), At(1, Phase::kDispatch, 3));
  EXPECT_EQ(queue.Pop(), At(1, Phase::kDispatch, 7));
  EXPECT_EQ(queue.Pop(), At(1, Phase::kObservation, 0));
  EXPECT_EQ(queue.Pop(), At(2, Phase::kCompletion, 0));
  EXPECT_TRUE(queue.empty());
}

TEST(EventQueueTest, EqualKeysComeOutInTheOrderPushedNeverTheReverse) {
  EventQueue queue;
  for (uint64_t i = 0; i < 100; ++i) {
    queue.Push(At(5, Phase::kDispatch, 1, i));
  }
  for (uint64_t i = 0; i < 100; ++i) EXPECT_EQ(queue.Pop().payload, i);
}

TEST(EventQueueTest, KeepsTheOrderPushedWhenSequenceNumbersRunOut) {
  EventQueue queue;
  queue.Push(At(5, Phase::kDispatch, 1, 0));
  EventQueueTestPeer::SetNextSequence(queue, 0xFFFFFFFE);
  for (uint64_t i = 1; i < 10; ++i) queue.Push(At(5, Phase::kDispatch, 1, i));
  for (uint64_t i = 0; i < 10; ++i) EXPECT_EQ(queue.Pop().payload, i);
}

TEST(EventQueueTest, HoldsTheLargestTimesAndIds) {
  EventQueue queue;
  const Event last =
      At(INT64_MAX, Phase::kObservation, EventQueue::kMaxId, UINT64_MAX);
  queue.Push(last);
  queue.Push(At(INT64_MAX - 1, Phase::kObservation, EventQueue::kMaxId));
  EXPECT_EQ(queue.Pop().time, Picoseconds(INT64_MAX - 1));
  EXPECT_EQ(queue.Pop(), last);
}

TEST(EventQueueTest, ClearDropsWhatIsPending) {
  EventQueue queue;
  queue.Push(At(1, Phase::kDispatch, 1));
  queue.Clear();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.size(), 0u);
}

// Against a stable sort of what is pending, on random pushes and pops with
// many ties.
TEST(EventQueueTest, AgreesWithAStableSortOnRandomTraffic) {
  RandomStream random({.seed = 20, .purpose = RandomPurpose::kTest});
  EventQueue queue;
  std::vector<Event> pending;
  const auto key = [](const Event& e) {
    return std::tuple(e.time, e.phase, e.id);
  };
  for (uint64_t step = 0; step < 20'000; ++step) {
    if (pending.empty() || random.UniformBelow(100) < 55) {
      const Event event =
          At(static_cast<int64_t>(random.UniformBelow(50)),
             static_cast<Phase>(random.UniformBelow(5)),
             static_cast<uint32_t>(random.UniformBelow(4)), step);
      queue.Push(event);
      pending.push_back(event);
      continue;
    }
    // The first of the least: pushed first.
    const auto least = std::min_element(
        pending.begin(), pending.end(),
        [&](const Event& a, const Event& b) { return key(a) < key(b); });
    ASSERT_EQ(queue.Pop(), *least);
    pending.erase(least);
  }
}

}  // namespace
}  // namespace dynarch::kernel
