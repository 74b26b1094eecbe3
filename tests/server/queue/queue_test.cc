#include "server/queue/queue.h"

#include <gtest/gtest.h>

#include <set>

#include "sim/search/ranges.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::queue {
namespace {

using dynarch::testing::StatusIs;
using space::IndexRange;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::vector<std::string> kVersions = {"engine@1", "roofline@1"};
const absl::Time kStart = absl::FromUnixSeconds(1'000);

space::DesignSpace SpaceOf(int64_t size) {
  std::vector<std::string> values;
  for (int64_t i = 0; i < size; ++i) values.push_back(std::to_string(i));
  auto space = space::DesignSpace::Create({{"p", {}, values}}, {}, nullptr);
  EXPECT_OK(space);
  return *std::move(space);
}

StudyQueue QueueOf(int64_t size, std::vector<IndexRange> recorded = {}) {
  return StudyQueue(search::MakeExhaustive(SpaceOf(size), recorded),
                    IntervalSet(recorded));
}

class QueueTest : public ::testing::Test {
 protected:
  QueueTest() : queue_(Options()) {}
  static QueueOptions Options() {
    QueueOptions options;
    options.lease_ttl = absl::Seconds(10);
    options.reconnect_grace = absl::Seconds(1);
    options.min_candidates = 1;
    options.first_candidates = 100;
    options.max_candidates = 400;
    options.first_lease_id = 1'000;
    return options;
  }
  void Add(int64_t study, int64_t size, std::vector<IndexRange> done = {}) {
    queue_.AddStudy(study, /*epoch=*/5, kVersions, QueueOf(size, done));
  }
  std::vector<Lease> Give(const std::string& worker, int room) {
    return queue_.Give(worker, kVersions, room, /*sharers=*/1, now_);
  }
  absl::StatusOr<Queue::Verdict> Accept(const Lease& lease,
                                        int64_t cpu_time_us = 0) {
    return queue_.Accept(lease.worker, lease.study, lease.id, lease.epoch,
                         lease.work.ranges, cpu_time_us);
  }
  void Complete(const Lease& lease) {
    ASSERT_OK(Accept(lease));
    queue_.Recorded(lease.id);
  }

  Queue queue_;
  absl::Time now_ = kStart;
};

TEST_F(QueueTest, GivesDisjointLeasesOfEverythingButWhatIsRecorded) {
  Add(1, 250, {{10, 20}});
  std::vector<IndexRange> seen;
  for (int i = 0; i < 100 && queue_.pending() > 0; ++i) {
    for (const Lease& lease : Give("w", 1)) {
      EXPECT_EQ(lease.epoch, 5);
      for (const IndexRange& range : lease.work.ranges) seen.push_back(range);
      Complete(lease);
    }
  }
  EXPECT_EQ(search::CountOf(seen), 240);  // disjoint: sizes add up ...
  EXPECT_THAT(search::Normalised(seen),   // ... to exactly the rest
              ElementsAre(IndexRange{0, 10}, IndexRange{20, 250}));
}

TEST_F(QueueTest, StudiesTakeTurns) {
  Add(1, 10'000);
  Add(2, 10'000);
  std::vector<int64_t> studies;
  for (const Lease& lease : Give("w", 5)) studies.push_back(lease.study);
  EXPECT_THAT(studies, ElementsAre(1, 2, 1, 2, 1));
  EXPECT_EQ(Give("v", 1)[0].study, 2);
}

TEST_F(QueueTest, AWorkerOfOtherModelVersionsGetsNothing) {
  Add(1, 100);
  EXPECT_THAT(queue_.Give("w", {"engine@1", "roofline@2"}, 2, 1, now_),
              IsEmpty());
  EXPECT_EQ(Give("w", 1).size(), 1);
}

TEST_F(QueueTest, ALeaseThatIsNotRenewedReturnsToPending) {
  Add(1, 50);
  const Lease lease = Give("w", 1)[0];
  const int64_t rest = queue_.PendingOf(1);
  now_ += absl::Seconds(9);
  EXPECT_THAT(queue_.Renew("w", {lease.id}, now_), IsEmpty());
  now_ += absl::Seconds(9);  // 9 s after the renewal
  queue_.Expire(now_);
  EXPECT_EQ(queue_.PendingOf(1), rest);
  now_ += absl::Seconds(1);
  queue_.Expire(now_);
  EXPECT_EQ(queue_.PendingOf(1), 50);
  EXPECT_EQ(queue_.LeasedOf(1), 0);
  EXPECT_THAT(queue_.Renew("w", {lease.id}, now_), ElementsAre(lease.id));
}

TEST_F(QueueTest, ResultsOfALostLeaseAreAborted) {
  Add(1, 50);
  const Lease lost = Give("w", 1)[0];
  now_ += absl::Seconds(10);
  queue_.Expire(now_);
  EXPECT_THAT(Accept(lost), StatusIs(absl::StatusCode::kAborted));
  const Lease again = Give("v", 1)[0];
  EXPECT_EQ(again.work.ranges, lost.work.ranges);
  EXPECT_NE(again.id, lost.id);
  EXPECT_EQ(again.attempt(), 2);
  EXPECT_THAT(Accept(lost), StatusIs(absl::StatusCode::kAborted));
  EXPECT_OK(Accept(again));
}

TEST_F(QueueTest, AStaleEpochIsAborted) {
  Add(1, 50);
  Lease lease = Give("w", 1)[0];
  lease.epoch = 4;
  EXPECT_THAT(Accept(lease),
              StatusIs(absl::StatusCode::kAborted, HasSubstr("epoch 4")));
}

TEST_F(QueueTest, OnlyTheHolderAndOnlyTheLeasedRangesAreTaken) {
  Add(1, 50);
  Lease lease = Give("w", 1)[0];
  Lease other = lease;
  other.worker = "v";
  EXPECT_THAT(Accept(other), StatusIs(absl::StatusCode::kAborted));
  Lease shorter = lease;
  --shorter.work.ranges[0].end;
  EXPECT_THAT(Accept(shorter), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_OK(Accept(lease));
}

TEST_F(QueueTest, TheSameResultTwiceIsADuplicateBeforeAndAfterItsCommit) {
  Add(1, 50);
  const Lease lease = Give("w", 1)[0];
  ASSERT_OK_AND_ASSIGN(auto first, Accept(lease));
  EXPECT_FALSE(first.duplicate);
  ASSERT_OK_AND_ASSIGN(auto second, Accept(lease));
  EXPECT_TRUE(second.duplicate);
  queue_.Recorded(lease.id);
  ASSERT_OK_AND_ASSIGN(auto third, Accept(lease));
  EXPECT_TRUE(third.duplicate);
}

TEST_F(QueueTest, AcceptedResultsDoNotExpireAndComeBackIfTheyCannotBeStored) {
  Add(1, 50);
  const Lease lease = Give("w", 1)[0];
  const int64_t rest = queue_.PendingOf(1);
  ASSERT_OK(Accept(lease));
  now_ += absl::Seconds(100);
  queue_.Expire(now_);
  EXPECT_EQ(queue_.PendingOf(1), rest);
  queue_.Unrecorded(lease.id);
  EXPECT_EQ(queue_.PendingOf(1), 50);
  const Lease again = Give("w", 1)[0];
  EXPECT_EQ(again.attempt(), 1);  // no lease was lost
}

TEST_F(QueueTest, ABrokenStreamShortensTheLeaseUntilTheWorkerIsBack) {
  Add(1, 50);
  const Lease lease = Give("w", 1)[0];
  queue_.Disconnect("w", now_);
  now_ += absl::Milliseconds(999);
  queue_.Expire(now_);
  EXPECT_EQ(queue_.active_leases(), 1);
  queue_.Renew("w", {lease.id}, now_);  // back in time
  now_ += absl::Seconds(2);
  queue_.Expire(now_);
  EXPECT_EQ(queue_.active_leases(), 1);
  queue_.Disconnect("w", now_);
  now_ += absl::Seconds(1);
  queue_.Expire(now_);
  EXPECT_EQ(queue_.active_leases(), 0);
}

TEST_F(QueueTest, ADrainingWorkerGivesUpWhatItDoesNotHoldWithoutBlame) {
  Add(1, 250);
  const auto leases = Give("w", 2);
  queue_.GiveUp("w", {leases[0].id});
  EXPECT_EQ(queue_.HeldBy("w"), 1);
  const Lease again = Give("v", 1)[0];
  EXPECT_EQ(again.work.ranges, leases[1].work.ranges);
  EXPECT_EQ(again.attempt(), 1);
}

TEST_F(QueueTest, ACancelledStudysLeasesAreVoid) {
  Add(1, 250);
  const auto leases = Give("w", 2);
  ASSERT_OK(Accept(leases[0]));  // on its way into the store
  queue_.RemoveStudy(1);
  EXPECT_THAT(queue_.Renew("w", {leases[1].id}, now_),
              ElementsAre(leases[1].id));
  EXPECT_THAT(Accept(leases[1]), StatusIs(absl::StatusCode::kAborted));
  queue_.Recorded(leases[0].id);
  EXPECT_EQ(queue_.active_leases(), 0);
  EXPECT_THAT(Give("w", 1), IsEmpty());
}

TEST_F(QueueTest, LeasesGrowToTheCpuTimeTheyShouldTake) {
  Add(1, 100'000);
  const Lease first = Give("w", 1)[0];
  EXPECT_EQ(search::CountOf(first.work.ranges), 100);
  // 100 candidates in 100 ms are 1 ms each: 250 of them fit 250 ms.
  ASSERT_OK(Accept(first, /*cpu_time_us=*/100'000));
  EXPECT_EQ(search::CountOf(Give("w", 1)[0].work.ranges), 250);
}

TEST_F(QueueTest, LeasesShrinkWhenLittleIsLeft) {
  Add(1, 40);
  // Two workers with two leases each: 40 / (2 * 2) + 1.
  const auto leases = queue_.Give("w", kVersions, 1, /*sharers=*/2, now_);
  EXPECT_EQ(search::CountOf(leases[0].work.ranges), 11);
}

// A worker that dies whenever it evaluates candidate 77 while others work.
TEST_F(QueueTest, OnlyThePoisonCandidateFails) {
  constexpr int64_t kPoison = 77;
  Add(1, 500);
  std::vector<IndexRange> done, failed;
  int crashes = 0;
  for (int step = 0; step < 200; ++step) {
    const auto leases = Give("w", 2);
    if (leases.empty()) break;
    bool crashed = false;
    for (const Lease& lease : leases) {  // in order, until it dies
      crashed |= search::Contains(lease.work.ranges, kPoison);
      if (crashed) break;
      Complete(lease);
      done.insert(done.end(), lease.work.ranges.begin(),
                  lease.work.ranges.end());
    }
    if (!crashed) continue;
    ++crashes;
    now_ += absl::Seconds(10);
    for (const Lease& lease : queue_.Expire(now_)) {
      failed.insert(failed.end(), lease.work.ranges.begin(),
                    lease.work.ranges.end());
      queue_.Recorded(lease.id);
    }
  }
  EXPECT_THAT(failed, ElementsAre(IndexRange{kPoison, kPoison + 1}));
  EXPECT_EQ(search::CountOf(search::Normalised(done)), 499);
  EXPECT_EQ(queue_.pending(), 0);
  EXPECT_EQ(queue_.active_leases(), 0);
  // 100 candidates: lost 3 times, in pieces of 7 once, then alone.
  EXPECT_EQ(crashes, 3 + 1 + 1);
}

TEST_F(QueueTest, ASuspectIsLeasedToAWorkerThatHoldsNothingElse) {
  Add(1, 500);
  // Lost twice: the third holder must hold nothing else.
  for (int i = 0; i < 2; ++i) {
    Give("w", 1);
    now_ += absl::Seconds(10);
    queue_.Expire(now_);
  }
  const auto other = queue_.Give("v", kVersions, 1, 1, now_)[0];
  ASSERT_TRUE(other.work.suspect());
  EXPECT_THAT(Give("v", 1), IsEmpty());
  const auto innocent = Give("u", 2);
  EXPECT_EQ(innocent.size(), 2);
  now_ += absl::Seconds(9);
  queue_.Renew("u", {innocent[0].id, innocent[1].id}, now_);
  now_ += absl::Seconds(1);
  queue_.Expire(now_);  // v's: now in pieces, all suspect
  for (const Lease& lease : Give("u", 2)) {
    EXPECT_FALSE(lease.work.suspect());
  }
}

}  // namespace
}  // namespace dynarch::queue
