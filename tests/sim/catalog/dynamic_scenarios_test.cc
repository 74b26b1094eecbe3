// Networks of which the data decides more than the exit: multiply-accumulates
// of chosen scenarios, derived by hand.
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "sim/graph/network.h"
#include "sim/graph/scenario_graph.h"
#include "tests/sim/catalog/catalog_network.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::catalog {
namespace {

// Outcomes by decision; `*` stands for all that are not named. Numbers of
// experts are joined by spaces. What is left out is nominal.
using Said = std::map<std::string, std::string>;

graph::Outcomes OutcomesOf(const graph::Network& network, const Said& said) {
  graph::Outcomes outcomes = network.nominal();
  for (size_t d = 0; d < network.decisions().size(); ++d) {
    const graph::Decision& decision = network.decisions()[d];
    auto found = said.find(decision.name);
    if (found == said.end()) found = said.find("*");
    if (found == said.end()) continue;
    int place = network.layout().first[d];
    for (const auto text : absl::StrSplit(found->second, ' ')) {
      const auto value = graph::ParseOutcome(decision, text);
      EXPECT_OK(value);
      outcomes[place++] = value.value_or(0);
    }
  }
  return outcomes;
}

graph::ScenarioGraph ScenarioOf(const graph::Network& network,
                                const Said& said) {
  auto scenario =
      graph::ScenarioGraph::Create(network, OutcomesOf(network, said));
  EXPECT_OK(scenario);
  return *std::move(scenario);
}

struct Case {
  std::string name;
  std::string network;
  Said said;
  int64_t macs = 0;
};

class ScenarioTest : public ::testing::TestWithParam<Case> {};

TEST_P(ScenarioTest, HasTheMultiplyAccumulatesOfItsShapes) {
  const Case& scenario = GetParam();
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       CatalogNetwork(scenario.network));
  EXPECT_EQ(ScenarioOf(network, scenario.said).total_macs().value(),
            scenario.macs);
}

std::vector<Case> With(const std::string& network,
                       std::vector<std::pair<std::string, Said>> said,
                       const std::vector<int64_t>& macs) {
  std::vector<Case> cases;
  for (size_t i = 0; i < said.size(); ++i) {
    cases.push_back(
        {network + "_" + said[i].first, network, said[i].second, macs[i]});
  }
  return cases;
}

// ResNet-110. A 3 x 3 convolution of 16 channels on 32 x 32 pixels, of 32 on
// 16 x 16 and of 64 on 8 x 8 is 2,359,296 alike; the first of the second and of
// the third group half of that.
constexpr int64_t kConv = 32 * 32 * 9 * 16 * 16;
constexpr int64_t kStem = 32 * 32 * 27 * 16 + 64 * 10;
constexpr int64_t kBlocks = (36 + 2 * 35) * kConv + 2 * kConv / 2;
// FFGate-II halves the pixels: a quarter of a convolution, and one weight per
// channel. In front of 19 blocks there are 16 channels, of 18 there are 32.
constexpr int64_t kGates = 54 * kConv / 4 + 19 * 16 + 18 * 32 + 17 * 64;
// RNNGate: channels x 10, an LSTM of 4 x 10 x (10 + 10), 10.
constexpr int64_t kRnnGates =
    (19 * 16 + 18 * 32 + 17 * 64) * 10 + 54 * (800 + 10);
// ResNet-8 is three of these blocks.
constexpr int64_t kPolicy =
    32 * 32 * 27 * 16 + 2 * kConv + 2 * (kConv / 2 + kConv) + 64 * 54;

INSTANTIATE_TEST_SUITE_P(
    Skipping, ScenarioTest, ::testing::ValuesIn([] {
      // Block 1 has two convolutions, block 19 one and a half.
      const Said first = {{"*", "skip"}, {"gate1", "execute"}};
      const Said grows = {{"*", "skip"}, {"gate19", "execute"}};
      std::vector<Case> cases;
      const std::map<std::string, int64_t> before = {
          {"skipnet_ff_resnet110", kGates},
          {"skipnet_rnn_resnet110", kRnnGates},
          {"blockdrop_resnet110", kPolicy}};
      for (const auto& [name, deciding] : before) {
        const int64_t least = kStem + deciding;
        const auto more = With(name,
                               {{"all", {{"*", "execute"}}},
                                {"none", {{"*", "skip"}}},
                                {"first", first},
                                {"grows", grows}},
                               {least + kBlocks, least, least + 2 * kConv,
                                least + kConv / 2 + kConv});
        cases.insert(cases.end(), more.begin(), more.end());
      }
      return cases;
    }()),
    [](const auto& info) { return info.param.name; });

