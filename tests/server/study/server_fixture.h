// A server without gRPC, on a clock that tests set, and a worker whose
// results are a formula.
#ifndef DYNARCH_TESTS_SERVER_STUDY_SERVER_FIXTURE_H_
#define DYNARCH_TESTS_SERVER_STUDY_SERVER_FIXTURE_H_

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/monitoring/metrics.h"
#include "server/store/memory_store.h"
#include "server/store/sqlite_store.h"
#include "server/study/study_registry.h"
#include "server/study/trial_reader.h"
#include "server/study/work_exchange.h"
#include "server/study/writer.h"
#include "sim/base/sha256.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::server {

inline const std::vector<std::string>& TestVersions() {
  static const auto* const versions =
      new std::vector<std::string>{"engine@1", "roofline@1"};
  return *versions;
}

inline constexpr char kTestTrace[] = "the bytes of a trace";

// 100 x 100 candidates, index = 100 * a + b; minimise energy_mean and
// latency_p99 under deadline_miss_ratio <= 0.5.
inline v1::StudySpec TestSpec() {
  v1::StudySpec spec;
  const std::string text = absl::StrCat(
      "network { definition { decisions { name: 'a' exit {} } "
      "decisions { name: 'b' exit {} } decisions { name: 'c' exit {} } "
      "} }"
      "behavior { trace { file: 't' sha256: '",
      Sha256Hex(kTestTrace),
      "' } }"
      "workload { seed: 7 }"
      "space { path: 'decisions.a.threshold'"
      "        domain { from: '0' to: '0.99' step: '0.01' } }"
      "space { path: 'decisions.b.threshold'"
      "        domain { from: '0' to: '0.99' step: '0.01' } }"
      "objectives { metric: 'energy_mean' direction: MINIMIZE }"
      "objectives { metric: 'latency_p99' direction: MINIMIZE }"
      "constraints: 'deadline_miss_ratio <= 0.5'"
      "model_versions: 'engine@1' model_versions: 'roofline@1'");
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &spec));
  return spec;
}

// State and row of a candidate, whoever evaluates it: a anti-diagonal front.
//   b == 99: INFEASIBLE; energy a, latency 99 - a + b; ratio 1 where a > 49.
// So the feasible front is a = 0..49 with b = 0: 50 points.
inline v1::Trial::State TestRow(int64_t candidate, int width, double* row) {
  const double a = static_cast<double>(candidate / 100);
  const double b = static_cast<double>(candidate % 100);
  for (int i = 0; i < width; ++i) {
    row[i] = std::numeric_limits<double>::quiet_NaN();
  }
  if (b == 99) return v1::Trial::INFEASIBLE;
  row[0] = a;
  row[1] = 99 - a + b;
  row[2] = a > 49 ? 1 : 0;
  return v1::Trial::SUCCEEDED;
}
inline constexpr int kTestFront = 50;

class FakeClock {
 public:
  absl::Time Now() const { return absl::FromUnixMillis(millis_); }
  void Advance(absl::Duration time) {
    millis_ += absl::ToInt64Milliseconds(time);
  }
  Clock AsClock() {
    return [this] { return Now(); };
  }

 private:
  std::atomic<int64_t> millis_ = 1'700'000'000'000;
};

// The parts of a server in the order that server/service gives them.
class TestServer {
 public:
  TestServer(std::unique_ptr<store::Store> the_store, FakeClock& clock,
             queue::QueueOptions options = {})
      : store(std::move(the_store)),
        writer(std::make_unique<Writer>(*store, metrics, clock.AsClock())),
        exchange(*writer, metrics, clock.AsClock(), options),
        registry(*store, *writer, exchange, clock.AsClock()) {
    EXPECT_OK(store->PutArtifact(Sha256Hex(kTestTrace), kTestTrace));
    EXPECT_OK(registry.Load());
  }
  ~TestServer() { writer.reset(); }

  std::string CreateStudy(const v1::StudySpec& spec = TestSpec()) {
    v1::CreateStudyRequest request;
    *request.mutable_study()->mutable_spec() = spec;
    auto study = registry.Create(request);
    EXPECT_OK(study);
    return study.ok() ? study->name() : "";
  }
  v1::Study Get(const std::string& name) {
    auto study = registry.Get(name);
    EXPECT_OK(study);
    return study.value_or(v1::Study());
  }
  std::vector<v1::Trial> Front(const std::string& name) {
    v1::QueryFrontRequest request;
    request.set_parent(name);
    auto study = registry.Find("parent", name);
    EXPECT_OK(study);
    auto front = ReadFront(*store, **study, request);
    EXPECT_OK(front);
    return {front->trials().begin(), front->trials().end()};
  }

  monitoring::Metrics metrics;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<Writer> writer;
  WorkExchange exchange;
  StudyRegistry registry;
};

// A worker on the exchange itself.
class FakeWorker {
 public:
  FakeWorker(TestServer& server, std::string name,
             std::vector<std::string> versions = TestVersions())
      : server_(server), name_(std::move(name)), versions_(versions) {
    // An answer may be on its way when the session closes: it keeps the inbox.
    session_ = server_.exchange.Open(
        true, [inbox = inbox_](v1::SynchronizeResponse response) {
          std::lock_guard<std::mutex> lock(inbox->mutex);
          inbox->answers.push_back(std::move(response));
          inbox->wakeup.notify_one();
        });
  }
  ~FakeWorker() { Close(); }
  // Its stream breaks.
  void Close() {
    if (session_ != 0) server_.exchange.Close(session_);
    session_ = 0;
  }

