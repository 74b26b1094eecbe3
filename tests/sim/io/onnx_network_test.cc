#include "sim/io/onnx_network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/sha256.h"
#include "sim/graph/scenario_graph.h"
#include "sim/io/file.h"
#include "sim/io/onnx_import.h"
#include "sim/io/yaml_writer.h"
#include "sim/wire/network_wire.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::io {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

OnnxNode Node(const std::string& op, std::vector<std::string> inputs,
              const std::string& output) {
  OnnxNode node;
  node.op = op;
  node.inputs = std::move(inputs);
  node.outputs = {output};
  return node;
}

// image [1, 2, 4, 4] -> nodes -> softmax over 10 -> `out`. The nodes end in
// `features`, of ten elements.
OnnxGraph GraphOf(std::vector<OnnxNode> nodes) {
  OnnxGraph graph;
  graph.name = "Some Net-1";
  graph.inputs = {{"image", {1, 2, 4, 4}}};
  graph.outputs = {"out"};
  graph.nodes = std::move(nodes);
  graph.nodes.push_back(Node("Softmax", {"features"}, "out"));
  graph.constants["w"] = {.shape = {32, 10}, .integers = {}, .reals = {}};
  graph.constants["b"] = {.shape = {10}, .integers = {}, .reals = {}};
  graph.constants["k"] = {.shape = {6, 2, 3, 3}, .integers = {}, .reals = {}};
  return graph;
}

// Flatten and a product around the node under test, which goes from `image` to
// `mid` and keeps the 32 elements.
OnnxGraph GraphAround(OnnxNode node) {
  return GraphOf({std::move(node), Node("Flatten", {"mid"}, "flat"),
                  Node("MatMul", {"flat", "w"}, "features")});
}

TEST(BuildNetworkTest, MatMulAndAddAreOneLinearWithBias) {
  for (const bool bias_first : {false, true}) {
    OnnxGraph graph =
        GraphOf({Node("Flatten", {"image"}, "flat"),
                 Node("MatMul", {"flat", "w"}, "product"),
                 bias_first ? Node("Add", {"b", "product"}, "features")
                            : Node("Add", {"product", "b"}, "features")});
    ASSERT_OK_AND_ASSIGN(const v1::Network network, BuildNetwork(graph));
    EXPECT_EQ(network.name(), "some_net_1");
    ASSERT_EQ(network.actors_size(), 3);
    EXPECT_EQ(network.actors(1).linear().out_features(), "10");
    EXPECT_TRUE(network.actors(1).linear().bias());
    EXPECT_EQ(network.actors(2).inputs(0).from(), network.actors(1).name());
  }
}

// What the product gives must stay as it is, so the sum is an actor: one
// operation per element, and the vector read as weights.
TEST(BuildNetworkTest, AVectorAddedToAProductThatOthersReadIsAnActor) {
  OnnxGraph graph = GraphOf({Node("Flatten", {"image"}, "flat"),
                             Node("MatMul", {"flat", "w"}, "product"),
                             Node("Add", {"product", "b"}, "sum"),
                             Node("Add", {"product", "sum"}, "features")});
  ASSERT_OK_AND_ASSIGN(const v1::Network network, BuildNetwork(graph));
  ASSERT_EQ(network.actors_size(), 5);
  EXPECT_FALSE(network.actors(1).linear().bias());
  EXPECT_EQ(network.actors(2).opaque().weight_elements(), 10);
  EXPECT_EQ(network.actors(2).opaque().ops(), 10);
}

TEST(BuildNetworkTest, IdentityAndDropoutVanish) {
  OnnxGraph graph =
      GraphOf({Node("Dropout", {"image"}, "d"), Node("Identity", {"d"}, "i"),
               Node("Flatten", {"i"}, "flat"),
               Node("MatMul", {"flat", "w"}, "features")});
  graph.nodes[0].outputs.push_back("mask");
  ASSERT_OK_AND_ASSIGN(const v1::Network network, BuildNetwork(graph));
  EXPECT_EQ(network.actors_size(), 3);
  EXPECT_EQ(network.actors(0).inputs(0).from(), "image");
}

