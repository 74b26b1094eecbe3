#include "sim/dataflow/sadf_analysis.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/dataflow/sadf.h"
#include "tests/sim/dataflow/sadf_samples.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::dataflow {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

SadfThroughput Analysed(const ScenarioAwareGraph& graph,
                        const SadfOptions& options = {}) {
  const auto result = AnalyseThroughput(graph, options);
  EXPECT_OK(result);
  return result.ok() ? *result : SadfThroughput();
}

constexpr SadfOptions kTimed = {.method = SadfMethod::kTimedStates};

// Expects every process to have these rates, exactly.
void ExpectAll(const ScenarioAwareGraph& graph, const SadfOptions& options,
               const Rational& worst, const Rational& expected) {
  const SadfThroughput result = Analysed(graph, options);
  ASSERT_EQ(result.processes.size(), graph.processes.size());
  for (const ProcessThroughput& process : result.processes) {
    EXPECT_EQ(process.worst_case, worst) << process.name;
    EXPECT_TRUE(process.worst_case_exact);
    EXPECT_EQ(process.expected_fraction, expected) << process.name;
    EXPECT_TRUE(process.expected_exact);
    EXPECT_NEAR(process.expected, expected.ToDouble(), 1e-15);
  }
}

// Turns take 3 and 6, a fair coin: 4.5 on average, 6 at worst.
TEST(SadfAnalysisTest, IndependentScenariosTakeTheirMeanTime) {
  ExpectAll(FairCoin(3, 6), kTimed, Rational(1, 6), Rational(2, 9));
  ExpectAll(FairCoin(3, 6), {}, Rational(1, 6), Rational(2, 9));
}

// b is always followed by a, a by either alike: pi(a) = 1/2 pi(a) + pi(b), so
// pi = (2/3, 1/3) and a turn takes 2/3 * 3 + 1/3 * 6 = 4. The worst sequence
// alternates: two turns in 9.
TEST(SadfAnalysisTest, AMarkovChainForbidsTheWorstScenarioTwice) {
  const ScenarioAwareGraph graph = OnDemand(3, 6, {{"a"}, {"b"}}, {{"a"}});
  ExpectAll(graph, kTimed, Rational(2, 9), Rational(1, 4));
  ExpectAll(graph, {}, Rational(2, 9), Rational(1, 4));
}

// From a, the chain leads for ever to b (1/4) or to c (3/4). The mean of the
// rates, not of the times: 1/4 * 1 + 3/4 * 1/2.
TEST(SadfAnalysisTest, WeighsRecurrentClassesByHowLikelyTheyAre) {
  ScenarioAwareGraph graph =
      OnDemand(7, 1, {{"b", Rational(1)}, {"c", Rational(3)}}, {{"b"}});
  SadfScenario c = graph.processes[0].scenarios[1];
  c.name = "c";
  c.profiles = {{2}};
  graph.processes[0].scenarios.push_back(c);
  SadfScenario send = graph.processes[1].scenarios[1];
  send.name = "c";
  graph.processes[1].scenarios.push_back(send);
  graph.processes[1].chains[0].states.push_back({"c", "c", {{"c"}}});
  const SadfThroughput result = Analysed(graph, kTimed);
  EXPECT_NEAR(result.processes[0].expected, 0.625, 1e-12);
  EXPECT_EQ(result.processes[0].worst_case, Rational(1, 2));
  EXPECT_TRUE(result.processes[0].expected_exact);
}

// Times with weights: K takes 2 (3 of 4) or 10 (1 of 4): 4 on average.
TEST(SadfAnalysisTest, ProfilesAreDrawnByWeight) {
  ScenarioAwareGraph graph = FairCoin(1, 1);
  graph.processes[0].scenarios[0].profiles = {{2, 3}, {10, 1}};
  graph.processes[0].scenarios[1].profiles = {{2, 6}, {10, 2}};
  ExpectAll(graph, {}, Rational(1, 10), Rational(1, 4));
}

