#include "sim/dataflow/latency.h"

#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::dataflow {
namespace {

// q = (3, 2).
Graph Chain() {
  return {.name = "g",
          .actors = {{"a", {2}}, {"b", {5}}},
          .channels = {{"ab", 0, 1, {2}, {3}}}};
}

TEST(LatencyTest, IsTheMakespanOfOneIteration) {
  // All of a at once, 0 to 2, then both of b.
  ASSERT_OK_AND_ASSIGN(const Latency together, IterationLatency(Chain()));
  EXPECT_EQ(together.makespan, Rational(7));
  // a ends at 2, 4 and 6 with 2, 4 and 6 tokens; b runs 4 to 9, 9 to 14.
  ASSERT_OK_AND_ASSIGN(const Latency apart,
                       IterationLatency(Chain(), {.auto_concurrency = false}));
  EXPECT_EQ(apart.makespan, Rational(14));
  EXPECT_EQ(apart.actors[1].first_start, Rational(4));
  EXPECT_EQ(apart.actors[0].last_end, Rational(6));
}

TEST(LatencyTest, BetweenTwoActorsIsFirstStartToLastEnd) {
  const LatencyOptions apart{.auto_concurrency = false};
  EXPECT_EQ(*LatencyBetween(Chain(), 0, 1, apart), Rational(14));
  EXPECT_EQ(*LatencyBetween(Chain(), 1, 1, apart), Rational(10));
  EXPECT_EQ(*LatencyBetween(Chain(), 1, 0, apart), Rational(2));
  EXPECT_EQ(LatencyBetween(Chain(), 0, 2).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(LatencyTest, CapacitiesDelay) {
  Graph graph = Chain();
  graph.channels[0].capacity = 4;
  // Two firings of a fill it, 0 to 2 and 2 to 4; b runs 4 to 9 and frees 3, so
  // a runs 9 to 11; b again from 11 to 16.
  EXPECT_EQ(IterationLatency(graph, {.auto_concurrency = false})->makespan,
            Rational(16));
}

TEST(LatencyTest, FractionsAreExact) {
  Graph graph = Chain();
  graph.actors[0].times = {*Rational::Parse("1/3")};
  EXPECT_EQ(IterationLatency(graph)->makespan, Rational(16, 3));
}

TEST(LatencyTest, ADeadlockHasNoLatency) {
  Graph graph = Chain();
  graph.channels[0].capacity = 2;
  EXPECT_EQ(IterationLatency(graph).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(LatencyTest, WorkHasALimit) {
  EXPECT_EQ(IterationLatency(Chain(), {.max_firings = 4}).status().code(),
            absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace dynarch::dataflow
