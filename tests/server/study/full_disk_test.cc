// Results that cannot be stored: nothing is lost, nothing hangs silently.
#include "tests/server/study/full_disk.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <atomic>

#include "tests/server/study/server_fixture.h"

namespace dynarch::server {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kReason[] =
    "the database cannot be written: database or disk is full";

class FullDiskTest : public ::testing::Test {
 protected:
  FullDiskTest() {
    auto disk = std::make_unique<FullDisk>(store::NewMemoryStore());
    disk_ = disk.get();
    server_ = std::make_unique<TestServer>(std::move(disk), clock_);
  }
  std::string ReasonOf(const std::string& study) {
    return server_->Get(study).progress().waiting_reason();
  }
  // The worker's results are refused because they cannot be stored.
  void ExpectRefused(const v1::SynchronizeResponse& answer) {
    EXPECT_EQ(answer.acknowledged_lease_ids_size(), 0);
    ASSERT_EQ(answer.refused_size(), 1);
    EXPECT_EQ(answer.refused(0).code(),
              static_cast<int>(absl::StatusCode::kUnavailable));
  }

  FakeClock clock_;
  FullDisk* disk_ = nullptr;
  std::unique_ptr<TestServer> server_;
};

TEST_F(FullDiskTest, ResultsThatCannotBeStoredAreNotAcknowledged) {
  const std::string name = server_->CreateStudy();
  FakeWorker worker(*server_, "w");
  const v1::Lease lease = worker.TakeLease();
  disk_->full = true;
  ExpectRefused(worker.Deliver(lease));
  EXPECT_EQ(server_->Get(name).progress().succeeded_count(), 0);
  EXPECT_EQ(server_->Get(name).progress().leased_count(), 0);  // it came back
  disk_->full = false;
  clock_.Advance(absl::Seconds(1));
  worker.WorkUntilIdle();
  ExpectComplete(*server_, name);
}

TEST_F(FullDiskTest, LeasesWaitLongerAndLonger) {
  const std::string name = server_->CreateStudy();
  FakeWorker worker(*server_, "w");
  v1::Lease lease = worker.TakeLease();
  disk_->full = true;
  for (const int seconds : {1, 2, 4, 8, 16, 30, 30}) {
    ExpectRefused(worker.Deliver(lease));
    clock_.Advance(absl::Seconds(seconds) - absl::Milliseconds(1));
    EXPECT_EQ(worker.Exchange(worker.Request(1)).leases_size(), 0);
    clock_.Advance(absl::Milliseconds(1));
    lease = worker.TakeLease();  // to try again
  }
  EXPECT_THAT(server_->metrics.Text(),
              HasSubstr("dynarch_commit_failures_total 7\n"));
  disk_->full = false;
  EXPECT_EQ(worker.Deliver(lease).acknowledged_lease_ids_size(), 1);
  worker.WorkUntilIdle();
  ExpectComplete(*server_, name);
}

TEST_F(FullDiskTest, EveryStudySaysWhyItWaitsUntilTheNextCommit) {
  const std::string first = server_->CreateStudy();
  const std::string second = server_->CreateStudy();
  FakeWorker worker(*server_, "w");
  const v1::Lease lease = worker.TakeLease();
  EXPECT_EQ(ReasonOf(first), "");
  disk_->full = true;
  ExpectRefused(worker.Deliver(lease));
  EXPECT_EQ(ReasonOf(first), kReason);
  EXPECT_EQ(ReasonOf(second), kReason);
  disk_->full = false;
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(ReasonOf(first), kReason);  // nobody has tried yet
  worker.Deliver(worker.TakeLease());
  EXPECT_EQ(ReasonOf(first), "");
  EXPECT_EQ(ReasonOf(second), "");
}

TEST_F(FullDiskTest, WatchersHearOfItAndOfItsEnd) {
  const std::string name = server_->CreateStudy();
  FakeWorker worker(*server_, "w");
  const v1::Lease lease = worker.TakeLease();
  server_->exchange.Tick();
  ASSERT_OK_AND_ASSIGN(const auto study, server_->registry.Find("name", name));
  std::atomic<int> changes = 0;
  const int64_t subscription = study->Subscribe([&changes] { ++changes; });
  server_->exchange.Tick();
  EXPECT_EQ(changes, 0);
  disk_->full = true;
  ExpectRefused(worker.Deliver(lease));
  server_->exchange.Tick();
  EXPECT_EQ(changes, 1);
  server_->exchange.Tick();
  EXPECT_EQ(changes, 1);
  disk_->full = false;
  clock_.Advance(absl::Seconds(1));
  worker.Deliver(worker.TakeLease());
  EXPECT_EQ(changes, 2);  // by its results
  server_->exchange.Tick();
  EXPECT_EQ(changes, 3);
  study->Unsubscribe(subscription);
}

TEST_F(FullDiskTest, WorkIsPushedWhenThePauseIsOver) {
  server_->CreateStudy();
  FakeWorker worker(*server_, "w");
  disk_->full = true;
  v1::SynchronizeRequest request = worker.Request(1);
  *request.add_completed() = FakeWorker::Evaluate(worker.TakeLease());
  const auto answer = worker.Exchange(std::move(request));
  ExpectRefused(answer);
  EXPECT_EQ(answer.leases_size(), 0);
  server_->exchange.Tick();
  EXPECT_EQ(worker.waiting_answers(), 0);
  clock_.Advance(absl::Seconds(1));
  server_->exchange.Tick();
  ASSERT_EQ(worker.waiting_answers(), 1);
  EXPECT_EQ(worker.NextAnswer().leases_size(), 1);
}

TEST_F(FullDiskTest, ACancelThatCannotBeStoredSaysSo) {
  const std::string name = server_->CreateStudy();
  disk_->full = true;
  EXPECT_THAT(server_->registry.Cancel(name),
              dynarch::testing::StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(server_->Get(name).state(), v1::Study::ACTIVE);
  disk_->full = false;
  EXPECT_EQ(server_->registry.Cancel(name)->state(), v1::Study::CANCELLED);
}

// No file of this process may grow beyond `bytes`: writes fail as on a full
// disk.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t bytes) {
    before_action_ = signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit small = before_;
    small.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallFiles() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, before_action_);
  }

 private:
  rlimit before_ = {};
  void (*before_action_)(int) = nullptr;
};

TEST(FullFileTest, SqliteGoesOnWhereItFailed) {
  const TestFolder folder;
  FakeClock clock;
  ASSERT_OK_AND_ASSIGN(auto store,
                       store::OpenSqliteStore(folder.File("test.db")));
  TestServer server(std::move(store), clock);
  const std::string name = server.CreateStudy();
  FakeWorker worker(server, "w");
  int stored = 0;
  {
    // 10 000 results of 10 doubles need more than 800 000 bytes.
    const SmallFiles limit(400'000);
    while (true) {
      const auto answer = worker.Deliver(worker.TakeLease());
      if (answer.refused_size() > 0) break;
      ASSERT_LT(++stored, 1'000);
    }
    EXPECT_THAT(server.Get(name).progress().waiting_reason(),
                StartsWith("the database cannot be written: database "));
  }
  EXPECT_GT(stored, 0);
  clock.Advance(absl::Seconds(1));
  worker.WorkUntilIdle();
  ExpectComplete(server, name);
}

}  // namespace
}  // namespace dynarch::server
