#include "sim/engine/program.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/hand_system.h"

namespace dynarch::engine {
namespace {

using ::testing::ElementsAre;

TEST(BuildGraphTest, CountsTokensAndListsSuccessors) {
  const std::vector<mapping::CostedActivity> activities(4);
  const Graph graph = BuildGraph(activities, {{2, 3}, {0, 1}, {0, 2}, {1, 3}});
  EXPECT_EQ(graph.firings[0].tokens, 0);
  EXPECT_EQ(graph.firings[1].tokens, 1);
  EXPECT_EQ(graph.firings[3].tokens, 2);
  EXPECT_EQ(graph.firings[0].successor_count, 2);
  EXPECT_EQ(graph.firings[3].successor_count, 0);
  EXPECT_THAT(graph.successors, ElementsAre(1, 2, 3, 3));
  EXPECT_EQ(graph.firings[2].first_successor, 3);
}

// docs/semantics.md 4: the activities of an inference come one after the
// other, for the host controls them.
TEST(CompileTest, AChainHasAControlEdgeFromEachActivityToTheNext) {
  const Program program = Compile(testing::HandSystem(/*gates=*/true));
  const Graph& graph = program.scenarios[1];
  ASSERT_EQ(graph.firings.size(), 4u);
  EXPECT_EQ(graph.firings[0].tokens, 0);
  for (int i = 1; i < 4; ++i) EXPECT_EQ(graph.firings[i].tokens, 1);
  EXPECT_THAT(graph.successors, ElementsAre(1, 2, 3));
}

TEST(CompileTest, AnAbsentScenarioHasNoGraph) {
  mapping::System system = testing::HandSystem(/*gates=*/true);
  system.scenarios[0].reset();
  const Program program = Compile(system);
  EXPECT_FALSE(program.scenarios[0].exists);
  EXPECT_TRUE(program.scenarios[1].exists);
}

}  // namespace
}  // namespace dynarch::engine