// S starts A and B at once, J waits for both: a round takes max(A, 2), A being
// 1 or 3 alike: 5/2 on average, 3 at worst.
TEST(SadfAnalysisTest, ParallelBranchesTakeTheExpectedMaximum) {
  ScenarioAwareGraph graph;
  graph.processes = {
      PlainKernel("S", {{"back", 1}}, {{"sa", 1}, {"sb", 1}}, {}),
      PlainKernel("A", {{"sa", 1}}, {{"aj", 1}}, {{1}, {3}}),
      PlainKernel("B", {{"sb", 1}}, {{"bj", 1}}, {{2}}),
      PlainKernel("J", {{"aj", 1}, {"bj", 1}}, {{"back", 1}}, {})};
  graph.channels = {
      {.name = "sa", .source = "S", .destination = "A"},
      {.name = "sb", .source = "S", .destination = "B"},
      {.name = "aj", .source = "A", .destination = "J"},
      {.name = "bj", .source = "B", .destination = "J"},
      {.name = "back", .source = "J", .destination = "S", .initial_tokens = 1}};
  ExpectAll(graph, {}, Rational(1, 3), Rational(2, 5));
}

// A takes 1 and writes 3 tokens, B takes 2 (3 of 10) or 3 (7 of 10) and reads
// 2; the channel holds 6. B never waits, so it takes 27/10 on average, and A
// fires 2 times for 3 of B. (problem13a of the SDF3 examples is alike.)
TEST(SadfAnalysisTest, ABoundedChannelHoldsTheWriterBack) {
  ScenarioAwareGraph graph;
  graph.processes = {PlainKernel("A", {}, {{"ab", 3}}, {{1}}),
                     PlainKernel("B", {{"ab", 2}}, {}, {{2, 3}, {3, 7}})};
  graph.channels = {
      {.name = "ab", .source = "A", .destination = "B", .capacity = 6}};
  const SadfThroughput result = Analysed(graph);
  EXPECT_EQ(result.processes[0].expected_fraction, Rational(20, 81));
  EXPECT_EQ(result.processes[1].expected_fraction, Rational(10, 27));
  EXPECT_EQ(result.processes[0].worst_case, Rational(2, 9));
  EXPECT_EQ(result.processes[1].worst_case, Rational(1, 3));
}

// An inactive firing counts, takes no time and returns nothing: with value "x"
// unknown to K, D would wait for ever. Deadlock after one "b".
TEST(SadfAnalysisTest, ReportsAReachableDeadlockAndTheWayThere) {
  ScenarioAwareGraph graph = FairCoin(3, 6);
  graph.processes[0].scenarios.pop_back();
  const SadfThroughput result = Analysed(graph);
  EXPECT_THAT(result.deadlock,
              AllOf(HasSubstr("after D enters b"),
                    HasSubstr("K waits for a value on do"),
                    HasSubstr("D waits for 1 tokens on done (has 0)")));
  // Sooner or later it happens.
  EXPECT_EQ(result.processes[0].worst_case, Rational(0));
  EXPECT_NEAR(result.processes[0].expected, 0, 1e-12);
  EXPECT_THAT(Analysed(FairCoin(3, 6)).deadlock, IsEmpty());
}

// With the chain's initial state "a" and a coin for the next, D sends "b" first
// with probability 1/2: the state that is entered counts, not the initial one.
TEST(SadfAnalysisTest, TheFirstSubScenarioIsThatOfTheStateEntered) {
  ScenarioAwareGraph graph =
      OnDemand(3, 6, {{"b"}}, {{"b"}});  // a is never entered
  EXPECT_EQ(Analysed(graph).processes[0].worst_case, Rational(1, 6));
}

TEST(SadfAnalysisTest, RefusesFiringsWithoutEndInNoTime) {
  EXPECT_THAT(AnalyseThroughput(OnDemand(0, 0, {{"b"}}, {{"a"}}), kTimed),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("a cycle of firings takes no time")));
}

// Every turn takes no time: there is no finite rate.
TEST(SadfAnalysisTest, TurnsWithoutTimeHaveNoFiniteRate) {
  const SadfThroughput result = Analysed(FairCoin(0, 0), kTimed);
  EXPECT_FALSE(result.processes[0].worst_case.has_value());
  EXPECT_TRUE(result.processes[0].worst_case_exact);
  EXPECT_TRUE(std::isinf(result.processes[0].expected));
}

