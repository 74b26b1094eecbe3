// The one thread that writes results, with group commit.
#ifndef DYNARCH_SERVER_STUDY_WRITER_H_
#define DYNARCH_SERVER_STUDY_WRITER_H_

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "server/monitoring/metrics.h"
#include "server/store/store.h"
#include "server/study/clock.h"
#include "server/study/commit_health.h"
#include "server/study/study.h"

namespace dynarch::server {

// Something to make durable. Without rows and end it only waits its turn: its
// `done` comes after everything submitted before it is durable.
struct WriteJob {
  std::shared_ptr<Study> study;
  std::optional<store::BatchRows> rows;
  std::shared_ptr<const void> keep;  // owns what `rows` points into
  std::optional<store::StudyEnd> end;
  // Called on the writer's thread when durable and absorbed, or with why not.
  std::function<void(const absl::Status&)> done;
};

// Takes all jobs that wait and writes them in one transaction; what arrives
// meanwhile waits for the next. The transaction that records a study's last
// result also ends the study.
class Writer {
 public:
  Writer(store::Store& store, monitoring::Metrics& metrics, Clock clock);
  // Writes what was submitted, then stops.
  ~Writer();

  void Submit(std::vector<WriteJob> jobs);

  // Whether what is submitted can be stored.
  const CommitHealth& health() const { return health_; }

 private:
  void Run();
  void Write(absl::Span<WriteJob> jobs);
  // One transaction; on success the studies know.
  absl::Status Commit(absl::Span<WriteJob> jobs);
  // Ends asked for, and those of studies that these jobs complete.
  std::vector<std::pair<Study*, store::StudyEnd>> EndsOf(
      absl::Span<WriteJob> jobs, absl::Time now) const;
  void Count(const store::BatchRows& rows);

  store::Store& store_;
  monitoring::Metrics& metrics_;
  Clock clock_;
  CommitHealth health_;

  std::mutex mutex_;
  std::condition_variable wakeup_;
  std::vector<WriteJob> inbox_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the rest
};

}  // namespace dynarch::server

#endif  // DYNARCH_SERVER_STUDY_WRITER_H_
