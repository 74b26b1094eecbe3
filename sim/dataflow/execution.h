// Execution of a graph without an event queue: firings in any order that the
// tokens allow, each computing when it starts from the stamps of what it takes.
//
// A stamp is a time, or a max-plus vector of times. Because a firing starts as
// soon as its tokens are there, and a channel hands them on first in, first
// out, the order of computation does not matter (Kahn). Capacities must have
// been turned into channels (WithSpaceAsChannels).
#ifndef DYNARCH_SIM_DATAFLOW_EXECUTION_H_
#define DYNARCH_SIM_DATAFLOW_EXECUTION_H_

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/dataflow/graph.h"
#include "sim/dataflow/rational.h"

namespace dynarch::dataflow {

// Whether a channel orders the firings of its actor: from it to itself, with
// one rate and tokens for at most one firing.
bool OrdersItsActor(const Channel& channel);

// By actor: whether one of its channels orders its firings.
std::vector<bool> FiresOneAtATime(const Graph& graph);

// A graph prepared for execution.
struct Program {
  struct Port {
    int channel;
    const std::vector<int64_t>* rates;
  };
  struct Node {
    int64_t goal;                // firings per iteration
    std::vector<int64_t> times;  // ticks, by phase
    // Starts are in order, and its tokens alone do not make them so: several
    // phases, or tokens from an actor whose firings end out of order.
    bool keeps_start = false;
    std::vector<Port> inputs;
    std::vector<Port> outputs;
  };
  std::vector<Node> nodes;
  std::vector<int> destinations;  // by channel
  int64_t firings = 0;            // of an iteration, all actors
};

// `graph` must outlive the program; `cycles` is its repetition vector, or a
// multiple. ResourceExhausted if an iteration has more than `max_firings`.
absl::StatusOr<Program> Compile(const Graph& graph,
                                const std::vector<BigInt>& cycles,
                                std::vector<std::vector<int64_t>> times,
                                int64_t max_firings);

// The ticks of one iteration if its firings were one after the other.
// OutOfRange above 2^61.
absl::StatusOr<int64_t> LongestIteration(const Program& program);

// So many tokens with one stamp.
template <typename Stamp>
struct TokenRun {
  int64_t count;
  Stamp stamp;
  friend bool operator==(const TokenRun&, const TokenRun&) = default;
};

// The tokens of one channel, oldest first: a queue on a vector.
template <typename Stamp>
class TokenQueue {
 public:
  int64_t count() const { return count_; }

  void Push(int64_t count, const Stamp& stamp) {
    if (count == 0) return;
    count_ += count;
    if (first_ < runs_.size() && runs_.back().stamp == stamp) {
      runs_.back().count += count;
    } else {
      runs_.push_back({count, stamp});
    }
  }

  // Takes `count` <= count() tokens and joins their stamps into `stamp`.
  template <typename Algebra>
  void Take(int64_t count, const Algebra& algebra, Stamp& stamp) {
    count_ -= count;
    while (count > 0) {
      TokenRun<Stamp>& run = runs_[first_];
      algebra.Join(stamp, run.stamp);
      const int64_t taken = std::min(count, run.count);
      run.count -= taken;
      count -= taken;
      if (run.count == 0) ++first_;
    }
    if (first_ > 64 && first_ * 2 > runs_.size()) Compact();
  }

  // The runs that are left, oldest first.
  std::vector<TokenRun<Stamp>> Runs() const {
    return {runs_.begin() + static_cast<std::ptrdiff_t>(first_), runs_.end()};
  }

 private:
  void Compact() {
    runs_.erase(runs_.begin(),
                runs_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }

  std::vector<TokenRun<Stamp>> runs_;
  size_t first_ = 0;
  int64_t count_ = 0;
};

// Times as stamps, in ticks.
struct TimeAlgebra {
  void Join(int64_t& into, int64_t other) const {
    into = std::max(into, other);
  }
  int64_t Later(int64_t time, int64_t ticks) const { return time + ticks; }
};

// `Algebra` has Join(Stamp& into, const Stamp& other), which takes the later,
// and Later(const Stamp&, int64_t ticks), which adds.
template <typename Stamp, typename Algebra>
class Execution {
 public:
  // `origin` is the stamp of a firing that takes no token.
  Execution(const Program& program, Algebra algebra, Stamp origin)
      : program_(program),
        algebra_(std::move(algebra)),
        queues_(program.destinations.size()),
        starts_(program.nodes.size(), origin),
        phases_(program.nodes.size(), 0),
        fired_(program.nodes.size(), 0),
        listed_(program.nodes.size(), false),
        origin_(std::move(origin)) {}

  TokenQueue<Stamp>& queue(int channel) { return queues_[channel]; }
  const Algebra& algebra() const { return algebra_; }
  // The latest start of an actor that keeps_start.
  Stamp& start(int actor) { return starts_[actor]; }

  // Fires every actor as often as an iteration demands; `observe(actor, firing,
  // start, end)` sees each firing. False if the execution blocks before.
  template <typename Observer>
  bool RunIteration(Observer observe) {
    std::fill(fired_.begin(), fired_.end(), 0);
    for (size_t i = 0; i < program_.nodes.size(); ++i) List(i);
    int64_t fired = 0;
    while (!ready_.empty()) {
      const int actor = ready_.back();
      ready_.pop_back();
      listed_[actor] = false;
      const int64_t before = fired_[actor];
      while (Enabled(actor)) Fire(actor, observe);
      if (fired_[actor] == before) continue;
      fired += fired_[actor] - before;
      for (const Program::Port& port : program_.nodes[actor].outputs) {
        List(program_.destinations[port.channel]);
      }
    }
    return fired == program_.firings;
  }

 private:
  void List(int actor) {
    if (listed_[actor]) return;
    listed_[actor] = true;
    ready_.push_back(actor);
  }

  bool Enabled(int actor) const {
    const Program::Node& node = program_.nodes[actor];
    if (fired_[actor] == node.goal) return false;
    const size_t phase = phases_[actor];
    for (const Program::Port& port : node.inputs) {
      if (queues_[port.channel].count() < (*port.rates)[phase]) return false;
    }
    return true;
  }

  template <typename Observer>
  void Fire(int actor, Observer& observe) {
    const Program::Node& node = program_.nodes[actor];
    const size_t phase = phases_[actor];
    Stamp start = node.keeps_start ? starts_[actor] : origin_;
    for (const Program::Port& port : node.inputs) {
      queues_[port.channel].Take((*port.rates)[phase], algebra_, start);
    }
    if (node.keeps_start) starts_[actor] = start;
    const Stamp end = algebra_.Later(start, node.times[phase]);
    for (const Program::Port& port : node.outputs) {
      queues_[port.channel].Push((*port.rates)[phase], end);
    }
    observe(actor, fired_[actor], start, end);
    ++fired_[actor];
    phases_[actor] = phase + 1 == node.times.size() ? 0 : phase + 1;
  }

  const Program& program_;
  Algebra algebra_;
  std::vector<TokenQueue<Stamp>> queues_;
  std::vector<Stamp> starts_;
  std::vector<size_t> phases_;
  std::vector<int64_t> fired_;
  std::vector<bool> listed_;
  std::vector<int> ready_;
  Stamp origin_;
};

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_EXECUTION_H_
