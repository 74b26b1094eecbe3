// Many threads on one server; meant to run under the thread sanitizer too.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/server/study/server_fixture.h"

namespace dynarch::server {
namespace {

TEST(ConcurrencyTest, WorkersReadersAndWatchersAtOnce) {
  const TestFolder folder;
  FakeClock clock;
  ASSERT_OK_AND_ASSIGN(auto store,
                       store::OpenSqliteStore(folder.File("test.db")));
  TestServer server(std::move(store), clock);
  const std::string a = server.CreateStudy();
  const std::string b = server.CreateStudy();
  std::atomic<int> changes = 0;
  ASSERT_OK_AND_ASSIGN(const auto study, server.registry.Find("name", a));
  const int64_t subscription = study->Subscribe([&] { ++changes; });

  std::atomic<bool> done = false;
  std::thread reader([&] {
    while (!done) {
      server.Get(a);
      server.Front(b);
      server.exchange.Tick();
    }
  });
  std::vector<std::thread> workers;
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back([&server, i] {
      FakeWorker(server, absl::StrCat("w", i)).WorkUntilIdle();
    });
  }
  for (std::thread& worker : workers) worker.join();
  done = true;
  reader.join();
  study->Unsubscribe(subscription);

  // A worker may have found nothing to do while the last leases were out, or
  // have left with one that was pushed to it: that waits for it to reconnect.
  clock.Advance(2 * queue::QueueOptions().reconnect_grace);
  server.exchange.Tick();
  FakeWorker(server, "last").WorkUntilIdle();
  for (const std::string& name : {a, b}) {
    const v1::Study study = server.Get(name);
    EXPECT_EQ(study.state(), v1::Study::DONE);
    EXPECT_EQ(study.progress().succeeded_count(), 9'900);
    EXPECT_EQ(server.Front(name).size(), kTestFront);
  }
  EXPECT_GT(changes, 1);
}

}  // namespace
}  // namespace dynarch::server
