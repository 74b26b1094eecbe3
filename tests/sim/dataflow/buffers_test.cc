#include "sim/dataflow/buffers.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/dataflow/liveness.h"
#include "sim/dataflow/repetition.h"
#include "sim/dataflow/throughput.h"
#include "tests/sim/dataflow/draw_graph.h"
#include "tests/sim/dataflow/expansion_oracle.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::dataflow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr BufferOptions kApart{.auto_concurrency = false};

Graph Pair() {
  return {.name = "pair",
          .actors = {{"a", {1}}, {"b", {1}}},
          .channels = {{"ab", 0, 1, {1}, {1}}}};
}

TEST(BuffersTest, TwoPlacesLetTwoActorsOverlap) {
  // One place: a and b in turn, 2 per token. Two: 1 per token.
  ASSERT_OK_AND_ASSIGN(const BufferSizes sizes, SizeBuffers(Pair(), kApart));
  EXPECT_TRUE(sizes.exact);
  EXPECT_THAT(sizes.capacities, ElementsAre(2));
  EXPECT_EQ(sizes.period, Rational(1));
  ASSERT_EQ(sizes.trade_off.size(), 2u);
  EXPECT_EQ(sizes.trade_off[0].memory, 1);
  EXPECT_EQ(sizes.trade_off[0].period, Rational(2));
  EXPECT_EQ(AnalyseThroughput(WithCapacities(Pair(), sizes))->period,
            Rational(1));
}

TEST(BuffersTest, ALongerPeriodNeedsLess) {
  BufferOptions options = kApart;
  options.period = Rational(2);
  EXPECT_THAT(SizeBuffers(Pair(), options)->capacities, ElementsAre(1));
  options.period = *Rational::Parse("1/2");
  EXPECT_EQ(SizeBuffers(Pair(), options).status().code(),
            absl::StatusCode::kOutOfRange);
}

TEST(BuffersTest, MemoryWeighsTokensByTheirSize) {
  // All overlap with two places between each two.
  const auto memory = [](int64_t size_ab, int64_t size_bc) {
    Graph graph = {
        .name = "chain",
        .actors = {{"a", {1}}, {"b", {1}}, {"c", {1}}},
        .channels = {{"ab", 0, 1, {1}, {1}}, {"bc", 1, 2, {1}, {1}}}};
    graph.channels[0].token_size = size_ab;
    graph.channels[1].token_size = size_bc;
    return SizeBuffers(graph, kApart)->memory;
  };
  EXPECT_EQ(memory(1, 1), 4);  // two places each
  EXPECT_EQ(memory(10, 100), 220);
}

TEST(BuffersTest, LeavesGivenCapacitiesStateAndFreeTokensAlone) {
  Graph graph = Pair();
  graph.channels.push_back({"given", 0, 1, {1}, {1}, 0, 7});
  graph.channels.push_back({"state", 0, 0, {1}, {1}, 1});
  graph.channels.push_back({"free", 0, 1, {1}, {1}, 0, std::nullopt, 0});
  EXPECT_THAT(SizeBuffers(graph, kApart)->channels, ElementsAre(0));
}

// The sample-rate converter of tests/sim/dataflow/throughput_test.cc. Stuijk,
// Geilen and Basten (DAC 2006, Table 1) give 32 for any throughput and 34 for
// the largest.
TEST(BuffersTest, CompactDiscToDigitalAudioTape) {
  const Graph graph = {.name = "cd2dat",
                       .actors = {{"a", {5}},
                                  {"b", {2}},
                                  {"c", {3}},
                                  {"d", {1}},
                                  {"e", {4}},
                                  {"f", {6}}},
                       .channels = {{"ab", 0, 1, {1}, {1}},
                                    {"bc", 1, 2, {2}, {3}},
                                    {"cd", 2, 3, {2}, {7}},
                                    {"de", 3, 4, {8}, {7}},
                                    {"ef", 4, 5, {5}, {1}}}};
  ASSERT_OK_AND_ASSIGN(const BufferSizes fastest, SizeBuffers(graph, kApart));
  EXPECT_TRUE(fastest.exact);
  EXPECT_EQ(fastest.memory, 34);
  EXPECT_EQ(fastest.period, Rational(960));
  BufferOptions live = kApart;
  live.only_live = true;
  // in + out - gcd each: 1 + 4 + 8 + 14 + 5.
  EXPECT_EQ(SizeBuffers(graph, live)->memory, 32);
}

TEST(BuffersTest, NothingToSizeTakesNoMemory) {
  const Graph graph = {.name = "g", .actors = {{"a", {1}}}, .channels = {}};
  ASSERT_OK_AND_ASSIGN(const BufferSizes sizes, SizeBuffers(graph));
  EXPECT_TRUE(sizes.exact);
  EXPECT_EQ(sizes.memory, 0);
  EXPECT_EQ(sizes.period, Rational(0));
}

