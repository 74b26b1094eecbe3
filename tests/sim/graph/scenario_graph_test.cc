#include "sim/graph/scenario_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::graph {
namespace {

using ::dynarch::testing::NetworkBuilder;
using ::dynarch::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr Elementwise kAdd{Elementwise::Kind::kAdd};
constexpr Elementwise kScale{Elementwise::Kind::kScale};
using Kind = Decision::Kind;

Decision Named(const char* name, Kind kind) {
  Decision decision;
  decision.name = name;
  decision.kind = kind;
  return decision;
}

// A residual block that a gate may skip: y = x + f(x), or x.
NetworkBuilder Residual() {
  NetworkBuilder net("residual");
  net.Input("x", {10});
  net.Add("gate", Linear{.out_features = 1}, {"x"});
  net.Decide(Named("block", Kind::kSkip), "gate");
  net.Add("f", Linear{.out_features = 10}, {"x"}).When("block");
  net.Add("sum", kAdd, {"x", "f"}).When("block");
  net.Add("y", Merge{}, {"sum", "x"});
  net.Add("fc", Linear{.out_features = 3}, {"y"}).Output("fc");
  return net;
}

TEST(ScenarioGraphTest, ASkippedBlockDoesNotFireAndTheMergeTakesTheOther) {
  ASSERT_OK_AND_ASSIGN(const Network network,
                       Network::Create(Residual().parts()));
  // Everything: gate 10, f 100, fc 30.
  EXPECT_EQ(network.total_macs(), Macs(140));
  EXPECT_THAT(network.nominal(), ElementsAre(1));
  ASSERT_OK_AND_ASSIGN(const ScenarioGraph run,
                       ScenarioGraph::Create(network, {1}));
  EXPECT_EQ(run.origin({false, 3}), (Endpoint{false, 2}));  // y is sum.
  ASSERT_OK_AND_ASSIGN(const ScenarioGraph skip,
                       ScenarioGraph::Create(network, {0}));
  EXPECT_EQ(skip.total_macs(), Macs(40));  // gate and fc.
  EXPECT_FALSE(skip.fires(1));
  EXPECT_FALSE(skip.fires(2));
  EXPECT_EQ(skip.origin({false, 3}), (Endpoint{true, 0}));  // y is x.
  EXPECT_EQ(skip.token_elements({false, 3}), 10);
}

TEST(ScenarioGraphTest, ActorsComeAfterWhatTheirDecisionReads) {
  // In the file the gate comes last.
  NetworkBuilder net("late");
  net.Input("x", {10});
  net.Decide(Named("block", Kind::kSkip), "gate");
  net.Add("f", Softmax{}, {"x"}).When("block");
  net.Add("y", Merge{}, {"f", "x"});
  net.Add("gate", Linear{.out_features = 1}, {"x"}).Output("y");
  ASSERT_OK_AND_ASSIGN(const Network network, Network::Create(net.parts()));
  EXPECT_THAT(network.order(), ElementsAre(2, 0, 1));
}

TEST(ScenarioGraphTest, ADecisionCannotWaitForWhatItDecides) {
  NetworkBuilder net("n");
  net.Input("x", {10});
  net.Decide(Named("block", Kind::kSkip), "gate");
  net.Add("f", Softmax{}, {"x"}).When("block");
  net.Add("gate", Linear{.out_features = 1}, {"f"}).Output("gate");
  EXPECT_THAT(Network::Create(net.parts()),
              StatusIs(kInvalid, HasSubstr("f -> gate -> f")));
}

TEST(ScenarioGraphTest, ExtentsFollowTheWidth) {
  NetworkBuilder net("slim");
  Decision width = Named("width", Kind::kWidth);
  width.values = {*Decimal::Parse("0.5"), *Decimal::Parse("1")};
  net.Decide(width).Input("x", {3, 8, 8});
  net.Add("conv", Conv2d{.kernel = {1, 1}}, {"x"})
      .Extent(OperatorField::kOutChannels, "16 * width");
  net.Add("pool", Pool{.kind = Pool::Kind::kGlobalAverage}, {"conv"});
  net.Add("flat", Reshape{}, {"pool"});
  net.Add("fc", Linear{.out_features = 10}, {"flat"}).Output("fc");
  ASSERT_OK_AND_ASSIGN(const Network network, Network::Create(net.parts()));
  // conv: 64 pixels x 3 x 16; fc: 16 x 10.
  EXPECT_EQ(network.total_macs(), Macs(3072 + 160));
  EXPECT_EQ(network.total_weight_elements(), 48 + 160);
  ASSERT_OK_AND_ASSIGN(const ScenarioGraph half,
                       ScenarioGraph::Create(network, {0}));
  EXPECT_EQ(half.total_macs(), Macs(1536 + 80));
  EXPECT_EQ(half.output_shape(0), (Shape{8, 8, 8}));
  EXPECT_EQ(half.work(3).weight_elements, 80);
}

TEST(ScenarioGraphTest, ExtentsOfInputsFollowTheResolution) {
  Decision resolution = Named("side", Kind::kResolution);
  resolution.values = {*Decimal::Parse("4"), *Decimal::Parse("8")};
  NetworkBuilder net("n");
  net.Decide(resolution).Input("x", {1, 1, 1});
  net.InputExtent(1, "side").InputExtent(2, "side");
  net.Add("pool", Pool{.kind = Pool::Kind::kGlobalMax}, {"x"}).Output("pool");
  ASSERT_OK_AND_ASSIGN(const Network network, Network::Create(net.parts()));
  EXPECT_EQ(network.token_elements({true, 0}), 64);
  ASSERT_OK_AND_ASSIGN(const ScenarioGraph small,
                       ScenarioGraph::Create(network, {0}));
  EXPECT_EQ(small.token_elements({true, 0}), 16);
}

// Two experts of a router over 6 tokens, top 1.
NetworkBuilder Experts() {
  NetworkBuilder net("moe");
  Decision moe = Named("moe", Kind::kExperts);
  moe.experts = 2;
  moe.top_k = 1;
  moe.of = OutcomeExpression::Constant(6);
  net.Input("x", {6, 4}).Decide(moe, "router");
  net.Add("router", Linear{.out_features = 2}, {"x"});
  for (const char* e : {"0", "1"}) {
    const std::string tokens = std::string("moe.e") + e;
    net.Add(std::string("gather") + e, Gather{}, {"x"})
        .When(tokens + " > 0")
        .Extent(OperatorField::kCount, tokens);
    net.Add(std::string("ffn") + e, Linear{.out_features = 4},
            {std::string("gather") + e})
        .When(tokens + " > 0");
    net.Add(std::string("scatter") + e, Scatter{.count = 6},
            {std::string("ffn") + e})
        .When(tokens + " > 0");
  }
  net.Add("sum", kAdd, {"scatter0", "scatter1"}).Output("sum");
  return net;
}

TEST(ScenarioGraphTest, ExpertsTakeTheirTokens) {
  ASSERT_OK_AND_ASSIGN(const Network network,
                       Network::Create(Experts().parts()));
  EXPECT_THAT(network.nominal(), ElementsAre(3, 3, 0));
  // Four tokens to the first, one to the second, one dropped.
  ASSERT_OK_AND_ASSIGN(const ScenarioGraph run,
                       ScenarioGraph::Create(network, {4, 1, 1}));
  // Router 6 x 4 x 2; a token in an expert 4 x 4.
  EXPECT_EQ(run.total_macs(), Macs(48 + 5 * 16));
  // One expert alone: the other's weights are not read, and the sum of one is
  // that one.
  ASSERT_OK_AND_ASSIGN(const ScenarioGraph one,
                       ScenarioGraph::Create(network, {6, 0, 0}));
  EXPECT_FALSE(one.fires(5));
  EXPECT_EQ(one.origin({false, 7}), (Endpoint{false, 3}));
  EXPECT_EQ(network.total_weight_elements(), 8 + 2 * 16);
}

TEST(ScenarioGraphTest, EveryTokenIsRoutedOrDropped) {
  ASSERT_OK_AND_ASSIGN(const Network network,
                       Network::Create(Experts().parts()));
  EXPECT_THAT(ScenarioGraph::Create(network, {4, 1, 0}),
              StatusIs(kInvalid, AllOf(HasSubstr("decisions.moe"),
                                       HasSubstr("sum to 5; 6 tokens"))));
}

// A recurrent cell with a state that a gate may keep as it is.
TEST(ScenarioGraphTest, AStateThatIsNotUpdatedIsThatOfBefore) {
  NetworkBuilder net("skiprnn");
  net.Input("x", {5});
  net.Add("state", Merge{}, {"cell", "+state"});
  net.Add("cell", RnnCell{.kind = RnnCell::Kind::kGru, .hidden = 8},
          {"x", "+state"})
      .When("update");
  net.Decide(Named("update", Kind::kSkip));
  net.Add("fc", Linear{.out_features = 2}, {"state"}).Output("fc");
  ASSERT_OK_AND_ASSIGN(const Network network, Network::Create(net.parts()));
  ASSERT_OK_AND_ASSIGN(const ScenarioGraph keep,
                       ScenarioGraph::Create(network, {0}));
  EXPECT_EQ(keep.origin({false, 0}), (Endpoint{false, 0}));
  EXPECT_EQ(keep.token_elements({false, 0}), 8);
  EXPECT_EQ(keep.total_macs(), Macs(16));  // fc alone.
}

// A loop whose end is decided inside it.
TEST(ScenarioGraphTest, ALoopFiresAsOftenAsItsHaltSays) {
  Decision rounds = Named("rounds", Kind::kRepeat);
  rounds.max = 4;
  NetworkBuilder net("act");
  net.Input("x", {10}).Decide(rounds, "halt");
  net.Add("step", Linear{.out_features = 10}, {"x"}).Times("rounds");
  net.Add("halt", Linear{.out_features = 1}, {"step"}).Times("rounds");
  net.Add("fc", Linear{.out_features = 2}, {"step"}).Output("fc");
  ASSERT_OK_AND_ASSIGN(const Network network, Network::Create(net.parts()));
  EXPECT_EQ(network.total_macs(), Macs(4 * 110 + 20));
  ASSERT_OK_AND_ASSIGN(const ScenarioGraph twice,
                       ScenarioGraph::Create(network, {2}));
  EXPECT_EQ(twice.times(0), 2);
  EXPECT_EQ(twice.total_macs(), Macs(2 * 110 + 20));
  EXPECT_THAT(ScenarioGraph::Create(network, {5}),
              StatusIs(kInvalid, HasSubstr("outcome 5; 1 to 4 is allowed")));
}

TEST(ScenarioGraphTest, ActorsOfALoopFollowEachOther) {
  Decision rounds = Named("rounds", Kind::kRepeat);
  rounds.max = 4;
  NetworkBuilder net("n");
  net.Input("x", {10}).Decide(rounds);
  net.Add("a", Softmax{}, {"x"}).Times("rounds");
  net.Add("between", Softmax{}, {"a"});
  net.Add("b", Softmax{}, {"between"}).Times("rounds").Output("b");
  EXPECT_THAT(Network::Create(net.parts()),
              StatusIs(kInvalid, HasSubstr("interrupted by actor 'between'")));
}

// A decision inside a branch that is not taken is moot.
TEST(ScenarioGraphTest, ADecisionThatIsNotReachedHasNoOutcome) {
  Decision route = Named("route", Kind::kBranch);
  route.options = {"small", "large"};
  NetworkBuilder net("tree");
  net.Input("x", {10}).Decide(route).Decide(Named("deep", Kind::kSkip), "gate");
  net.Add("gate", Linear{.out_features = 1}, {"x"}).When("route == large");
  net.Add("big", Linear{.out_features = 10}, {"x"}).When("deep");
  net.Add("y", Merge{}, {"big", "x"}).Output("y");
  ASSERT_OK_AND_ASSIGN(const Network network, Network::Create(net.parts()));
  ASSERT_OK_AND_ASSIGN(const ScenarioGraph small,
                       ScenarioGraph::Create(network, {0, 1}));
  EXPECT_THAT(small.outcomes(), ElementsAre(0, kNotReached));
  EXPECT_FALSE(small.fires(1));
  EXPECT_THAT(ScenarioGraph::Create(network, {1, kNotReached}),
              StatusIs(kInvalid, HasSubstr("decisions.deep: is reached and")));
}

TEST(ScenarioGraphTest, RefusesAnInputThatIsNotThere) {
  NetworkBuilder net = Residual();
  net.Add("reader", Softmax{}, {"f"}).Output("reader");
  NetworkBuilder bare("n");
  bare.Input("x", {10}).Decide(Named("block", Kind::kSkip));
  bare.Add("f", Softmax{}, {"x"}).When("block");
  bare.Add("reader", Softmax{}, {"f"}).Output("reader");
  ASSERT_OK_AND_ASSIGN(const Network network, Network::Create(bare.parts()));
  EXPECT_THAT(ScenarioGraph::Create(network, {0}),
              StatusIs(kInvalid, AllOf(HasSubstr("actors.reader.inputs: 'f'"),
                                       HasSubstr("scenario block skip"))));
}

// The flow of a frame is computed from two images, but not on a key frame,
// which is the nominal one.
TEST(ScenarioGraphTest, AConcatThatDoesNotFireHasTheShapeOfAllItsInputs) {
  NetworkBuilder net("flow");
  net.Input("image", {3, 4, 4}).Decide(Named("frame", Kind::kFrame));
  net.Add("key", kScale, {"image"}).When("frame == process");
  net.Add("pair", Concat{}, {"image", "+key"}).When("frame == reuse");
  net.Add("flow", Conv2d{.out_channels = 3, .kernel = {1, 1}}, {"pair"})
      .When("frame == reuse");
  net.Add("y", Merge{}, {"key", "flow"}).Output("y");
  ASSERT_OK_AND_ASSIGN(const Network network, Network::Create(net.parts()));
  EXPECT_THAT(network.output_shape(1), ElementsAre(6, 4, 4));
  EXPECT_EQ(network.work(2).weight_elements, 6 * 3);
}

TEST(ScenarioGraphTest, RefusesAScenarioWithoutAResult) {
  NetworkBuilder net("n");
  net.Input("x", {10}).Decide(Named("block", Kind::kSkip));
  net.Add("f", Softmax{}, {"x"}).When("block").Output("f");
  ASSERT_OK_AND_ASSIGN(const Network network, Network::Create(net.parts()));
  EXPECT_THAT(ScenarioGraph::Create(network, {0}),
              StatusIs(kInvalid, HasSubstr("let a merge give the result")));
}

TEST(ScenarioGraphTest, RefusesDecisionsThatNothingDependsOnOrThatLackMeaning) {
  NetworkBuilder idle = Residual();
  idle.Decide(Named("idle", Kind::kSkip));
  EXPECT_THAT(Network::Create(idle.parts()),
              StatusIs(kInvalid, HasSubstr("decisions.idle: nothing depends")));
  Decision keep = Named("tokens", Kind::kActive);
  keep.of = OutcomeExpression::Constant(8);
  keep.knob = *Decimal::Parse("1.5");
  NetworkBuilder net = Residual();
  EXPECT_THAT(Network::Create(net.Decide(keep).parts()),
              StatusIs(kInvalid, HasSubstr("decisions.tokens.keep: got 1.5")));
}

TEST(ScenarioGraphTest, RefusesAnOptionThatIsADecisionToo) {
  Decision route = Named("route", Kind::kBranch);
  route.options = {"block", "other"};
  NetworkBuilder net = Residual();
  net.Decide(route);
  EXPECT_THAT(Network::Create(net.parts()),
              StatusIs(kInvalid, HasSubstr("route.options: 'block' is a")));
}

TEST(ScenarioGraphTest, RefusesAConditionThatNeverHolds) {
  Decision route = Named("route", Kind::kBranch);
  route.options = {"small", "large"};
  NetworkBuilder net("n");
  net.Input("x", {10}).Decide(route).Decide(Named("deep", Kind::kSkip));
  net.Add("f", Softmax{}, {"x"})
      .When("deep and route == small and route == large");
  net.Add("y", Merge{}, {"f", "x"}).Output("y");
  EXPECT_THAT(
      Network::Create(net.parts()),
      StatusIs(kInvalid, AllOf(HasSubstr("actors.f.when"),
                               HasSubstr("never holds: the actor cannot"))));
}

}  // namespace
}  // namespace dynarch::graph
