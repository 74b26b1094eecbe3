#include "sim/dataflow/graph.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::dataflow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// a, two phases, feeds b, one phase.
Graph TwoActors() {
  return {.name = "two",
          .actors = {{"a", {1, 2}}, {"b", {3}}},
          .channels = {{.name = "ab",
                        .source = 0,
                        .destination = 1,
                        .production = {1, 0},
                        .consumption = {2},
                        .initial_tokens = 1}}};
}

void ExpectRefused(const Graph& graph, absl::StatusCode code,
                   const std::string& part) {
  const absl::Status status = Check(graph);
  EXPECT_EQ(status.code(), code) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(part));
}

TEST(GraphTest, AcceptsAGraphThatMeansSomething) {
  EXPECT_OK(Check(TwoActors()));
  EXPECT_OK(Check(Graph{}));
}

TEST(GraphTest, NamesTheActorThatIsWrong) {
  Graph graph = TwoActors();
  graph.actors[1].times = {Rational(-1)};
  ExpectRefused(graph, absl::StatusCode::kInvalidArgument,
                "actor 'b': time -1/1");
  graph = TwoActors();
  graph.actors[1].times.clear();
  ExpectRefused(graph, absl::StatusCode::kInvalidArgument,
                "actor 'b' has no phase");
  graph = TwoActors();
  graph.actors[1].name = "a";
  ExpectRefused(graph, absl::StatusCode::kInvalidArgument,
                "two actors are named 'a'");
}

TEST(GraphTest, NamesTheChannelThatIsWrong) {
  Graph graph = TwoActors();
  graph.channels[0].destination = 2;
  ExpectRefused(graph, absl::StatusCode::kInvalidArgument,
                "channel 'ab' ends at actor number 2");
  graph = TwoActors();
  graph.channels[0].production = {1};
  ExpectRefused(graph, absl::StatusCode::kInvalidArgument,
                "production of actor 'a' has 1 rates");
  graph = TwoActors();
  graph.channels[0].production = {1, -1};
  ExpectRefused(graph, absl::StatusCode::kInvalidArgument, "has rate -1");
  graph = TwoActors();
  graph.channels[0].consumption = {0};
  ExpectRefused(graph, absl::StatusCode::kInvalidArgument,
                "consumption of actor 'b' is 0 in every phase");
  graph = TwoActors();
  graph.channels[0].initial_tokens = -1;
  ExpectRefused(graph, absl::StatusCode::kInvalidArgument, "-1 initial tokens");
  graph = TwoActors();
  graph.channels[0].capacity = 0;
  ExpectRefused(graph, absl::StatusCode::kInvalidArgument,
                "1 initial tokens but holds only 0");
  graph = TwoActors();
  graph.channels[0].token_size = -4;
  ExpectRefused(graph, absl::StatusCode::kInvalidArgument, "size -4");
}

TEST(GraphTest, RatesOfACyclePastInt64AreOutOfRange) {
  Graph graph = TwoActors();
  graph.channels[0].production = {std::numeric_limits<int64_t>::max(), 1};
  ExpectRefused(graph, absl::StatusCode::kOutOfRange, "2^63 - 1");
}

TEST(GraphTest, FindsAnActorOrSuggestsOne) {
  Graph graph = TwoActors();
  graph.actors[0].name = "producer";
  EXPECT_EQ(*ActorNamed(graph, "b"), 1);
  const absl::Status status = ActorNamed(graph, "produser").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("did you mean 'producer'"));
}

TEST(GraphTest, SpaceOfABoundedChannelIsAChannelBack) {
  Graph graph = TwoActors();
  graph.channels[0].capacity = 5;
  const Graph spaced = WithSpaceAsChannels(graph);
  ASSERT_EQ(spaced.channels.size(), 2u);
  EXPECT_FALSE(spaced.channels[0].capacity.has_value());
  const Channel& space = spaced.channels[1];
  EXPECT_EQ(space.name, "ab.space");
  EXPECT_EQ(space.source, 1);
  EXPECT_EQ(space.destination, 0);
  EXPECT_THAT(space.production, ElementsAre(2));
  EXPECT_THAT(space.consumption, ElementsAre(1, 0));
  EXPECT_EQ(space.initial_tokens, 4);  // 5 places, 1 taken
  EXPECT_OK(Check(spaced));
}

TEST(GraphTest, OneFiringAtATimeIsOneTokenPerActor) {
  const Graph serial = OneFiringAtATime(TwoActors());
  ASSERT_EQ(serial.channels.size(), 3u);
  EXPECT_EQ(serial.channels[1].name, "a.one_at_a_time");
  EXPECT_THAT(serial.channels[1].production, ElementsAre(1, 1));
  EXPECT_EQ(serial.channels[1].initial_tokens, 1);
  EXPECT_EQ(serial.channels[2].source, 1);
  EXPECT_EQ(serial.channels[2].destination, 1);
  EXPECT_OK(Check(serial));
}

}  // namespace
}  // namespace dynarch::dataflow