TEST(BuildNetworkTest, ASymbolicBatchIsOne) {
  OnnxGraph graph = GraphAround(Node("Relu", {"image"}, "mid"));
  graph.inputs[0].shape[0] = std::nullopt;
  ASSERT_OK_AND_ASSIGN(const v1::Network network, BuildNetwork(graph));
  EXPECT_THAT(network.inputs(0).shape(), ElementsAre("2", "4", "4"));
}

TEST(BuildNetworkTest, NamesAreMadeValidAndDifferent) {
  OnnxGraph graph = GraphOf({Node("Relu", {"image"}, "a.1/x"),
                             Node("Tanh", {"a.1/x"}, "a:1.X"),
                             Node("Flatten", {"a:1.X"}, "7"),
                             Node("MatMul", {"7", "w"}, "features")});
  ASSERT_OK_AND_ASSIGN(const v1::Network network, BuildNetwork(graph));
  EXPECT_EQ(network.actors(0).name(), "a_1_x");
  EXPECT_EQ(network.actors(1).name(), "a_1_x_2");
  EXPECT_EQ(network.actors(2).name(), "n7");
  EXPECT_OK(wire::NetworkFrom(network));
}

struct Shaped {
  std::string name;
  OnnxNode node;
  std::vector<int64_t> target;  // Constant second input, if any.
  std::string yaml;             // Of the actor's operator.
};
void PrintTo(const Shaped& shaped, std::ostream* out) { *out << shaped.name; }

class OperatorTest : public ::testing::TestWithParam<Shaped> {};

TEST_P(OperatorTest, BecomesAnActor) {
  OnnxGraph graph = GraphAround(GetParam().node);
  graph.constants["target"] = {
      .shape = {static_cast<int64_t>(GetParam().target.size())},
      .integers = GetParam().target,
      .reals = {}};
  graph.constants["zero"] = {.shape = {}, .integers = {}, .reals = {0}};
  graph.constants["six"] = {.shape = {}, .integers = {}, .reals = {6}};
  ASSERT_OK_AND_ASSIGN(const v1::Network network, BuildNetwork(graph));
  EXPECT_EQ(WriteYaml(network.actors(0)),
            absl::StrCat("name: mid\n", GetParam().yaml));
  EXPECT_OK(wire::NetworkFrom(network));
}

OnnxNode Pool(const std::string& op, std::vector<int64_t> strides) {
  OnnxNode node = Node(op, {"image"}, "mid");
  node.integers["kernel_shape"] = {1, 1};
  if (!strides.empty()) node.integers["strides"] = std::move(strides);
  return node;
}

OnnxNode OldClip() {
  OnnxNode node = Node("Clip", {"image"}, "mid");
  node.reals = {{"min", 0.0}, {"max", 6.0}};
  return node;
}

INSTANTIATE_TEST_SUITE_P(
    Onnx, OperatorTest,
    ::testing::ValuesIn(std::vector<Shaped>{
        {"Relu",
         Node("Relu", {"image"}, "mid"),
         {},
         "inputs: [image]\nelementwise: relu\n"},
        {"Sigmoid",
         Node("Sigmoid", {"image"}, "mid"),
         {},
         "inputs: [image]\nelementwise: sigmoid\n"},
        {"Tanh",
         Node("Tanh", {"image"}, "mid"),
         {},
         "inputs: [image]\nelementwise: tanh\n"},
        {"ClipByInputs",
         Node("Clip", {"image", "zero", "six"}, "mid"),
         {},
         "inputs: [image]\nelementwise: relu6\n"},
        {"ClipByAttributes",
         OldClip(),
         {},
         "inputs: [image]\nelementwise: relu6\n"},
        {"Add",
         Node("Add", {"image", "image"}, "mid"),
         {},
         "inputs: [image, image]\nelementwise: add\n"},
        {"Mul",
         Node("Mul", {"image", "image"}, "mid"),
         {},
         "inputs: [image, image]\nelementwise: mul\n"},
        {"BatchNormalization",
         Node("BatchNormalization", {"image", "s", "b", "m", "v"}, "mid"),
         {},
         "inputs: [image]\nnorm: {}\n"},
        // ONNX's default stride is 1, ours the kernel: the same here.
        {"MaxPool",
         Pool("MaxPool", {}),
         {},
         "inputs: [image]\npool: {kind: max, kernel: [1, 1]}\n"},
        {"AveragePool",
         Pool("AveragePool", {1, 1}),
         {},
         "inputs: [image]\npool: {kind: average, kernel: [1, 1]}\n"},
        {"Reshape",
         Node("Reshape", {"image", "target"}, "mid"),
         {1, 8, -1},
         "inputs: [image]\nreshape: {shape: [8, 4]}\n"},
        {"ReshapeKeepsAnExtentOfZero",
         Node("Reshape", {"image", "target"}, "mid"),
         {0, 0, 16},
         "inputs: [image]\nreshape: {shape: [2, 16]}\n"},
        {"ReshapeToOneExtent",
         Node("Reshape", {"image", "target"}, "mid"),
         {-1, 32},
         "inputs: [image]\nreshape: {}\n"},
    }),
    [](const auto& info) { return info.param.name; });

