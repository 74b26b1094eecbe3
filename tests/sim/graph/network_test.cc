#include "sim/graph/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

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

NetworkBuilder Tiny() {
  NetworkBuilder net("tiny");
  net.Input("image", {1, 8, 8});
  net.Add("conv", Conv2d{.out_channels = 4, .kernel = {3, 3}, .bias = true},
          {"image"});
  net.Add("flat", Reshape{}, {"conv"});
  net.Add("fc", Linear{.out_features = 10}, {"flat"});
  net.Add("probabilities", Softmax{}, {"fc"});
  net.Exit("exit1", "probabilities");
  return net;
}

TEST(NetworkTest, InfersShapesAndSumsWork) {
  ASSERT_OK_AND_ASSIGN(const Network network, Network::Create(Tiny().parts()));
  EXPECT_EQ(network.output_shape(0), (Shape{4, 6, 6}));  // 8 - 3 + 1.
  EXPECT_EQ(network.output_shape(1), (Shape{144}));
  EXPECT_EQ(network.output_shape(3), (Shape{10}));
  // conv: 6 * 6 * 4 * 9 = 1296; fc: 144 * 10.
  EXPECT_EQ(network.total_macs(), Macs(1'296 + 1'440));
  // conv: 36 + 4; fc: 1440.
  EXPECT_EQ(network.total_weight_elements(), 40 + 1'440);
  EXPECT_EQ(network.token_elements({.is_input = true, .index = 0}), 64);
  EXPECT_EQ(network.token_elements({.is_input = false, .index = 2}), 10);
  EXPECT_EQ(network.endpoint_name({.is_input = true, .index = 0}), "image");
  EXPECT_EQ(network.endpoint_name({.is_input = false, .index = 2}), "fc");
  EXPECT_EQ(network.ActorNamed("fc"), 2);
  EXPECT_EQ(network.ActorNamed("image"), std::nullopt);
  EXPECT_EQ(network.ExitNamed("exit1"), 0);
  EXPECT_EQ(network.name(), "tiny");
  EXPECT_EQ(network.stages()[0].classes, 10);
}

TEST(NetworkTest, NamesTheActorWhoseShapesDoNotFit) {
  NetworkBuilder net = Tiny();
  net.Add("late", Conv2d{.kernel = {1, 1}}, {"fc"}).Exit("exit2", "late");
  EXPECT_THAT(Network::Create(net.parts()),
              StatusIs(kInvalid, AllOf(HasSubstr("actors.late.conv2d"),
                                       HasSubstr("[10]"))));
}

TEST(NetworkTest, RefusesWhatIsMissingOrTwice) {
  EXPECT_THAT(Network::Create(NetworkBuilder("n").parts()),
              StatusIs(kInvalid, HasSubstr("inputs: at least one")));
  EXPECT_THAT(Network::Create(NetworkBuilder("n").Input("x", {4}).parts()),
              StatusIs(kInvalid, HasSubstr("actors: at least one")));
  EXPECT_THAT(Network::Create(NetworkBuilder("n")
                                  .Input("x", {4})
                                  .Add("a", Softmax{}, {"x"})
                                  .parts()),
              StatusIs(kInvalid, HasSubstr("output: missing")));
  EXPECT_THAT(
      Network::Create(Tiny().Add("conv", Softmax{}, {"fc"}).parts()),
      StatusIs(kInvalid, HasSubstr("actors.conv: the name is used twice")));
  // Actors and inputs share one set of names, for channels name either.
  EXPECT_THAT(Network::Create(Tiny().Add("image", Softmax{}, {"fc"}).parts()),
              StatusIs(kInvalid, HasSubstr("actors.image: the name is used")));
  EXPECT_THAT(Network::Create(Tiny().Exit("exit1", "fc").parts()),
              StatusIs(kInvalid, HasSubstr("decisions.exit1: the name")));
  EXPECT_THAT(Network::Create(Tiny().Add("", Softmax{}, {"fc"}).parts()),
              StatusIs(kInvalid, HasSubstr("a name is empty")));
}

TEST(NetworkTest, RefusesChannelsFromNowhereAndBadInputs) {
  EXPECT_THAT(
      Network::Create(Tiny().Add("a", Softmax{}, {"nobody"}).parts()),
      StatusIs(kInvalid, HasSubstr("actors.a.inputs[0]: comes from nowhere")));
  EXPECT_THAT(Network::Create(Tiny().Exit("exit2", "nobody").parts()),
              StatusIs(kInvalid,
                       HasSubstr("decisions.exit2.from: comes from nowhere")));
  EXPECT_THAT(Network::Create(Tiny().Input("empty", {4, 0}).parts()),
              StatusIs(kInvalid, HasSubstr("inputs.empty.shape: got [4, 0]")));
  NetworkParts parts = Tiny().parts();
  parts.actors[0].inputs[0].initial_tokens = -1;
  EXPECT_THAT(Network::Create(parts),
              StatusIs(kInvalid, HasSubstr("initial_tokens: got -1")));
}

TEST(NetworkTest, RefusesMoreExitsThanASetOfExitsHolds) {
  NetworkBuilder net("n");
  net.Input("x", {4});
  for (int i = 0; i <= kMaxExits; ++i) {
    net.Add("a" + std::to_string(i), Softmax{}, {"x"});
    net.Exit("e" + std::to_string(i), "a" + std::to_string(i));
  }
  EXPECT_THAT(Network::Create(net.parts()),
              StatusIs(kInvalid, HasSubstr("got 65 exits; at most 64")));
}

TEST(NetworkTest, RefusesACycleAndPrintsIt) {
  NetworkBuilder net("n");
  net.Input("x", {4});
  net.Add("a", kAdd, {"x", "b"}).Add("b", Softmax{}, {"a"});
  net.Exit("exit1", "b");
  EXPECT_THAT(Network::Create(net.parts()),
              StatusIs(kInvalid, HasSubstr("a -> b -> a")));
}

TEST(NetworkTest, TakesAStateThatComesRoundACycle) {
  // state(k) = softmax(x(k) + state(k - 1)).
  NetworkBuilder net("n");
  net.Input("x", {4});
  net.Add("sum", kAdd, {"+state", "x"}).Add("state", Softmax{}, {"sum"});
  net.Exit("exit1", "sum");
  ASSERT_OK_AND_ASSIGN(const Network network, Network::Create(net.parts()));
  EXPECT_EQ(network.output_shape(0), (Shape{4}));
  EXPECT_THAT(network.order(), ElementsAre(0, 1));
  // The exit reads `sum`, which needs `state` of the inference before.
  EXPECT_EQ(network.stage_of(1), 0);
  EXPECT_EQ(network.work(0).input_elements, 8);
}

TEST(NetworkTest, RefusesAStateOfAnotherShapeThanItLeft) {
  NetworkBuilder net("n");
  net.Input("x", {4});
  net.Add("sum", kAdd, {"x", "+state"});
  net.Add("state", Concat{}, {"sum", "sum"}).Exit("exit1", "sum");
  EXPECT_THAT(Network::Create(net.parts()),
              StatusIs(kInvalid, HasSubstr("[4] and [8]")));

  // [1] repeats to fit the [2] that comes back, so the sum would grow.
  NetworkBuilder grows("n");
  grows.Input("x", {1});
  grows.Add("sum", kAdd, {"x", "+state"});
  grows.Add("state", Concat{}, {"sum", "x"}).Exit("exit1", "sum");
  EXPECT_THAT(
      Network::Create(grows.parts()),
      StatusIs(kInvalid, HasSubstr("a cycle turns shape [1] into [2]")));
}

TEST(NetworkTest, RefusesAStateWhoseShapeNothingTells) {
  NetworkBuilder net("n");
  net.Input("x", {4});
  net.Add("head", Concat{}, {"x", "+tail"});
  net.Add("tail", Softmax{}, {"head"}).Exit("exit1", "head");
  EXPECT_THAT(
      Network::Create(net.parts()),
      StatusIs(kInvalid, HasSubstr("actors.head.inputs: the shape of 'tail'")));
}

}  // namespace
}  // namespace dynarch::graph
