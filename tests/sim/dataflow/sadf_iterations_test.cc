#include "sim/dataflow/sadf_iterations.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/dataflow/sadf_analysis.h"
#include "tests/sim/dataflow/sadf_samples.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::dataflow {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// K starts when D has ended (0 after `done` and its own last end) and K is
// free; it ends 3 or 6 later, which is when `done` is back and K is free again.
TEST(SadfIterationsTest, AScenarioIsAMatrixOverItsTokens) {
  const auto iterations = IterationsOf(FairCoin(3, 6));
  ASSERT_OK(iterations);
  EXPECT_TRUE(iterations->in_step);
  ASSERT_THAT(iterations->tokens, ElementsAre("done[0]", "K.one_at_a_time[0]",
                                              "D.one_at_a_time[0]"));
  const ScenarioAutomaton& automaton = iterations->automaton;
  ASSERT_EQ(automaton.matrices.size(), 2u);
  EXPECT_EQ(automaton.tick, Rational(1));
  for (int s = 0; s < 2; ++s) {
    const MaxPlusMatrix& matrix = automaton.matrices[s];
    const int64_t t = s == 0 ? 3 : 6;
    EXPECT_THAT(matrix.row(0), ElementsAre(t, t, t));
    EXPECT_THAT(matrix.row(1), ElementsAre(t, t, t));
    EXPECT_THAT(matrix.row(2), ElementsAre(0, kNever, 0));
    EXPECT_THAT(automaton.counters[s], ElementsAre(1, 1));
    EXPECT_EQ(automaton.states[s].scenario, s);
    EXPECT_EQ(automaton.states[s].transitions.size(), 2u);
  }
}

// K2 gets a value in "b" only; in "a" its token stays as it is.
TEST(SadfIterationsTest, AProcessThatGetsNoValueKeepsItsTokens) {
  ScenarioAwareGraph graph = FairCoin(3, 6);
  SadfProcess k2 = PlainKernel("K2", {}, {}, {{9}});
  k2.scenarios[0].name = "b";
  graph.processes.push_back(k2);
  graph.channels.push_back(
      {.name = "do2", .source = "D", .destination = "K2", .control = true});
  graph.processes[1].scenarios[1].produce.push_back({"do2", 1});
  const auto iterations = IterationsOf(graph);
  ASSERT_OK(iterations);
  ASSERT_EQ(iterations->tokens[3], "K2.one_at_a_time[0]");
  const auto& matrices = iterations->automaton.matrices;
  EXPECT_THAT(matrices[0].row(3), ElementsAre(kNever, kNever, kNever, 0));
  EXPECT_THAT(matrices[1].row(3), ElementsAre(9, kNever, 9, 9));
  EXPECT_THAT(iterations->automaton.counters[0], ElementsAre(1, 1, 0));
  // Nothing waits for K2, which takes time: it can fall behind without limit.
  EXPECT_FALSE(iterations->in_step);
  EXPECT_THAT(
      AnalyseThroughput(graph, {.method = SadfMethod::kIterations}),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("run ahead")));
  // Taking no time, it cannot.
  graph.processes[2].scenarios[0].profiles = {};
  EXPECT_TRUE(IterationsOf(graph)->in_step);
}

struct Case {
  std::string name;
  std::function<void(ScenarioAwareGraph&)> change;
  std::string message;
};

class SadfIterationsRefusalTest : public ::testing::TestWithParam<Case> {};

TEST_P(SadfIterationsRefusalTest, SaysWhatDoesNotApply) {
  ScenarioAwareGraph graph = FairCoin(3, 6);
  GetParam().change(graph);
  ASSERT_OK(Check(graph));
  EXPECT_THAT(IterationsOf(graph),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    Sadf, SadfIterationsRefusalTest,
    ::testing::ValuesIn<Case>({
        {"several_times",
         [](auto& g) {
           g.processes[0].scenarios[0].profiles = {{1}, {2}};
         },
         "'K' has several times"},
        {"two_detectors",
         [](auto& g) {
           g.processes.push_back(g.processes[1]);
           g.processes[2].name = "D2";
           for (SadfScenario& s : g.processes[2].scenarios) {
             s.consume.clear();
             s.produce.clear();
           }
         },
         "there are two detectors, 'D' and 'D2'"},
        {"initial_values",
         [](auto& g) {
           g.channels[0].initial_tokens = 1;
           g.channels[0].initial_values = {"a"};
         },
         "control channel 'do' has initial tokens"},
        {"untied_kernel",
         [](auto& g) {
           g.processes.push_back(PlainKernel("X", {}, {}, {{1}}));
         },
         "in sub-scenario 'a' no channel ties every process to the detector"},
        {"many_firings_of_the_detector",
         [](auto& g) {
           g.processes.push_back(PlainKernel("X", {{"x", 2}}, {}, {{1}}));
           g.channels.push_back(
               {.name = "x", .source = "D", .destination = "X"});
           for (SadfScenario& s : g.processes[1].scenarios) {
             s.produce.push_back({"x", 1});
           }
         },
         "an iteration of sub-scenario 'a' needs 2 firings of the detector"},
        {"inconsistent",
         [](auto& g) {
           for (SadfScenario& s : g.processes[0].scenarios) {
             s.produce[0].tokens = 2;
           }
         },
         "sub-scenario 'a': inconsistent rates: channel 'done'"},
        {"read_but_not_written",
         [](auto& g) { g.processes[0].scenarios[1].produce.clear(); },
         "in sub-scenario 'b' channel 'done' is read but not written"},
        {"too_many_tokens", [](auto& g) { g.channels[1].initial_tokens = 511; },
         "there are more than 512 initial tokens"},
        {"deadlock", [](auto& g) { g.channels[1].initial_tokens = 0; },
         "sub-scenario 'a': "},
    }),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace dynarch::dataflow
