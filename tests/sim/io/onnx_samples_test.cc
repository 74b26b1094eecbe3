// Models as PyTorch exports them: tests/sim/io/onnx/make_samples.py.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/graph/scenario_graph.h"
#include "sim/io/onnx_import.h"
#include "sim/wire/network_wire.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::io {
namespace {

using graph::Outcomes;
using graph::ScenarioGraph;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Macs and weights of the nominal scenario, by the formulae
//   convolution  output pixels x filters x window;  linear  rows x in x out.
struct Sample {
  std::string name;
  int64_t macs;
  int64_t weights;
};
void PrintTo(const Sample& sample, std::ostream* out) { *out << sample.name; }

absl::StatusOr<graph::Network> Imported(const std::string& name) {
  std::vector<std::string> warnings;
  DYNARCH_ASSIGN_OR_RETURN(
      const v1::Network message,
      ImportOnnxFile(
          absl::StrCat(DYNARCH_SOURCE_DIR "/tests/sim/io/onnx/", name, ".onnx"),
          "", {.strict = true, .max_rounds = {}}, &warnings));
  EXPECT_THAT(warnings, IsEmpty());
  return wire::NetworkFrom(message);
}

class OnnxSampleTest : public ::testing::TestWithParam<Sample> {};

TEST_P(OnnxSampleTest, HasTheMacsAndWeightsDerivedByHand) {
  ASSERT_OK_AND_ASSIGN(const graph::Network network, Imported(GetParam().name));
  EXPECT_EQ(network.total_macs(), Macs(GetParam().macs));
  EXPECT_EQ(network.total_weight_elements(), GetParam().weights);
}

INSTANTIATE_TEST_SUITE_P(
    Torch, OnnxSampleTest,
    ::testing::ValuesIn(std::vector<Sample>{
        // conv1 64*4*9, exit1 64*3, conv2 16*8*36, exit2 32*3; a bias each.
        {"branchy", 2'304 + 192 + 4'608 + 96, 40 + 195 + 296 + 99},
        // A layer on 4 tokens: four products 4*8*8, scores and context
        // 2 heads * 4*4*4 each, up and down 4*8*16 each; an exit 8*2. Weights:
        // words 10*8, places of 4 tokens 4*8; a layer 4*72, norms 2*16, up
        // 8*16+16, down 16*8+8; 18 an exit; the constant 1 of 1 - mask is a
        // scalar.
        {"bert", 2 * (1'024 + 256 + 1'024 + 16),
         80 + 32 + 2 * (288 + 32 + 144 + 136 + 18)},
        // 4x4 pixels: a 16*4*18, b 16*4*36, short 16*4*2, fc 4*3. Weights:
        // 72 + 144 + 8, two norms of 2*4 each, fc 15.
        {"residual", 1'152 + 2'304 + 128 + 12, 72 + 144 + 8 + 16 + 15},
        // 16 pixels: wide 16*8*2, depthwise 16*8*9, squeeze 16 + 16, narrow
        // 16*2*8.
        {"inverted", 256 + 1'152 + 32 + 256, 24 + 80 + 18 + 24 + 18},
        // down 16*4*18, up 16 pixels * 4*2*4, out 64*4*8.
        {"segments", 1'152 + 512 + 2'048, 76 + 34 + 36},
        // 5 steps * 4 gates * 4 * (3 + 4), both ways; fc 8*2. Two biases.
        {"lstm", 2 * 560 + 16, 2 * 4 * 4 * (3 + 4 + 2) + 18},
        // 5 steps * 3 gates * 4 * (3 + 4); fc 4*2.
        {"gru", 420 + 8, 3 * 4 * (3 + 4 + 2) + 10},
        // conv 64*4*9, gate 4, fc 12; 0 in gate > 0 is a weight of one.
        {"skip", 2'304 + 4 + 12, 40 + 5 + 15 + 1},
    }),
    [](const auto& info) { return info.param.name; });

TEST(OnnxSampleTest, LogitsOfSeveralOutputsAreExits) {
  ASSERT_OK_AND_ASSIGN(const graph::Network network, Imported("branchy"));
  ASSERT_EQ(network.exits().size(), 2u);
  EXPECT_EQ(network.exits()[0].name, "exit1");
  EXPECT_EQ(network.stages()[1].classes, 3);
  ASSERT_OK_AND_ASSIGN(const graph::Network bert, Imported("bert"));
  EXPECT_EQ(bert.exits().size(), 2u);
  // The second layer belongs to the second exit alone: half of everything but
  // the embeddings.
  EXPECT_EQ(bert.stages()[0].trunk.empty(), false);
}

TEST(OnnxSampleTest, IfIsADecisionAndItsBranchesMeet) {
  ASSERT_OK_AND_ASSIGN(const graph::Network network, Imported("skip"));
  ASSERT_EQ(network.decisions().size(), 1u);
  const graph::Decision& decision = network.decisions()[0];
  EXPECT_THAT(decision.options, ElementsAre("then", "else"));
  ASSERT_TRUE(decision.from.has_value());
  ASSERT_OK_AND_ASSIGN(const ScenarioGraph taken,
                       ScenarioGraph::Create(network, Outcomes{0}));
  ASSERT_OK_AND_ASSIGN(const ScenarioGraph left,
                       ScenarioGraph::Create(network, Outcomes{1}));
  // relu, scale and add on 4 x 8 x 8 are what the branch costs.
  int64_t difference = 0;
  for (size_t actor = 0; actor < network.actors().size(); ++actor) {
    const int index = static_cast<int>(actor);
    difference += taken.work(index).vector_ops - left.work(index).vector_ops;
  }
  EXPECT_EQ(difference, 3 * 256);
}

TEST(OnnxSampleTest, LoopIsABoundedRepetitionDecidedWithin) {
  std::vector<std::string> warnings;
  ASSERT_OK_AND_ASSIGN(
      const v1::Network message,
      ImportOnnxFile(DYNARCH_SOURCE_DIR "/tests/sim/io/onnx/ponder.onnx", "",
                     {.strict = true, .max_rounds = 6}, &warnings));
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       wire::NetworkFrom(message));
  const graph::Decision& rounds = network.decisions()[0];
  EXPECT_EQ(rounds.kind, graph::Decision::Kind::kRepeat);
  EXPECT_EQ(rounds.max, 6);
  // A product 4 x 4 a round, and fc 4 x 3.
  EXPECT_EQ(network.total_macs(), Macs(6 * 16 + 12));
  Outcomes twice = network.nominal();
  twice[0] = 2;
  ASSERT_OK_AND_ASSIGN(const ScenarioGraph run,
                       ScenarioGraph::Create(network, twice));
  EXPECT_EQ(run.total_macs(), Macs(2 * 16 + 12));
}

}  // namespace
}  // namespace dynarch::io
