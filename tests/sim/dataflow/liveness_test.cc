#include "sim/dataflow/liveness.h"

#include <cstdint>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/dataflow/throughput.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::dataflow {
namespace {

// a and b in a ring; a takes 2, gives 3.
Graph Ring(int64_t tokens) {
  return {.name = "ring",
          .actors = {{"a", {1}}, {"b", {1}}},
          .channels = {{"ab", 0, 1, {3}, {2}}, {"ba", 1, 0, {2}, {3}, tokens}}};
}

TEST(LivenessTest, ARingWithTooFewTokensBlocks) {
  ASSERT_OK_AND_ASSIGN(const auto deadlock, FindDeadlock(Ring(2)));
  ASSERT_TRUE(deadlock.has_value());
  EXPECT_EQ(Describe(Ring(2), *deadlock),
            "'a' (phase 0) has 2 of 3 tokens in 'ba' and waits for 'b'; "
            "'b' (phase 0) has 0 of 2 tokens in 'ab' and waits for 'a'");
}

TEST(LivenessTest, ARingWithEnoughTokensRuns) {
  // q = (2, 3). From 3: a, b, (1 left of 3 in ab; 2 back) needs 3 for the next
  // a: blocked. From 4: a (1 left), b (3 back), a, b, b.
  EXPECT_TRUE(FindDeadlock(Ring(3))->has_value());
  EXPECT_FALSE(FindDeadlock(Ring(4))->has_value());
}

TEST(LivenessTest, WaitsForPlacesToo) {
  // b needs 3 tokens at once where 2 fit.
  const Graph graph = {.name = "g",
                       .actors = {{"a", {1}}, {"b", {1}}},
                       .channels = {{"ab", 0, 1, {1}, {3}, 0, 2}}};
  ASSERT_OK_AND_ASSIGN(const auto deadlock, FindDeadlock(graph));
  ASSERT_TRUE(deadlock.has_value());
  EXPECT_EQ(Describe(graph, *deadlock),
            "'a' (phase 0) has 0 of 1 places in 'ab' and waits for 'b'; "
            "'b' (phase 0) has 2 of 3 tokens in 'ab' and waits for 'a'");
}

TEST(LivenessTest, AnActorCanBlockItself) {
  // Phase 1 takes what only phase 2 would give.
  const Graph graph = {.name = "g",
                       .actors = {{"a", {1, 1, 1}}},
                       .channels = {{"aa", 0, 0, {0, 0, 1}, {0, 1, 0}}}};
  ASSERT_OK_AND_ASSIGN(const auto deadlock, FindDeadlock(graph));
  ASSERT_TRUE(deadlock.has_value());
  EXPECT_EQ(Describe(graph, *deadlock),
            "'a' (phase 1) has 0 of 1 tokens in 'aa' and waits for 'a'");
}

TEST(LivenessTest, TheCycleLeavesOutActorsThatOnlyWaitForIt) {
  Graph graph = Ring(2);
  graph.actors.push_back({"c", {1}});
  graph.channels.push_back({"bc", 1, 2, {1}, {1}});
  // c comes first when actors are looked at in order of their names or indices.
  std::swap(graph.actors[0], graph.actors[2]);
  for (Channel& channel : graph.channels) {
    channel.source = 2 - channel.source;
    channel.destination = 2 - channel.destination;
  }
  ASSERT_OK_AND_ASSIGN(const auto deadlock, FindDeadlock(graph));
  ASSERT_TRUE(deadlock.has_value());
  EXPECT_EQ(deadlock->cycle.size(), 2u);
  EXPECT_EQ(deadlock->cycle[0].channel + deadlock->cycle[1].channel, 0 + 1);
}

TEST(LivenessTest, ZeroTimesDoNotHideADeadlock) {
  Graph graph = Ring(2);
  graph.actors[0].times = {Rational(0)};
  graph.actors[1].times = {Rational(0)};
  EXPECT_TRUE(FindDeadlock(graph)->has_value());
  EXPECT_FALSE(AnalyseThroughput(graph)->period.has_value());
}

TEST(LivenessTest, MoreThanTwoToThe62FiringsAreOutOfRange) {
  const int64_t big = int64_t{1} << 32;
  const Graph graph = {
      .name = "g",
      .actors = {{"a", {1}}, {"b", {1}}, {"c", {1}}},
      .channels = {{"ab", 0, 1, {big}, {1}}, {"bc", 1, 2, {big}, {1}}}};
  EXPECT_EQ(FindDeadlock(graph).status().code(), absl::StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace dynarch::dataflow