  v1::SynchronizeRequest Request(int capacity) const {
    v1::SynchronizeRequest request;
    request.set_worker(name_);
    for (const auto& version : versions_) request.add_model_versions(version);
    request.set_capacity(capacity);
    return request;
  }
  // Sends and waits for an answer, pushed or asked for.
  v1::SynchronizeResponse Exchange(v1::SynchronizeRequest request) {
    EXPECT_OK(server_.exchange.Receive(
        session_,
        std::make_shared<const v1::SynchronizeRequest>(std::move(request))));
    return NextAnswer();
  }
  v1::SynchronizeResponse NextAnswer() {
    std::unique_lock<std::mutex> lock(inbox_->mutex);
    inbox_->wakeup.wait(lock, [this] { return !inbox_->answers.empty(); });
    v1::SynchronizeResponse answer = std::move(inbox_->answers.front());
    inbox_->answers.pop_front();
    return answer;
  }
  size_t waiting_answers() {
    std::lock_guard<std::mutex> lock(inbox_->mutex);
    return inbox_->answers.size();
  }
  // One lease; fails the test if there is none.
  v1::Lease TakeLease() {
    if (!leases_.empty()) {
      v1::Lease lease = std::move(leases_.front());
      leases_.pop_front();
      return lease;
    }
    const v1::SynchronizeResponse answer = Exchange(Request(1));
    EXPECT_EQ(answer.leases_size(), 1);
    return answer.leases_size() == 0 ? v1::Lease() : answer.leases(0);
  }
  v1::SynchronizeResponse Deliver(const v1::Lease& lease) {
    v1::SynchronizeRequest request = Request(0);
    *request.add_completed() = Evaluate(lease);
    return Exchange(std::move(request));
  }
  // Works until there is nothing left for it, or `most` batches are done;
  // returns how many were.
  int WorkUntilIdle(int most = 1'000'000) {
    int batches = 0;
    while (true) {
      v1::SynchronizeRequest request = Request(1);
      // An id that nobody has is answered as cancelled: that tells the answer
      // to this request from leases that were pushed. It counts as held.
      request.add_held_lease_ids(--marker_);
      for (; !leases_.empty() && batches < most; ++batches) {
        *request.add_completed() = Evaluate(leases_.front());
        leases_.pop_front();
      }
      if (batches == most) request.set_capacity(0);
      CollectLeases(Exchange(std::move(request)));
      if (leases_.empty() || batches == most) return batches;
    }
  }

  static v1::ResultBatch Evaluate(const v1::Lease& lease) {
    constexpr int kWidth = kTestMetrics;
    v1::ResultBatch batch;
    batch.set_lease_id(lease.lease_id());
    batch.set_epoch(lease.epoch());
    batch.set_study(lease.study());
    *batch.mutable_ranges() = lease.ranges();
    batch.add_reasons("");
    batch.add_reasons("no_link");
    double row[kWidth];
    for (const v1::IndexRange& range : lease.ranges()) {
      for (int64_t i = range.begin(); i < range.end(); ++i) {
        const v1::Trial::State state = TestRow(i, kWidth, row);
        batch.mutable_states()->push_back(static_cast<char>(state));
        batch.mutable_reason_codes()->push_back(
            state == v1::Trial::SUCCEEDED ? 0 : 1);
        batch.mutable_metrics()->Add(row, row + kWidth);
      }
    }
    batch.set_cpu_time_us(batch.states().size());  // 1 us each
    return batch;
  }
  // energy_mean, latency_p99, deadline_miss_ratio, then the rest of the
  // standard list.
  static constexpr int kTestMetrics = 10;

 private:
  struct Inbox {
    std::mutex mutex;
    std::condition_variable wakeup;
    std::deque<v1::SynchronizeResponse> answers;
  };

  // Takes the leases of `answer` and of what follows up to the marker's.
  void CollectLeases(v1::SynchronizeResponse answer) {
    while (true) {
      EXPECT_EQ(answer.refused_size(), 0);
      leases_.insert(leases_.end(), answer.leases().begin(),
                     answer.leases().end());
      const auto& cancelled = answer.cancelled_lease_ids();
      if (std::find(cancelled.begin(), cancelled.end(), marker_) !=
          cancelled.end()) {
        return;
      }
      answer = NextAnswer();
    }
  }

  TestServer& server_;
  const std::string name_;
  const std::vector<std::string> versions_;
  int64_t session_ = 0;
  int64_t marker_ = 0;
  std::deque<v1::Lease> leases_;
  const std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();
};

// Every candidate has its result, and the front is the one of TestRow.
inline void ExpectComplete(TestServer& server, const std::string& name) {
  const v1::Study study = server.Get(name);
  EXPECT_EQ(study.state(), v1::Study::DONE);
  EXPECT_EQ(study.progress().succeeded_count(), 9'900);  // b = 99: 100 not
  EXPECT_EQ(study.progress().infeasible_count(), 100);
  EXPECT_EQ(study.progress().failed_count(), 0);
  const auto front = server.Front(name);
  ASSERT_EQ(front.size(), kTestFront);
  for (int a = 0; a < kTestFront; ++a) {
    EXPECT_EQ(front[a].name(), absl::StrCat(name, "/trials/", 100 * a));
  }
}

// A folder that is gone after the test.
class TestFolder {
 public:
  TestFolder() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ =
        std::filesystem::path(::testing::TempDir()) /
        absl::StrCat("dynarch_", test->test_suite_name(), "_", test->name());
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  std::string File(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace dynarch::server

#endif  // DYNARCH_TESTS_SERVER_STUDY_SERVER_FIXTURE_H_
