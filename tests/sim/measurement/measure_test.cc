#include "sim/measurement/measure.h"

#include <vector>

#include "gtest/gtest.h"

namespace dynarch::measurement {
namespace {

constexpr int64_t kMs = 1'000'000'000;  // ps

absl::int128 JoulesInZj(int64_t joules) {
  return absl::int128(joules) * 1'000'000'000'000 * 1'000'000'000;
}

// 1000 inferences every 10 ms: 600 take 1 ms, 390 take 2 ms, 10 take 20 ms.
// 5 J in all, 2 J of it dynamic; deadline met by 990.
class MeasureTest : public testing::Test {
 protected:
  MeasureTest() {
    in_.offered = 1000;
    in_.completed = 1000;
    in_.missed = 10;
    in_.on_time = 990;
    in_.correct_on_time = 900;
    in_.window = Picoseconds(10'000 * kMs);
    // 600 * 1 + 390 * 2 + 10 * 20 = 1580 ms
    in_.busy = Picoseconds(1580 * kMs);
    in_.total_energy = Zeptojoules(JoulesInZj(5));
    in_.activity_energy = Zeptojoules(JoulesInZj(2));
    in_.latencies = latencies_;
    in_.correct = 95;
    in_.samples = 100;
  }
  std::vector<LatencyCount> latencies_ = {{Picoseconds(1 * kMs), 600},
                                          {Picoseconds(2 * kMs), 390},
                                          {Picoseconds(20 * kMs), 10}};
  MetricInputs in_;
};

TEST_F(MeasureTest, DividesExactCountsAndSums) {
  EXPECT_EQ(Compute(Metric::kAccuracy, in_), 0.95);
  EXPECT_EQ(Compute(Metric::kLatencyMean, in_), 1.58e-3);  // 1580 / 1000 ms
  EXPECT_EQ(Compute(Metric::kLatencyP50, in_), 1e-3);      // rank 500
  EXPECT_EQ(Compute(Metric::kLatencyP90, in_), 2e-3);      // rank 900
  EXPECT_EQ(Compute(Metric::kLatencyP99, in_), 2e-3);      // rank 990
  EXPECT_EQ(Compute(Metric::kLatencyMax, in_), 20e-3);
  EXPECT_EQ(Compute(Metric::kDeadlineMissRatio, in_), 0.01);
  EXPECT_EQ(Compute(Metric::kEnergyMean, in_), 5e-3);
  EXPECT_EQ(Compute(Metric::kEnergyDynamic, in_), 2e-3);
  EXPECT_EQ(Compute(Metric::kEnergyPerOffered, in_), 5e-3);
  EXPECT_EQ(Compute(Metric::kPowerAverage, in_), 0.5);  // 5 J / 10 s
  EXPECT_EQ(Compute(Metric::kThroughput, in_), 100.0);
  EXPECT_EQ(Compute(Metric::kGoodput, in_), 99.0);
  EXPECT_EQ(Compute(Metric::kAccuracyOnTime, in_), 0.9);
  EXPECT_EQ(Compute(Metric::kUtilisation, in_), 0.158);
  EXPECT_EQ(Compute(Metric::kStable, in_), 1.0);
}

// docs/semantics.md 6.4.
TEST_F(MeasureTest, AnUnstableRunHasEnergyButNoLatencies) {
  in_.stable = false;
  for (Metric metric :
       {Metric::kLatencyMean, Metric::kLatencyP50, Metric::kLatencyP90,
        Metric::kLatencyP99, Metric::kLatencyMax}) {
    EXPECT_FALSE(Compute(metric, in_).has_value());
  }
  EXPECT_EQ(Compute(Metric::kStable, in_), 0.0);
  EXPECT_EQ(Compute(Metric::kEnergyMean, in_), 5e-3);
}

// docs/semantics.md 7.4.
TEST_F(MeasureTest, UnknownEnergyIsAbsentNotZero) {
  in_.energy_known = false;
  for (Metric metric : {Metric::kEnergyMean, Metric::kEnergyDynamic,
                        Metric::kEnergyPerOffered, Metric::kPowerAverage}) {
    EXPECT_FALSE(Compute(metric, in_).has_value());
  }
  EXPECT_EQ(Compute(Metric::kLatencyP99, in_), 2e-3);
}

TEST_F(MeasureTest, SharesOfNothingAreAbsent) {
  const MetricInputs nothing;
  for (const MetricInfo& info : AllMetrics()) {
    if (info.metric == Metric::kStable) continue;
    EXPECT_FALSE(Compute(info.metric, nothing).has_value()) << info.name;
  }
}

// 1 ms + 1 ps, a thousand times: a mean by one rounded sum of doubles would
// miss it.
TEST_F(MeasureTest, TheMeanOfEqualLatenciesIsThatLatency) {
  const std::vector<LatencyCount> equal = {
      {Picoseconds(9'007'199'254'740'993), 1'000'000}};
  in_.latencies = equal;
  EXPECT_EQ(Compute(Metric::kLatencyMean, in_),
            Compute(Metric::kLatencyMax, in_));
}

TEST_F(MeasureTest, AllMetricsAreTheSameAsOneByOne) {
  const MetricValues all = ComputeAll(in_);
  for (const MetricInfo& info : AllMetrics()) {
    EXPECT_EQ(all.Get(info.metric), Compute(info.metric, in_)) << info.name;
  }
}

TEST(InputsOfTest, SumsTheActivities) {
  RunTotals totals;
  totals.offered = 3;
  totals.completed = 3;
  totals.total_energy = Zeptojoules(100);
  totals.activities.resize(2);
  totals.activities[0].energy = Zeptojoules(30);
  totals.activities[1].energy = Zeptojoules(12);
  const MetricInputs in = InputsOf(totals);
  EXPECT_EQ(in.activity_energy, Zeptojoules(42));
  EXPECT_EQ(in.total_energy, Zeptojoules(100));
  EXPECT_EQ(in.offered, 3);
}

}  // namespace
}  // namespace dynarch::measurement
