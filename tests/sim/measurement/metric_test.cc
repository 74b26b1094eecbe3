#include "sim/measurement/metric.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/measurement/measurement.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::measurement {
namespace {

TEST(MetricTest, TheTableIsInEnumOrderAndComplete) {
  ASSERT_EQ(AllMetrics().size(), static_cast<size_t>(kMetricCount));
  for (int i = 0; i < kMetricCount; ++i) {
    EXPECT_EQ(static_cast<int>(AllMetrics()[i].metric), i);
    EXPECT_EQ(InfoOf(static_cast<Metric>(i)).name, AllMetrics()[i].name);
  }
}

TEST(MetricTest, NamesAreDifferentAndJsonNamesEndInTheUnit) {
  std::set<std::string> names;
  for (const MetricInfo& info : AllMetrics()) {
    EXPECT_TRUE(names.insert(std::string(info.name)).second) << info.name;
    std::string want(info.name);
    if (info.unit == "s") want += "_s";
    if (info.unit == "J") want += "_j";
    if (info.unit == "W") want += "_w";
    if (info.unit == "1/s") want += "_per_s";
    EXPECT_EQ(info.json_name, want);
    EXPECT_FALSE(info.description.empty());
  }
}

TEST(MetricTest, IsFoundByEitherName) {
  const auto by_name = MetricNamed("latency_p99");
  ASSERT_TRUE(by_name.ok());
  EXPECT_EQ(*by_name, Metric::kLatencyP99);
  const auto by_json_name = MetricNamed("energy_mean_j");
  ASSERT_TRUE(by_json_name.ok());
  EXPECT_EQ(*by_json_name, Metric::kEnergyMean);
}

TEST(MetricTest, AWrongNameIsAnErrorThatNamesTheNearest) {
  const auto metric = MetricNamed("latncy_p99");
  EXPECT_EQ(metric.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(metric.status().message(), ::testing::HasSubstr("latncy_p99"));
  EXPECT_THAT(metric.status().message(),
              ::testing::HasSubstr("did you mean 'latency_p99'?"));
}

TEST(TrialStateTest, HasTheNamesUsersSee) {
  EXPECT_EQ(NameOf(TrialState::kPending), "pending");
  EXPECT_EQ(NameOf(TrialState::kLeased), "leased");
  EXPECT_EQ(NameOf(TrialState::kSucceeded), "succeeded");
  EXPECT_EQ(NameOf(TrialState::kInfeasible), "infeasible");
  EXPECT_EQ(NameOf(TrialState::kFailed), "failed");
  EXPECT_EQ(NameOf(TrialState::kCancelled), "cancelled");
}

TEST(MetricValuesTest, AreAbsentUntilSet) {
  MetricValues values;
  EXPECT_FALSE(values.Get(Metric::kAccuracy).has_value());
  values.Set(Metric::kAccuracy, 0.5);
  EXPECT_EQ(values.Get(Metric::kAccuracy), 0.5);
  EXPECT_FALSE(values.Get(Metric::kStable).has_value());
}

}  // namespace
}  // namespace dynarch::measurement
