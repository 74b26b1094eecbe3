#include "sim/dataflow/iteration_matrix.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::dataflow {
namespace {

using ::testing::HasSubstr;

TEST(IterationMatrixTest, OfARingOfTwoTokens) {
  // a (2) takes the tokens first to last, b (3) puts them back; q = (1, 1): one
  // token goes round, 5 later, the other moves up.
  const Graph graph = {
      .name = "g",
      .actors = {{"a", {2}}, {"b", {3}}},
      .channels = {{"ab", 0, 1, {1}, {1}}, {"ba", 1, 0, {1}, {1}, 2}}};
  ASSERT_OK_AND_ASSIGN(const IterationMatrix result, MatrixOfIteration(graph));
  ASSERT_EQ(result.tokens.size(), 2u);
  EXPECT_EQ(result.tokens[1].channel, 1);
  EXPECT_EQ(result.tokens[1].index, 1);
  EXPECT_EQ(result.matrix.at(0, 0), kNever);
  EXPECT_EQ(result.matrix.at(0, 1), 0);
  EXPECT_EQ(result.matrix.at(1, 0), 5);
  EXPECT_EQ(result.matrix.at(1, 1), kNever);
  EXPECT_EQ(result.ends.at(0, 0), 2);
  EXPECT_EQ(result.ends.at(1, 0), 5);
  EXPECT_EQ(result.ends.at(1, 1), kNever);
}

TEST(IterationMatrixTest, OneAtATimeAddsATokenPerActor) {
  const Graph graph = {.name = "g", .actors = {{"a", {1, 2}}}, .channels = {}};
  IterationMatrixOptions options;
  options.auto_concurrency = false;
  ASSERT_OK_AND_ASSIGN(const IterationMatrix result,
                       MatrixOfIteration(graph, options));
  ASSERT_EQ(result.tokens.size(), 1u);
  EXPECT_EQ(result.graph.channels[0].name, "a.one_at_a_time");
  EXPECT_EQ(result.matrix.at(0, 0), 3);
}

TEST(IterationMatrixTest, OverlappingPhasesKeepTheirStarts) {
  // The second phase, and the next cycle, start no earlier than the first.
  const Graph graph = {.name = "g",
                       .actors = {{"a", {5, 1}}},
                       .channels = {{"aa", 0, 0, {0, 1}, {1, 0}, 1}}};
  ASSERT_OK_AND_ASSIGN(const IterationMatrix result, MatrixOfIteration(graph));
  ASSERT_EQ(result.tokens.size(), 2u);
  EXPECT_FALSE(result.tokens[1].channel.has_value());
  EXPECT_EQ(result.tokens[1].index, 0);
  // The token comes back 1 after phase 1's start, which is phase 0's.
  EXPECT_EQ(result.matrix.at(0, 0), 1);
  EXPECT_EQ(result.matrix.at(0, 1), 1);
  EXPECT_EQ(result.matrix.at(1, 0), 0);
  EXPECT_EQ(result.matrix.at(1, 1), 0);
  EXPECT_EQ(result.ends.at(0, 0), 5);
}

TEST(IterationMatrixTest, ATickIsSharedOnDemand) {
  const Graph graph = {.name = "g",
                       .actors = {{"a", {*Rational::Parse("0.5")}}},
                       .channels = {{"aa", 0, 0, {1}, {1}, 1}}};
  EXPECT_EQ(MatrixOfIteration(graph)->tick.ToString(), "1/2");
  EXPECT_EQ(MatrixOfIteration(graph)->matrix.at(0, 0), 1);
  IterationMatrixOptions options;
  options.tick = *Rational::Parse("0.1");
  EXPECT_EQ(MatrixOfIteration(graph, options)->matrix.at(0, 0), 5);
  options.tick = Rational(1);
  const absl::Status status = MatrixOfIteration(graph, options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("actor 'a': time 1/2 is no multiple of the tick 1/1"));
}

TEST(IterationMatrixTest, SaysWhatDeadlocksAndWhatIsTooLarge) {
  Graph graph = {.name = "g",
                 .actors = {{"a", {1}}},
                 .channels = {{"aa", 0, 0, {2}, {2}, 1}}};
  EXPECT_THAT(
      std::string(MatrixOfIteration(graph).status().message()),
      HasSubstr("'a' (phase 0) has 1 of 2 tokens in 'aa' and waits for 'a'"));
  graph.channels[0].initial_tokens = 5'000;
  EXPECT_EQ(MatrixOfIteration(graph).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(IterationMatrixTest, LongTimesAreOutOfRange) {
  const Rational most(int64_t{1} << 61);
  Graph graph = {.name = "g",
                 .actors = {{"a", {most, most, most, Rational(1)}}},
                 .channels = {{"aa", 0, 0, {1, 1, 1, 1}, {1, 1, 1, 1}, 1}}};
  EXPECT_EQ(MatrixOfIteration(graph).status().code(),
            absl::StatusCode::kOutOfRange);
  graph.actors[0].times[0] = most + Rational(1);
  EXPECT_EQ(MatrixOfIteration(graph).status().code(),
            absl::StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace dynarch::dataflow
