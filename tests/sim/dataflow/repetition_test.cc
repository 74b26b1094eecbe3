#include "sim/dataflow/repetition.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::dataflow {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(RepetitionTest, BalancesEveryChannel) {
  // The first two stages of the CD to DAT converter: 2 q(b) = 3 q(c) and
  // q(a) = q(b).
  const Graph graph = {
      .name = "g",
      .actors = {{"a", {1}}, {"b", {1}}, {"c", {1}}},
      .channels = {{"ab", 0, 1, {1}, {1}}, {"bc", 1, 2, {2}, {3}}}};
  EXPECT_THAT(*RepetitionVector(graph), ElementsAre(3, 3, 2));
}

TEST(RepetitionTest, CountsCompleteCyclesOfPhases) {
  // A cycle of a puts in 1 + 0 + 1 = 2, one of b takes out 1: b runs twice as
  // often, whatever the phases.
  const Graph graph = {.name = "g",
                       .actors = {{"a", {1, 2, 1}}, {"b", {1}}},
                       .channels = {{"ab", 0, 1, {1, 0, 1}, {1}}}};
  EXPECT_THAT(*RepetitionVector(graph), ElementsAre(1, 2));
}

TEST(RepetitionTest, ScalesUnconnectedGroupsApart) {
  const Graph graph = {.name = "g",
                       .actors = {{"a", {1}}, {"b", {1}}, {"c", {1}}},
                       .channels = {{"ab", 0, 1, {4}, {6}}}};
  EXPECT_THAT(*RepetitionVector(graph), ElementsAre(3, 2, 1));
  EXPECT_THAT(*RepetitionVector(Graph{}), IsEmpty());
}

TEST(RepetitionTest, HasNoLimit) {
  // 80 stages of 2 to 1: the last actor fires 2^80 times.
  Graph graph = {.name = "g", .actors = {{"a0", {1}}}, .channels = {}};
  BigInt last = 1;
  for (int i = 1; i <= 80; ++i) {
    graph.actors.push_back({absl::StrCat("a", i), {1}});
    graph.channels.push_back({absl::StrCat("c", i), i - 1, i, {2}, {1}});
    last *= 2;
  }
  EXPECT_EQ(RepetitionVector(graph)->back(), last);
}

TEST(RepetitionTest, InconsistencyNamesChannelActorsAndRates) {
  // By `ab` b runs as often as a, by `direct` twice as often.
  const Graph graph = {
      .name = "g",
      .actors = {{"a", {1}}, {"b", {1}}},
      .channels = {{"ab", 0, 1, {1}, {1}}, {"direct", 0, 1, {2}, {1}}}};
  const absl::Status status = RepetitionVector(graph).status();
  EXPECT_TRUE(IsInconsistent(status));
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("channel 'direct' gets 2 tokens per cycle of "
                              "actor 'a' and gives 1 per cycle of actor 'b'"),
                    HasSubstr("would run 2/1 times as often"),
                    HasSubstr("it runs 1/1 times as often")));
}

TEST(RepetitionTest, AnActorMustTakeWhatItGivesItself) {
  const Graph graph = {.name = "g",
                       .actors = {{"a", {1}}},
                       .channels = {{"aa", 0, 0, {1}, {2}, 4}}};
  const absl::Status status = RepetitionVector(graph).status();
  EXPECT_TRUE(IsInconsistent(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("from itself"));
}

TEST(RepetitionTest, AMalformedGraphIsNotInconsistent) {
  const Graph graph = {.name = "g", .actors = {{"a", {}}}, .channels = {}};
  EXPECT_FALSE(IsInconsistent(RepetitionVector(graph).status()));
  EXPECT_FALSE(RepetitionVector(graph).ok());
}

}  // namespace
}  // namespace dynarch::dataflow
