// Networks with exits: shapes of the published definitions, and what they say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sim/graph/network.h"
#include "tests/sim/catalog/catalog_network.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::catalog {
namespace {

using ::testing::ElementsAre;

graph::Network Read(const std::string& name) {
  auto network = CatalogNetwork(name);
  EXPECT_OK(network);
  return *std::move(network);
}

int64_t InputsOf(const graph::Network& network, const std::string& actor) {
  const auto index = network.ActorNamed(actor);
  EXPECT_TRUE(index.has_value()) << actor;
  return network.work(*index).input_elements;
}

std::vector<int64_t> ClassesOf(const graph::Network& network) {
  std::vector<int64_t> classes;
  for (const graph::Stage& stage : network.stages()) {
    classes.push_back(stage.classes);
  }
  return classes;
}

// The authors' release states the inputs of each fully connected layer: they
// come out only if every convolution and pool before it is right.
TEST(BranchyNetTest, FullyConnectedLayersHaveTheInputsOfTheRelease) {
  const std::map<std::string, std::map<std::string, int64_t>> release = {
      {"branchynet_lenet", {{"exit1_fc", 640}, {"fc", 720}, {"exit2_fc", 84}}},
      {"branchynet_alexnet",
       {{"exit1_fc", 512},
        {"exit2_fc", 128},
        {"fc1", 1024},
        {"fc2", 256},
        {"exit3_fc", 128}}},
      {"branchynet_resnet110",
       {{"exit1_fc1", 7200},
        {"exit1_fc", 3600},
        {"exit2_fc", 14400},
        {"exit3_fc", 576}}},
  };
  for (const auto& [name, layers] : release) {
    const graph::Network network = Read(name);
    for (const auto& [actor, inputs] : layers) {
      EXPECT_EQ(InputsOf(network, actor), inputs) << name << " " << actor;
    }
  }
}

// conv1: 30 x 30 pixels, 5 filters of 25: 112,500. Exit 1: 15 x 15 pixels, 10
// filters of 45: 101,250, and 640 x 10. Behind: 17 x 17, 10 of 125: 361,250;
// 11 x 11, 20 of 250: 605,000; 720 x 84 and 84 x 10.
TEST(BranchyNetTest, LeNetHasTheMultiplyAccumulatesOfItsShapes) {
  const graph::Network network = Read("branchynet_lenet");
  EXPECT_EQ(MacsTo(network, 0), 112'500 + 101'250 + 6'400);
  EXPECT_EQ(MacsTo(network, 1),
            220'150 + 361'250 + 605'000 + 720 * 84 + 84 * 10);
}

// 3 stages of 18 blocks and one more of 16 channels, two convolutions each, and
// the first: 111 convolutions; exit 1 has two and exit 2 a block of its own.
TEST(BranchyNetTest, ResNetHasItsConvolutions) {
  const graph::Network network = Read("branchynet_resnet110");
  int convolutions = 0;
  for (const graph::Actor& actor : network.actors()) {
    convolutions += std::holds_alternative<graph::Conv2d>(actor.op) ? 1 : 0;
  }
  EXPECT_EQ(convolutions, 1 + 2 * (3 * 18 + 1) + 2 + 2);
}

TEST(BranchyNetTest, ExitsReadTheEntropy) {
  for (const char* name :
       {"branchynet_lenet", "branchynet_alexnet", "branchynet_resnet110"}) {
    const graph::Network network = Read(name);
    for (const graph::Exit& exit : network.exits()) {
      EXPECT_EQ(exit.signal, graph::Signal::kEntropy) << name;
    }
  }
}

// What the authors' release (kalviny/MSDNet-PyTorch, CIFAR-100, 5 blocks,
// lin_grow) counts, run on 32 x 32 pixels: 58,087,936 multiply-accumulates of
// convolutions and linear layers, 2,078,924 parameters; folding the batch norms
// leaves out one parameter per convolution channel.
TEST(MsdNetTest, HasTheTotalsOfTheRelease) {
  const graph::Network network = Read("msdnet_cifar");
  EXPECT_EQ(network.total_macs().value(), 58'087'936);
  int64_t channels = 0;
  for (const graph::Actor& actor : network.actors()) {
    if (const auto* conv = std::get_if<graph::Conv2d>(&actor.op)) {
      channels += conv->out_channels;
    }
  }
  EXPECT_EQ(ResidentWeights(network) + channels, 2'078'924);
}

TEST(MsdNetTest, FiveExitsReadTheCoarsestScale) {
  const graph::Network network = Read("msdnet_cifar");
  EXPECT_THAT(ClassesOf(network), ElementsAre(100, 100, 100, 100, 100));
  // 64 channels at the coarsest of three scales, 24 more a layer; halved where
  // the finest scale ends, behind layers 6 and 11.
  // Layer 1: 88. 3: 136. 6: (64 + 6 * 24) / 2 = 104. 10: 104 + 4 * 24 = 200.
  // 11: (200 + 24) / 2 = 112; 15: 112 + 4 * 24 = 208. 8 x 8 pixels.
  EXPECT_EQ(InputsOf(network, "exit1_conv1"), 88 * 64);
  EXPECT_EQ(InputsOf(network, "exit2_conv1"), 136 * 64);
  EXPECT_EQ(InputsOf(network, "exit3_conv1"), 104 * 64);
  EXPECT_EQ(InputsOf(network, "exit4_conv1"), 200 * 64);
  EXPECT_EQ(InputsOf(network, "exit5_conv1"), 208 * 64);
}

class BertTest : public ::testing::TestWithParam<std::string> {};

// Per layer of 128 tokens: four projections 4 x 128 x 768^2, the feed-forward
// layers 2 x 128 x 768 x 3072, scores and context 2 x 128^2 x 768:
// 931,135,488. Twelve are the 11.2 G multiply-accumulates (22.5 GFLOP) known of
// BERT-base. An exit: 768^2 + 768 x 2 = 591,360.
TEST_P(BertTest, EveryLayerAndExitHasItsMultiplyAccumulates) {
  const graph::Network network = Read(GetParam());
  ASSERT_EQ(network.exits().size(), 12);
  for (int exit = 0; exit < 12; ++exit) {
    EXPECT_EQ(MacsTo(network, exit),
              (exit + 1) * int64_t{931'135'488 + 591'360})
        << exit;
  }
}

// 109,482,240 parameters of bert-base-uncased with its pooler (Hugging Face);
// eleven more poolers of 768 x 768 + 768, and twelve classifiers of 768 x 2 +
// 2.
TEST_P(BertTest, HasThePublishedParametersAndThoseOfItsExits) {
  EXPECT_EQ(ResidentWeights(Read(GetParam())),
            109'482'240 + 11 * (768 * 768 + 768) + 12 * (768 * 2 + 2));
}

INSTANTIATE_TEST_SUITE_P(Catalogue, BertTest,
                         ::testing::Values("bert_base_exits",
                                           "bert_base_patience",
                                           "bert_base_predicted_exit"),
                         [](const auto& info) { return info.param; });

TEST(BertRulesTest, EachVariantHasItsRule) {
  using Kind = graph::ExitRule::Kind;
  EXPECT_EQ(Read("bert_base_exits").parts().exit_rule.kind, Kind::kThreshold);
  const graph::ExitRule patience = Read("bert_base_patience").parts().exit_rule;
  EXPECT_EQ(patience.kind, Kind::kPatience);
  EXPECT_EQ(patience.patience, 6);
  const graph::ExitRule predicted =
      Read("bert_base_predicted_exit").parts().exit_rule;
  EXPECT_EQ(predicted.kind, Kind::kPredicted);
  EXPECT_EQ(predicted.at, 0);
  EXPECT_EQ(predicted.bounds.size(), 10);
}

// Nine bottleneck blocks a stage; behind the class probabilities an exit
// delivers the scheduler's score. Its two sums weigh 10 classes, and maximum
// and entropy; the second exit's also the score of the first.
TEST(EeNetTest, TheSchedulerSeesClassesConfidencesAndEarlierScores) {
  const graph::Network network = Read("eenet_resnet56");
  EXPECT_THAT(ClassesOf(network), ElementsAre(11, 11, 10));
  EXPECT_EQ(InputsOf(network, "exit1_of_classes"), 10);
  EXPECT_EQ(InputsOf(network, "exit1_of_features"), 2);
  EXPECT_EQ(InputsOf(network, "exit2_of_features"), 3);
  EXPECT_EQ(InputsOf(network, "exit1_conv1"), 64 * 32 * 32);
  EXPECT_EQ(InputsOf(network, "exit2_conv1"), 128 * 16 * 16);
}

// MobileNetV1 0.5 at 128 x 128: 49 million (Howard et al. 2017 print 49 for
// "0.50 MobileNet-128"). ResNet-18: 1,814,073,344, as the static one.
TEST(CascadeTest, TheNetworksShareNothing) {
  const graph::Network network = Read("cascade_mobilenet_resnet");
  EXPECT_TRUE(network.stages()[0].trunk.empty());
  EXPECT_NEAR(MacsTo(network, 0) * 1e-6, 49, 0.5);
  EXPECT_EQ(MacsTo(network, 1) - MacsTo(network, 0),
            Read("resnet18").total_macs().value());
}

}  // namespace
}  // namespace dynarch::catalog