TEST(BuildNetworkTest, ConvolutionsTakeTheirShapeFromTheWeight) {
  OnnxNode conv = Node("Conv", {"image", "k", "bias"}, "wide");
  conv.integers = {
      {"strides", {2, 2}}, {"pads", {1, 1, 1, 1}}, {"dilations", {1, 1}}};
  OnnxGraph graph = GraphOf({conv, Node("GlobalMaxPool", {"wide"}, "pooled"),
                             Node("Squeeze", {"pooled", "axes"}, "flat"),
                             Node("Gemm", {"flat", "g"}, "features")});
  graph.constants["axes"] = {.shape = {2}, .integers = {2, -1}, .reals = {}};
  graph.constants["g"] = {.shape = {6, 10}, .integers = {}, .reals = {}};
  graph.constants["bias"] = {.shape = {6}, .integers = {}, .reals = {}};
  ASSERT_OK_AND_ASSIGN(const v1::Network message, BuildNetwork(graph));
  EXPECT_EQ(WriteYaml(message.actors(0)),
            "name: wide\ninputs: [image]\nconv2d:\n  out_channels: 6\n"
            "  kernel: [3, 3]\n  stride: [2, 2]\n  padding: [1, 1, 1, 1]\n"
            "  bias: true\n");
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       wire::NetworkFrom(message));
  EXPECT_EQ(network.output_shape(0), (graph::Shape{6, 2, 2}));
  EXPECT_EQ(network.output_shape(2), (graph::Shape{6}));
  // conv: 4 pixels * 6 * 2 * 9; linear 6 * 10.
  EXPECT_EQ(network.total_macs(), Macs(432 + 60));
}

TEST(BuildNetworkTest, ConcatJoinsChannels) {
  OnnxGraph graph = GraphOf({Node("Concat", {"image", "image"}, "both"),
                             Node("Flatten", {"both"}, "flat"),
                             Node("MatMul", {"flat", "w64"}, "features")});
  graph.nodes[0].integers["axis"] = {-3};
  graph.constants["w64"] = {.shape = {64, 10}, .integers = {}, .reals = {}};
  ASSERT_OK_AND_ASSIGN(const v1::Network network, BuildNetwork(graph));
  EXPECT_TRUE(network.actors(0).has_concat());
}

struct BadGraph {
  std::string name;
  std::function<void(OnnxGraph*)> change;
  std::string message;
};
void PrintTo(const BadGraph& bad, std::ostream* out) { *out << bad.name; }

class BadGraphTest : public ::testing::TestWithParam<BadGraph> {};

TEST_P(BadGraphTest, IsRefusedNamingTheNode) {
  OnnxGraph graph = GraphAround(Node("Relu", {"image"}, "mid"));
  GetParam().change(&graph);
  EXPECT_THAT(BuildNetwork(graph), StatusIs(kInvalid, GetParam().message));
}

// Turns the first node into another operator.
std::function<void(OnnxGraph*)> First(
    const std::string& op, std::vector<std::string> inputs,
    std::map<std::string, std::vector<int64_t>> integers = {}) {
  return [=](OnnxGraph* graph) {
    graph->nodes[0] = Node(op, inputs, "mid");
    graph->nodes[0].name = "first";
    graph->nodes[0].integers = integers;
  };
}

