#include "sim/measurement/percentile.h"

#include <vector>

#include "gtest/gtest.h"

namespace dynarch::measurement {
namespace {

LatencyCount Of(int64_t latency, int64_t count) {
  return {Picoseconds(latency), count};
}

// 1, 2, ..., n: the value of rank r is r.
std::vector<LatencyCount> OneTo(int64_t n) {
  std::vector<LatencyCount> counts;
  for (int64_t i = 1; i <= n; ++i) counts.push_back(Of(i, 1));
  return counts;
}

// docs/semantics.md 6.2: rank ceil(q N).
TEST(PercentileTest, IsTheNearestRank) {
  EXPECT_EQ(Percentile(OneTo(1000), 99), Picoseconds(990));  // 0.99 * 1000
  EXPECT_EQ(Percentile(OneTo(1001), 99), Picoseconds(991));  // ceil 990.99
  EXPECT_EQ(Percentile(OneTo(101), 90), Picoseconds(91));    // ceil 90.9
  EXPECT_EQ(Percentile(OneTo(20), 50), Picoseconds(10));
  EXPECT_EQ(Percentile(OneTo(21), 50), Picoseconds(11));  // ceil 10.5
}

TEST(PercentileTest, CountsEqualLatenciesOnce) {
  // 989 of 1000 at 5: rank 990 is the next value.
  const std::vector<LatencyCount> counts = {Of(5, 989), Of(7, 1), Of(9, 10)};
  EXPECT_EQ(Percentile(counts, 99), Picoseconds(7));
  EXPECT_EQ(Percentile(counts, 50), Picoseconds(5));
  const std::vector<LatencyCount> heavier = {Of(5, 990), Of(9, 10)};
  EXPECT_EQ(Percentile(heavier, 99), Picoseconds(5));
}

// docs/semantics.md 6.2: absent if N < 10 / (1 - q): 20, 100, 1000.
TEST(PercentileTest, IsAbsentForTooFewInferences) {
  EXPECT_FALSE(Percentile(OneTo(19), 50).has_value());
  EXPECT_TRUE(Percentile(OneTo(20), 50).has_value());
  EXPECT_FALSE(Percentile(OneTo(99), 90).has_value());
  EXPECT_TRUE(Percentile(OneTo(100), 90).has_value());
  EXPECT_FALSE(Percentile(OneTo(999), 99).has_value());
  EXPECT_TRUE(Percentile(OneTo(1000), 99).has_value());
  EXPECT_FALSE(Percentile({}, 50).has_value());
}

TEST(NormaliseTest, SortsAndMerges) {
  std::vector<LatencyCount> counts = {Of(7, 1), Of(5, 2), Of(7, 3), Of(5, 1)};
  Normalise(counts);
  EXPECT_EQ(counts, (std::vector<LatencyCount>{Of(5, 3), Of(7, 4)}));
}

}  // namespace
}  // namespace dynarch::measurement
