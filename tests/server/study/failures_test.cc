// One scenario per failure: whatever happens to workers, streams and servers,
// every candidate has one result and the front is the same.
#include <gtest/gtest.h>

#include "tests/server/study/server_fixture.h"

namespace dynarch::server {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FailuresTest : public ::testing::Test {
 protected:
  void Pass(TestServer& server, absl::Duration time) {
    clock_.Advance(time);
    server.exchange.Tick();
  }

  FakeClock clock_;
};

TEST_F(FailuresTest, NothingGoesWrong) {
  TestServer server(store::NewMemoryStore(), clock_);
  const std::string name = server.CreateStudy();
  EXPECT_GT(FakeWorker(server, "w").WorkUntilIdle(), 1);
  ExpectComplete(server, name);
}

TEST_F(FailuresTest, AWorkerIsLostWithItsLeases) {
  TestServer server(store::NewMemoryStore(), clock_);
  const std::string name = server.CreateStudy();
  FakeWorker lost(server, "lost");
  const auto held = lost.Exchange(lost.Request(2));
  ASSERT_EQ(held.leases_size(), 2);
  lost.Close();
  FakeWorker survivor(server, "survivor");
  survivor.WorkUntilIdle();
  EXPECT_EQ(server.Get(name).state(), v1::Study::ACTIVE);
  Pass(server, absl::Seconds(2));  // more than the grace after a broken stream
  survivor.WorkUntilIdle();
  ExpectComplete(server, name);
  EXPECT_THAT(server.metrics.Text(),
              HasSubstr("dynarch_leases_lost_total 2\n"));
}

TEST_F(FailuresTest, AWorkerHangsUntilItsLeaseExpires) {
  TestServer server(store::NewMemoryStore(), clock_);
  const std::string name = server.CreateStudy();
  FakeWorker hangs(server, "hangs");
  const v1::Lease lease = hangs.TakeLease();
  FakeWorker survivor(server, "survivor");
  survivor.WorkUntilIdle();
  Pass(server, absl::Seconds(16));
  survivor.WorkUntilIdle();
  ExpectComplete(server, name);
  // It wakes up: too late, its candidates have results; that is no error.
  const auto answer = hangs.Deliver(lease);
  EXPECT_THAT(answer.acknowledged_lease_ids(), ElementsAre(lease.lease_id()));
  ExpectComplete(server, name);
}

TEST_F(FailuresTest, ResultsOfAStaleLeaseAreAborted) {
  TestServer server(store::NewMemoryStore(), clock_);
  server.CreateStudy();
  FakeWorker slow(server, "slow");
  const v1::Lease lease = slow.TakeLease();
  Pass(server, absl::Seconds(16));
  const auto answer = slow.Deliver(lease);
  ASSERT_EQ(answer.refused_size(), 1);
  EXPECT_EQ(answer.refused(0).lease_id(), lease.lease_id());
  EXPECT_EQ(answer.refused(0).code(),
            static_cast<int>(absl::StatusCode::kAborted));
  EXPECT_EQ(answer.acknowledged_lease_ids_size(), 0);
}

TEST_F(FailuresTest, TheSameResultsTwiceAreStoredOnce) {
  TestServer server(store::NewMemoryStore(), clock_);
  const std::string name = server.CreateStudy();
  FakeWorker worker(server, "w");
  const v1::Lease lease = worker.TakeLease();
  // The acknowledgement is lost, so they are sent again, on a new stream.
  EXPECT_EQ(worker.Deliver(lease).acknowledged_lease_ids_size(), 1);
  worker.Close();
  FakeWorker again(server, "w");
  EXPECT_THAT(again.Deliver(lease).acknowledged_lease_ids(),
              ElementsAre(lease.lease_id()));
  ASSERT_OK_AND_ASSIGN(const auto audit, server.store->LoadAudit(1));
  EXPECT_EQ(audit.size(), 1);
  again.WorkUntilIdle();
  ExpectComplete(server, name);
}

TEST_F(FailuresTest, TheServerRestartsInTheMiddle) {
  const TestFolder folder;
  std::string name;
  v1::Lease old_lease;
  v1::Lease old_done;
  int64_t recorded = 0;
  {
    ASSERT_OK_AND_ASSIGN(auto store,
                         store::OpenSqliteStore(folder.File("test.db")));
    TestServer server(std::move(store), clock_);
    name = server.CreateStudy();
    FakeWorker worker(server, "w");
    old_done = worker.TakeLease();
    worker.Deliver(old_done);
    worker.WorkUntilIdle(5);
    old_lease = FakeWorker(server, "v").TakeLease();
    const v1::Progress progress = server.Get(name).progress();
    recorded = progress.succeeded_count() + progress.infeasible_count();
  }
  ASSERT_OK_AND_ASSIGN(auto store,
                       store::OpenSqliteStore(folder.File("test.db")));
  TestServer server(std::move(store), clock_, {.first_lease_id = 1 << 20});
  const v1::Progress progress = server.Get(name).progress();
  EXPECT_GT(recorded, 0);
  EXPECT_EQ(progress.succeeded_count() + progress.infeasible_count(), recorded);
  // Leases of the epoch before are void; what was durable is still known.
  FakeWorker v(server, "v");
  EXPECT_EQ(v.Deliver(old_lease).refused_size(), 1);
  FakeWorker worker(server, "w");
  EXPECT_EQ(worker.Deliver(old_done).acknowledged_lease_ids_size(), 1);
  const v1::Lease lease = worker.TakeLease();
  EXPECT_GT(lease.epoch(), old_lease.epoch());
  worker.Deliver(lease);
  worker.WorkUntilIdle();
  ExpectComplete(server, name);
}

TEST_F(FailuresTest, AFinishedStudyIsThereAfterARestart) {
  const TestFolder folder;
  std::string name;
  for (int start = 0; start < 2; ++start) {
    ASSERT_OK_AND_ASSIGN(auto store,
                         store::OpenSqliteStore(folder.File("test.db")));
    TestServer server(std::move(store), clock_);
    if (start == 0) {
      name = server.CreateStudy();
      FakeWorker(server, "w").WorkUntilIdle();
    }
    ExpectComplete(server, name);
    EXPECT_TRUE(server.Get(name).has_end_time());
  }
}

TEST_F(FailuresTest, ACancelledStudyStopsItsWorkersAndKeepsItsResults) {
  TestServer server(store::NewMemoryStore(), clock_);
  const std::string name = server.CreateStudy();
  FakeWorker worker(server, "w");
  worker.WorkUntilIdle(1);
  const v1::Lease lease = worker.TakeLease();
  EXPECT_EQ(server.registry.Cancel(name)->state(), v1::Study::CANCELLED);
  EXPECT_THAT(worker.NextAnswer().cancelled_lease_ids(),
              ::testing::Contains(lease.lease_id()));
  const auto answer = worker.Deliver(lease);
  ASSERT_EQ(answer.refused_size(), 1);
  EXPECT_EQ(worker.Exchange(worker.Request(2)).leases_size(), 0);
  const v1::Study study = server.Get(name);
  EXPECT_TRUE(study.has_end_time());
  EXPECT_GT(study.progress().succeeded_count(), 0);
}

TEST_F(FailuresTest, AWorkerOfAnotherVersionGetsNoLeaseAndTheStudySaysSo) {
  TestServer server(store::NewMemoryStore(), clock_);
  const std::string name = server.CreateStudy();
  FakeWorker other(server, "old-one", {"engine@1", "roofline@0"});
  EXPECT_EQ(other.Exchange(other.Request(2)).leases_size(), 0);
  v1::Progress progress = server.Get(name).progress();
  EXPECT_EQ(progress.worker_count(), 0);
  EXPECT_THAT(progress.waiting_reason(),
              AllOf(HasSubstr("roofline@1"), HasSubstr("old-one"),
                    HasSubstr("roofline@0")));
  FakeWorker right(server, "right");
  right.Exchange(right.Request(0));
  progress = server.Get(name).progress();
  EXPECT_EQ(progress.worker_count(), 1);
  EXPECT_EQ(progress.waiting_reason(), "");
}

TEST_F(FailuresTest, WorkIsPushedToAWorkerThatWaits) {
  TestServer server(store::NewMemoryStore(), clock_);
  FakeWorker worker(server, "w");
  EXPECT_EQ(worker.Exchange(worker.Request(2)).leases_size(), 0);
  server.CreateStudy();
  EXPECT_EQ(worker.NextAnswer().leases_size(), 2);
}

TEST_F(FailuresTest, ADrainingWorkerGivesItsLeasesBackAtOnce) {
  TestServer server(store::NewMemoryStore(), clock_);
  const std::string name = server.CreateStudy();
  FakeWorker draining(server, "d");
  draining.Exchange(draining.Request(2));
  v1::SynchronizeRequest request = draining.Request(0);
  request.set_draining(true);
  EXPECT_EQ(draining.Exchange(request).leases_size(), 0);
  EXPECT_EQ(server.Get(name).progress().leased_count(), 0);
  FakeWorker(server, "w").WorkUntilIdle();  // no time has passed
  ExpectComplete(server, name);
}

TEST_F(FailuresTest, RepeatedRequestsGiveNoMoreThanWasAskedFor) {
  TestServer server(store::NewMemoryStore(), clock_);
  server.CreateStudy();
  FakeWorker worker(server, "w");
  // The second request was under way when the first was answered.
  EXPECT_EQ(worker.Exchange(worker.Request(2)).leases_size(), 2);
  EXPECT_EQ(worker.Exchange(worker.Request(2)).leases_size(), 0);
}

TEST_F(FailuresTest, ABatchOfTheWrongShapeIsRefusedWithoutHarm) {
  TestServer server(store::NewMemoryStore(), clock_);
  const std::string name = server.CreateStudy();
  FakeWorker worker(server, "w");
  const v1::Lease lease = worker.TakeLease();
  v1::SynchronizeRequest request = worker.Request(0);
  *request.add_completed() = FakeWorker::Evaluate(lease);
  request.mutable_completed(0)->mutable_metrics()->RemoveLast();
  *request.add_completed() = FakeWorker::Evaluate(lease);
  (*request.mutable_completed(1)->mutable_states())[0] = v1::Trial::PENDING;
  const auto answer = worker.Exchange(request);
  ASSERT_EQ(answer.refused_size(), 2);
  EXPECT_THAT(answer.refused(0).message(), HasSubstr("metrics"));
  EXPECT_THAT(answer.refused(1).message(), HasSubstr("states: got 1"));
  EXPECT_EQ(worker.Deliver(lease).acknowledged_lease_ids_size(), 1);
  worker.WorkUntilIdle();
  ExpectComplete(server, name);
}

TEST_F(FailuresTest, ACandidateThatKillsEveryWorkerFailsAlone) {
  constexpr int64_t kPoison = 4'321;
  TestServer server(store::NewMemoryStore(), clock_);
  const std::string name = server.CreateStudy();
  for (int life = 0; life < 40; ++life) {
    FakeWorker worker(server, absl::StrCat("w", life));
    v1::SynchronizeRequest request = worker.Request(1);
    while (true) {
      const auto answer = worker.Exchange(request);
      if (answer.leases_size() == 0) break;
      const v1::Lease& lease = answer.leases(0);
      bool dies = false;
      for (const v1::IndexRange& range : lease.ranges()) {
        dies |= range.begin() <= kPoison && kPoison < range.end();
      }
      if (dies) break;
      request = worker.Request(1);
      *request.add_completed() = FakeWorker::Evaluate(lease);
    }
    worker.Close();
    Pass(server, absl::Seconds(2));
    if (server.Get(name).state() == v1::Study::DONE) break;
  }
  // The failure is written by the writer's thread: wait for its turn.
  FakeWorker last(server, "last");
  v1::SynchronizeRequest request = last.Request(0);
  last.Exchange(request);
  server.writer.reset();
  const v1::Study study = server.Get(name);
  EXPECT_EQ(study.state(), v1::Study::DONE);
  EXPECT_EQ(study.progress().failed_count(), 1);
  EXPECT_EQ(study.progress().succeeded_count(), 9'899);
  ASSERT_OK_AND_ASSIGN(const auto found, server.registry.Find("name", name));
  ASSERT_OK_AND_ASSIGN(const v1::Trial trial,
                       ReadTrial(*server.store, *found, kPoison));
  EXPECT_EQ(trial.state(), v1::Trial::FAILED);
  EXPECT_EQ(trial.reason(), "attempts_exhausted");
}

}  // namespace
}  // namespace dynarch::server
