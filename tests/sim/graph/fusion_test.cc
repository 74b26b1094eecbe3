#include "sim/graph/fusion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::graph {
namespace {

using ::dynarch::testing::NetworkBuilder;
using ::testing::ElementsAre;

// Names of the actors that follow a product.
std::vector<std::string> Followers(const NetworkBuilder& net) {
  auto network = Network::Create(net.parts());
  EXPECT_OK(network);
  std::vector<std::string> names;
  for (const int actor : network->order()) {
    if (!network->work(actor).follows_product) continue;
    names.push_back(network->actors()[actor].name);
  }
  return names;
}

constexpr Elementwise kRelu{Elementwise::Kind::kRelu};
constexpr Elementwise kAdd{Elementwise::Kind::kAdd};

TEST(FollowsProductTest, AChainOfWhatOnlyTheNextReads) {
  NetworkBuilder net("chain");
  net.Input("x", {4, 8, 8});
  net.Add("conv", Conv2d{.out_channels = 4}, {"x"});
  net.Add("norm", Norm{}, {"conv"});
  net.Add("relu", kRelu, {"norm"});
  net.Add("pool", Pool{.kind = Pool::Kind::kGlobalAverage}, {"relu"});
  net.Add("after_pool", kRelu, {"pool"}).Output("after_pool");
  // A pool is folded into nothing, so neither is what comes behind it.
  EXPECT_THAT(Followers(net), ElementsAre("norm", "relu"));
}

TEST(FollowsProductTest, NotIfSomethingElseReadsTheProduct) {
  NetworkBuilder net("shared");
  net.Input("x", {8});
  net.Add("fc", Linear{.out_features = 8}, {"x"});
  net.Add("relu", kRelu, {"fc"});
  net.Add("sum", kAdd, {"fc", "relu"}).Output("sum");
  EXPECT_THAT(Followers(net), ElementsAre());
}

TEST(FollowsProductTest, AResidualFollowsItsBranch) {
  NetworkBuilder net("residual");
  net.Input("x", {8});
  net.Add("fc", Linear{.out_features = 8}, {"x"});
  net.Add("sum", kAdd, {"x", "fc"});
  net.Add("relu", kRelu, {"sum"}).Output("relu");
  EXPECT_THAT(Followers(net), ElementsAre("sum", "relu"));
}

TEST(FollowsProductTest, AConcatenationFollowsIfAllItsInputsDo) {
  NetworkBuilder net("fire");
  net.Input("x", {4, 8, 8});
  net.Add("one", Conv2d{.out_channels = 4}, {"x"});
  net.Add("one_relu", kRelu, {"one"});
  net.Add("three", Conv2d{.out_channels = 4}, {"x"});
  net.Add("both", Concat{}, {"one_relu", "three"});
  // The result of two products is no product's.
  net.Add("relu", kRelu, {"both"});
  net.Add("pool", Pool{.kind = Pool::Kind::kGlobalAverage}, {"relu"});
  net.Add("eight", Conv2d{.out_channels = 4, .kernel = {8, 8}}, {"x"});
  // A pool's result is none either.
  net.Add("mixed", Concat{}, {"pool", "eight"}).Output("mixed");
  EXPECT_THAT(Followers(net), ElementsAre("one_relu", "both"));
}

TEST(FollowsProductTest, NotIfAnExitReadsTheProduct) {
  NetworkBuilder net("exit");
  net.Input("x", {8});
  net.Add("fc", Linear{.out_features = 8}, {"x"});
  net.Add("relu", kRelu, {"fc"});
  net.Exit("early", "fc").Exit("late", "relu");
  EXPECT_THAT(Followers(net), ElementsAre());
}

TEST(FollowsProductTest, NotIfTheProductFiresUnderACondition) {
  NetworkBuilder net("skip");
  net.Input("x", {8});
  Decision skip;
  skip.name = "block";
  skip.kind = Decision::Kind::kSkip;
  net.Decide(skip);
  net.Add("f", Linear{.out_features = 8}, {"x"}).When("block");
  net.Add("relu", kRelu, {"f"}).When("block");
  net.Add("sum", kAdd, {"x", "relu"}).Output("sum");
  // Whether the block runs or not, the sum is computed: it is no part of it.
  EXPECT_THAT(Followers(net), ElementsAre("relu"));
}

TEST(KernelClassTest, FollowsTheOperatorAndItsWindow) {
  const auto of = [](const Operator& op, const Shape& in) {
    auto out = InferShape(op, {in});
    EXPECT_OK(out);
    return WorkOf(op, {in}, *out);
  };
  const OperatorWork pointwise = of(Conv2d{.out_channels = 8}, {4, 6, 6});
  EXPECT_EQ(pointwise.kernel_class, KernelClass::kPointwise);
  EXPECT_EQ(pointwise.window_elements, 0);
  const OperatorWork conv =
      of(Conv2d{.out_channels = 8, .kernel = {3, 3}, .padding = {1, 1, 1, 1}},
         {4, 6, 6});
  EXPECT_EQ(conv.kernel_class, KernelClass::kConv2d);
  EXPECT_EQ(conv.window_elements, 36 * 9 * 4);  // Pixels x window x channels.
  const OperatorWork depthwise =
      of(Conv2d{.out_channels = 4, .kernel = {3, 3}, .groups = 4}, {4, 6, 6});
  EXPECT_EQ(depthwise.kernel_class, KernelClass::kDepthwise);
  EXPECT_EQ(depthwise.window_elements, 16 * 9 * 4);
  // A stride picks pixels: no pointwise any more.
  EXPECT_EQ(
      of(Conv2d{.out_channels = 8, .stride = {2, 2}}, {4, 6, 6}).kernel_class,
      KernelClass::kConv2d);
  EXPECT_EQ(of(Softmax{}, {10}).kernel_class, KernelClass::kSoftmax);
  EXPECT_EQ(of(kRelu, {10}).kernel_class, KernelClass::kActivation);
  EXPECT_EQ(NameOf(KernelClass::kRecurrent), "recurrent");
  EXPECT_EQ(NameOf(KernelClass::kOther), "other");
}

}  // namespace
}  // namespace dynarch::graph
