#include "server/store/memory_store.h"

#include <map>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

namespace dynarch::store {
namespace {

constexpr int kSucceeded = 3;  // dynarch.v1.Trial.State

// What a database keeps of a time.
absl::Time Micros(absl::Time time) {
  return absl::FromUnixMicros(absl::ToUnixMicros(time));
}

class MemoryStore : public Store {
 public:
  absl::StatusOr<int64_t> CreateStudy(const StudyRow& study) override {
    std::lock_guard<std::mutex> lock(mutex_);
    for (const StudyRow& other : studies_) {
      if (other.name == study.name ||
          (!study.request_id.empty() && other.request_id == study.request_id)) {
        return absl::AlreadyExistsError(absl::StrCat(
            "study ", study.name, ": its name or request is taken"));
      }
    }
    StudyRow row = study;
    row.id = static_cast<int64_t>(studies_.size()) + 1;
    row.create_time = Micros(row.create_time);
    if (row.end_time) row.end_time = Micros(*row.end_time);
    studies_.push_back(row);
    return row.id;
  }

  absl::StatusOr<std::vector<StudyRow>> LoadStudies() override {
    std::lock_guard<std::mutex> lock(mutex_);
    return studies_;
  }

  absl::StatusOr<int64_t> AdvanceEpoch(int64_t study) override {
    std::lock_guard<std::mutex> lock(mutex_);
    StudyRow* row = Find(study);
    if (row == nullptr) {
      return absl::NotFoundError(absl::StrCat("study ", study, ": not stored"));
    }
    return ++row->lease_epoch;
  }

  absl::Status Record(absl::Span<const BatchRows> batches,
                      absl::Span<const StudyEnd> ends) override;

  absl::Status ScanResults(
      int64_t study, int64_t first,
      const std::function<bool(const ResultRow&)>& visit) override {
    std::lock_guard<std::mutex> lock(mutex_);
    for (auto it = results_.lower_bound({study, first});
         it != results_.end() && it->first.first == study; ++it) {
      const ResultRow row = {.candidate = it->first.second,
                             .state = it->second.state,
                             .reason = it->second.reason,
                             .metrics = it->second.metrics};
      if (!visit(row)) break;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<AuditRow>> LoadAudit(int64_t study) override {
    std::lock_guard<std::mutex> lock(mutex_);
    std::vector<AuditRow> rows;
    for (const AuditRow& row : audit_) {
      if (row.study == study) rows.push_back(row);
    }
    return rows;
  }

  absl::Status PutArtifact(absl::string_view sha256,
                           absl::string_view bytes) override {
    std::lock_guard<std::mutex> lock(mutex_);
    artifacts_.emplace(std::string(sha256), std::string(bytes));
    return absl::OkStatus();
  }

  absl::StatusOr<bool> HasArtifact(absl::string_view sha256) override {
    std::lock_guard<std::mutex> lock(mutex_);
    return artifacts_.count(std::string(sha256)) > 0;
  }

  absl::StatusOr<std::string> GetArtifact(absl::string_view sha256) override {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto it = artifacts_.find(std::string(sha256));
    if (it != artifacts_.end()) return it->second;
    return absl::NotFoundError(
        absl::StrCat("artifact ", sha256, ": not stored; upload it first"));
  }

 private:
  struct Result {
    int state = 0;
    std::string reason;
    std::string metrics;
  };
  using Results = std::map<std::pair<int64_t, int64_t>, Result>;

  StudyRow* Find(int64_t study) {
    for (StudyRow& row : studies_) {
      if (row.id == study) return &row;
    }
    return nullptr;
  }
  absl::Status Stage(const BatchRows& batch, Results& staged);

  std::mutex mutex_;
  std::vector<StudyRow> studies_;                 // by mutex_
  Results results_;                               // by mutex_
  std::vector<AuditRow> audit_;                   // by mutex_
  std::map<std::string, std::string> artifacts_;  // by mutex_
};

absl::Status MemoryStore::Stage(const BatchRows& batch, Results& staged) {
  const size_t row_bytes = batch.metric_count * sizeof(double);
  const char* metrics = reinterpret_cast<const char*>(batch.metrics.data());
  size_t row = 0;
  for (const space::IndexRange& range : batch.ranges) {
    for (int64_t candidate = range.begin; candidate < range.end;
         ++candidate, ++row) {
      const int code = static_cast<uint8_t>(batch.reason_codes[row]);
      Result result;
      result.state = static_cast<uint8_t>(batch.states[row]);
      if (code != 0) result.reason = std::string(batch.reasons[code]);
      if (result.state == kSucceeded) {
        result.metrics.assign(metrics + row * row_bytes, row_bytes);
      }
      const std::pair<int64_t, int64_t> key = {batch.study, candidate};
      if (results_.count(key) > 0 ||
          !staged.emplace(key, std::move(result)).second) {
        return absl::AlreadyExistsError(
            absl::StrCat("candidate ", candidate, ": has a result"));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status MemoryStore::Record(absl::Span<const BatchRows> batches,
                                 absl::Span<const StudyEnd> ends) {
  std::lock_guard<std::mutex> lock(mutex_);
  Results staged;
  for (const BatchRows& batch : batches) {
    DYNARCH_RETURN_IF_ERROR(CheckShape(batch));
    DYNARCH_RETURN_IF_ERROR(Stage(batch, staged));
  }
  results_.merge(staged);
  for (const BatchRows& batch : batches) {
    audit_.push_back({.study = batch.study,
                      .lease = batch.lease,
                      .epoch = batch.epoch,
                      .worker = batch.worker,
                      .attempt = batch.attempt,
                      .ranges = RangesText(batch.ranges),
                      .results = CountOf(batch.ranges),
                      .lease_time = Micros(batch.lease_time),
                      .commit_time = Micros(batch.commit_time),
                      .cpu_time_us = batch.cpu_time_us});
  }
  for (const StudyEnd& end : ends) {
    if (StudyRow* row = Find(end.study)) {
      row->state = end.state;
      row->end_time = Micros(end.time);
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::unique_ptr<Store> NewMemoryStore() {
  return std::make_unique<MemoryStore>();
}

}  // namespace dynarch::store
