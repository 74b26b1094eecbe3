// Chains of networks with inner decisions (docs/semantics.md 4.9 to 4.12).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/base/reason.h"
#include "sim/mapping/schedule.h"
#include "tests/sim/mapping/chain_text.h"
#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::mapping {
namespace {

using ::dynarch::testing::NetworkBuilder;
using ::dynarch::testing::PlainPlatform;
using ::dynarch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = graph::Decision::Kind;
using Elementwise = graph::Elementwise;

constexpr Elementwise kAdd{Elementwise::Kind::kAdd};

graph::Decision Skip(std::string name) {
  graph::Decision decision;
  decision.name = std::move(name);
  decision.kind = Kind::kSkip;
  return decision;
}

graph::Decision Rounds(std::string name, int64_t max) {
  graph::Decision decision;
  decision.name = std::move(name);
  decision.kind = Kind::kRepeat;
  decision.max = max;
  return decision;
}

graph::Decision Routes(std::string name, std::vector<std::string> options) {
  graph::Decision decision;
  decision.name = std::move(name);
  decision.kind = Kind::kBranch;
  decision.options = std::move(options);
  return decision;
}

class DecisionChainTest : public ::testing::Test {
 protected:
  std::vector<std::string> Lines(const StageElements& stages,
                                 const graph::Outcomes& outcomes,
                                 const Scenario& scenario = {},
                                 std::vector<Deciding> deciding = {}) {
    auto network = graph::Network::Create(net_.parts());
    EXPECT_OK(network);
    auto graph = graph::ScenarioGraph::Create(*network, outcomes);
    EXPECT_OK(graph);
    auto platform = platform::Platform::Create(hardware_);
    EXPECT_OK(platform);
    const auto chain =
        BuildChain(*network, *graph, *platform, stages, scenario, deciding);
    status_ = chain.status();
    if (!chain.ok()) return {};
    return LinesOf(*chain, *network, *platform);
  }