// A step: 128 units from 65 inputs and 128 states, 1 from 128. After it 1 from
// 128.
INSTANTIATE_TEST_SUITE_P(
    Halting, ScenarioTest,
    ::testing::ValuesIn(
        With("act_parity",
             {{"one", {{"ponder", "1"}}}, {"all", {{"ponder", "100"}}}},
             {128 * 193 + 128 + 128, 100 * (128 * 193 + 128) + 128})),
    [](const auto& info) { return info.param.name; });

// Half of the channels: the first convolution (30 x 30 pixels, 27 x 64) is half
// of its work, the others a quarter; each predictor has half of the inputs, but
// for the first (3 x 64); the classifier 96 x 10.
constexpr int64_t kRest = 900 * 576 * 64 + 225 * 576 * 128 +
                          2 * 225 * 1152 * 128 + 64 * 1152 * 192 +
                          2 * 64 * 1728 * 192;
constexpr int64_t kPredictors =
    64 * 64 + 64 * 128 + 2 * 128 * 128 + 128 * 192 + 2 * 192 * 192;
INSTANTIATE_TEST_SUITE_P(
    Channels, ScenarioTest,
    ::testing::ValuesIn(With("fbs_cifarnet",
                             {{"all", {}},
                              {"half",
                               {{"channels0", "32"},
                                {"channels1", "32"},
                                {"channels2", "64"},
                                {"channels3", "64"},
                                {"channels4", "64"},
                                {"*", "96"}}}},
                             {900 * 27 * 64 + kRest + 192 + kPredictors + 1920,
                              900 * 27 * 32 + kRest / 4 + 192 +
                                  kPredictors / 2 + 960})),
    [](const auto& info) { return info.param.name; });

// A block of DeiT-S: four products of 197 x 384 x 384, two of 6 x 197 x 197 x
// 64; router 197 x 384 x 8; a row of an expert 2 x 384 x 1536.
constexpr int64_t kAttention =
    4 * 197 * 384 * 384 + 2 * 197 * 197 * 384 + 197 * 384 * 8;
constexpr int64_t kRow = 2 * 384 * 1536;
INSTANTIATE_TEST_SUITE_P(
    Experts, ScenarioTest,
    ::testing::ValuesIn(
        With("moe_transformer_block",
             {{"even", {}},
              {"collapsed", {{"moe", "197 197 0 0 0 0 0 0 0"}}},
              // Capacity factor 1: ceil(394 / 8) = 50 tokens an expert.
              {"dropped", {{"moe", "50 50 50 0 0 0 0 0 244"}}}},
             {kAttention + 394 * kRow, kAttention + 394 * kRow,
              kAttention + 150 * kRow})),
    [](const auto& info) { return info.param.name; });

constexpr int64_t kPredictor = 768 * 128 + 128 * 3072;
INSTANTIATE_TEST_SUITE_P(
    Neurons, ScenarioTest,
    ::testing::ValuesIn(With(
        "conditional_neurons_ffn", {{"all", {}}, {"some", {{"neurons", "92"}}}},
        {kPredictor + 2 * 768 * 3072, kPredictor + 2 * 768 * 92})),
    [](const auto& info) { return info.param.name; });