TEST(BuffersTest, SaysWhatNoBufferCanMend) {
  Graph graph = Pair();
  graph.channels.push_back({"ba", 1, 0, {1}, {1}});
  const absl::Status dead = SizeBuffers(graph).status();
  EXPECT_EQ(dead.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(dead.message()), HasSubstr("deadlocks"));
  const absl::Status unbounded = SizeBuffers(Pair()).status();
  EXPECT_EQ(unbounded.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(unbounded.message()), HasSubstr("unbounded buffers"));
}

TEST(BuffersTest, AnUpperBoundIsMarked) {
  Graph graph = Pair();
  graph.actors[0].times = {Rational(100)};
  graph.channels[0].production = {64};
  // a runs for 100 and b 64 times for 1: while a claims 64 places, b empties
  // the other 64; with less than 128 b's last firings delay a's next.
  ASSERT_OK_AND_ASSIGN(const BufferSizes exact, SizeBuffers(graph, kApart));
  EXPECT_TRUE(exact.exact);
  BufferOptions options = kApart;
  options.max_distributions = 20;
  ASSERT_OK_AND_ASSIGN(const BufferSizes bound, SizeBuffers(graph, options));
  EXPECT_FALSE(bound.exact);
  EXPECT_EQ(bound.period, exact.period);
  EXPECT_GE(bound.memory, exact.memory);
  EXPECT_LE(bound.analysed, 40);
}

// Every distribution of less memory, one by one.
class AllBelow {
 public:
  AllBelow(const Graph& graph, const BufferSizes& sizes)
      : graph_(WithCapacities(graph, sizes)), sizes_(sizes) {}

  // Calls `visit` on the graph with each; false if there are too many.
  bool ForEach(const std::function<void(const Graph&)>& visit) {
    return Choose(0, static_cast<int64_t>(sizes_.memory), visit);
  }

 private:
  bool Choose(size_t place, int64_t left,
              const std::function<void(const Graph&)>& visit) {
    if (place == sizes_.channels.size()) {
      if (left == 0) return true;  // not less
      visit(graph_);
      return ++visited_ < 500;
    }
    Channel& channel = graph_.channels[sizes_.channels[place]];
    for (int64_t capacity = channel.initial_tokens; capacity <= left;
         ++capacity) {
      channel.capacity = capacity;
      if (!Choose(place + 1, left - capacity, visit)) return false;
    }
    return true;
  }

  Graph graph_;
  const BufferSizes& sizes_;
  int visited_ = 0;
};

// Whether the sizes of a drawn graph could be held against all smaller ones.
bool CheckLeast(const Graph& graph, bool auto_concurrency) {
  const auto sizes = SizeBuffers(graph, {.auto_concurrency = auto_concurrency});
  if (!sizes.ok()) {
    EXPECT_THAT(std::string(sizes.status().message()),
                HasSubstr("unbounded buffers"));
    return false;
  }
  if (sizes->channels.size() > 3 || !sizes->exact) return false;
  std::vector<int64_t> cycles;
  const auto repetitions = RepetitionVector(graph);
  for (const BigInt& count : *repetitions) {
    cycles.push_back(static_cast<int64_t>(count));
  }
  EXPECT_EQ(
      ExpandedPeriod(WithCapacities(graph, *sizes), cycles, auto_concurrency),
      sizes->period);
  AllBelow below(graph, *sizes);
  return below.ForEach([&](const Graph& smaller) {
    const auto period = ExpandedPeriod(smaller, cycles, auto_concurrency);
    if (!period.has_value()) return;
    EXPECT_GT(*period, sizes->period);
    // No point of the trade-off is beaten either.
    BigInt memory = 0;
    for (const int channel : sizes->channels) {
      memory += *smaller.channels[channel].capacity;
    }
    const auto no_worse = [&](const BufferTradeOff& point) {
      return point.memory <= memory && point.period <= *period;
    };
    EXPECT_TRUE(std::any_of(sizes->trade_off.begin(), sizes->trade_off.end(),
                            no_worse));
  });
}

TEST(BuffersTest, NoSmallerDistributionIsFastEnough) {
  int checked[2] = {0, 0};
  for (uint64_t seed = 0; seed < 120 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    const Graph graph = seed % 2 == 0 ? DrawGraph(seed) : DrawSdfGraph(seed);
    if (FindDeadlock(graph)->has_value()) continue;
    for (const bool auto_concurrency : {false, true}) {
      checked[auto_concurrency] += CheckLeast(graph, auto_concurrency);
    }
  }
  EXPECT_GT(checked[false], 25);
  EXPECT_GT(checked[true], 10);
}

}  // namespace
}  // namespace dynarch::dataflow
