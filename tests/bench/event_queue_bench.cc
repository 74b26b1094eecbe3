// The hold model: a queue at a steady depth, pop the first, push one later.
#include <queue>
#include <tuple>
#include <vector>

#include "benchmark/benchmark.h"
#include "sim/base/random.h"
#include "sim/kernel/event_queue.h"
#include "sim/kernel/simulator.h"

namespace dynarch::kernel {
namespace {

// Increments drawn beforehand, so that drawing is not measured.
std::vector<int64_t> Increments() {
  RandomStream random({.seed = 1, .purpose = RandomPurpose::kTest});
  std::vector<int64_t> increments(4096);
  for (int64_t& increment : increments) {
    increment = static_cast<int64_t>(random.UniformBelow(1'000'000));
  }
  return increments;
}

Event EventAt(int64_t time, uint32_t id) {
  return {Picoseconds(time), Phase::kDispatch, id, id};
}

void BM_EventQueueHold(benchmark::State& state) {
  const std::vector<int64_t> increments = Increments();
  EventQueue queue;
  size_t next = 0;
  for (int64_t i = 0; i < state.range(0); ++i) {
    queue.Push(EventAt(increments[++next % 4096], static_cast<uint32_t>(i)));
  }
  for (auto _ : state) {
    const Event event = queue.Pop();
    queue.Push(
        EventAt(event.time.value() + increments[++next % 4096], event.id));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_EventQueueHold)->RangeMultiplier(8)->Range(8, 1 << 18);

// The rival: the standard library's binary heap, the same order by three
// fields and a sequence number.
struct Later {
  static auto Key(const std::pair<Event, uint64_t>& e) {
    return std::tuple(e.first.time, e.first.phase, e.first.id, e.second);
  }
  bool operator()(const std::pair<Event, uint64_t>& a,
                  const std::pair<Event, uint64_t>& b) const {
    return Key(a) > Key(b);
  }
};

void BM_StdPriorityQueueHold(benchmark::State& state) {
  const std::vector<int64_t> increments = Increments();
  std::priority_queue<std::pair<Event, uint64_t>,
                      std::vector<std::pair<Event, uint64_t>>, Later>
      queue;
  uint64_t sequence = 0;
  size_t next = 0;
  for (int64_t i = 0; i < state.range(0); ++i) {
    queue.emplace(EventAt(increments[++next % 4096], static_cast<uint32_t>(i)),
                  sequence++);
  }
  for (auto _ : state) {
    const Event event = queue.top().first;
    queue.pop();
    queue.emplace(
        EventAt(event.time.value() + increments[++next % 4096], event.id),
        sequence++);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_StdPriorityQueueHold)->RangeMultiplier(8)->Range(8, 1 << 18);

}  // namespace
}  // namespace dynarch::kernel