// Class module: 64 pixels of 48 x 128, 3 x 128 x 128 and 128 x 32, then 32 x 3.
// FSRCNN(d, 12, 4) for each of 1024 pixels: 75 d, 24 d, 4 x 1296, and 243 d of
// the transposed convolution.
constexpr int64_t kClass = 64 * (48 * 128 + 3 * 128 * 128 + 128 * 32) + 32 * 3;
constexpr int64_t Fsrcnn(int64_t d) {
  return 1024 * (75 * d + 24 * d + 4 * 1296 + 243 * d);
}
// First 27 x 32 on 32 x 32. Vehicle: router 32 x 2, two convolutions of 32 on
// 16 x 16, 32 x 4. Animal: 288 x 64 on 16 x 16, router 64 x 2; pet: 576 x 96
// and 864 x 96 on 8 x 8, 96 x 2; wild: 576 x 64 twice, 64 x 4.
constexpr int64_t kRoot = 1024 * 27 * 32 + 64;
constexpr int64_t kAnimal = kRoot + 256 * 288 * 64 + 128;
INSTANTIATE_TEST_SUITE_P(
    Routing, ScenarioTest, ::testing::ValuesIn([] {
      auto cases =
          With("classsr_fsrcnn",
               {{"simple", {{"route", "simple"}}},
                {"medium", {{"route", "medium"}}},
                {"hard", {{"route", "hard"}}}},
               {kClass + Fsrcnn(16), kClass + Fsrcnn(36), kClass + Fsrcnn(56)});
      const auto tree =
          With("tree_cnn_cifar10",
               {{"vehicle", {{"kind", "vehicle"}}},
                {"pet", {{"kind", "animal"}, {"species", "pet"}}},
                {"wild", {{"kind", "animal"}, {"species", "wild"}}}},
               {kRoot + 2 * 256 * 288 * 32 + 128,
                kAnimal + 64 * (576 + 864) * 96 + 192,
                kAnimal + 2 * 64 * 576 * 64 + 256});
      cases.insert(cases.end(), tree.begin(), tree.end());
      return cases;
    }()),
    [](const auto& info) { return info.param.name; });

// A layer of DeiT-S over n tokens: 12 x 384^2 a token, two products of n x n x
// 384. Around them the patches (196 x 768 x 384) and the classifier.
constexpr int64_t Layer(int64_t n) {
  return n * 12 * 384 * 384 + 2 * n * n * 384;
}
constexpr int64_t kAround = 196 * 768 * 384 + 384 * 1000;
// A predictor over n patches.
constexpr int64_t Predictor(int64_t n) {
  return n * (384 * 384 + 384 * 192 + 192 * 96 + 96 * 2);
}
INSTANTIATE_TEST_SUITE_P(
    Tokens, ScenarioTest, ::testing::ValuesIn([] {
      // ceil(0.7 x 196) = 138, ceil(0.7 x 138) = 97, ceil(0.7 x 97) = 68, and
      // the class token.
      auto cases = With(
          "dynamicvit_deit_s",
          {{"all", {}},
           {"keep07",
            {{"patches1", "138"}, {"patches2", "97"}, {"patches3", "68"}}}},
          {kAround + 12 * Layer(197) + 3 * Predictor(196),
           kAround + 3 * (Layer(197) + Layer(139) + Layer(98) + Layer(69)) +
               Predictor(196) + Predictor(138) + Predictor(97)});
      Said halved = {{"*", "98"}, {"patches1", "196"}};
      const auto adaptive = With("avit_deit_s", {{"all", {}}, {"half", halved}},
                                 {kAround + 12 * Layer(197),
                                  kAround + 2 * Layer(197) + 10 * Layer(99)});
      cases.insert(cases.end(), adaptive.begin(), adaptive.end());
      return cases;
    }()),
    [](const auto& info) { return info.param.name; });

// ResNet-32: 28 whole convolutions and 2 halves. Masks: 9 x channels before,
// for each pixel behind. At half of the pixels the first convolutions, at 1.5
// times as many, are three quarters of their work, the second ones a half.
constexpr int64_t kMasks =
    9 * (5 * 16 * 1024 + (16 + 4 * 32) * 256 + (32 + 4 * 64) * 64);
// A bird's view of 281,600 pixels, of which tiles of 256 are computed.
constexpr int64_t kPixels = 400 * 704;
constexpr int64_t kView = kPixels * (9 * 32 * 64 + 64);
constexpr int64_t kUnits = 2 * (64 * 32 + 9 * 32 * 32 + 32 * 64);
INSTANTIATE_TEST_SUITE_P(
    Pixels, ScenarioTest, ::testing::ValuesIn([] {
      Said half = {{"*", "512"}};
      for (int block = 6; block <= 15; ++block) {
        half["pixels" + std::to_string(block)] = block <= 10 ? "128" : "32";
      }
      auto cases = With("dynconv_resnet32", {{"all", {}}, {"half", half}},
                        {kStem + kMasks + 29 * kConv,
                         kStem + kMasks + 14 * kConv * 3 / 4 + 15 * kConv / 2});
      const auto road =
          With("sbnet_road", {{"all", {}}, {"tenth", {{"tiles", "110"}}}},
               {kView + kPixels * kUnits, kView + 110 * 256 * kUnits});
      cases.insert(cases.end(), road.begin(), road.end());
      return cases;
    }()),
    [](const auto& info) { return info.param.name; });

