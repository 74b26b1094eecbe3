#include "worker/work_loop.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "sim/base/status_macros.h"
#include "worker/batch_evaluation.h"

namespace dynarch::worker {
namespace {

constexpr size_t kEvaluators = 4;  // kept compiled
// Results that may wait for their acknowledgement before no more work is taken.
constexpr size_t kUnacknowledged = 4;
constexpr auto kRetryOpen = std::chrono::milliseconds(200);
const absl::Duration kFirstSync = absl::Seconds(1);

}  // namespace

WorkLoop::WorkLoop(WorkLoopOptions options, StudySource& source)
    : options_(std::move(options)),
      source_(source),
      next_sync_(absl::Now() + kFirstSync),
      idle_since_(absl::Now()) {}

absl::Status WorkLoop::Evaluate() {
  while (true) {
    v1::Lease lease;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      evaluator_wakeup_.wait(
          lock, [this] { return stopped_ || draining_ || !waiting_.empty(); });
      if (stopped_ || draining_) return absl::OkStatus();
      lease = std::move(waiting_.front());
      waiting_.pop_front();
      current_ = lease.lease_id();
      abandon_ = false;
    }
    const absl::Status status = EvaluateOne(lease);
    if (!status.ok()) {
      Stop();
      return status;
    }
  }
}

absl::Status WorkLoop::EvaluateOne(const v1::Lease& lease) {
  const auto evaluator = EvaluatorOf(lease.study());
  v1::ResultBatch batch;
  if (evaluator.ok()) {
    const bool whole = EvaluateLease(lease, **evaluator, abandon_, batch);
    Finish(lease, whole ? std::make_optional(std::move(batch)) : std::nullopt);
    return absl::OkStatus();
  }
  if (absl::IsUnavailable(evaluator.status())) {
    // The server is away. Its study comes with it; the lease waits its turn.
    std::unique_lock<std::mutex> lock(mutex_);
    if (!abandon_) waiting_.push_back(lease);
    current_.reset();
    evaluator_wakeup_.wait_for(lock, kRetryOpen,
                               [this] { return stopped_ || draining_; });
    return absl::OkStatus();
  }
  return evaluator.status();
}

absl::StatusOr<CandidateEvaluator*> WorkLoop::EvaluatorOf(
    const std::string& study) {
  for (auto& [name, evaluator] : evaluators_) {
    if (name == study) return evaluator.get();
  }
  DYNARCH_ASSIGN_OR_RETURN(std::unique_ptr<CandidateEvaluator> evaluator,
                           source_.Open(study));
  if (evaluators_.size() == kEvaluators) evaluators_.pop_front();
  evaluators_.emplace_back(study, std::move(evaluator));
  return evaluators_.back().second.get();
}

void WorkLoop::Finish(const v1::Lease& lease,
                      std::optional<v1::ResultBatch> batch) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    current_.reset();
    idle_since_ = absl::Now();
    announce_ = true;
    if (batch && !abandon_) {
      results_[lease.lease_id()] = {*std::move(batch), /*sent=*/false};
    }
  }
  connection_wakeup_.notify_one();
}

void WorkLoop::Connected() {
  std::lock_guard<std::mutex> lock(mutex_);
  connected_ = true;
  announce_ = true;
  for (auto& [lease, result] : results_) result.sent = false;
}

void WorkLoop::Disconnected() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    connected_ = false;
  }
  connection_wakeup_.notify_one();
}

bool WorkLoop::HasNews() const {
  return announce_ || absl::Now() >= next_sync_;
}

int WorkLoop::Unfinished() const {
  return static_cast<int>(waiting_.size()) + (current_ ? 1 : 0);
}

bool WorkLoop::Ended() const {
  return stopped_ ||
         (draining_ && !current_ && results_.empty() && drain_answered_);
}

bool WorkLoop::ended() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return Ended();
}

std::optional<v1::SynchronizeRequest> WorkLoop::NextRequest() {
  std::unique_lock<std::mutex> lock(mutex_);
  connection_wakeup_.wait_until(lock, absl::ToChronoTime(next_sync_), [this] {
    return Ended() || !connected_ || HasNews();
  });
  if (Ended() || !connected_) return std::nullopt;
  return MakeRequest();
}

v1::SynchronizeRequest WorkLoop::MakeRequest() {
  announce_ = false;
  next_sync_ = absl::Now() + kFirstSync;
  v1::SynchronizeRequest request;
  request.set_worker(options_.worker);
  for (const std::string& version : options_.model_versions) {
    request.add_model_versions(version);
  }
  for (auto& [lease, result] : results_) {
    if (result.sent) continue;
    result.sent = true;
    *request.add_completed() = result.batch;
  }
  if (current_) request.add_held_lease_ids(*current_);
  for (const v1::Lease& lease : waiting_) {
    request.add_held_lease_ids(lease.lease_id());
  }
  const bool full = draining_ || results_.size() >= kUnacknowledged;
  request.set_capacity(full ? 0 : std::max(0, options_.leases - Unfinished()));
  request.set_draining(draining_);
  return request;
}

void WorkLoop::Cancel(int64_t lease) {
  if (current_ == lease) abandon_ = true;
  const auto is_it = [lease](const v1::Lease& other) {
    return other.lease_id() == lease;
  };
  waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(), is_it),
                 waiting_.end());
}

void WorkLoop::Apply(const v1::SynchronizeResponse& response) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const bool was_full = results_.size() >= kUnacknowledged;
    for (const int64_t lease : response.acknowledged_lease_ids()) {
      results_.erase(lease);
    }
    for (const v1::BatchRefusal& refusal : response.refused()) {
      results_.erase(refusal.lease_id());
    }
    for (const int64_t lease : response.cancelled_lease_ids()) Cancel(lease);
    for (const v1::Lease& lease : response.leases()) {
      if (!draining_) waiting_.push_back(lease);
    }
    if (response.next_sync_ms() > 0) {
      next_sync_ = absl::Now() + absl::Milliseconds(response.next_sync_ms());
    }
    drain_answered_ = draining_ && !announce_;
    announce_ |= was_full && results_.size() < kUnacknowledged;
  }
  evaluator_wakeup_.notify_one();
  connection_wakeup_.notify_one();
}

void WorkLoop::Drain() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    draining_ = true;
    announce_ = true;
    waiting_.clear();
  }
  evaluator_wakeup_.notify_one();
  connection_wakeup_.notify_one();
}

void WorkLoop::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
    abandon_ = true;
  }
  evaluator_wakeup_.notify_one();
  connection_wakeup_.notify_one();
}

absl::Duration WorkLoop::IdleTime() const {
  std::lock_guard<std::mutex> lock(mutex_);
  if (current_ || !waiting_.empty() || !results_.empty()) {
    return absl::ZeroDuration();
  }
  return absl::Now() - idle_since_;
}

}  // namespace dynarch::worker