INSTANTIATE_TEST_SUITE_P(
    Onnx, BadGraphTest,
    ::testing::ValuesIn(std::vector<BadGraph>{
        {"batch", [](OnnxGraph* g) { g->inputs[0].shape[0] = 8; },
         "input 'image': the batch is 8; 1 or a symbol is allowed"},
        {"symbolic_extent",
         [](OnnxGraph* g) { g->inputs[0].shape[2] = std::nullopt; },
         "input 'image': extent 2 is symbolic; only the batch may be: export "
         "with fixed extents"},
        {"no_extents", [](OnnxGraph* g) { g->inputs[0].shape = {1}; },
         "input 'image': a batch and at least one more extent are needed"},
        {"dangling_input", First("Relu", {"nowhere"}),
         "node 'first' (Relu): input 'nowhere' is made by no node before"},
        {"constant_input", First("Relu", {"k"}),
         "node 'first' (Relu): input 'k' is a constant; only tensors that "
         "depend on the input are allowed here"},
        {"no_input", First("Relu", {}),
         "node 'first' (Relu): input 0 is missing"},
        {"unmade_output", [](OnnxGraph* g) { g->outputs = {"other"}; },
         "output 'other': no node makes it"},
        {"conv_without_weight", First("Conv", {"image"}),
         "node 'first' (Conv): needs a constant weight of three or four "
         "extents"},
        {"conv_of_other_channels",
         First("Conv", {"image", "k"}, {{"group", {2}}}),
         "node 'first' (Conv): the weight [6, 2, 3, 3] does not fit the input "
         "[2, 4, 4] in 2 groups"},
        {"three_dimensional_conv",
         First("Conv", {"image", "k"}, {{"strides", {1, 1, 1}}}),
         "node 'first' (Conv): strides has 3 numbers; only windows of one or "
         "two extents are supported"},
        {"conv_past_the_image",
         First("Conv", {"image", "k"}, {{"dilations", {2, 2}}}),
         "node 'first' (Conv): conv2d.kernel: a window spans 5 along the "
         "height and does not fit the padded input of 4; a smaller kernel or "
         "dilation, or more padding, fits"},
        {"dilated_pool",
         First("MaxPool", {"image"},
               {{"kernel_shape", {2, 2}}, {"dilations", {2, 2}}}),
         "node 'first' (MaxPool): dilations are not supported"},
        {"pool_without_kernel", First("MaxPool", {"image"}),
         "node 'first' (MaxPool): kernel_shape is missing"},
        {"softmax_over_channels", First("Softmax", {"image"}, {{"axis", {1}}}),
         "node 'first' (Softmax): axis 1 is not the last of 4; only the last "
         "extent is supported"},
        {"axis_outside", First("Softmax", {"image"}, {{"axis", {9}}}),
         "node 'first' (Softmax): axis 9 is outside the 4 extents"},
        {"concat_of_batches",
         First("Concat", {"image", "image"}, {{"axis", {0}}}),
         "node 'first' (Concat): joins along the batch, which must stay 1"},
        {"reshape_by_tensor", First("Reshape", {"image", "image"}),
         "node 'first' (Reshape): shape depends on the data; a constant is "
         "needed"},
        {"squeeze_of_wide_extent", First("Squeeze", {"image"}, {{"axes", {1}}}),
         "node 'first' (Squeeze): extent 1 is 2; only extents of 1 can be "
         "removed"},
        {"recurrence_without_weights", First("LSTM", {"image"}),
         "node 'first' (LSTM): needs a constant recurrence weight of three "
         "extents"},
        {"if_without_branches", First("If", {"image"}),
         "node 'first' (If): needs a then_branch and an else_branch"},
        {"loop_without_body", First("Loop", {"image", "image"}),
         "node 'first' (Loop): needs a body"},
        {"split_of_more_than_there_is",
         First("Split", {"image"}, {{"axis", {1}}, {"split", {3}}}),
         "node 'first' (Split): part 0 has length 3 of 2"},
        {"matmul_of_other_features",
         [](OnnxGraph* g) { g->constants["w"].shape = {31, 10}; },
         "node 'features' (MatMul): the weight takes 31 features, the input "
         "is [32]"},
    }),
    [](const auto& info) { return info.param.name; });