// Zero-time turns between turns of 6, a coin: 1/3 per unit of time; at worst
// every turn takes 6.
TEST(SadfAnalysisTest, TurnsWithoutTimeAreNeverTheWorst) {
  ExpectAll(FairCoin(0, 6), kTimed, Rational(1, 6), Rational(1, 3));
  ExpectAll(FairCoin(0, 6), {}, Rational(1, 6), Rational(1, 3));
}

// Two detectors, each a coin of its own, tell K what to do: 1 if both say "a",
// 3 if D1 says "b" and D2 "a", else (any other pair, K has no scenario for it)
// nothing in no time. Each pair has probability 1/4: mean 1.
TEST(SadfAnalysisTest, SeveralControlInputsSelectTogether) {
  ScenarioAwareGraph graph = FairCoin(1, 3);
  SadfProcess d2 = graph.processes[1];
  d2.name = "D2";
  for (SadfScenario& scenario : d2.scenarios) {
    scenario.consume = {{"done2", 1}};
    scenario.produce = {{"do2", 1}};
  }
  graph.processes.push_back(d2);
  graph.channels.push_back(
      {.name = "do2", .source = "D2", .destination = "K", .control = true});
  // A separate kernel returns the tokens of inactive turns, too.
  graph.channels.push_back({.name = "done2",
                            .source = "K",
                            .destination = "D2",
                            .initial_tokens = 1});
  std::vector<SadfScenario>& scenarios = graph.processes[0].scenarios;
  scenarios[0].controls = {{"do", "a"}, {"do2", "a"}};
  scenarios[1].controls = {{"do", "b"}, {"do2", "a"}};
  scenarios.push_back(
      {.name = "idle1", .controls = {{"do", "a"}, {"do2", "b"}}});
  scenarios.push_back(
      {.name = "idle2", .controls = {{"do", "b"}, {"do2", "b"}}});
  for (SadfScenario& scenario : scenarios) {
    scenario.produce = {{"done", 1}, {"done2", 1}};
  }
  ExpectAll(graph, {}, Rational(1, 3), Rational(1));
}

// D2's chain is chosen by D1's coin: on "a" it sends "a", on "b" it alternates
// "a" and "b". K takes 1 on "a" and 5 on "b": "b" in a quarter of the turns,
// mean 2; at worst every second turn is "b": 2 turns in 6.
TEST(SadfAnalysisTest, AControlledDetectorRemembersEachOfItsChains) {
  ScenarioAwareGraph graph = FairCoin(1, 5);
  SadfProcess d1 = graph.processes[1];
  d1.name = "D1";
  for (SadfScenario& scenario : d1.scenarios) {
    scenario.produce = {{"mode", 1}};
  }
  SadfProcess& d2 = graph.processes[1];
  for (SadfScenario& scenario : d2.scenarios) scenario.consume = {};
  d2.chains = {
      {.scenario = "a", .initial_state = "s", .states = {{"s", "a", {{"s"}}}}},
      {.scenario = "b",
       .initial_state = "s",
       .states = {{"s", "a", {{"t"}}}, {"t", "b", {{"s"}}}}}};
  graph.processes.push_back(d1);
  graph.channels[1].destination = "D1";
  graph.channels.push_back(
      {.name = "mode", .source = "D1", .destination = "D", .control = true});
  ExpectAll(graph, {}, Rational(1, 3), Rational(1, 2));
}

