#include "worker/work_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/testing/status_matchers.h"
#include "tests/worker/fake_evaluator.h"

namespace dynarch::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FakeSource : public StudySource {
 public:
  absl::StatusOr<std::unique_ptr<CandidateEvaluator>> Open(
      const std::string&) override {
    ++opened;
    if (!status.ok()) return status;
    return std::make_unique<FakeEvaluator>(before);
  }
  absl::Status status;
  std::function<void(int64_t)> before;
  std::atomic<int> opened = 0;
};

class WorkLoopTest : public ::testing::Test {
 protected:
  ~WorkLoopTest() override {
    loop_.Stop();
    if (thread_.joinable()) thread_.join();
  }
  void StartEvaluating() {
    thread_ = std::thread([this] { evaluated_ = loop_.Evaluate(); });
  }
  void Give(const std::vector<v1::Lease>& leases) {
    v1::SynchronizeResponse response;
    for (const v1::Lease& lease : leases) *response.add_leases() = lease;
    loop_.Apply(response);
  }
  // Requests until one brings results.
  v1::SynchronizeRequest NextResults() {
    while (true) {
      auto request = loop_.NextRequest();
      if (!request) return {};
      if (request->completed_size() > 0) return *request;
    }
  }

  FakeSource source_;
  WorkLoop loop_{{.worker = "w", .model_versions = {"m@1"}}, source_};
  std::thread thread_;
  absl::Status evaluated_;
};

TEST_F(WorkLoopTest, SaysWhoItIsAndAsksForTwoLeases) {
  loop_.Connected();
  const auto request = loop_.NextRequest();
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->worker(), "w");
  EXPECT_THAT(request->model_versions(), ElementsAre("m@1"));
  EXPECT_EQ(request->capacity(), 2);
  EXPECT_FALSE(request->draining());
}

TEST_F(WorkLoopTest, DeliversResultsAndAsksForMore) {
  loop_.Connected();
  loop_.NextRequest();
  StartEvaluating();
  Give({LeaseOf(1, 0, 10)});
  const auto request = NextResults();
  ASSERT_EQ(request.completed_size(), 1);
  EXPECT_EQ(request.completed(0).lease_id(), 1);
  EXPECT_EQ(request.completed(0).states().size(), 10);
  EXPECT_EQ(request.capacity(), 2);
  EXPECT_THAT(request.held_lease_ids(), IsEmpty());
}

TEST_F(WorkLoopTest, SendsUnacknowledgedResultsAgainOnANewStream) {
  loop_.Connected();
  StartEvaluating();
  Give({LeaseOf(1, 0, 10)});
  NextResults();
  loop_.Disconnected();
  EXPECT_FALSE(loop_.NextRequest().has_value());
  loop_.Connected();
  const auto again = loop_.NextRequest();
  ASSERT_TRUE(again.has_value());
  ASSERT_EQ(again->completed_size(), 1);
  v1::SynchronizeResponse acknowledged;
  acknowledged.add_acknowledged_lease_ids(1);
  loop_.Apply(acknowledged);
  loop_.Connected();
  EXPECT_EQ(loop_.NextRequest()->completed_size(), 0);
}

TEST_F(WorkLoopTest, ForgetsWhatIsRefused) {
  loop_.Connected();
  StartEvaluating();
  Give({LeaseOf(1, 0, 10)});
  NextResults();
  v1::SynchronizeResponse refused;
  refused.add_refused()->set_lease_id(1);
  loop_.Apply(refused);
  loop_.Connected();
  EXPECT_EQ(loop_.NextRequest()->completed_size(), 0);
}

TEST_F(WorkLoopTest, ACancelledLeaseIsNotEvaluatedFurther) {
  loop_.Connected();
  std::atomic<bool> cancelled = false;
  source_.before = [&](int64_t i) {
    if (i != 5 || cancelled.exchange(true)) return;
    v1::SynchronizeResponse response;
    response.add_cancelled_lease_ids(1);
    response.add_cancelled_lease_ids(2);
    loop_.Apply(response);
  };
  Give({LeaseOf(1, 0, 1'000'000), LeaseOf(2, 0, 10), LeaseOf(3, 20, 30)});
  StartEvaluating();
  const auto request = NextResults();
  ASSERT_EQ(request.completed_size(), 1);
  EXPECT_EQ(request.completed(0).lease_id(), 3);
}

TEST_F(WorkLoopTest, DrainFinishesTheCurrentLeaseAndReturnsTheOthers) {
  loop_.Connected();
  std::atomic<bool> drained = false;
  source_.before = [&](int64_t) {
    if (!drained.exchange(true)) loop_.Drain();
  };
  Give({LeaseOf(1, 0, 10), LeaseOf(2, 10, 20)});
  StartEvaluating();
  const auto request = NextResults();
  ASSERT_EQ(request.completed_size(), 1);
  EXPECT_EQ(request.completed(0).lease_id(), 1);
  EXPECT_TRUE(request.draining());
  EXPECT_EQ(request.capacity(), 0);
  EXPECT_THAT(request.held_lease_ids(), IsEmpty());  // 2 is given back
  EXPECT_FALSE(loop_.ended());
  v1::SynchronizeResponse response;
  response.add_acknowledged_lease_ids(1);
  loop_.Apply(response);
  EXPECT_TRUE(loop_.ended());
  EXPECT_FALSE(loop_.NextRequest().has_value());
}

TEST_F(WorkLoopTest, CompilesAStudyOnce) {
  loop_.Connected();
  Give({LeaseOf(1, 0, 10), LeaseOf(2, 10, 20)});
  StartEvaluating();
  int results = 0;
  while (results < 2) results += NextResults().completed_size();
  EXPECT_EQ(source_.opened, 1);
}

TEST_F(WorkLoopTest, EndsWithTheReasonWhenAStudyCannotBeTrusted) {
  source_.status = absl::DataLossError("artifact x: damaged");
  loop_.Connected();
  Give({LeaseOf(1, 0, 10)});
  StartEvaluating();
  thread_.join();
  EXPECT_EQ(evaluated_, source_.status);
  EXPECT_TRUE(loop_.ended());
}

TEST_F(WorkLoopTest, TakesNoMoreWorkWhileManyResultsWait) {
  loop_.Connected();
  StartEvaluating();
  std::vector<v1::Lease> leases;
  for (int i = 1; i <= 4; ++i) leases.push_back(LeaseOf(i, 10 * i, 10 * i + 9));
  Give(leases);
  int results = 0;
  v1::SynchronizeRequest request;
  while (results < 4) {
    request = NextResults();
    results += request.completed_size();
  }
  EXPECT_EQ(request.capacity(), 0);
  v1::SynchronizeResponse response;
  response.add_acknowledged_lease_ids(1);
  loop_.Apply(response);
  EXPECT_EQ(loop_.NextRequest()->capacity(), 2);
}

}  // namespace
}  // namespace dynarch::worker
