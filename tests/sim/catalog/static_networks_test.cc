// The static networks against published totals.
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "sim/graph/network.h"
#include "tests/sim/catalog/catalog_network.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::catalog {
namespace {

// Whether batch norm follows a convolution (or, in the autoencoder, a linear
// layer). In the files it is folded: weights scaled, the shift is the bias.
using Normalised = std::function<bool(const graph::Actor&)>;

bool IsConv(const graph::Actor& actor) {
  return std::holds_alternative<graph::Conv2d>(actor.op);
}
bool None(const graph::Actor&) { return false; }
bool Convs(const graph::Actor& actor) { return IsConv(actor); }
bool ConvsButLogits(const graph::Actor& actor) {
  return IsConv(actor) && actor.name != "head_logits";
}
bool ConvsButShortcuts(const graph::Actor& actor) {
  return IsConv(actor) && !absl::EndsWith(actor.name, "_shortcut");
}
bool LinearsButLast(const graph::Actor& actor) {
  return std::holds_alternative<graph::Linear>(actor.op) &&
         actor.name != "fc10";
}

struct Published {
  std::string name;
  int64_t parameters;
  Normalised normalised;
  // Parameters per normalised channel that folding leaves out: 1 where
  // convolutions have no bias of their own (scale and shift become a bias), 4
  // where they have one (scale, shift, mean and variance go).
  int64_t folded_away;
  double million_macs;  // As printed,
  double digit;         // and its last digit.
  std::string source;
};

const char kTorchvision[] = "torchvision, table of pretrained weights";
const char kTiny[] =
    "MLPerf Tiny, reference implementations: `Total params` of the Keras "
    "models, and multiply-accumulates as its working group states them";

class StaticNetworkTest : public ::testing::TestWithParam<Published> {};

TEST_P(StaticNetworkTest, HasThePublishedParameters) {
  const Published& published = GetParam();
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       CatalogNetwork(published.name));
  int64_t channels = 0;
  for (int index = 0; index < static_cast<int>(network.actors().size());
       ++index) {
    if (published.normalised(network.actors()[index])) {
      channels += network.output_shape(index)[0];
    }
  }
  EXPECT_EQ(ResidentWeights(network) + published.folded_away * channels,
            published.parameters)
      << published.source;
}

TEST_P(StaticNetworkTest, HasThePublishedMultiplyAccumulates) {
  const Published& published = GetParam();
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       CatalogNetwork(published.name));
  EXPECT_NEAR(network.total_macs().value() * 1e-6, published.million_macs,
              published.digit / 2)
      << published.source;
}

TEST_P(StaticNetworkTest, DecidesNothing) {
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       CatalogNetwork(GetParam().name));
  EXPECT_EQ(network.exits().size(), 1);
  EXPECT_TRUE(network.parts().ends_in_output);
  EXPECT_TRUE(network.decisions().empty());
}

// Both figures are published with two digits or three.
TEST(SsdMobilenetTest, HasThePublishedWork) {
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       CatalogNetwork("ssd_mobilenet_v1"));
  // V. Reddi et al., "MLPerf Inference Benchmark", ISCA 2020, Table I: 2.47
  // billion operations; Howard et al. 2017, Table 13: 6.8 million parameters.
  EXPECT_NEAR(network.total_macs().value() * 1e-9, 2.47 / 2, 0.005 / 2);
  EXPECT_NEAR(static_cast<double>(ResidentWeights(network)) * 1e-6, 6.8, 0.05);
}

INSTANTIATE_TEST_SUITE_P(
    Catalogue, StaticNetworkTest,
    ::testing::ValuesIn<Published>({
        {"alexnet", 61'100'840, None, 0, 710, 10, kTorchvision},
        // 96, 256, 384, 384 and 256 filters in two groups: the 60,965,224
        // parameters and 724 million multiply-accumulates commonly given.
        {"alexnet_grouped", 60'965'224, None, 0, 724, 1,
         "BVLC reference AlexNet"},
        {"vgg11", 132'863'336, None, 0, 7'610, 10, kTorchvision},
        {"vgg13", 133'047'848, None, 0, 11'310, 10, kTorchvision},
        {"vgg16", 138'357'544, None, 0, 15'470, 10, kTorchvision},
        {"squeezenet1_0", 1'248'424, None, 0, 820, 10, kTorchvision},
        {"squeezenet1_1", 1'235'496, None, 0, 350, 10, kTorchvision},
        {"resnet18", 11'689'512, Convs, 1, 1'810, 10, kTorchvision},
        {"resnet50", 25'557'032, Convs, 1, 4'090, 10, kTorchvision},
        // With 1,001 classes: 1,024 + 1 and 1,280 + 1 parameters more than the
        // 4,231,976 and 3,504,872 of 1,000.
        {"mobilenet_v1", 4'231'976 + 1'025, ConvsButLogits, 1, 569, 1,
         "Howard et al. 2017, Table 8 (569 million); Keras (parameters)"},
        {"mobilenet_v2", 3'504'872 + 1'281, ConvsButLogits, 1, 300, 10,
         "Sandler et al. 2018, Table 4 (300 million); torchvision"},
        {"ds_cnn_kws", 24'908, Convs, 4, 2.7, 0.1, kTiny},
        {"mobilenet_v1_025_vww", 221'794, Convs, 4, 7.5, 0.1, kTiny},
        {"resnet8_ic", 78'666, ConvsButShortcuts, 4, 12.5, 0.1, kTiny},
        {"autoencoder_ad", 269'992, LinearsButLast, 4, 0.264, 0.001, kTiny},
    }),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace dynarch::catalog
