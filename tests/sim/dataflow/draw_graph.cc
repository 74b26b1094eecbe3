#include "tests/sim/dataflow/draw_graph.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/random.h"

namespace dynarch::dataflow {
namespace {

class Drawer {
 public:
  Drawer(uint64_t seed, int max_phases, bool bounded)
      : random_({.seed = seed}), max_phases_(max_phases), bounded_(bounded) {}

  Graph Draw() {
    Graph graph;
    graph.name = "drawn";
    const int actors = Between(1, 5);
    for (int i = 0; i < actors; ++i) {
      Actor& actor = graph.actors.emplace_back();
      actor.name = absl::StrCat("a", i);
      const int phases = Between(1, max_phases_);
      for (int p = 0; p < phases; ++p) actor.times.push_back(Time());
      cycles_.push_back(Between(1, 4));
    }
    // Mostly connected: each actor to an earlier one, and back half the time.
    for (int i = 1; i < actors; ++i) {
      if (Chance(10)) continue;
      const int other = Between(0, i - 1);
      Connect(graph, other, i);
      if (Chance(60)) Connect(graph, i, other);
    }
    const int more = Between(0, actors);
    for (int i = 0; i < more; ++i) {
      Connect(graph, Between(0, actors - 1), Between(0, actors - 1));
    }
    return graph;
  }

 private:
  int64_t Between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random_.UniformBelow(high - low + 1));
  }
  bool Chance(int percent) { return Between(1, 100) <= percent; }

  Rational Time() {
    if (Chance(8)) return Rational(0);
    if (Chance(15)) return Rational(BigInt(Between(1, 9)), BigInt(2));
    return Rational(Between(1, 9));
  }

  // `total` tokens over the phases, at random.
  std::vector<int64_t> Rates(int phases, int64_t total) {
    std::vector<int64_t> rates(phases, 0);
    for (int64_t i = 0; i < total; ++i) ++rates[Between(0, phases - 1)];
    return rates;
  }

  void Connect(Graph& graph, int source, int destination) {
    const int64_t tokens =
        std::lcm(cycles_[source], cycles_[destination]) * Between(1, 2);
    Channel& channel = graph.channels.emplace_back();
    channel.name = absl::StrCat("c", graph.channels.size() - 1);
    channel.source = source;
    channel.destination = destination;
    channel.production =
        Rates(graph.actors[source].phases(), tokens / cycles_[source]);
    channel.consumption = Rates(graph.actors[destination].phases(),
                                tokens / cycles_[destination]);
    if (source >= destination || Chance(20)) {
      channel.initial_tokens = Between(0, 2 * tokens);
    }
    if (bounded_ && Chance(20)) {
      channel.capacity = channel.initial_tokens + Between(0, 2 * tokens);
    }
  }

  RandomStream random_;
  const int max_phases_;
  const bool bounded_;
  std::vector<int64_t> cycles_;
};

// Numbers of cycles with small prime factors that add up to the sum.
std::vector<int64_t> DrawCycles(const LargeGraph& shape, RandomStream& random) {
  std::vector<int64_t> smooth;
  for (int64_t n = 1; n <= 240; ++n) {
    int64_t rest = n;
    for (const int64_t prime : {2, 3, 5, 7}) {
      while (rest % prime == 0) rest /= prime;
    }
    if (rest == 1) smooth.push_back(n);
  }
  std::vector<int64_t> cycles;
  int64_t left = shape.repetition_sum;
  for (int i = 0; i + 1 < shape.actors; ++i) {
    // At least 1 for each that follows, and no more than the average allows.
    const int64_t others = shape.actors - i - 1;
    const int64_t most =
        std::min<int64_t>(2 * left / (others + 1), left - others);
    const auto end = std::upper_bound(smooth.begin(), smooth.end(), most);
    cycles.push_back(smooth[random.UniformBelow(end - smooth.begin())]);
    left -= cycles.back();
  }
  cycles.push_back(left);
  return cycles;
}

}  // namespace

Graph DrawGraph(uint64_t seed) { return Drawer(seed, 3, true).Draw(); }

Graph DrawSdfGraph(uint64_t seed) { return Drawer(seed, 1, false).Draw(); }

Graph DrawLargeGraph(const LargeGraph& shape, uint64_t seed) {
  RandomStream random({.seed = seed});
  const std::vector<int64_t> cycles = DrawCycles(shape, random);
  Graph graph;
  graph.name = "large";
  for (int i = 0; i < shape.actors; ++i) {
    const int64_t time = 1 + static_cast<int64_t>(random.UniformBelow(100));
    graph.actors.push_back({absl::StrCat("a", i), {Rational(time)}});
  }
  const auto connect = [&](int source, int destination) {
    const int64_t shared = std::gcd(cycles[source], cycles[destination]);
    const int64_t in = cycles[destination] / shared;
    const int64_t out = cycles[source] / shared;
    graph.channels.push_back(
        {.name = absl::StrCat("c", graph.channels.size()),
         .source = source,
         .destination = destination,
         .production = {in},
         .consumption = {out},
         .initial_tokens = source < destination ? 0 : in * cycles[source]});
  };
  for (int i = 1; i < shape.actors; ++i) {
    connect(static_cast<int>(random.UniformBelow(i)), i);
    Channel& channel = graph.channels.back();
    if (shape.capacity_factor > 0) {
      channel.capacity = shape.capacity_factor *
                         (channel.production[0] + channel.consumption[0]);
    }
  }
  for (int i = 0; i < shape.extra_channels; ++i) {
    const int a = static_cast<int>(random.UniformBelow(shape.actors));
    const int b = static_cast<int>(random.UniformBelow(shape.actors));
    if (a != b) connect(std::max(a, b), std::min(a, b));
  }
  return graph;
}

}  // namespace dynarch::dataflow