// ResNet-50 without its classifier (4,087,136,256 at 224 pixels: the network
// resnet50 less 2048 x 1000) on 96 pixels: 3/7 of every extent. GRU 3 x 1024 x
// (2048 + 1024), classifier 1024 x 1000. Focus adds its policy: 2048 x 32 on 3
// x 3, 288 x 256, GRU 3 x 256 x 512, 256 x 2.
constexpr int64_t kResNet50 = 4'087'136'256;
constexpr int64_t kGlance = kResNet50 / 49 * 9 + 3 * 1024 * 3072 + 1024 * 1000;
constexpr int64_t kFocus =
    kGlance + 9 * 2048 * 32 + 288 * 256 + 3 * 256 * 512 + 512;
// DRNet's predictor on 128 pixels: 147 x 64 on 64 x 64; two convolutions of 64
// on 32 x 32; three times one that doubles the channels and halves the extents,
// one more and a shortcut: 256 x (576 x 128 + 1152 x 128 + 64 x 128); 512 x 3.
constexpr int64_t kChooser = 64 * 64 * 147 * 64 + 2 * 1024 * 576 * 64 +
                             3 * 256 * (576 + 1152 + 64) * 128 + 512 * 3;
INSTANTIATE_TEST_SUITE_P(Regions, ScenarioTest, ::testing::ValuesIn([] {
                           auto cases =
                               With("gfnet_resnet50",
                                    {{"one", {{"focus", "1"}}}, {"four", {}}},
                                    {kGlance + kFocus, kGlance + 4 * kFocus});
                           const auto whole =
                               With("drnet_resnet50",
                                    {{"whole", {{"resolution", "224"}}}},
                                    {kChooser + kResNet50 + 2048 * 1000});
                           cases.insert(cases.end(), whole.begin(),
                                        whole.end());
                           return cases;
                         }()),
                         [](const auto& info) { return info.param.name; });

// A GRU of 110 units from one pixel, 110 x 1. A chunk of 7 frames: a GRU of 128
// units from 10 features, 128 x 12.
constexpr int64_t kChunk = 7 * 3 * 128 * 138 + 128 * 12;
INSTANTIATE_TEST_SUITE_P(
    Streams, ScenarioTest, ::testing::ValuesIn([] {
      auto cases = With(
          "skiprnn_mnist",
          {{"update", {{"update", "execute"}}}, {"skip", {{"update", "skip"}}}},
          {3 * 110 * 111 + 110, 0});
      const auto speech =
          With("kws_early_stop", {{"one", {{"chunks", "1"}}}, {"all", {}}},
               {kChunk, 7 * kChunk});
      cases.insert(cases.end(), speech.begin(), speech.end());
      cases.push_back(
          {"arnet_video_jump", "arnet_video", {{"frame", "skip"}}, 0});
      return cases;
    }()),
    [](const auto& info) { return info.param.name; });

// One choice in every stage: the multiply-accumulates of MobileNetV3 by the
// rows of its table.
int64_t OnceForAll(int64_t size, int depth, int64_t expand, int64_t kernel) {
  struct Stage {
    int64_t out;
    int stride;
    bool excites;
  };
  size /= 2;
  int64_t pixels = size * size, before = 16;
  int64_t macs = pixels * (27 * 16 + 9 * 16 + 16 * 16);
  for (const Stage& stage :
       {Stage{24, 2, false}, Stage{40, 2, true}, Stage{80, 2, false},
        Stage{112, 1, true}, Stage{160, 2, true}}) {
    for (int block = 0; block < depth; ++block) {
      const int64_t inner = before * expand;
      macs += pixels * before * inner;
      if (block == 0) size /= stage.stride;
      pixels = size * size;
      macs += pixels * inner * (kernel * kernel + stage.out);
      const int64_t reduced = (inner / 4 + 7) / 8 * 8;
      if (stage.excites) macs += 2 * inner * reduced;
      before = stage.out;
    }
  }
  return macs + pixels * 160 * 960 + 960 * 1280 + 1280 * 1000;
}

