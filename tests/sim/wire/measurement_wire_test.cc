#include "sim/wire/measurement_wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "tests/sim/wire/study_text.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::wire {
namespace {

using ::dynarch::testing::IsOkAndHolds;
using ::dynarch::testing::StatusIs;
using measurement::Metric;
using ::testing::ElementsAre;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
const double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(MeasurementWireTest, AbsentStaysAbsent) {
  measurement::Measurement measured;
  measured.metrics.Set(Metric::kAccuracy, 0.5);
  measured.fidelity = "event";
  measured.seed = 7;
  measured.model_versions = {"roofline@1"};
  const v1::Measurement message =
      ToMessage(measured, {Metric::kLatencyP99, Metric::kAccuracy});
  ASSERT_EQ(message.metrics_size(), 2);
  EXPECT_EQ(message.metrics(0).metric(), "latency_p99_s");
  EXPECT_FALSE(message.metrics(0).has_value());
  EXPECT_EQ(message.metrics(1).value(), 0.5);
  EXPECT_EQ(message.fidelity(), "event");
  EXPECT_EQ(message.seed(), 7);
  EXPECT_THAT(MetricValuesFrom(message), IsOkAndHolds(measured.metrics));
}

TEST(MeasurementWireTest, ARowHoldsNanForAbsent) {
  const std::vector<double> row = {kNan, 0.25};
  const v1::Measurement message =
      MeasurementFromRow(row, {Metric::kLatencyP99, Metric::kAccuracy});
  EXPECT_FALSE(message.metrics(0).has_value());
  EXPECT_EQ(message.metrics(1).value(), 0.25);
}

TEST(MeasurementWireTest, BadMessagesAreRefused) {
  EXPECT_THAT(
      MetricValuesFrom(Parse<v1::Measurement>("metrics { metric: 'acuracy' }")),
      StatusIs(kInvalid,
               "metrics[0]: 'acuracy' is no metric; did you "
               "mean 'accuracy'?"));
  EXPECT_THAT(MetricValuesFrom(Parse<v1::Measurement>(
                  "metrics { metric: 'accuracy' value: 1 } "
                  "metrics { metric: 'accuracy' value: 1 }")),
              StatusIs(kInvalid, "metrics[1]: 'accuracy' is given twice"));
  EXPECT_THAT(MetricValuesFrom(Parse<v1::Measurement>(
                  "metrics { metric: 'accuracy' value: inf }")),
              StatusIs(kInvalid,
                       "metrics[0]: the value of 'accuracy' is not finite; "
                       "leave it absent instead"));
}

TEST(MeasurementWireTest, NamesGoBothWays) {
  const std::vector<Metric> metrics = {Metric::kEnergyMean, Metric::kStable};
  EXPECT_THAT(StableNames(metrics), ElementsAre("energy_mean_j", "stable"));
  EXPECT_THAT(MetricsNamed(StableNames(metrics)), IsOkAndHolds(metrics));
}

}  // namespace
}  // namespace dynarch::wire
