#include "sim/workload/workload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace dynarch::workload {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

Workload ThirtyPerSecond() {
  return {.period = Picoseconds(33'000'000'000),
          .deadline = Picoseconds(33'000'000'000),
          .inferences = 10'000,
          .seed = 7};
}

TEST(WorkloadTest, ReleasesOnceAPeriodFromZero) {
  EXPECT_EQ(ThirtyPerSecond().Release(0), Picoseconds(0));
  EXPECT_EQ(ThirtyPerSecond().Release(3), Picoseconds(99'000'000'000));
}

TEST(WorkloadTest, RefusesWhatCannotRun) {
  EXPECT_OK(Validate(ThirtyPerSecond()));
  Workload workload = ThirtyPerSecond();
  workload.period = Picoseconds(0);
  EXPECT_THAT(Validate(workload),
              StatusIs(kInvalid, HasSubstr("arrivals.periodic: got 0 ps")));
  workload = ThirtyPerSecond();
  workload.deadline = Picoseconds(-1);
  EXPECT_THAT(Validate(workload),
              StatusIs(kInvalid, HasSubstr("deadline: got -1 ps")));
  workload = ThirtyPerSecond();
  workload.inferences = 0;
  EXPECT_THAT(Validate(workload),
              StatusIs(kInvalid, HasSubstr("inferences: got 0")));
  workload.inferences = kMaxInferences + 1;
  EXPECT_THAT(Validate(workload),
              StatusIs(kInvalid, HasSubstr("allowed: 1 to 100000000")));
}

TEST(WorkloadTest, RefusesARunThatPassesTheSpanByOnePicosecond) {
  // 2^61 - 1 = 1 x (2^61 - 2) + 1.
  Workload workload = {.period = kMaxSpan - Picoseconds(1),
                       .deadline = Picoseconds(1),
                       .inferences = 1,
                       .seed = 0};
  EXPECT_OK(Validate(workload));
  workload.deadline = Picoseconds(2);
  EXPECT_THAT(Validate(workload), StatusIs(kInvalid, HasSubstr("may span")));
  // A product that passes int64 is not mistaken for a small one.
  workload = {.period = Picoseconds(int64_t{1} << 61),
              .deadline = Picoseconds(1),
              .inferences = 8,
              .seed = 0};
  EXPECT_THAT(Validate(workload), StatusIs(kInvalid));
}

}  // namespace
}  // namespace dynarch::workload