TEST(SupernetTest, EveryPathHasTheWorkOfItsTable) {
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       CatalogNetwork("ofa_mobilenet_v3"));
  for (const char* size : {"128", "224"}) {
    for (const char* depth : {"2", "3", "4"}) {
      for (const char* expand : {"3", "4", "6"}) {
        for (const char* kernel : {"3", "5", "7"}) {
          Said said = {{"resolution", size}};
          for (const char* stage : {"1", "2", "3", "4", "5"}) {
            said[std::string("depth") + stage] = depth;
            said[std::string("expand") + stage] = expand;
            said[std::string("kernel") + stage] = kernel;
          }
          EXPECT_EQ(ScenarioOf(network, said).total_macs().value(),
                    OnceForAll(std::stoi(size), std::stoi(depth),
                               std::stoi(expand), std::stoi(kernel)))
              << size << " " << depth << " " << expand << " " << kernel;
        }
      }
    }
  }
}

// The second router is not asked where the first has said `vehicle`.
TEST(TreeTest, ADecisionOfTheOtherBranchIsNotReached) {
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       CatalogNetwork("tree_cnn_cifar10"));
  const auto scenario = ScenarioOf(network, {{"kind", "vehicle"}});
  EXPECT_EQ(scenario.outcomes(), (graph::Outcomes{0, graph::kNotReached}));
}

// Weights of experts without tokens stay in memory and are not read: an expert
// has 384 x 1536 twice and 1920 biases.
TEST(ExpertsTest, AnInactiveExpertKeepsItsWeightsAndReadsNone) {
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       CatalogNetwork("moe_transformer_block"));
  const auto scenario = ScenarioOf(network, {{"moe", "197 197 0 0 0 0 0 0 0"}});
  constexpr int64_t kExpert = 2 * 384 * 1536 + 1536 + 384;
  int64_t read = 0, held = 0;
  for (size_t a = 0; a < network.actors().size(); ++a) {
    if (network.actors()[a].name.rfind("expert", 0) != 0) continue;
    const int actor = static_cast<int>(a);
    held += network.work(actor).resident_weight_elements;
    if (scenario.fires(actor)) read += scenario.work(actor).weight_elements;
  }
  EXPECT_EQ(held, 8 * kExpert);
  EXPECT_EQ(read, 2 * kExpert);
}

// Four sets of statistics are there, one of them is used, behind each of 27
// convolutions.
TEST(SlimmableTest, OneNormOfFourFiresBehindEachConvolution) {
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       CatalogNetwork("slimmable_mobilenet_v1"));
  for (const char* width : {"0.25", "0.5", "0.75", "1"}) {
    const auto scenario = ScenarioOf(network, {{"width", width}});
    int firing = 0;
    for (size_t a = 0; a < network.actors().size(); ++a) {
      const bool norm = graph::NameOf(network.actors()[a].op) == "norm";
      firing += norm && scenario.fires(static_cast<int>(a));
    }
    EXPECT_EQ(firing, 27) << width;
  }
}

// Where nothing fires, the result is what the inference before left.
TEST(StateTest, ASkippedFrameDeliversAnEarlierResult) {
  const std::vector<std::pair<std::string, Said>> idle = {
      {"arnet_video", {{"frame", "skip"}}},
      {"skiprnn_mnist", {{"update", "skip"}}}};
  for (const auto& [name, said] : idle) {
    ASSERT_OK_AND_ASSIGN(const graph::Network network, CatalogNetwork(name));
    const auto scenario = ScenarioOf(network, said);
    EXPECT_TRUE(scenario.fires(network.exits().back().from)) << name;
  }
}

// A key frame computes no flow; the others no features, and warp those kept.
TEST(StateTest, AFrameHasEitherFeaturesOfItsOwnOrTheFlow) {
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       CatalogNetwork("dff_cityscapes"));
  for (const char* frame : {"process", "reuse"}) {
    const auto scenario = ScenarioOf(network, {{"frame", frame}});
    const bool key = frame == std::string("process");
    EXPECT_EQ(scenario.fires(*network.ActorNamed("key_features")), key);
    EXPECT_EQ(scenario.fires(*network.ActorNamed("flow_warp")), !key);
    EXPECT_TRUE(scenario.fires(*network.ActorNamed("label")));
  }
}

}  // namespace
}  // namespace dynarch::catalog