// 4 pixels, a window of 3: one pixel of padding on either side keeps 4. With
// stride 2 two outputs need 2 + 3 - 4 = 1 more pixel, put behind (UPPER).
TEST(BuildNetworkTest, AutomaticPaddingIsWorkedOut) {
  OnnxGraph graph = GraphOf({Node("Conv", {"image", "k"}, "mid"),
                             Node("Flatten", {"mid"}, "flat"),
                             Node("MatMul", {"flat", "wide"}, "features")});
  graph.nodes[0].texts["auto_pad"] = "SAME_UPPER";
  graph.constants["wide"] = {.shape = {96, 10}, .integers = {}, .reals = {}};
  ASSERT_OK_AND_ASSIGN(const v1::Network same, BuildNetwork(graph));
  EXPECT_THAT(same.actors(0).conv2d().padding(), ElementsAre(1, 1, 1, 1));
  graph.nodes[0].integers["strides"] = {2, 2};
  graph.constants["wide"].shape = {24, 10};
  ASSERT_OK_AND_ASSIGN(const v1::Network half, BuildNetwork(graph));
  EXPECT_THAT(half.actors(0).conv2d().padding(), ElementsAre(0, 0, 1, 1));
}

TEST(BuildNetworkTest, AnUnknownOperatorIsOpaqueOrRefused) {
  OnnxGraph graph = GraphAround(Node("Sigmoidal", {"image", "k"}, "mid"));
  std::vector<std::string> warnings;
  ASSERT_OK_AND_ASSIGN(const v1::Network network,
                       BuildNetwork(graph, {}, &warnings));
  // As many operations as the input has elements; 6 x 2 x 3 x 3 weights.
  EXPECT_EQ(network.actors(0).opaque().ops(), 32);
  EXPECT_EQ(network.actors(0).opaque().weight_elements(), 108);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings[0], HasSubstr("node 'mid' (Sigmoidal): not known"));
  EXPECT_THAT(BuildNetwork(graph, {.strict = true, .max_rounds = {}}),
              StatusIs(kInvalid, ::testing::AllOf(
                                     HasSubstr("the operator is not supported"),
                                     HasSubstr("did you mean 'Sigmoid'"))));
}

TEST(BuildNetworkTest, AnOutputThatIsNoVectorIsTheNetworksOutput) {
  OnnxGraph graph = GraphAround(Node("Relu", {"image"}, "mid"));
  graph.outputs = {"mid"};
  ASSERT_OK_AND_ASSIGN(const v1::Network network, BuildNetwork(graph));
  EXPECT_EQ(network.output(), "mid");
  EXPECT_EQ(network.decisions_size(), 0);
  // What only the other outputs needed is gone.
  EXPECT_EQ(network.actors_size(), 1);
}

TEST(BuildNetworkTest, AVectorBesideTheExitsOfAnotherLengthIsLeftOut) {
  OnnxGraph graph = GraphAround(Node("Relu", {"image"}, "mid"));
  graph.outputs = {"flat", "features", "out"};
  std::vector<std::string> warnings;
  ASSERT_OK_AND_ASSIGN(const v1::Network network,
                       BuildNetwork(graph, {}, &warnings));
  ASSERT_EQ(network.decisions_size(), 2);
  EXPECT_EQ(network.decisions(0).name(), "features");
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings[0], HasSubstr("'flat': left out; it has 32 elements"));
}

TEST(BuildNetworkTest, ALoopWithoutALimitNeedsOne) {
  auto body = std::make_shared<OnnxGraph>();
  body->inputs = {{"i", {}}, {"go", {}}, {"x", {}}};
  body->nodes = {Node("Tanh", {"x"}, "y"),
                 Node("Greater", {"y", "zero"}, "on")};
  body->outputs = {"on", "y"};
  body->constants["zero"] = {.shape = {1}, .integers = {}, .reals = {0}};
  OnnxNode loop = Node("Loop", {"", "", "image"}, "mid");
  loop.graphs["body"] = body;
  const OnnxGraph graph = GraphAround(loop);
  EXPECT_THAT(BuildNetwork(graph),
              StatusIs(kInvalid, HasSubstr("give --max-rounds")));
  ASSERT_OK_AND_ASSIGN(const v1::Network message,
                       BuildNetwork(graph, {.strict = false, .max_rounds = 5}));
  ASSERT_EQ(message.decisions(0).repeat().max(), 5);
  EXPECT_EQ(message.decisions(0).repeat().from(), "on");
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       wire::NetworkFrom(message));
  EXPECT_EQ(network.full().times(0), 5);
}

