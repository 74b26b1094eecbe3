// Who works on what: leases on the pending candidates of all studies.
//
// A lease is fenced by its id and its study's epoch: results are taken from the
// holder of the lease only, and once. A lease that is not renewed for its time
// to live is lost; its candidates become pending again. Not thread-safe; the
// time is an argument.
#ifndef DYNARCH_SERVER_QUEUE_QUEUE_H_
#define DYNARCH_SERVER_QUEUE_QUEUE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "server/queue/study_queue.h"

namespace dynarch::queue {

struct QueueOptions {
  // A lease not renewed for this long is lost.
  absl::Duration lease_ttl = absl::Seconds(15);
  // How long the leases of a worker whose stream broke wait for it.
  absl::Duration reconnect_grace = absl::Seconds(1);
  // CPU time that one lease should take, and the candidates it may hold: the
  // first leases of a study, whose cost is unknown, hold `first_candidates`.
  absl::Duration lease_cpu_time = absl::Milliseconds(250);
  int64_t min_candidates = 64;
  int64_t first_candidates = 1'024;
  int64_t max_candidates = 4'096;
  // Ids are never given twice, also not by a server started again.
  int64_t first_lease_id = 1;
};

struct Lease {
  int64_t id = 0;
  int64_t study = 0;
  int64_t epoch = 0;
  std::string worker;
  Work work;
  absl::Time given;
  absl::Time expiry;
  // Its results are on the way into the store: it does not expire.
  bool recording = false;
  int attempt() const { return work.losses + 1; }
};

class Queue {
 public:
  explicit Queue(QueueOptions options) : options_(options) {}

  void AddStudy(int64_t study, int64_t epoch,
                std::vector<std::string> model_versions, StudyQueue queue);
  // Stops leasing. Returns its leases, which end; those whose results are being
  // recorded go on.
  std::vector<Lease> RemoveStudy(int64_t study);

  // Up to `room` new leases for a worker of exactly these model versions.
  // Studies take turns. `sharers`: how many workers may share what is left.
  std::vector<Lease> Give(const std::string& worker,
                          const std::vector<std::string>& model_versions,
                          int room, int sharers, absl::Time now);

  // Renews what the worker holds. Returns the ids that are not its any more.
  std::vector<int64_t> Renew(const std::string& worker,
                             absl::Span<const int64_t> held, absl::Time now);
  // A draining worker keeps `held` and gives the rest of its leases up.
  void GiveUp(const std::string& worker, absl::Span<const int64_t> held);
  // The worker's stream broke: its leases expire soon unless it is back.
  void Disconnect(const std::string& worker, absl::Time now);
  // How many leases the worker has that are not being recorded.
  int HeldBy(const std::string& worker) const;

  // What to do with the results of a lease.
  struct Verdict {
    bool duplicate = false;  // all recorded already: acknowledge, store nothing
    int attempt = 1;
    absl::Time given;
  };
  // Takes the results of a lease: it no longer expires. Aborted if the lease
  // is not the sender's any more; InvalidArgument if the ranges are not the
  // lease's.
  absl::StatusOr<Verdict> Accept(const std::string& worker, int64_t study,
                                 int64_t lease, int64_t epoch,
                                 const std::vector<space::IndexRange>& ranges,
                                 int64_t cpu_time_us);
  // The accepted results are durable, or could not be stored.
  void Recorded(int64_t lease);
  void Unrecorded(int64_t lease);

  // Ends leases that expired by `now`. Returns those whose one candidate has
  // used up its attempts, accepted: the caller records it as FAILED.
  std::vector<Lease> Expire(absl::Time now);

  // Candidates; 0 for a study that is not here.
  int64_t PendingOf(int64_t study) const;
  int64_t LeasedOf(int64_t study) const;
  int64_t pending() const;
  int64_t active_leases() const { return static_cast<int64_t>(leases_.size()); }
  absl::Duration lease_ttl() const { return options_.lease_ttl; }

 private:
  struct Entry {
    int64_t epoch = 0;
    std::vector<std::string> model_versions;
    StudyQueue queue;
  };

  int64_t SizeFor(const StudyQueue& queue, int sharers) const;
  bool HoldsSuspect(const std::string& worker) const;
  Lease Grant(const std::string& worker, int64_t study, const Entry& entry,
              Work work, absl::Time now);
  const Entry* Find(int64_t study) const;

  QueueOptions options_;
  std::map<int64_t, Entry> studies_;
  std::map<int64_t, Lease> leases_;  // by id
  int64_t next_id_ = 0;              // counts from options_.first_lease_id
  int64_t last_served_ = 0;          // study
};

}  // namespace dynarch::queue

#endif  // DYNARCH_SERVER_QUEUE_QUEUE_H_
