#include "sim/io/onnx_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sim/io/file.h"
#include "sim/io/yaml_reader.h"
#include "sim/wire/network_wire.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::io {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::HasSubstr;

constexpr char kExamples[] = DYNARCH_SOURCE_DIR "/client/examples/";

std::string Example(const std::string& name) { return kExamples + name; }

TEST(OnnxImportTest, DigitsGiveExactlyTheCommittedNetwork) {
  ASSERT_OK_AND_ASSIGN(
      const v1::Network network,
      ImportOnnxFile(Example("digits.onnx"), Example("digits.csv")));
  const std::string text = ImportedNetworkText(network, "digits.onnx");
  const std::string made = ::testing::TempDir() + "digits_three_exits.yaml";
  ASSERT_OK(WriteFile(made, text));
  ASSERT_OK_AND_ASSIGN(const std::string committed,
                       ReadFile(Example("digits_three_exits.yaml")));
  EXPECT_EQ(text, committed) << "remade as " << made;
}

// Derived by hand from client/python/three_exits.py. A 3x3 convolution with
// padding 1 keeps the 8x8 pixels; MACs = pixels * outputs * inputs * 9.
//   conv1   64*8*1*9 = 4,608           exit1_fc  8 channels*4*4=128 -> 10:
//   1,280 conv2a  64*32*8*9 = 147,456        conv2b    64*32*32*9 = 589,824
//   exit2_fc 32*10 = 320
//   conv3a  64*64*32*9 = 1,179,648     pool3 halves to 4x4
//   conv3b  16*96*64*9 = 884,736       exit3_fc  96*2*2=384 -> 10: 3,840
TEST(OnnxImportTest, DigitsHaveTheShapesAndMacsDerivedByHand) {
  ASSERT_OK_AND_ASSIGN(const v1::Network message,
                       ImportOnnxFile(Example("digits.onnx")));
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       wire::NetworkFrom(message));
  EXPECT_EQ(network.total_macs(), Macs(4'608 + 1'280 + 147'456 + 589'824 + 320 +
                                       1'179'648 + 884'736 + 3'840));
  // Weights and biases: outputs * (inputs * 9 + 1), or outputs*(features+1).
  EXPECT_EQ(network.total_weight_elements(), 8 * 10 + 10 * 129 + 32 * 73 +
                                                 32 * 289 + 10 * 33 + 64 * 289 +
                                                 96 * 577 + 10 * 385);
  const auto shape_of = [&](const std::string& name) {
    for (size_t i = 0; i < network.actors().size(); ++i) {
      if (network.actors()[i].name == name) {
        return network.output_shape(static_cast<int>(i));
      }
    }
    return graph::Shape();
  };
  EXPECT_EQ(shape_of("conv1"), (graph::Shape{8, 8, 8}));
  EXPECT_EQ(shape_of("exit1_pool"), (graph::Shape{8, 4, 4}));
  EXPECT_EQ(shape_of("exit1_flatten"), (graph::Shape{128}));
  EXPECT_EQ(shape_of("exit2_pool"), (graph::Shape{32, 1, 1}));
  EXPECT_EQ(shape_of("pool3"), (graph::Shape{64, 4, 4}));
  EXPECT_EQ(shape_of("conv3b"), (graph::Shape{96, 4, 4}));
  EXPECT_EQ(shape_of("exit3_softmax"), (graph::Shape{10}));
  ASSERT_EQ(network.exits().size(), 3u);
  EXPECT_EQ(network.exits()[0].name, "exit1");
  EXPECT_EQ(network.exits()[2].name, "exit3");
}

TEST(OnnxImportTest, TheWeightsAreKnownByTheSha256OfTheFile) {
  ASSERT_OK_AND_ASSIGN(const v1::Network network,
                       ImportOnnxFile(Example("digits.onnx")));
  // From the header of digits.csv, which another program wrote.
  EXPECT_EQ(network.weights_sha256(),
            "bdcc4e000e67044a005199b9d6bb3920e103eee6710b7598c582b05c632e32ad");
}

}  // namespace
}  // namespace dynarch::io
