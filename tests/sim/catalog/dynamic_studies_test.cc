// The studies of client/examples/dynamic: what their knobs do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/evaluator.h"
#include "sim/io/study_reader.h"
#include "sim/measurement/measurement.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::catalog {
namespace {

using measurement::Measurement;
using measurement::Metric;

// One candidate of an example study.
Measurement Measure(const std::string& study,
                    const std::vector<io::Setting>& settings) {
  io::StudyOptions options;
  options.catalog = DYNARCH_SOURCE_DIR "/sim/catalog";
  options.settings = settings;
  const auto loaded = io::LoadStudy(
      DYNARCH_SOURCE_DIR "/client/examples/dynamic/" + study + ".yaml",
      options);
  EXPECT_OK(loaded);
  auto spec = io::Compile(*loaded);
  EXPECT_OK(spec);
  const auto candidate = io::CandidateOf(*loaded, spec->space);
  EXPECT_OK(candidate);
  auto evaluator = Evaluator::Create(
      std::make_shared<const study::StudySpec>(*std::move(spec)));
  EXPECT_OK(evaluator);
  auto measured =
      (*evaluator)->Evaluate(*candidate, study::Fidelity::kAnalytical);
  EXPECT_OK(measured);
  return *std::move(measured);
}

// A knob that asks for more work, and the other parameters.
struct Knob {
  std::string study;
  std::string path;
  std::vector<std::string> values;
  std::vector<io::Setting> fixed;
};

class KnobTest : public ::testing::TestWithParam<Knob> {};

TEST_P(KnobTest, MoreWorkTakesMoreTimeAndEnergy) {
  const Knob& knob = GetParam();
  std::optional<double> latency, energy;
  for (const std::string& value : knob.values) {
    std::vector<io::Setting> settings = knob.fixed;
    settings.push_back({knob.path, value});
    const Measurement measured = Measure(knob.study, settings);
    ASSERT_EQ(measured.state, measurement::TrialState::kSucceeded) << value;
    const auto now = measured.metrics.Get(Metric::kLatencyMean);
    ASSERT_TRUE(now.has_value()) << value;
    const auto drawn = measured.metrics.Get(Metric::kEnergyDynamic);
    ASSERT_TRUE(drawn.has_value()) << value;
    if (latency.has_value()) {
      EXPECT_GT(*now, *latency) << value;
    }
    if (energy.has_value()) {
      EXPECT_GT(*drawn, *energy) << value;
    }
    latency = now;
    energy = drawn;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Studies, KnobTest,
    ::testing::ValuesIn(std::vector<Knob>{
        {"slimmable",
         "decisions.width.value",
         {"0.25", "0.5", "0.75", "1"},
         {{"platform", "raspberry_pi_4"}, {"policy.power", "always_on"}}},
        {"token_pruning",
         "decisions.patches2.keep",
         {"0.5", "0.6", "0.7", "0.8", "0.9", "1"},
         {{"decisions.patches1.keep", "0.7"},
          {"decisions.patches3.keep", "0.7"}}},
        {"expert_capacity",
         "decisions.moe.capacity_factor",
         {"1", "1.25", "1.5", "2", "4"},
         {{"platform", "jetson_tx2"}, {"mapping.stages.output", "gpu"}}},
        {"supernet",
         "decisions.resolution.value",
         {"128", "160", "192", "224"},
         {{"decisions.depth4.value", "3"},
          {"decisions.expand4.value", "4"},
          {"decisions.depth5.value", "3"},
          {"decisions.expand5.value", "4"}}},
        {"supernet",
         "decisions.depth5.value",
         {"2", "3", "4"},
         {{"decisions.depth4.value", "3"},
          {"decisions.expand4.value", "4"},
          {"decisions.resolution.value", "160"},
          {"decisions.expand5.value", "4"}}},
        // More than that and the queue grows: the study asks where.
        {"active_tiles",
         "decisions.tiles.keep",
         {"0.1", "0.2", "0.3"},
         {{"platform", "jetson_tx2"}}},
        {"glance_focus",
         "decisions.focus.value",
         {"1", "2", "3", "4"},
         {{"platform", "jetson_tx2"},
          {"mapping.stages.glance", "gpu"},
          {"mapping.stages.last", "gpu"}}},
        {"video_frames",
         "decisions.look.value",
         {"84", "112", "168", "224"},
         {{"platform", "jetson_tx2"}, {"policy.power", "always_on"}}},
        {"keyword_stream",
         "decisions.chunks.value",
         {"1", "2", "3", "7"},
         {{"platform", "gap9"}, {"policy.power", "always_on"}}}}),
    [](const auto& info) {
      return info.param.study + "_" + std::to_string(info.index);
    });

double LatencyOf(const std::string& study, const std::string& platform,
                 const std::string& element, const std::string& control) {
  return *Measure(study, {{"behavior.control", control},
                          {"platform", platform},
                          {"mapping.stages.output", element},
                          {"policy.power", "always_on"}})
              .metrics.Get(Metric::kLatencyMean);
}

// Where every block is executed there is nothing left to save; and a policy
// that skips as often, but blindly, takes the same time on average.
TEST(ControlTest, SkippingSavesAndBlindSkippingSavesAsMuch) {
  const auto latency = [](const std::string& control) {
    return LatencyOf("layer_skipping", "raspberry_pi_4", "cpu", control);
  };
  const double chosen = latency("none");
  EXPECT_LT(chosen, 0.5 * latency("static"));
  // The rates are independent in the file: dealing them anew changes nothing
  // but the draw.
  EXPECT_NEAR(latency("independent"), chosen, 0.01 * chosen);
}

// A gate per block halves the work, and a GPU loses by it: the host waits for
// the GPU 54 times. One policy in front costs one such wait.
TEST(ControlTest, OnAGpuAGatePerBlockIsSlowerThanEveryBlock) {
  const auto gpu = [](const std::string& study, const std::string& control) {
    return LatencyOf(study, "jetson_tx2", "gpu", control);
  };
  EXPECT_GT(gpu("gate_per_block", "none"), gpu("layer_skipping", "static"));
  EXPECT_LT(gpu("layer_skipping", "none"),
            0.6 * gpu("layer_skipping", "static"));
  EXPECT_LT(LatencyOf("gate_per_block", "raspberry_pi_4", "cpu", "none"),
            LatencyOf("layer_skipping", "raspberry_pi_4", "cpu", "static"));
}

// The published accuracy is that of keep ratio 0.7; of others nobody knows it.
TEST(AccuracyTest, IsKnownOnlyWhereItWasPublished) {
  const auto accuracy = [](const std::string& keep) {
    return Measure("token_pruning", {{"decisions.patches1.keep", keep},
                                     {"decisions.patches2.keep", "0.7"},
                                     {"decisions.patches3.keep", "0.7"}})
        .metrics.Get(Metric::kAccuracy);
  };
  EXPECT_EQ(accuracy("0.7"), std::optional<double>(0.793));
  EXPECT_EQ(accuracy("0.8"), std::nullopt);
}

}  // namespace
}  // namespace dynarch::catalog
