#include "server/queue/queue.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/search/ranges.h"

namespace dynarch::queue {

using space::IndexRange;

namespace {

bool Holds(absl::Span<const int64_t> ids, int64_t id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

void Queue::AddStudy(int64_t study, int64_t epoch,
                     std::vector<std::string> model_versions,
                     StudyQueue queue) {
  studies_.insert_or_assign(
      study, Entry{epoch, std::move(model_versions), std::move(queue)});
}

std::vector<Lease> Queue::RemoveStudy(int64_t study) {
  studies_.erase(study);
  std::vector<Lease> ended;
  for (auto it = leases_.begin(); it != leases_.end();) {
    if (it->second.study != study || it->second.recording) {
      ++it;
      continue;
    }
    ended.push_back(std::move(it->second));
    it = leases_.erase(it);
  }
  return ended;
}

const Queue::Entry* Queue::Find(int64_t study) const {
  const auto it = studies_.find(study);
  return it == studies_.end() ? nullptr : &it->second;
}

int Queue::HeldBy(const std::string& worker) const {
  return static_cast<int>(
      std::count_if(leases_.begin(), leases_.end(), [&](const auto& item) {
        return item.second.worker == worker && !item.second.recording;
      }));
}

bool Queue::HoldsSuspect(const std::string& worker) const {
  return std::any_of(leases_.begin(), leases_.end(), [&](const auto& item) {
    return item.second.worker == worker && !item.second.recording &&
           item.second.work.suspect();
  });
}

int64_t Queue::SizeFor(const StudyQueue& queue, int sharers) const {
  int64_t size = options_.first_candidates;
  if (queue.cost_us() > 0) {
    const double fit =
        absl::ToDoubleMicroseconds(options_.lease_cpu_time) / queue.cost_us();
    size = static_cast<int64_t>(
        std::min(fit, static_cast<double>(options_.max_candidates)));
  }
  // Towards the end, leases get smaller so that the workers end together.
  const int64_t share = queue.pending() / (2 * std::max(1, sharers)) + 1;
  return std::clamp(std::min(size, share), options_.min_candidates,
                    options_.max_candidates);
}

Lease Queue::Grant(const std::string& worker, int64_t study, const Entry& entry,
                   Work work, absl::Time now) {
  Lease lease;
  lease.id = options_.first_lease_id + next_id_++;
  lease.study = study;
  lease.epoch = entry.epoch;
  lease.worker = worker;
  lease.work = std::move(work);
  lease.given = now;
  lease.expiry = now + options_.lease_ttl;
  leases_.emplace(lease.id, lease);
  return lease;
}

std::vector<Lease> Queue::Give(const std::string& worker,
                               const std::vector<std::string>& model_versions,
                               int room, int sharers, absl::Time now) {
  std::vector<Lease> given;
  if (room <= 0 || studies_.empty() || HoldsSuspect(worker)) return given;
  bool holds_nothing = HeldBy(worker) == 0;
  auto it = studies_.upper_bound(last_served_);
  size_t refused = 0;  // studies in a row; all of them: nothing to give
  while (room > 0 && refused < studies_.size()) {
    if (it == studies_.end()) it = studies_.begin();
    auto& [study, entry] = *it++;
    ++refused;
    if (entry.model_versions != model_versions) continue;
    Work work = entry.queue.Take(SizeFor(entry.queue, sharers), holds_nothing);
    if (work.ranges.empty()) continue;
    const bool suspect = work.suspect();
    given.push_back(Grant(worker, study, entry, std::move(work), now));
    last_served_ = study;
    if (suspect) break;
    holds_nothing = false;
    --room;
    refused = 0;
  }
  return given;
}

std::vector<int64_t> Queue::Renew(const std::string& worker,
                                  absl::Span<const int64_t> held,
                                  absl::Time now) {
  std::vector<int64_t> lost;
  for (const int64_t id : held) {
    const auto it = leases_.find(id);
    if (it == leases_.end() || it->second.worker != worker) {
      lost.push_back(id);
    } else {
      it->second.expiry = now + options_.lease_ttl;
    }
  }
  return lost;
}

void Queue::GiveUp(const std::string& worker, absl::Span<const int64_t> held) {
  for (auto it = leases_.begin(); it != leases_.end();) {
    Lease& lease = it->second;
    if (lease.worker != worker || lease.recording || Holds(held, lease.id)) {
      ++it;
      continue;
    }
    studies_.at(lease.study).queue.Return(std::move(lease.work));
    it = leases_.erase(it);
  }
}

void Queue::Disconnect(const std::string& worker, absl::Time now) {
  for (auto& [id, lease] : leases_) {
    if (lease.worker != worker) continue;
    lease.expiry = std::min(lease.expiry, now + options_.reconnect_grace);
  }
}

absl::StatusOr<Queue::Verdict> Queue::Accept(
    const std::string& worker, int64_t study, int64_t lease, int64_t epoch,
    const std::vector<IndexRange>& ranges, int64_t cpu_time_us) {
  const Entry* entry = Find(study);
  // Whatever became of the lease, results that are stored need no fence.
  if (entry != nullptr && !ranges.empty() && entry->queue.IsRecorded(ranges)) {
    return Verdict{.duplicate = true, .attempt = 1, .given = {}};
  }
  const auto it = leases_.find(lease);
  if (it == leases_.end() || it->second.study != study ||
      it->second.epoch != epoch || it->second.worker != worker) {
    return absl::AbortedError(absl::StrCat(
        "lease ", lease, " of epoch ", epoch, ": not ", worker,
        "'s any more; its candidates were given out again or its study ended"));
  }
  if (it->second.work.ranges != ranges) {
    return absl::InvalidArgumentError(
        absl::StrCat("lease ", lease, ": the ranges are not those leased"));
  }
  Verdict verdict = {.duplicate = it->second.recording,
                     .attempt = it->second.attempt(),
                     .given = it->second.given};
  if (verdict.duplicate) return verdict;
  it->second.recording = true;
  if (entry != nullptr) {
    studies_.at(study).queue.ObserveCost(cpu_time_us, search::CountOf(ranges));
  }
  return verdict;
}

void Queue::Recorded(int64_t lease) {
  const auto it = leases_.find(lease);
  if (it == leases_.end()) return;
  const auto study = studies_.find(it->second.study);
  if (study != studies_.end()) {
    study->second.queue.MarkRecorded(it->second.work.ranges);
  }
  leases_.erase(it);
}

void Queue::Unrecorded(int64_t lease) {
  const auto it = leases_.find(lease);
  if (it == leases_.end()) return;
  const auto study = studies_.find(it->second.study);
  if (study != studies_.end()) {
    study->second.queue.Return(std::move(it->second.work));
  }
  leases_.erase(it);
}

std::vector<Lease> Queue::Expire(absl::Time now) {
  std::vector<Lease> exhausted;
  for (auto it = leases_.begin(); it != leases_.end();) {
    Lease& lease = it->second;
    if (lease.recording || lease.expiry > now) {
      ++it;
      continue;
    }
    std::vector<IndexRange> used_up =
        studies_.at(lease.study).queue.Lose(lease.work);
    if (used_up.empty()) {
      it = leases_.erase(it);
      continue;
    }
    lease.recording = true;
    exhausted.push_back(lease);
    ++it;
  }
  return exhausted;
}

int64_t Queue::PendingOf(int64_t study) const {
  const Entry* entry = Find(study);
  return entry == nullptr ? 0 : entry->queue.pending();
}

int64_t Queue::LeasedOf(int64_t study) const {
  int64_t count = 0;
  for (const auto& [id, lease] : leases_) {
    if (lease.study == study) count += search::CountOf(lease.work.ranges);
  }
  return count;
}

int64_t Queue::pending() const {
  int64_t count = 0;
  for (const auto& [id, entry] : studies_) count += entry.queue.pending();
  return count;
}

}  // namespace dynarch::queue
