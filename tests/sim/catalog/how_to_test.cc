// The small networks of docs/dynamic_networks.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "dynarch/v1/network.pb.h"
#include "dynarch/v1/study.pb.h"
#include "sim/behavior/population.h"
#include "sim/behavior/source.h"
#include "sim/behavior/statistics.h"
#include "sim/io/file.h"
#include "sim/io/yaml_reader.h"
#include "sim/wire/behavior_wire.h"
#include "sim/wire/network_wire.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::catalog {
namespace {

using ::testing::HasSubstr;

const char kFolder[] = DYNARCH_SOURCE_DIR "/client/examples/dynamic/how_to_";

struct Example {
  std::string name;
  double macs = 0;  // Expected of an inference.
};

class HowToTest : public ::testing::TestWithParam<Example> {};

TEST_P(HowToTest, StandsInTheManualAsItIs) {
  ASSERT_OK_AND_ASSIGN(
      const std::string manual,
      io::ReadFile(DYNARCH_SOURCE_DIR "/docs/dynamic_networks.md"));
  ASSERT_OK_AND_ASSIGN(const std::string file,
                       io::ReadFile(kFolder + GetParam().name + ".yaml"));
  EXPECT_THAT(manual, HasSubstr("```yaml\n" + file + "```\n"));
}

TEST_P(HowToTest, HasTheExpectedWorkOfItsRates) {
  v1::Network message;
  ASSERT_OK(io::ReadYamlFile(kFolder + GetParam().name + ".yaml", &message));
  ASSERT_OK_AND_ASSIGN(const graph::Network network,
                       wire::NetworkFrom(message));
  ASSERT_OK_AND_ASSIGN(
      const behavior::Source source,
      wire::SourceFrom({}, message, network, /*trace=*/std::nullopt));
  ASSERT_OK(behavior::CheckSource(source, network));
  behavior::Request request;
  for (const graph::Decision& decision : network.decisions()) {
    request.knobs.push_back(decision.knob);
  }
  ASSERT_OK_AND_ASSIGN(const behavior::Population population,
                       behavior::Realise(source, network, request));
  ASSERT_OK_AND_ASSIGN(
      const behavior::Statistics statistics,
      behavior::Summarise(network, population, behavior::StaticPolicy(network),
                          nullptr, /*lags=*/0));
  EXPECT_TRUE(statistics.macs_exact);
  EXPECT_NEAR(statistics.macs_expected, GetParam().macs, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(
    Manual, HowToTest,
    ::testing::ValuesIn(std::vector<Example>{
        // The gate 8; in 0.6 of the images 256 pixels x 72 x 8.
        {"gate", 8 + 0.6 * 147'456},
        // Router 128; small 640; large 64 x 256, 512 and 2560.
        {"tree", 128 + 0.7 * 640 + 0.3 * (16'384 + 512 + 2'560)},
        // Width 0.5: 64 tokens x 32 x 64, and 64 each; ceil(0.7 x 64) = 45
        // tokens x 64; of these 12 or 36 x 64 x 10.
        {"extents", 131'072 + 4'096 + 2'880 + 24 * 640},
        // GRU 3 x 32 x 48 and 32 a round, 0.5 + 0.3 x 2 + 0.2 x 8 rounds; 128.
        {"loop", 2.7 * (4'608 + 32) + 128},
        // 30 x 30 pixels x 27 x 16 for every other frame; 80.
        {"state", 0.5 * 388'800 + 80}}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace dynarch::catalog
