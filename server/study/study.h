// One study while the server runs: what it explores and how far it is.
#ifndef DYNARCH_SERVER_STUDY_STUDY_H_
#define DYNARCH_SERVER_STUDY_STUDY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "dynarch/v1/study.pb.h"
#include "dynarch/v1/trial.pb.h"
#include "server/queue/interval_set.h"
#include "server/store/store.h"
#include "server/study/row_filter.h"
#include "sim/pareto/front.h"
#include "sim/search/designer.h"
#include "sim/wire/compile_study.h"

namespace dynarch::server {

// Thread-safe. Nothing is kept per result but what the front needs.
class Study {
 public:
  // InvalidArgument if the spec is no valid study.
  static absl::StatusOr<std::shared_ptr<Study>> Create(store::StudyRow row);

  // Set once, before anyone else sees the study.
  void SetId(int64_t id) { row_.id = id; }

  // What never changes.
  int64_t id() const { return row_.id; }
  const std::string& id_text() const { return row_.name; }
  std::string name() const;  // `studies/{study}`
  const std::string& request_id() const { return row_.request_id; }
  const std::string& spec_bytes() const { return row_.spec; }
  const wire::StudyOutline& outline() const { return outline_; }
  // json names of the stored metrics, in order.
  const std::vector<std::string>& metric_names() const { return metric_names_; }
  int metric_count() const { return static_cast<int>(metric_names_.size()); }
  const std::vector<std::string>& model_versions() const { return versions_; }
  // `analytical` or `event`; seed of the workload.
  const std::string& fidelity() const { return fidelity_; }
  int64_t seed() const { return seed_; }
  // Digests of the artifacts it needs.
  const std::vector<std::string>& artifacts() const { return artifacts_; }
  // Candidates to evaluate.
  int64_t candidate_count() const { return candidate_count_; }

  // Proposals that are not in `recorded`.
  absl::StatusOr<std::unique_ptr<search::Designer>> MakeDesigner(
      const queue::IntervalSet& recorded) const;

  // Reads what the store has of it, once; returns the recorded indices.
  absl::StatusOr<queue::IntervalSet> Load(store::Store& store);
  // Load, unless that was done; for a study that ended before the server
  // started.
  absl::Status EnsureLoaded(store::Store& store);

  // Takes rows that are durable now.
  void Absorb(const store::BatchRows& batch);
  void End(const store::StudyEnd& end);

  v1::Study::State state() const;
  int64_t recorded_count() const;
  // State, times, counts and front size; no spec, no leases.
  v1::Study Snapshot() const;
  // Sorted front, and a number that changes whenever the front may have.
  std::pair<std::vector<pareto::FrontPoint>, int64_t> FrontNow() const;

  // Calls `listener` after every change, from the thread that made it. A call
  // may still be under way when Unsubscribe returns.
  int64_t Subscribe(std::function<void()> listener);
  void Unsubscribe(int64_t subscription);
  // For changes that others know of: leases, workers.
  void NotifyChanged();

 private:
  Study(store::StudyRow row, wire::StudyOutline outline, RowFilter filter);
  void AbsorbRow(int64_t candidate, int state, absl::Span<const double> row);

  store::StudyRow row_;  // state and end_time by mutex_
  wire::StudyOutline outline_;
  RowFilter filter_;
  std::vector<std::string> metric_names_;
  std::vector<std::string> versions_;
  std::vector<std::string> artifacts_;
  std::string fidelity_;
  int64_t seed_ = 0;
  int64_t candidate_count_ = 0;
  std::vector<int> objective_columns_;

  mutable std::mutex mutex_;
  bool loaded_ = false;
  pareto::Front front_;
  std::vector<double> point_;  // scratch of AbsorbRow
  int64_t succeeded_ = 0;
  int64_t infeasible_ = 0;
  int64_t failed_ = 0;

  std::mutex listeners_mutex_;
  std::map<int64_t, std::function<void()>> listeners_;
  int64_t next_subscription_ = 1;
};

}  // namespace dynarch::server

#endif  // DYNARCH_SERVER_STUDY_STUDY_H_