// A (2) writes two tokens that B (1) reads one by one; B's two tokens return to
// A. A turn takes 4. Channel ab holds, reserved or there, 2 while A runs, 2 in
// B's first firing, 1 in its second: (2*2 + 2 + 1) / 4. Channel ba: 2 while A
// runs, 1 reserved, then 1 there and 1 reserved: (2*2 + 1 + 2) / 4.
TEST(SadfAnalysisTest, MeasuresHowFullChannelsAre) {
  ScenarioAwareGraph graph;
  graph.processes = {PlainKernel("A", {{"ba", 2}}, {{"ab", 2}}, {{2}}),
                     PlainKernel("B", {{"ab", 1}}, {{"ba", 1}}, {{1}})};
  graph.channels = {
      {.name = "ab", .source = "A", .destination = "B"},
      {.name = "ba", .source = "B", .destination = "A", .initial_tokens = 2}};
  const SadfThroughput result = Analysed(graph, {.occupancy = true});
  ASSERT_EQ(result.channels.size(), 2u);
  EXPECT_EQ(result.channels[0].mean, 1.75);
  EXPECT_EQ(result.channels[1].mean, 1.75);
  EXPECT_EQ(result.channels[0].largest, 2);
  EXPECT_EQ(result.channels[1].largest, 2);
  EXPECT_THAT(Analysed(graph).channels, IsEmpty());
}

// A source (1) without bound feeds a slower kernel (3, or 2 by a coin): the
// channel fills for ever, so the space does not close and the result is an
// estimate: the source at its own pace, the kernel at 1/2.5.
TEST(SadfAnalysisTest, AnUnboundedChannelGivesAnEstimate) {
  ScenarioAwareGraph graph;
  graph.processes = {PlainKernel("A", {}, {{"ab", 1}}, {{1}}),
                     PlainKernel("B", {{"ab", 1}}, {}, {{2}, {3}})};
  graph.channels = {{.name = "ab", .source = "A", .destination = "B"}};
  const SadfThroughput result =
      Analysed(graph, {.max_states = 1000, .simulated_firings = 200'000});
  const ProcessThroughput& b = result.processes[1];
  EXPECT_FALSE(b.expected_exact);
  EXPECT_FALSE(b.worst_case_exact);
  EXPECT_NEAR(result.processes[0].expected, 1, 1e-3);
  EXPECT_GT(b.expected_error, 0);
  EXPECT_NEAR(b.expected, 0.4, 3 * b.expected_error);
  ASSERT_TRUE(b.worst_case.has_value());
  EXPECT_NEAR(b.worst_case->ToDouble(), 1.0 / 3, 1e-3);
}

// The same graph, exact and estimated: the interval covers the exact value
// (1.5 times it, for a seed that was fixed before) and shrinks with the run.
TEST(SadfAnalysisTest, TheEstimateCoversTheExactValue) {
  ScenarioAwareGraph graph = OnDemand(3, 6, {{"a"}, {"b"}}, {{"a"}});
  graph.processes[0].scenarios[0].profiles = {{1}, {4, 2}};  // mean 3
  SadfOptions few = {.method = SadfMethod::kTimedStates,
                     .max_states = 0,
                     .simulated_firings = 20'000,
                     .seed = 7};
  SadfOptions many = few;
  many.simulated_firings = 2'000'000;
  const ProcessThroughput rough = Analysed(graph, few).processes[0];
  const ProcessThroughput fine = Analysed(graph, many).processes[0];
  EXPECT_FALSE(rough.expected_exact);
  EXPECT_NEAR(rough.expected, 0.25, 1.5 * rough.expected_error);
  EXPECT_NEAR(fine.expected, 0.25, 1.5 * fine.expected_error);
  // A hundred times the run: a tenth of the width, within a factor of two.
  EXPECT_LT(fine.expected_error, 0.2 * rough.expected_error);
}

TEST(SadfAnalysisTest, RefusesIterationsWhereTheyDoNotApply) {
  ScenarioAwareGraph graph;
  graph.processes = {PlainKernel("A", {}, {}, {{1}})};
  EXPECT_THAT(AnalyseThroughput(graph, {.method = SadfMethod::kIterations}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("there is no detector")));
}

TEST(SadfAnalysisTest, RefusesTimesThatDoNotFit) {
  // 10^18 against a tick of 10^-6.
  ScenarioAwareGraph graph =
      FairCoin(*Rational::Parse("1e18"), *Rational::Parse("0.000001"));
  EXPECT_THAT(AnalyseThroughput(graph),
              StatusIs(absl::StatusCode::kOutOfRange,
                       HasSubstr("is more than 2^53 times 1/1000000")));
}

}  // namespace
}  // namespace dynarch::dataflow
