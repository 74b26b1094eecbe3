#include "sim/cost/rounding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/reason.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::cost {
namespace {

using ::dynarch::testing::IsOkAndHolds;
using ::dynarch::testing::StatusIs;
using ::testing::HasSubstr;

constexpr Hertz kGigahertz(1'000'000'000);

TEST(TimeAtRateTest, RoundsUpOnceToAPicosecond) {
  // 1 op at 3 per cycle of 1 ns: 333.3 ps.
  EXPECT_THAT(TimeAtRate(1, {3, 1}, kAll, kGigahertz),
              IsOkAndHolds(Picoseconds(334)));
  // 3 * 0.7 = 2.1 per cycle: 1000 / 2.1 = 476.19 ps. Rounding the rate, or the
  // cycles, first would give 500 or 1000.
  EXPECT_THAT(TimeAtRate(1, {3, 1}, {7, 10}, kGigahertz),
              IsOkAndHolds(Picoseconds(477)));
  // 21 ops at that rate are exactly 10 cycles.
  EXPECT_THAT(TimeAtRate(21, {3, 1}, {7, 10}, kGigahertz),
              IsOkAndHolds(Picoseconds(10'000)));
  EXPECT_THAT(TimeAtRate(0, {3, 1}, kAll, kGigahertz),
              IsOkAndHolds(Picoseconds(0)));
}

TEST(TimeAtRateTest, IsExactWhereProductsPass128Bits) {
  // Rate and share with 12-digit fractions that cancel: 10^12/(10^12 - 1) and
  // its inverse make 1 op per cycle. 2^40 * 10^12 * 10^12 * 10^12 passes 2^128.
  constexpr int64_t kLarge = 1'000'000'000'000;
  EXPECT_THAT(TimeAtRate(int64_t{1} << 40, {kLarge, kLarge - 1},
                         {kLarge - 1, kLarge}, Hertz(kLarge)),
              IsOkAndHolds(Picoseconds(int64_t{1} << 40)));
}

TEST(TimeAtRateTest, RefusesTimesThatNoActivityTakes) {
  // 10^7 ops at one a second are 10^19 ps.
  const auto longer =
      ReasonOf(TimeAtRate(10'000'000, kAll, kAll, Hertz(1)).status());
  ASSERT_TRUE(longer.has_value());
  EXPECT_EQ(longer->code, reason::kActivityLimit);
  EXPECT_THAT(longer->sentence,
              HasSubstr("the time of one firing passes 2^53 ps"));
  EXPECT_THAT(
      TimeAtRate(int64_t{1} << 53, kAll, kAll, Hertz(1'000'000'000'000)),
      IsOkAndHolds(Picoseconds(kMaxActivity)));
  EXPECT_THAT(
      TimeAtRate((int64_t{1} << 53) + 1, kAll, kAll, Hertz(1'000'000'000'000)),
      StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(BytesOfTest, AddsWeightsInputsAndOutputsAtTheTypesSize) {
  graph::OperatorWork work;
  work.weight_elements = 100;
  work.input_elements = 20;
  work.output_elements = 3;
  EXPECT_EQ(BytesOf(work, graph::DataType::kFp32), Bytes(492));
  EXPECT_EQ(BytesOf(work, graph::DataType::kFp16), Bytes(246));
  EXPECT_EQ(BytesOf(work, graph::DataType::kInt8), Bytes(123));
}

TEST(OpsOfTest, CountsAMacAsTwo) {
  graph::OperatorWork work;
  work.macs = Macs(50);
  work.vector_ops = 7;
  EXPECT_EQ(OpsOf(work), 107);
}

}  // namespace
}  // namespace dynarch::cost