TEST(BuildNetworkTest, AScanRunsOverItsSequence) {
  auto body = std::make_shared<OnnxGraph>();
  body->inputs = {{"x", {}}};
  body->nodes = {Node("MatMul", {"x", "square"}, "y")};
  body->outputs = {"y"};
  OnnxNode scan = Node("Scan", {"steps"}, "all");
  scan.integers["num_scan_inputs"] = {1};
  scan.graphs["body"] = body;
  OnnxGraph graph;
  graph.inputs = {{"steps", {7, 1, 4}}};
  graph.outputs = {"all"};
  graph.nodes = {scan};
  graph.constants["square"] = {.shape = {4, 4}, .integers = {}, .reals = {}};
  ASSERT_OK_AND_ASSIGN(const v1::Network message, BuildNetwork(graph));
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       wire::NetworkFrom(message));
  EXPECT_EQ(network.total_macs(), Macs(7 * 16));
  EXPECT_EQ(network.output_shape(network.exits().back().from),
            (graph::Shape{7, 4}));
}

// --- The bytes of a file.

std::string DigitsBytes() {
  const auto bytes =
      ReadFile(DYNARCH_SOURCE_DIR "/client/examples/digits.onnx");
  EXPECT_OK(bytes);
  return bytes.value_or("");
}

TEST(ImportOnnxTest, WhatIsNoModelIsRefusedInOneLine) {
  const std::string message =
      "m.onnx: is not an ONNX model, or only a part of one";
  EXPECT_THAT(ImportOnnx("", "m.onnx"), StatusIs(kInvalid, message));
  EXPECT_THAT(ImportOnnx("name: no onnx", "m.onnx"),
              StatusIs(kInvalid, message));
  const std::string bytes = DigitsBytes();
  EXPECT_THAT(ImportOnnx(bytes.substr(0, bytes.size() / 2), "m.onnx"),
              StatusIs(kInvalid, message));
}

TEST(ImportOnnxTest, AnUnsupportedOperatorOfAFileIsNamed) {
  std::string bytes = DigitsBytes();
  const size_t at = bytes.find("MaxPool");
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, 7, "LpPool2");
  EXPECT_THAT(ImportOnnx(bytes, "m.onnx", {.strict = true, .max_rounds = {}}),
              StatusIs(kInvalid, HasSubstr("m.onnx: node 'pool3' (LpPool2): "
                                           "the operator is not supported; "
                                           "supported: Abs, Add, ")));
}

TEST(ImportOnnxTest, AnotherFileHasAnotherWeightsDigest) {
  std::string bytes = DigitsBytes();
  ASSERT_OK_AND_ASSIGN(const v1::Network before, ImportOnnx(bytes, "m.onnx"));
  const size_t at = bytes.find("train_digits.py");  // The producer's name.
  ASSERT_NE(at, std::string::npos);
  bytes[at] = 'T';
  ASSERT_OK_AND_ASSIGN(const v1::Network after, ImportOnnx(bytes, "m.onnx"));
  EXPECT_NE(before.weights_sha256(), after.weights_sha256());
  EXPECT_EQ(after.weights_sha256(), Sha256Hex(bytes));
}

TEST(ImportOnnxFileTest, ATraceOfOtherExitsIsRefused) {
  const std::string trace = ::testing::TempDir() + "other.csv";
  ASSERT_OK(WriteFile(trace,
                      "# format: dynarch-trace 1\n"
                      "sample,split,dtype,label,a_class,a_max_probability,"
                      "a_entropy,a_margin,a_correct\n1,select,fp32,1,1,1,0,1,"
                      "1\n"));
  EXPECT_THAT(
      ImportOnnxFile(DYNARCH_SOURCE_DIR "/client/examples/digits.onnx", trace),
      StatusIs(kInvalid,
               absl::StrCat(trace,
                            ": behavior.trace: its exits are [a], "
                            "those of network 'digits_three_exits' are "
                            "[exit1, exit2, exit3]; they must be the same, in "
                            "order")));
}

TEST(ImportOnnxFileTest, AFileThatIsMissingIsNotFound) {
  EXPECT_THAT(ImportOnnxFile("/nowhere/m.onnx"),
              StatusIs(absl::StatusCode::kNotFound,
                       "/nowhere/m.onnx: No such file or directory"));
}

}  // namespace
}  // namespace dynarch::io
