#include "sim/behavior/statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "sim/base/random.h"
#include "sim/behavior/work_model.h"
#include "sim/graph/scenario_graph.h"
#include "tests/sim/behavior/small_networks.h"

namespace dynarch::behavior {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Signal = graph::Signal;

Statistics Summarised(const Source& source, const graph::Network& network,
                      const std::vector<std::string>& thresholds,
                      const Population* independent = nullptr) {
  EXPECT_OK(CheckSource(source, network));
  const auto population = Realise(source, network, {});
  EXPECT_OK(population);
  const ExitPolicy policy = PolicyOf(network, Thresholds(thresholds));
  EXPECT_OK(population->Check(policy));
  const auto statistics =
      Summarise(network, *population, policy, independent, 2);
  EXPECT_OK(statistics);
  return *statistics;
}

// Chain of two exits: trunk 64 and head 32 MACs a stage (small_networks.h).
// Exit 1: 96; exit 2: 192, with `never` 160.
Trace FourSamples(const graph::Network& network) {
  TraceSlice slice = SliceOf(4);
  slice.signal(Signal::kMaxProbability) = {0.9, 0, 0.1, 0, 0.8, 0, 0.2, 0};
  slice.correct = {1, 1, 0, 1, 1, 0, 0, 0};
  return TraceOf(network, slice);
}

TEST(StatisticsTest, AChainOfExitsByHand) {
  const graph::Network network = Chain(2);
  const Statistics s =
      Summarised(FourSamples(network), network, {"0.5", "always"});
  EXPECT_EQ(s.samples, 4);
  EXPECT_EQ(s.scenarios, 2);
  ASSERT_EQ(s.exits.outcomes.size(), 2u);
  EXPECT_EQ(s.exits.outcomes[0].text, "exit1");
  EXPECT_EQ(s.exits.outcomes[0].count, 2);
  EXPECT_EQ(s.exits.outcomes[1].share, 0.5);
  EXPECT_EQ(s.exits.entropy_bits, 1);  // Two outcomes of a half each.
  EXPECT_FALSE(s.exits.collapsed);
  EXPECT_EQ(s.correct, 3);          // 1; 1; 1; 0.
  EXPECT_EQ(s.macs_expected, 144);  // (96 + 192) / 2.
  EXPECT_EQ(s.macs_static, 160);
  EXPECT_EQ(s.macs_min, 96);
  EXPECT_EQ(s.macs_max, 192);
  EXPECT_EQ(s.macs_worst_case, 192);
  EXPECT_TRUE(s.worst_case_exact);
  // One early exit: its rate is the chain's.
  EXPECT_EQ(s.independence_error, 0);
  EXPECT_TRUE(s.independence_exact);
  // 96 192 96 192: x - m = -48 48 -48 48; lag 1: -3/4, lag 2: 2/4.
  EXPECT_THAT(s.autocorrelation, ElementsAre(-0.75, 0.5));
  EXPECT_THAT(s.exits.autocorrelation, ElementsAre(-0.75, 0.5));
}

TEST(StatisticsTest, AnExitThatNeverTakesIsNotComputed) {
  const graph::Network network = Chain(2);
  const Statistics s =
      Summarised(FourSamples(network), network, {"never", "always"});
  EXPECT_EQ(s.macs_expected, 160);
  EXPECT_EQ(s.macs_worst_case, 160);
  EXPECT_TRUE(s.exits.collapsed);  // All samples at the last exit.
  EXPECT_THAT(s.autocorrelation, IsEmpty());
}

// Exits 1 and 2 pass the same half of the samples; independent of one another
// they would take 1/2 and 1/4. MACs by exit: 96, 192, 288. True: (96 + 288) / 2
// = 192. Independent: 48 + 48 + 72 = 168. Error: -24 / 192.
TEST(StatisticsTest, TheErrorOfIndependentExitsIsExact) {
  const graph::Network network = Chain(3);
  TraceSlice slice = SliceOf(4);
  slice.signal(Signal::kMaxProbability) = {1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0};
  const Statistics s =
      Summarised(TraceOf(network, slice), network, {"0.5", "0.5", "always"});
  EXPECT_EQ(s.macs_expected, 192);
  EXPECT_TRUE(s.independence_exact);
  EXPECT_EQ(s.independence_error, -0.125);
}

TEST(StatisticsTest, WithAPredictedExitOnlyTheOneLookedAtIsComputedBefore) {
  auto builder = ChainBuilder(4);
  graph::ExitRule rule;
  rule.kind = graph::ExitRule::Kind::kPredicted;
  rule.at = 0;
  rule.bounds = {*Decimal::Parse("0.9"), *Decimal::Parse("0.5")};
  builder.Rule(rule);
  const graph::Network network = Made(builder);
  TraceSlice slice = SliceOf(2);
  slice.signal(Signal::kMaxProbability) = {0.95, 0, 0, 0, 0.1, 0, 0, 0};
  const Statistics s = Summarised(TraceOf(network, slice), network,
                                  {"checked", "checked", "checked", "always"});
  // Exit 2: trunks 1, 2, heads 1, 2: 192. Exit 4: four trunks, two heads: 320.
  EXPECT_EQ(s.macs_min, 192);
  EXPECT_EQ(s.macs_max, 320);
  EXPECT_EQ(s.macs_worst_case, 320);
}

// Blocks of 64 MACs behind gates, 32 after them.
TEST(StatisticsTest, GatesByHand) {
  const graph::Network network = Gated(2);
  TraceSlice slice = SliceOf(4);
  slice.outcomes = OutcomeRows(2);
  for (const graph::Outcomes& row :
       std::vector<graph::Outcomes>{{1, 1}, {0, 1}, {1, 1}, {0, 1}}) {
    slice.outcomes.Append(row);
  }
  const Statistics s = Summarised(TraceOf(network, slice), network, {"always"});
  EXPECT_EQ(s.macs_expected, 128);  // 160 and 96.
  EXPECT_EQ(s.macs_worst_case, 160);
  EXPECT_TRUE(s.worst_case_exact);
  EXPECT_FALSE(s.correct.has_value());
  ASSERT_EQ(s.decisions.size(), 2u);
  EXPECT_EQ(s.decisions[0].name, "gate1");
  EXPECT_EQ(s.decisions[0].outcomes[0].text, "skip");
  EXPECT_EQ(s.decisions[0].outcomes[1].share, 0.5);
  EXPECT_THAT(s.decisions[0].autocorrelation, ElementsAre(-0.75, 0.5));
  EXPECT_TRUE(s.decisions[1].collapsed);
  EXPECT_EQ(s.decisions[1].entropy_bits, 0);
}

// MACs of gates add up, so correlation does not change the expectation.
TEST(StatisticsTest, IndependentGatesDoTheSameWork) {
  const graph::Network network = Gated(2);
  TraceSlice slice = SliceOf(100);
  slice.outcomes = OutcomeRows(2);
  for (int64_t i = 0; i < 100; ++i) slice.outcomes.Append({i < 30, i < 30});
  const Source source = TraceOf(network, slice);
  Request request;
  request.control = Control::kIndependent;
  const auto independent = Realise(source, network, request);
  ASSERT_OK(independent);
  EXPECT_GT(independent->table_size(), 2);
  const Statistics s = Summarised(source, network, {"always"}, &*independent);
  EXPECT_EQ(s.independence_error, 0);
  EXPECT_FALSE(s.independence_exact);
}

TEST(StatisticsTest, StatedRatesAreNotTheDraws) {
  const graph::Network network = Chain(2);
  Distribution source;
  Case early, late;
  early.probability = *Decimal::Parse("0.3");
  early.exit = 0;
  early.accuracy = *Decimal::Parse("0.9");
  late.probability = *Decimal::Parse("0.7");
  late.exit = 1;
  late.accuracy = *Decimal::Parse("0.8");
  source.cases = {early, late};
  const Statistics s = Summarised(source, network, {"checked", "always"});
  EXPECT_TRUE(s.exact_rates);
  EXPECT_EQ(s.exits.outcomes[0].share, 0.3);
  EXPECT_TRUE(s.macs_exact);
  EXPECT_THAT(s.macs_expected, DoubleNear(0.3 * 96 + 0.7 * 192, 1e-12));
  ASSERT_TRUE(s.accuracy.has_value());
  EXPECT_THAT(*s.accuracy, DoubleNear(0.3 * 0.9 + 0.7 * 0.8, 1e-15));
}

// The fast count equals graph::ScenarioGraph on random outcomes.
TEST(WorkModelTest, EqualsTheScenarioGraph) {
  const graph::Network network = Gated(12);
  RandomStream random({.seed = 9});
  WorkModel model(network, StaticPolicy(network));
  for (int i = 0; i < 200; ++i) {
    graph::Outcomes row;
    for (int g = 0; g < 12; ++g) {
      row.push_back(static_cast<int64_t>(random.UniformBelow(2)));
    }
    const auto macs = model.MacsByExit(row);
    ASSERT_OK(macs);
    const auto graph = graph::ScenarioGraph::Create(network, row);
    ASSERT_OK(graph);
    EXPECT_EQ(macs->back(), graph->total_macs().value());
  }
}

TEST(WorkModelTest, TheWorstCaseIsTheLargestOfAllOutcomes) {
  // A router: the worst case is its dearest branch, not their sum.
  testing::NetworkBuilder net("router");
  net.Input("x", {8});
  graph::Decision router;
  router.name = "router";
  router.kind = graph::Decision::Kind::kBranch;
  router.options = {"small", "large", "tiny"};
  net.Decide(router);
  net.Add("s", graph::Linear{10}, {"x"}).When("router == small");
  net.Add("l", graph::Linear{10}, {"x"}).When("router == large");
  net.Add("l2", graph::Linear{10}, {"l"}).When("router == large");
  net.Add("t", graph::Linear{10}, {"x"}).When("router == tiny");
  net.Add("m", graph::Merge{}, {"s", "l2", "t"}).Output("m");
  const graph::Network network = Made(net);
  WorkModel model(network, StaticPolicy(network));
  const auto most = model.MostMacs(0, 1000);
  ASSERT_OK(most);
  EXPECT_EQ(*most, 180);                  // 8 x 10 + 10 x 10.
  const auto few = model.MostMacs(0, 2);  // Three outcomes.
  ASSERT_OK(few);
  EXPECT_FALSE(few->has_value());
}

}  // namespace
}  // namespace dynarch::behavior
