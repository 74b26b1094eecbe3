#include "sim/study/study_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace dynarch::study {
namespace {

using behavior::Threshold;
using measurement::Metric;
using space::Slot;
using ::testing::ElementsAre;

// Two platforms, a type, the second threshold, the second stage, a point and a
// power; the rest keeps its default.
StudySpec Spec() {
  StudySpec spec;
  auto space = space::DesignSpace::Create(
      {{"platform", {Slot::Target::kPlatform, 0}, {"a", "b"}},
       {"network.dtype", {Slot::Target::kDataType, 0}, {"fp32", "int8"}},
       {"decisions.exit2.threshold",
        {Slot::Target::kThreshold, 1},
        {"0.5", "never"}},
       {"mapping.stages.exit2",
        {Slot::Target::kStageElement, 1},
        {"cpu", "gpu"}},
       {"policy.operating_point",
        {Slot::Target::kOperatingPoint, 0},
        {"slow", "fast"}},
       {"policy.power",
        {Slot::Target::kPower, 0},
        {"always_on", "clock_gate"}}},
      {},
      [](absl::string_view, const Slot&, absl::string_view) { return true; });
  EXPECT_OK(space);
  spec.space = *std::move(space);
  const auto text = [](std::string t) {
    ResolvedValue value;
    value.text = std::move(t);
    return value;
  };
  const auto index = [](int i) {
    ResolvedValue value;
    value.index = i;
    return value;
  };
  const auto threshold = [](Threshold t) {
    ResolvedValue value;
    value.threshold = std::move(t);
    return value;
  };
  const auto power = [](mapping::PowerPolicy::Kind kind) {
    ResolvedValue value;
    value.power = mapping::PowerPolicy{.kind = kind, .timeout = {}};
    return value;
  };
  spec.resolved = {
      {index(0), index(1)},
      {index(static_cast<int>(graph::DataType::kFp32)),
       index(static_cast<int>(graph::DataType::kInt8))},
      {threshold(*Threshold::Parse("0.5")), threshold(Threshold::Never())},
      {text("cpu"), text("gpu")},
      {text("slow"), text("fast")},
      {power(mapping::PowerPolicy::Kind::kAlwaysOn),
       power(mapping::PowerPolicy::Kind::kClockGate)}};
  spec.defaults.thresholds = {Threshold::Always(), Threshold::Always(),
                              Threshold::Always()};
  spec.defaults.stage_elements = {"npu", "npu", "npu"};
  return spec;
}

TEST(BindTest, PutsEveryDigitIntoItsSlotAndKeepsTheDefaults) {
  const StudySpec spec = Spec();
  const BoundCandidate bound = Bind(spec, space::Candidate{{1, 1, 1, 1, 1, 1}});
  EXPECT_EQ(bound.platform, 1);
  EXPECT_EQ(bound.dtype, graph::DataType::kInt8);
  EXPECT_EQ(bound.thresholds[0].text(), "always");
  EXPECT_EQ(bound.thresholds[1].text(), "never");
  EXPECT_THAT(bound.stage_elements, ElementsAre("npu", "gpu", "npu"));
  EXPECT_EQ(bound.operating_point, "fast");
  EXPECT_EQ(bound.power.kind, mapping::PowerPolicy::Kind::kClockGate);
}

TEST(BindTest, TheFirstDigitsAreTheFirstValues) {
  const StudySpec spec = Spec();
  const BoundCandidate bound = Bind(spec, spec.space.At(0));
  EXPECT_EQ(bound.platform, 0);
  EXPECT_EQ(bound.dtype, graph::DataType::kFp32);
  EXPECT_EQ(bound.thresholds[1].text(), "0.5");
  EXPECT_THAT(bound.stage_elements, ElementsAre("npu", "cpu", "npu"));
  EXPECT_EQ(bound.operating_point, "slow");
  EXPECT_EQ(bound.power.kind, mapping::PowerPolicy::Kind::kAlwaysOn);
}

Expression Constraint(absl::string_view text) {
  expression::SymbolTable symbols;
  symbols.Add("deadline_miss_ratio", expression::Type::Number());
  symbols.Add("throughput", expression::Type::Quantity(Dimension::kFrequency));
  auto expression = Expression::Compile(text, symbols);
  EXPECT_OK(expression);
  return *std::move(expression);
}

TEST(StoredMetricsTest, AreObjectivesConstraintsExtrasThenTheStandardList) {
  EXPECT_THAT(
      StoredMetrics({{Metric::kLatencyP90, pareto::Direction::kMinimize},
                     {Metric::kAccuracy, pareto::Direction::kMaximize}},
                    {Constraint("throughput >= 1 Hz"),
                     Constraint("deadline_miss_ratio <= 0.1 %")},
                    {Metric::kStable, Metric::kLatencyP90}),
      ElementsAre(Metric::kLatencyP90, Metric::kAccuracy, Metric::kThroughput,
                  Metric::kDeadlineMissRatio, Metric::kStable,
                  Metric::kEnergyMean, Metric::kLatencyP99,
                  Metric::kLatencyMean, Metric::kLatencyP50,
                  Metric::kLatencyMax, Metric::kEnergyDynamic,
                  Metric::kPowerAverage, Metric::kUtilisation));
}

TEST(StoredMetricsTest, TheUsualStudyStoresTenEachOnce) {
  EXPECT_THAT(
      StoredMetrics({{Metric::kAccuracy, pareto::Direction::kMaximize},
                     {Metric::kEnergyMean, pareto::Direction::kMinimize},
                     {Metric::kLatencyP99, pareto::Direction::kMinimize}},
                    {Constraint("deadline_miss_ratio <= 0.1 %")}, {}),
      ElementsAre(Metric::kAccuracy, Metric::kEnergyMean, Metric::kLatencyP99,
                  Metric::kDeadlineMissRatio, Metric::kLatencyMean,
                  Metric::kLatencyP50, Metric::kLatencyMax,
                  Metric::kEnergyDynamic, Metric::kPowerAverage,
                  Metric::kUtilisation));
}

TEST(FidelityTest, HasAName) {
  EXPECT_EQ(NameOf(Fidelity::kAnalytical), "analytical");
  EXPECT_EQ(NameOf(Fidelity::kEvent), "event");
}

}  // namespace
}  // namespace dynarch::study
