#include "worker/batch_evaluation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/worker/fake_evaluator.h"

namespace dynarch::worker {
namespace {

using ::testing::ElementsAre;

TEST(BatchEvaluationTest, FillsColumnsInTheOrderOfTheRanges) {
  FakeEvaluator evaluator;
  const std::atomic<bool> stop = false;
  v1::Lease lease = LeaseOf(9, 6, 9);
  v1::IndexRange& second = *lease.add_ranges();
  second.set_begin(20);
  second.set_end(22);
  v1::ResultBatch batch;
  batch.add_metrics(99);  // left over from the batch before
  ASSERT_TRUE(EvaluateLease(lease, evaluator, stop, batch));
  EXPECT_EQ(batch.lease_id(), 9);
  EXPECT_EQ(batch.epoch(), 3);
  EXPECT_EQ(batch.study(), "studies/a");
  EXPECT_EQ(batch.ranges_size(), 2);
  // Candidates 6, 7, 8, 20, 21: SUCCEEDED is 3, INFEASIBLE 4.
  EXPECT_EQ(batch.states(), std::string("\3\4\3\3\4", 5));
  EXPECT_THAT(batch.reasons(), ElementsAre("", "odd_7", "odd"));
  EXPECT_EQ(batch.reason_codes(), std::string("\0\1\0\0\2", 5));
  ASSERT_EQ(batch.metrics_size(), 10);
  EXPECT_EQ(batch.metrics(0), 6);
  EXPECT_EQ(batch.metrics(1), -6);
  EXPECT_TRUE(std::isnan(batch.metrics(2)));  // infeasible: absent
  EXPECT_EQ(batch.metrics(6), 20);
}

TEST(BatchEvaluationTest, StopsInTheMiddle) {
  std::atomic<bool> stop = false;
  int64_t last = 0;
  FakeEvaluator evaluator([&](int64_t i) {
    last = i;
    if (i == 10) stop = true;
  });
  v1::ResultBatch batch;
  EXPECT_FALSE(EvaluateLease(LeaseOf(1, 0, 8'192), evaluator, stop, batch));
  EXPECT_LT(last, 100);
}

}  // namespace
}  // namespace dynarch::worker
