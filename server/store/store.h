// What the server remembers: studies, artifacts, results, audit rows.
//
// Contract: what a call has returned OK for survives power loss; a result is
// recorded exactly once. Two implementations, one behaviour: SqliteStore for
// servers and MemoryStore for tests. Thread-safe; one thread writes results.
#ifndef DYNARCH_SERVER_STORE_STORE_H_
#define DYNARCH_SERVER_STORE_STORE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "sim/space/design_space.h"

namespace dynarch::store {

// A stored study. Times have microseconds.
struct StudyRow {
  int64_t id = 0;               // assigned by CreateStudy, ascending
  std::string name = {};        // `{study}` of `studies/{study}`
  std::string request_id = {};  // empty: none
  std::string spec = {};        // serialised dynarch.v1.StudySpec
  int state = 0;                // dynarch.v1.Study.State
  int64_t lease_epoch = 0;
  absl::Time create_time = {};
  std::optional<absl::Time> end_time = {};
  bool operator==(const StudyRow&) const = default;
};

// The end of a study.
struct StudyEnd {
  int64_t study = 0;
  int state = 0;  // dynarch.v1.Study.State
  absl::Time time = {};
};

// The results of one lease, as columns that the caller keeps alive. Every
// column has as many places as `ranges` has candidates, `metrics` that many
// times `metric_count`.
struct BatchRows {
  int64_t study = 0;
  absl::Span<const space::IndexRange> ranges = {};
  absl::string_view states = {};        // one byte each: dynarch.v1.Trial.State
  absl::string_view reason_codes = {};  // one byte each: index into `reasons`
  absl::Span<const absl::string_view> reasons = {};  // 0 is "none"
  absl::Span<const double> metrics = {};             // row by row
  int metric_count = 0;
  // Audit.
  std::string worker = {};
  int64_t lease = 0;
  int64_t epoch = 0;
  int attempt = 1;
  absl::Time lease_time = {};
  absl::Time commit_time = {};
  int64_t cpu_time_us = 0;
};

// One stored result, as read.
struct ResultRow {
  int64_t candidate = 0;
  int state = 0;  // dynarch.v1.Trial.State
  absl::string_view reason = {};
  // The stored doubles; empty unless SUCCEEDED. Not aligned: see MetricsOf.
  absl::string_view metrics = {};
};

// The doubles of a row's `metrics`.
std::vector<double> MetricsOf(absl::string_view bytes);
// The same into `values`, which has one place per stored double.
void CopyMetrics(absl::string_view bytes, absl::Span<double> values);

// One audit row.
struct AuditRow {
  int64_t study = 0;
  int64_t lease = 0;
  int64_t epoch = 0;
  std::string worker = {};
  int attempt = 1;
  std::string ranges = {};  // `begin-end,...`
  int64_t results = 0;
  absl::Time lease_time = {};
  absl::Time commit_time = {};
  int64_t cpu_time_us = 0;
  bool operator==(const AuditRow&) const = default;
};

class Store {
 public:
  virtual ~Store() = default;

  // Returns the id. AlreadyExists if the name or request id is taken.
  virtual absl::StatusOr<int64_t> CreateStudy(const StudyRow& study) = 0;
  // Oldest first.
  virtual absl::StatusOr<std::vector<StudyRow>> LoadStudies() = 0;
  // Adds one to the study's lease epoch and returns it.
  virtual absl::StatusOr<int64_t> AdvanceEpoch(int64_t study) = 0;

  // Writes all rows, one audit row per batch and the ends of studies in one
  // transaction: all or nothing. AlreadyExists if a candidate has a result.
  virtual absl::Status Record(absl::Span<const BatchRows> batches,
                              absl::Span<const StudyEnd> ends) = 0;

  // Calls `visit` for the study's results with `first` <= candidate, in
  // ascending order, until it returns false.
  virtual absl::Status ScanResults(
      int64_t study, int64_t first,
      const std::function<bool(const ResultRow&)>& visit) = 0;
  // In order of commit.
  virtual absl::StatusOr<std::vector<AuditRow>> LoadAudit(int64_t study) = 0;

  // Content-addressed bytes. The caller has verified the digest; storing the
  // same twice is OK.
  virtual absl::Status PutArtifact(absl::string_view sha256,
                                   absl::string_view bytes) = 0;
  virtual absl::StatusOr<bool> HasArtifact(absl::string_view sha256) = 0;
  // NotFound if there is none.
  virtual absl::StatusOr<std::string> GetArtifact(absl::string_view sha256) = 0;
};

// `begin-end,...` of the audit row.
std::string RangesText(absl::Span<const space::IndexRange> ranges);
// How many candidates.
int64_t CountOf(absl::Span<const space::IndexRange> ranges);
// InvalidArgument unless every column has the length that `ranges` asks for
// and every code lies within `reasons`.
absl::Status CheckShape(const BatchRows& batch);

}  // namespace dynarch::store

#endif  // DYNARCH_SERVER_STORE_STORE_H_