  NetworkBuilder net_{"net"};
  platform::PlatformParts hardware_ = ThreeElements();
  absl::Status status_;
};

// x[6] -> stem -> gate[1] decides whether block[6] is executed; sum adds what
// there is; out.
NetworkBuilder OneSkip() {
  NetworkBuilder net("net");
  net.Input("x", {6});
  net.Add("stem", Elementwise{}, {"x"});
  net.Add("gate", graph::Linear{.out_features = 1}, {"stem"});
  net.Decide(Skip("skip"), "gate");
  net.Add("block", graph::Linear{.out_features = 6}, {"stem"}).When("skip");
  net.Add("sum", kAdd, {"stem", "block"});
  net.Add("out", graph::Linear{.out_features = 3}, {"sum"});
  net.Output("out");
  return net;
}

// 4.9: a gate is checked by the host right after it fired.
TEST_F(DecisionChainTest, TheHostReadsTheGateAndDecides) {
  net_ = OneSkip();
  EXPECT_THAT(
      Lines({1}, {1}),
      ElementsAre("x:cpu>gpu(6)", "stem@gpu", "gate@gpu", "sync gpu",
                  "gate:gpu>cpu(1)", "decide skip(1)", "block@gpu", "sum@gpu",
                  "out@gpu", "sync gpu", "result out:gpu>cpu(3)"));
  EXPECT_THAT(Lines({0}, {1}),
              ElementsAre("stem@cpu", "gate@cpu", "decide skip(1)", "block@cpu",
                          "sum@cpu", "out@cpu"));
}

// 4.10: what does not fire is nowhere; the sum of one tensor is that tensor.
TEST_F(DecisionChainTest, ASkippedBlockIsNotFired) {
  net_ = OneSkip();
  EXPECT_THAT(Lines({0}, {0}),
              ElementsAre("stem@cpu", "gate@cpu", "decide skip(1)", "out@cpu"));
}

// 4.12: a decision that is settled needs no gate.
TEST_F(DecisionChainTest, ASettledDecisionIsNeitherComputedNorChecked) {
  net_ = OneSkip();
  EXPECT_THAT(Lines({0}, {1}, {}, {Deciding::kBefore}),
              ElementsAre("stem@cpu", "block@cpu", "sum@cpu", "out@cpu"));
  EXPECT_THAT(
      Lines({1}, {1}, {}, {Deciding::kCount}),
      ElementsAre("x:cpu>gpu(6)", "stem@gpu", "gate@gpu", "block@gpu",
                  "sum@gpu", "out@gpu", "sync gpu", "result out:gpu>cpu(3)"));
}

// A settled decision's `from` that the data needs too is still computed.
TEST_F(DecisionChainTest, WhatTheDataNeedsIsComputedThoughItDecidesNothing) {
  net_ = NetworkBuilder("net");
  net_.Input("x", {6});
  net_.Add("stem", Elementwise{}, {"x"});
  net_.Decide(Skip("skip"), "stem");
  net_.Add("block", graph::Linear{.out_features = 6}, {"stem"}).When("skip");
  net_.Add("sum", kAdd, {"stem", "block"});
  net_.Output("sum");
  EXPECT_THAT(Lines({0}, {1}, {}, {Deciding::kBefore}),
              ElementsAre("stem@cpu", "block@cpu", "sum@cpu"));
}

// 4.9: two decisions on one tensor fetch it once.
TEST_F(DecisionChainTest, DecisionsThatReadOneTensorFetchItOnce) {
  net_ = NetworkBuilder("net");
  net_.Input("x", {6});
  net_.Add("policy", graph::Linear{.out_features = 2}, {"x"});
  net_.Decide(Skip("first"), "policy").Decide(Skip("second"), "policy");
  net_.Add("block1", Elementwise{}, {"x"}).When("first");
  net_.Add("block2", Elementwise{}, {"x"}).When("second");
  net_.Add("sum", kAdd, {"x", "block1", "block2"});
  net_.Output("sum");
  EXPECT_THAT(
      Lines({1}, {0, 1}),
      ElementsAre("x:cpu>gpu(6)", "policy@gpu", "sync gpu", "policy:gpu>cpu(2)",
                  "decide first(2)", "decide second(2)", "block2@gpu",
                  "sum@gpu", "sync gpu", "result sum:gpu>cpu(6)"));
}

// x -> router[2] -> easy or hard -> merged.
NetworkBuilder TwoRoutes() {
  NetworkBuilder net("net");
  net.Input("x", {6});
  net.Input("y", {9});
  net.Add("router", graph::Linear{.out_features = 2}, {"x"});
  net.Decide(Routes("route", {"easy", "hard"}), "router");
  net.Add("easy", graph::Linear{.out_features = 4}, {"x"})
      .When("route == easy");
  net.Add("hard", graph::Linear{.out_features = 4}, {"y"})
      .When("route == hard");
  net.Add("merged", graph::Merge{}, {"easy", "hard"});
  net.Add("out", graph::Linear{.out_features = 3}, {"merged"});
  net.Output("out");
  return net;
}

// 4.11: what only actors behind a decision read is brought after its check;
// a merge gives the tensor that is there.
TEST_F(DecisionChainTest, InputsOfARouteComeAfterTheDecision) {
  net_ = TwoRoutes();
  EXPECT_THAT(
      Lines({1}, {1}),
      ElementsAre("x:cpu>gpu(6)", "router@gpu", "sync gpu", "router:gpu>cpu(2)",
                  "decide route(2)", "y:cpu>gpu(9)", "hard@gpu", "out@gpu",
                  "sync gpu", "result out:gpu>cpu(3)"));
  EXPECT_THAT(Lines({0}, {0}), ElementsAre("router@cpu", "decide route(2)",
                                           "easy@cpu", "out@cpu"));
}

// A merge that is delivered is the tensor behind it, wherever that lies.
TEST_F(DecisionChainTest, TheResultBehindAMergeComesFromWhereItLies) {
  net_ = NetworkBuilder("net");
  net_.Input("x", {6});
  net_.Add("head", graph::Linear{.out_features = 3}, {"x"});
  net_.Exit("early", "head");
  net_.Decide(Skip("refine"));
  net_.Add("fine", graph::Linear{.out_features = 3}, {"head"}).When("refine");
  net_.Add("result", graph::Merge{}, {"fine", "head"});
  net_.Output("result");
  const Scenario last = {.exit = 1, .skipped_heads = 1};
  EXPECT_THAT(Lines({1, 2}, {0}, last),
              ElementsAre("x:cpu>gpu(6)", "head@gpu", "sync gpu",
                          "result head:gpu>cpu(3)"));
  hardware_.links.push_back({"side", 1, 2, Picoseconds(1), {}, {}});
  EXPECT_THAT(Lines({1, 2}, {1}, last),
              ElementsAre("x:cpu>gpu(6)", "head@gpu", "head:gpu>npu(3)",
                          "fine@npu", "sync npu", "result fine:npu>cpu(3)"));
}

// 4.10: a loop fires round by round; its decision is checked in every one.
TEST_F(DecisionChainTest, ALoopFiresRoundByRound) {
  net_ = NetworkBuilder("net");
  net_.Input("x", {6});
  net_.Add("stem", Elementwise{}, {"x"});
  net_.Decide(Rounds("rounds", 4), "halt");
  net_.Add("step", kAdd, {"stem", "+step"}).Times("rounds");
  net_.Add("halt", graph::Linear{.out_features = 1}, {"step"}).Times("rounds");
  net_.Add("out", graph::Linear{.out_features = 3}, {"step"});
  net_.Output("out");
  EXPECT_THAT(Lines({1}, {2}),
              ElementsAre("x:cpu>gpu(6)", "stem@gpu",             //
                          "step@gpu", "halt@gpu", "sync gpu",     //
                          "halt:gpu>cpu(1)", "decide rounds(1)",  //
                          "step@gpu", "halt@gpu", "sync gpu",     //
                          "halt:gpu>cpu(1)", "decide rounds(1)",  //
                          "out@gpu", "sync gpu", "result out:gpu>cpu(3)"));
  EXPECT_THAT(
      Lines({0}, {3}, {}, {Deciding::kBefore}),
      ElementsAre("stem@cpu", "step@cpu", "step@cpu", "step@cpu", "out@cpu"));
}

// 4.13: behind the exit that foresees it only the exit taken is computed.
TEST_F(DecisionChainTest, APredictedExitSkipsHeadsAndChecksInBetween) {
  net_ = NetworkBuilder("net");
  net_.Input("x", {6});
  for (const std::string s : {"1", "2", "3", "4"}) {
    const std::string before =
        s == "1" ? "x" : absl::StrCat("t", std::stoi(s) - 1);
    net_.Add("t" + s, Elementwise{}, {before});
    net_.Add("p" + s, graph::Linear{.out_features = 3}, {"t" + s});
    net_.Exit("exit" + s, "p" + s);
  }
  const Scenario third = {.exit = 2, .checked = false, .predictor = 0};
  EXPECT_THAT(Lines({0, 0, 0, 0}, {}, third),
              ElementsAre("t1@cpu", "p1@cpu", "check(3)", "t2@cpu", "t3@cpu",
                          "p3@cpu"));
  const Scenario last = {.exit = 3, .checked = false, .predictor = 0};
  EXPECT_THAT(Lines({0, 0, 0, 1}, {}, last),
              ElementsAre("t1@cpu", "p1@cpu", "check(3)", "t2@cpu", "t3@cpu",
                          "t3:cpu>gpu(6)", "t4@gpu", "p4@gpu", "sync gpu",
                          "result p4:gpu>cpu(3)"));
}

// 4.6: a measured stage is known for the nominal outcomes.
TEST_F(DecisionChainTest, AMeasuredStageStandsForTheNominalOutcomes) {
  net_ = OneSkip();
  hardware_ = PlainPlatform();
  hardware_.elements[0].kind = platform::Table{};
  EXPECT_THAT(Lines({0}, {1}), ElementsAre("stage 0@cpu"));
  Lines({0}, {0});
  const auto reason = ReasonOf(status_);
  ASSERT_TRUE(reason.has_value()) << status_;
  EXPECT_EQ(reason->code, reason::kUnmeasuredOutcome);
  EXPECT_THAT(reason->sentence, HasSubstr("stage 'output' was measured"));
}

// A builder keeps nothing from one scenario to the next.
TEST_F(DecisionChainTest, OneBuilderGivesEveryScenarioItsOwnChain) {
  net_ = TwoRoutes();
  const auto network = graph::Network::Create(net_.parts());
  ASSERT_OK(network);
  const auto platform = platform::Platform::Create(hardware_);
  ASSERT_OK(platform);
  const StageElements stages = {1};
  ChainBuilder builder(*network, *platform, stages);
  Chain chain;
  for (const int64_t route : {0, 1, 0, 1}) {
    const auto graph = graph::ScenarioGraph::Create(*network, {route});
    ASSERT_OK(graph);
    ASSERT_OK(builder.Build(*graph, {}, chain));
    EXPECT_EQ(LinesOf(chain, *network, *platform), Lines({1}, {route}));
  }
  EXPECT_THAT(
      builder.Build(network->full(), {.exit = 1}, chain),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("exit number 1")));
}

}  // namespace
}  // namespace dynarch::mapping
