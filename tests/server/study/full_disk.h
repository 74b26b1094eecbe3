// A store that can be made to fail.
#ifndef DYNARCH_TESTS_SERVER_STUDY_FULL_DISK_H_
#define DYNARCH_TESTS_SERVER_STUDY_FULL_DISK_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/store/store.h"

namespace dynarch::server {

// A store whose disk is full until told otherwise.
class FullDisk : public store::Store {
 public:
  explicit FullDisk(std::unique_ptr<store::Store> inner)
      : inner_(std::move(inner)) {}
  std::atomic<bool> full = false;

  absl::Status Record(absl::Span<const store::BatchRows> batches,
                      absl::Span<const store::StudyEnd> ends) override {
    if (full) return absl::UnavailableError("database or disk is full");
    return inner_->Record(batches, ends);
  }
  absl::StatusOr<int64_t> CreateStudy(const store::StudyRow& row) override {
    return inner_->CreateStudy(row);
  }
  absl::StatusOr<std::vector<store::StudyRow>> LoadStudies() override {
    return inner_->LoadStudies();
  }
  absl::StatusOr<int64_t> AdvanceEpoch(int64_t study) override {
    return inner_->AdvanceEpoch(study);
  }
  absl::Status ScanResults(
      int64_t study, int64_t first,
      const std::function<bool(const store::ResultRow&)>& visit) override {
    return inner_->ScanResults(study, first, visit);
  }
  absl::StatusOr<std::vector<store::AuditRow>> LoadAudit(
      int64_t study) override {
    return inner_->LoadAudit(study);
  }
  absl::Status PutArtifact(absl::string_view sha256,
                           absl::string_view bytes) override {
    return inner_->PutArtifact(sha256, bytes);
  }
  absl::StatusOr<bool> HasArtifact(absl::string_view sha256) override {
    return inner_->HasArtifact(sha256);
  }
  absl::StatusOr<std::string> GetArtifact(absl::string_view sha256) override {
    return inner_->GetArtifact(sha256);
  }

 private:
  std::unique_ptr<store::Store> inner_;
};

}  // namespace dynarch::server

#endif  // DYNARCH_TESTS_SERVER_STUDY_FULL_DISK_H_
