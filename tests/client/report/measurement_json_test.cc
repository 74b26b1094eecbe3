#include "client/report/measurement_json.h"

#include <gtest/gtest.h>

#include <vector>

namespace dynarch::report {
namespace {

using measurement::Metric;

TEST(MeasurementJsonTest, NamesMetricsWithTheirUnits) {
  measurement::MetricValues values;
  values.Set(Metric::kEnergyMean, 0.25);
  EXPECT_EQ(MetricsJson(values, {Metric::kEnergyMean, Metric::kLatencyP99})
                .ToString(),
            R"({"energy_mean_j": 0.25, "latency_p99_s": null})");
}

// A front point from the server and the same candidate evaluated here.
TEST(MeasurementJsonTest, StoredAndEvaluatedMetricsHaveTheSameBytes) {
  const std::vector<Metric> order = {Metric::kAccuracy, Metric::kLatencyP99,
                                     Metric::kEnergyMean};
  measurement::MetricValues values;
  values.Set(Metric::kAccuracy, 1.0 / 3);
  values.Set(Metric::kEnergyMean, 0.1 + 0.2);
  v1::Measurement message;
  for (const Metric metric : order) {
    v1::MetricValue* value = message.add_metrics();
    value->set_metric(std::string(measurement::InfoOf(metric).json_name));
    if (values.Get(metric).has_value()) value->set_value(*values.Get(metric));
  }
  EXPECT_EQ(MetricsJson(message).ToString(),
            MetricsJson(values, order).ToString());
}

TEST(MeasurementJsonTest, ATrialHasItsNumberStateAndValues) {
  v1::Trial trial;
  trial.set_name("studies/x/trials/42");
  trial.set_state(v1::Trial::INFEASIBLE);
  trial.set_reason("no_link");
  v1::ParameterValue* value = trial.add_values();
  value->set_path("policy.power");
  value->set_value("power_gate: {timeout: 1 ms}");
  EXPECT_EQ(TrialJson(trial).ToString(),
            "{\n  \"trial\": 42,\n  \"state\": \"infeasible\",\n"
            "  \"reason\": \"no_link\",\n  \"values\": "
            "{\"policy.power\": \"power_gate: {timeout: 1 ms}\"},\n"
            "  \"metrics\": {}\n}");
}

TEST(TrialIndexTest, IsTheLastPartOfTheName) {
  EXPECT_EQ(TrialIndex("studies/x/trials/17"), 17);
  EXPECT_EQ(TrialIndex("studies/x/trials/"), -1);
  EXPECT_EQ(TrialIndex("17"), -1);
  EXPECT_EQ(TrialIndex("studies/x/trials/-3"), -1);
}

}  // namespace
}  // namespace dynarch::report
