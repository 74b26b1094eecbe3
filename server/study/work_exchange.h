// The exchange with workers: results in, leases out.
//
// Level-triggered: a request says what a worker has and how much more it takes,
// an answer what it is given; both may be repeated without harm. Results are
// acknowledged only once they are durable.
#ifndef DYNARCH_SERVER_STUDY_WORK_EXCHANGE_H_
#define DYNARCH_SERVER_STUDY_WORK_EXCHANGE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "dynarch/v1/work_service.pb.h"
#include "server/monitoring/metrics.h"
#include "server/queue/queue.h"
#include "server/study/clock.h"
#include "server/study/study.h"
#include "server/study/writer.h"

namespace dynarch::server {

// Thread-safe.
class WorkExchange {
 public:
  // Gives an answer to a worker; called from any thread, never with a lock
  // held, and once more while or after its session closes if an answer was on
  // its way: it must outlive what it captures.
  using Send = std::function<void(v1::SynchronizeResponse)>;
  using Request = std::shared_ptr<const v1::SynchronizeRequest>;

  WorkExchange(Writer& writer, monitoring::Metrics& metrics, Clock clock,
               queue::QueueOptions options);

  // Leases the candidates of `study` that are not in `recorded`.
  absl::Status AddStudy(std::shared_ptr<Study> study, int64_t epoch,
                        queue::IntervalSet recorded);
  // Stops leasing; workers are told to stop.
  void RemoveStudy(const Study& study);

  // A connected worker. With `pushes`, it is sent work as soon as there is
  // some, also without a request, until it closes.
  int64_t Open(bool pushes, Send send);
  // Answers exactly once, after the request's results are durable.
  // InvalidArgument, and no answer, for a request that makes no sense.
  absl::Status Receive(int64_t session, Request request);
  // Its leases expire soon unless the worker is back.
  void Close(int64_t session);

  // Ends leases that expired, gives what waited for the database. Call it a few
  // times a second.
  void Tick();

  // What others see of a study's workers.
  struct Presence {
    int64_t leased_count = 0;
    int64_t worker_count = 0;
    std::string waiting_reason;
  };
  Presence PresenceOf(const Study& study);

 private:
  struct Session {
    std::string worker;
    std::vector<std::string> versions;
    int target = 0;  // leases it can have in all
    bool draining = false;
    bool pushes = false;
    bool heard = false;
    absl::Time last_heard;
    Send send;
  };
  // What one request leads to, while its results are written.
  struct Exchange;
  // An answer, and who is to get it.
  struct Outgoing {
    Send send;
    v1::SynchronizeResponse response;
  };

  static absl::Status Check(const v1::SynchronizeRequest& request);
  // All below are called with mutex_ held.
  void TakeIn(Session& session, const Request& request, Exchange& exchange);
  void TakeBatch(const Session& session, const v1::ResultBatch& batch,
                 const Request& request, Exchange& exchange);
  void FillLeases(Session& session, v1::SynchronizeResponse& response);
  std::vector<Outgoing> Push();
  bool HasOtherSession(int64_t session, const std::string& worker) const;
  int SharersOf(absl::Time now) const;
  std::vector<WriteJob> FailExhausted(const std::vector<queue::Lease>& leases);
  void ShowGauges();

  // Without it.
  void Submit(const std::shared_ptr<Exchange>& exchange,
              std::vector<WriteJob> jobs);
  void Answer(const std::shared_ptr<Exchange>& exchange);
  void Settle(int64_t lease, const absl::Status& status);
  static void SendAll(std::vector<Outgoing> outgoing);
  void NotifyStudies();

  Writer& writer_;
  monitoring::Metrics& metrics_;
  Clock clock_;

  std::mutex mutex_;
  queue::Queue queue_;
  std::map<int64_t, std::shared_ptr<Study>> studies_;  // active ones, by id
  std::map<std::string, int64_t> study_ids_;           // by resource name
  std::map<int64_t, Session> sessions_;
  int64_t next_session_ = 1;
  std::string told_;  // what watchers know of the writer's health
};

}  // namespace dynarch::server

#endif  // DYNARCH_SERVER_STUDY_WORK_EXCHANGE_H_
