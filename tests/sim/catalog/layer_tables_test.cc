// Every layer of the static networks against the tables of the reference
// folder.
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "sim/graph/network.h"
#include "sim/graph/operator.h"
#include "tests/sim/catalog/catalog_network.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::catalog {
namespace {

// A convolution or fully connected layer.
struct Layer {
  int64_t macs = 0;
  int64_t weights = 0;  // Without bias.
  int64_t inputs = 0, outputs = 0;
  bool operator==(const Layer&) const = default;
  friend void PrintTo(const Layer& layer, std::ostream* out) {
    *out << layer.macs << " MACs, " << layer.weights << " weights, "
         << layer.inputs << " -> " << layer.outputs;
  }
};

// The columns of the table that state a layer; bytes of int8 are elements.
struct Table {
  std::string file, model;
  std::string weights, inputs, outputs;
};

std::vector<Layer> LayersOf(const Table& table) {
  std::ifstream file(std::string(DYNARCH_REFERENCE_DIR) + "/layers/" +
                     table.file);
  EXPECT_TRUE(file.is_open()) << table.file;
  std::string line;
  std::getline(file, line);
  std::map<std::string, size_t> column;
  for (const auto& name : absl::StrSplit(line, ',')) {
    column.emplace(std::string(name), column.size());
  }
  std::vector<Layer> layers;
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = absl::StrSplit(line, ',');
    if (cells.at(0) != table.model) continue;
    const auto number = [&](const std::string& name) {
      int64_t value = 0;
      EXPECT_TRUE(absl::SimpleAtoi(cells.at(column.at(name)), &value)) << line;
      return value;
    };
    if (number("macs") == 0) continue;
    layers.push_back({number("macs"), number(table.weights),
                      number(table.inputs), number(table.outputs)});
  }
  return layers;
}

int64_t BiasOf(const graph::Operator& op) {
  if (const auto* conv = std::get_if<graph::Conv2d>(&op)) {
    return conv->bias ? conv->out_channels : 0;
  }
  const auto& linear = std::get<graph::Linear>(op);
  return linear.bias ? linear.out_features : 0;
}

std::vector<Layer> LayersOf(const graph::Network& network) {
  std::vector<Layer> layers;
  for (int index = 0; index < static_cast<int>(network.actors().size());
       ++index) {
    const graph::OperatorWork& work = network.work(index);
    if (work.macs.value() == 0) continue;
    layers.push_back({work.macs.value(),
                      work.weight_elements - BiasOf(network.actors()[index].op),
                      work.input_elements, work.output_elements});
  }
  return layers;
}

using Case = std::pair<std::string, Table>;  // Network and its table.

class LayerTableTest : public ::testing::TestWithParam<Case> {};

TEST_P(LayerTableTest, EveryLayerAgrees) {
  if (std::string(DYNARCH_REFERENCE_DIR).empty()) {
    GTEST_SKIP() << "no reference data: DYNARCH_REFERENCE_DIR is empty";
  }
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       CatalogNetwork(GetParam().first));
  const std::vector<Layer> want = LayersOf(GetParam().second);
  ASSERT_FALSE(want.empty());
  EXPECT_EQ(LayersOf(network), want);
}

Table Cnn(const std::string& model) {
  return {"standard_cnn_layers.csv", model, "weight_elems", "in_elems",
          "out_elems"};
}
Table Tiny(const std::string& model) {
  return {"mlperf_tiny_layers.csv", model, "weight_bytes", "in_bytes",
          "out_bytes"};
}

INSTANTIATE_TEST_SUITE_P(
    Catalogue, LayerTableTest,
    ::testing::ValuesIn<Case>({
        {"alexnet", Cnn("alexnet_224_torchvision")},
        {"alexnet_grouped", Cnn("alexnet_227_caffe_grouped")},
        {"vgg16", Cnn("vgg16_224_torchvision")},
        {"squeezenet1_0", Cnn("squeezenet1_0_224_torchvision")},
        {"squeezenet1_1", Cnn("squeezenet1_1_224_torchvision")},
        {"resnet18", Cnn("resnet18_224_torchvision")},
        {"resnet50", Cnn("resnet50_224_torchvision")},
        {"mobilenet_v1", Cnn("mobilenet_v1_1.0_224")},
        {"mobilenet_v2", Cnn("mobilenet_v2_1.0_224")},
        {"ds_cnn_kws", Tiny("kws_dscnn_int8")},
        {"mobilenet_v1_025_vww", Tiny("vww_mobilenetv1_025_96_int8")},
        {"resnet8_ic", Tiny("ic_resnet8_int8")},
        {"autoencoder_ad", Tiny("ad_fcae_int8")},
    }),
    [](const auto& info) { return info.param.first; });

}  // namespace
}  // namespace dynarch::catalog
