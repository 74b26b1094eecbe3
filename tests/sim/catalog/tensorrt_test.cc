// TensorRT on Jetson against measured latencies, which the kernel library
// `tensorrt` was fitted on (sim/catalog/measured/jetson_tensorrt.csv, where the
// sources stand): the catalogue's figures are still those of that fit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "sim/cost/network_cost.h"
#include "sim/io/catalog.h"
#include "sim/platform/platform.h"
#include "sim/wire/platform_wire.h"
#include "tests/sim/catalog/catalog_network.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::catalog {
namespace {

using graph::DataType;

struct Measured {
  std::string platform;
  std::string point;
  std::string network;
  DataType dtype;
  double milliseconds;
};

// NVIDIA-AI-IOT/torch2trt, benchmarks/JETSON_NANO.md; an ICASSP 2023 paper's
// throughputs on AGX Xavier; MLPerf Inference v1.1, AGX_Xavier_TRT.
const std::vector<Measured>& Rows() {
  static const auto* const rows = new std::vector<Measured>{
      {"jetson_nano", "nano_maxn", "alexnet", DataType::kFp16, 14.7},
      {"jetson_nano", "nano_maxn", "squeezenet1_0", DataType::kFp16, 7.6},
      {"jetson_nano", "nano_maxn", "squeezenet1_1", DataType::kFp16, 4.34},
      {"jetson_nano", "nano_maxn", "resnet18", DataType::kFp16, 11.4},
      {"jetson_nano", "nano_maxn", "resnet50", DataType::kFp16, 29.8},
      {"jetson_nano", "nano_maxn", "vgg11", DataType::kFp16, 54.95},
      {"jetson_nano", "nano_maxn", "vgg13", DataType::kFp16, 68.6},
      {"jetson_nano", "nano_maxn", "vgg16", DataType::kFp16, 84.7},
      {"jetson_agx_xavier", "agx_xavier_30w", "alexnet", DataType::kFp32, 6.45},
      {"jetson_agx_xavier", "agx_xavier_30w", "alexnet", DataType::kFp16, 3.33},
      {"jetson_agx_xavier", "agx_xavier_30w", "resnet50", DataType::kFp32,
       14.66},
      {"jetson_agx_xavier", "agx_xavier_30w", "resnet50", DataType::kFp16,
       5.49},
      {"jetson_agx_xavier", "agx_xavier_maxn", "resnet50", DataType::kInt8,
       1.82},
      {"jetson_agx_xavier", "agx_xavier_maxn", "ssd_mobilenet_v1",
       DataType::kInt8, 0.979},
  };
  return *rows;
}

double PredictedMilliseconds(const Measured& row) {
  const auto catalog = io::Catalog::Open(DYNARCH_SOURCE_DIR "/sim/catalog");
  EXPECT_OK(catalog);
  const auto message = catalog->Platform(row.platform);
  EXPECT_OK(message);
  const auto platform = wire::PlatformFrom(*message);
  EXPECT_OK(platform);
  const auto network = CatalogNetwork(row.network);
  EXPECT_OK(network);
  const int element = *platform->ElementNamed("gpu");
  const auto actors = cost::CostOfActors(
      *network, network->full(), *platform,
      {.element = element,
       .operating_point = *platform->OperatingPointNamed(row.point),
       .dtype = row.dtype});
  EXPECT_OK(actors);
  const auto sum = cost::SumOf(*actors, platform->elements()[element]);
  EXPECT_OK(sum);
  return static_cast<double>(sum->time.value()) * 1e-9;
}

TEST(TensorRtTest, IsWithinAQuarterOnEveryRowAndATenthOnTheMean) {
  std::map<std::string, std::pair<double, int>> errors;  // Sum, count.
  for (const Measured& row : Rows()) {
    const double error =
        std::fabs(PredictedMilliseconds(row) / row.milliseconds - 1);
    EXPECT_LE(error, 0.25) << row.platform << " " << row.network << " "
                           << NameOf(row.dtype);
    errors[row.platform].first += error;
    ++errors[row.platform].second;
  }
  ASSERT_EQ(errors.size(), 2);
  for (const auto& [platform, sum] : errors) {
    EXPECT_LE(sum.first / sum.second, 0.1) << platform;
  }
}

TEST(TensorRtTest, SkipsWhatFollowsAConvolutionAndWritesConcatenationsInPlace) {
  const auto catalog = io::Catalog::Open(DYNARCH_SOURCE_DIR "/sim/catalog");
  ASSERT_OK(catalog);
  ASSERT_OK_AND_ASSIGN(const v1::Platform message,
                       catalog->Platform("jetson_nano"));
  ASSERT_OK_AND_ASSIGN(const platform::Platform platform,
                       wire::PlatformFrom(message));
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       CatalogNetwork("squeezenet1_1"));
  ASSERT_OK_AND_ASSIGN(
      const std::vector<cost::ActorCost> actors,
      cost::CostOfActors(network, network.full(), platform,
                         {.element = *platform.ElementNamed("gpu"),
                          .dtype = DataType::kFp16}));
  int kernels = 0;
  for (const cost::ActorCost& actor : actors) {
    if (actor.one.time.value() > 0) ++kernels;
  }
  // 26 convolutions, 4 pools and the softmax; not the 26 activations, the 8
  // concatenations and the flattening.
  EXPECT_EQ(actors.size(), 66);
  EXPECT_EQ(kernels, 31);
}

}  // namespace
}  // namespace dynarch::catalog
