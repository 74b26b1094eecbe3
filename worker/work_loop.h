// What a worker holds: leases to evaluate, results to deliver. Knows no gRPC.
//
// One thread evaluates (Evaluate), another talks to the server (NextRequest,
// Apply). Two leases are held, so that one is evaluated while the results of
// the other travel.
#ifndef DYNARCH_WORKER_WORK_LOOP_H_
#define DYNARCH_WORKER_WORK_LOOP_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "dynarch/v1/work_service.pb.h"
#include "worker/candidate_evaluator.h"

namespace dynarch::worker {

struct WorkLoopOptions {
  std::string worker;                       // unique name
  std::vector<std::string> model_versions;  // sorted
  int leases = 2;                           // held at a time
};

class WorkLoop {
 public:
  WorkLoop(WorkLoopOptions options, StudySource& source);

  // The evaluating thread: works on leases in the order they came until the
  // loop has ended. Returns why it cannot go on, or OK.
  absl::Status Evaluate();

  // A stream begins: results that are not acknowledged are sent (again).
  void Connected();
  // It broke: NextRequest returns nothing until Connected.
  void Disconnected();
  // Waits until there is something to say and returns it. Nothing: the stream
  // is over, because it broke or because the loop has ended.
  std::optional<v1::SynchronizeRequest> NextRequest();
  void Apply(const v1::SynchronizeResponse& response);

  // Ends after the lease being evaluated; the others go back to the server.
  void Drain();
  // Ends now.
  void Stop();
  // Everything is delivered after Drain, or Stop was called.
  bool ended() const;
  // Time since there was last something to do; zero while there is.
  absl::Duration IdleTime() const;

 private:
  struct Result {
    v1::ResultBatch batch;
    bool sent = false;
  };

  absl::Status EvaluateOne(const v1::Lease& lease);
  // An evaluator of the study; the last few are kept.
  absl::StatusOr<CandidateEvaluator*> EvaluatorOf(const std::string& study);
  void Finish(const v1::Lease& lease, std::optional<v1::ResultBatch> batch);
  // With mutex_ held.
  bool HasNews() const;
  bool Ended() const;
  int Unfinished() const;
  v1::SynchronizeRequest MakeRequest();
  void Cancel(int64_t lease);

  const WorkLoopOptions options_;
  StudySource& source_;

  // Of the evaluating thread.
  std::deque<std::pair<std::string, std::unique_ptr<CandidateEvaluator>>>
      evaluators_;

  mutable std::mutex mutex_;
  std::condition_variable evaluator_wakeup_;
  std::condition_variable connection_wakeup_;
  std::deque<v1::Lease> waiting_;
  std::optional<int64_t> current_;     // id of the lease being evaluated
  std::atomic<bool> abandon_ = false;  // the current lease
  std::map<int64_t, Result> results_;  // by lease, until acknowledged
  bool connected_ = false;
  bool announce_ = false;  // say how things are
  bool drain_answered_ = false;
  bool draining_ = false;
  bool stopped_ = false;
  absl::Time next_sync_;
  absl::Time idle_since_;
};

}  // namespace dynarch::worker

#endif  // DYNARCH_WORKER_WORK_LOOP_H_
