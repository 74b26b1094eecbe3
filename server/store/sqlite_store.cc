#include "server/store/sqlite_store.h"

#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/store/database_lock.h"
#include "server/store/migrations.h"
#include "server/store/sqlite.h"
#include "sim/base/status_macros.h"

namespace dynarch::store {
namespace {

constexpr int kSucceeded = 3;  // dynarch.v1.Trial.State

// Only a new file takes it. Large pages suit rows that come in order: measured
// 10 % less CPU per row than pages of 4 KiB (tests/bench/store_bench.cc).
constexpr char kPageSize[] = "PRAGMA page_size = 16384";

// A checkpoint copies each changed page once however many commits changed it,
// so a long log costs less; 1024 pages are 16 MiB, read back in some 20 ms at
// the start.
constexpr char kPragmas[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -16384;"
    "PRAGMA wal_autocheckpoint = 1024;"
    "PRAGMA journal_size_limit = 67108864;";

constexpr char kInsertResult[] =
    "INSERT INTO result (study, candidate, state, reason, metrics) "
    "VALUES (?1, ?2, ?3, ?4, ?5)";
constexpr char kInsertBatch[] =
    "INSERT INTO batch (study, lease, epoch, worker, attempt, ranges, results, "
    "lease_time_us, commit_time_us, cpu_time_us) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
constexpr char kEndStudy[] =
    "UPDATE study SET state = ?2, end_time_us = ?3 WHERE id = ?1";
constexpr char kInsertStudy[] =
    "INSERT INTO study (name, request_id, spec, state, lease_epoch, "
    "create_time_us, end_time_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
    "RETURNING id";
constexpr char kSelectStudies[] =
    "SELECT id, name, request_id, spec, state, lease_epoch, create_time_us, "
    "end_time_us FROM study ORDER BY id";
constexpr char kAdvanceEpoch[] =
    "UPDATE study SET lease_epoch = lease_epoch + 1 WHERE id = ?1 "
    "RETURNING lease_epoch";
constexpr char kSelectResults[] =
    "SELECT candidate, state, reason, metrics FROM result "
    "WHERE study = ?1 AND candidate >= ?2 ORDER BY candidate";
constexpr char kSelectAudit[] =
    "SELECT study, lease, epoch, worker, attempt, ranges, results, "
    "lease_time_us, commit_time_us, cpu_time_us FROM batch "
    "WHERE study = ?1 ORDER BY id";
constexpr char kInsertArtifact[] =
    "INSERT INTO artifact (sha256, bytes) VALUES (?1, ?2) "
    "ON CONFLICT DO NOTHING";

class SqliteStore : public Store {
 public:
  SqliteStore(DatabaseLock lock, Database writer, Database reader,
              Statement insert_result)
      : lock_(std::move(lock)),
        writer_(std::move(writer)),
        reader_(std::move(reader)),
        insert_result_(std::move(insert_result)) {}

  absl::StatusOr<int64_t> CreateStudy(const StudyRow& study) override;
  absl::StatusOr<std::vector<StudyRow>> LoadStudies() override;
  absl::StatusOr<int64_t> AdvanceEpoch(int64_t study) override;
  absl::Status Record(absl::Span<const BatchRows> batches,
                      absl::Span<const StudyEnd> ends) override;
  absl::Status ScanResults(
      int64_t study, int64_t first,
      const std::function<bool(const ResultRow&)>& visit) override;
  absl::StatusOr<std::vector<AuditRow>> LoadAudit(int64_t study) override;
  absl::Status PutArtifact(absl::string_view sha256,
                           absl::string_view bytes) override;
  absl::StatusOr<bool> HasArtifact(absl::string_view sha256) override;
  absl::StatusOr<std::string> GetArtifact(absl::string_view sha256) override;

 private:
  absl::Status InsertResults(const BatchRows& batch);
  absl::Status InsertBatch(const BatchRows& batch);
  absl::Status EndStudy(const StudyEnd& end);

  DatabaseLock lock_;  // first in, last out
  // Two connections: pages are read while a commit waits for the disk.
  std::mutex write_mutex_;
  Database writer_;  // by write_mutex_
  std::mutex read_mutex_;
  Database reader_;          // by read_mutex_
  Statement insert_result_;  // by write_mutex_
};

absl::StatusOr<int64_t> SqliteStore::CreateStudy(const StudyRow& study) {
  std::lock_guard<std::mutex> lock(write_mutex_);
  DYNARCH_ASSIGN_OR_RETURN(Transaction transaction,
                           Transaction::Begin(writer_));
  int64_t id = 0;
  {
    DYNARCH_ASSIGN_OR_RETURN(Statement insert, writer_.Prepare(kInsertStudy));
    insert.BindText(1, study.name);
    if (study.request_id.empty()) {
      insert.BindNull(2);
    } else {
      insert.BindText(2, study.request_id);
    }
    insert.BindBlob(3, study.spec).Bind(4, study.state);
    insert.Bind(5, study.lease_epoch);
    insert.Bind(6, absl::ToUnixMicros(study.create_time));
    if (study.end_time) {
      insert.Bind(7, absl::ToUnixMicros(*study.end_time));
    } else {
      insert.BindNull(7);
    }
    DYNARCH_RETURN_IF_ERROR(insert.Step().status());
    id = insert.Int(0);
  }
  DYNARCH_RETURN_IF_ERROR(transaction.Commit());
  return id;
}

absl::StatusOr<std::vector<StudyRow>> SqliteStore::LoadStudies() {
  std::lock_guard<std::mutex> lock(read_mutex_);
  DYNARCH_ASSIGN_OR_RETURN(Statement select, reader_.Prepare(kSelectStudies));
  std::vector<StudyRow> studies;
  while (true) {
    DYNARCH_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return studies;
    StudyRow study;
    study.id = select.Int(0);
    study.name = std::string(select.Text(1));
    study.request_id = std::string(select.Text(2));
    study.spec = std::string(select.Blob(3));
    study.state = static_cast<int>(select.Int(4));
    study.lease_epoch = select.Int(5);
    study.create_time = absl::FromUnixMicros(select.Int(6));
    if (!select.IsNull(7)) {
      study.end_time = absl::FromUnixMicros(select.Int(7));
    }
    studies.push_back(std::move(study));
  }
}

absl::StatusOr<int64_t> SqliteStore::AdvanceEpoch(int64_t study) {
  std::lock_guard<std::mutex> lock(write_mutex_);
  DYNARCH_ASSIGN_OR_RETURN(Transaction transaction,
                           Transaction::Begin(writer_));
  int64_t epoch = 0;
  {
    DYNARCH_ASSIGN_OR_RETURN(Statement update, writer_.Prepare(kAdvanceEpoch));
    DYNARCH_ASSIGN_OR_RETURN(const bool found, update.Bind(1, study).Step());
    if (!found) {
      return absl::NotFoundError(absl::StrCat("study ", study, ": not stored"));
    }
    epoch = update.Int(0);
  }
  DYNARCH_RETURN_IF_ERROR(transaction.Commit());
  return epoch;
}

absl::Status SqliteStore::Record(absl::Span<const BatchRows> batches,
                                 absl::Span<const StudyEnd> ends) {
  for (const BatchRows& batch : batches) {
    DYNARCH_RETURN_IF_ERROR(CheckShape(batch));
  }
  std::lock_guard<std::mutex> lock(write_mutex_);
  DYNARCH_ASSIGN_OR_RETURN(Transaction transaction,
                           Transaction::Begin(writer_));
  for (const BatchRows& batch : batches) {
    DYNARCH_RETURN_IF_ERROR(InsertResults(batch));
    DYNARCH_RETURN_IF_ERROR(InsertBatch(batch));
  }
  for (const StudyEnd& end : ends) DYNARCH_RETURN_IF_ERROR(EndStudy(end));
  return transaction.Commit();
}

absl::Status SqliteStore::InsertResults(const BatchRows& batch) {
  const size_t row_bytes = batch.metric_count * sizeof(double);
  const char* metrics = reinterpret_cast<const char*>(batch.metrics.data());
  size_t row = 0;
  insert_result_.Bind(1, batch.study);
  for (const space::IndexRange& range : batch.ranges) {
    for (int64_t candidate = range.begin; candidate < range.end;
         ++candidate, ++row) {
      const int state = static_cast<uint8_t>(batch.states[row]);
      const int reason = static_cast<uint8_t>(batch.reason_codes[row]);
      insert_result_.Bind(2, candidate).Bind(3, state);
      if (reason == 0) {
        insert_result_.BindNull(4);
      } else {
        insert_result_.BindText(4, batch.reasons[reason]);
      }
      if (state == kSucceeded) {
        insert_result_.BindBlob(
            5, absl::string_view(metrics + row * row_bytes, row_bytes));
      } else {
        insert_result_.BindNull(5);
      }
      DYNARCH_RETURN_IF_ERROR(insert_result_.Run());
    }
  }
  return absl::OkStatus();
}

absl::Status SqliteStore::InsertBatch(const BatchRows& batch) {
  DYNARCH_ASSIGN_OR_RETURN(Statement insert, writer_.Prepare(kInsertBatch));
  const std::string ranges = RangesText(batch.ranges);
  insert.Bind(1, batch.study).Bind(2, batch.lease).Bind(3, batch.epoch);
  insert.BindText(4, batch.worker).Bind(5, batch.attempt).BindText(6, ranges);
  insert.Bind(7, static_cast<int64_t>(batch.states.size()));
  insert.Bind(8, absl::ToUnixMicros(batch.lease_time));
  insert.Bind(9, absl::ToUnixMicros(batch.commit_time));
  insert.Bind(10, batch.cpu_time_us);
  return insert.Run();
}

absl::Status SqliteStore::EndStudy(const StudyEnd& end) {
  DYNARCH_ASSIGN_OR_RETURN(Statement update, writer_.Prepare(kEndStudy));
  update.Bind(1, end.study).Bind(2, end.state);
  return update.Bind(3, absl::ToUnixMicros(end.time)).Run();
}

absl::Status SqliteStore::ScanResults(
    int64_t study, int64_t first,
    const std::function<bool(const ResultRow&)>& visit) {
  std::lock_guard<std::mutex> lock(read_mutex_);
  DYNARCH_ASSIGN_OR_RETURN(Statement select, reader_.Prepare(kSelectResults));
  select.Bind(1, study).Bind(2, first);
  while (true) {
    DYNARCH_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return absl::OkStatus();
    ResultRow row;
    row.candidate = select.Int(0);
    row.state = static_cast<int>(select.Int(1));
    row.reason = select.Text(2);
    row.metrics = select.Blob(3);
    if (!visit(row)) return absl::OkStatus();
  }
}

absl::StatusOr<std::vector<AuditRow>> SqliteStore::LoadAudit(int64_t study) {
  std::lock_guard<std::mutex> lock(read_mutex_);
  DYNARCH_ASSIGN_OR_RETURN(Statement select, reader_.Prepare(kSelectAudit));
  select.Bind(1, study);
  std::vector<AuditRow> rows;
  while (true) {
    DYNARCH_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return rows;
    AuditRow row;
    row.study = select.Int(0);
    row.lease = select.Int(1);
    row.epoch = select.Int(2);
    row.worker = std::string(select.Text(3));
    row.attempt = static_cast<int>(select.Int(4));
    row.ranges = std::string(select.Text(5));
    row.results = select.Int(6);
    row.lease_time = absl::FromUnixMicros(select.Int(7));
    row.commit_time = absl::FromUnixMicros(select.Int(8));
    row.cpu_time_us = select.Int(9);
    rows.push_back(std::move(row));
  }
}

absl::Status SqliteStore::PutArtifact(absl::string_view sha256,
                                      absl::string_view bytes) {
  std::lock_guard<std::mutex> lock(write_mutex_);
  DYNARCH_ASSIGN_OR_RETURN(Transaction transaction,
                           Transaction::Begin(writer_));
  {
    DYNARCH_ASSIGN_OR_RETURN(Statement insert,
                             writer_.Prepare(kInsertArtifact));
    DYNARCH_RETURN_IF_ERROR(
        insert.BindText(1, sha256).BindBlob(2, bytes).Run());
  }
  return transaction.Commit();
}

absl::StatusOr<bool> SqliteStore::HasArtifact(absl::string_view sha256) {
  std::lock_guard<std::mutex> lock(read_mutex_);
  DYNARCH_ASSIGN_OR_RETURN(
      Statement select,
      reader_.Prepare("SELECT 1 FROM artifact WHERE sha256 = ?1"));
  return select.BindText(1, sha256).Step();
}

absl::StatusOr<std::string> SqliteStore::GetArtifact(absl::string_view sha256) {
  std::lock_guard<std::mutex> lock(read_mutex_);
  DYNARCH_ASSIGN_OR_RETURN(
      Statement select,
      reader_.Prepare("SELECT bytes FROM artifact WHERE sha256 = ?1"));
  DYNARCH_ASSIGN_OR_RETURN(const bool found, select.BindText(1, sha256).Step());
  if (!found) {
    return absl::NotFoundError(
        absl::StrCat("artifact ", sha256, ": not stored; upload it first"));
  }
  return std::string(select.Blob(0));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(
    const std::string& path) {
  DYNARCH_ASSIGN_OR_RETURN(DatabaseLock lock, DatabaseLock::Acquire(path));
  DYNARCH_ASSIGN_OR_RETURN(Database writer, Database::Open(path, true));
  DYNARCH_RETURN_IF_ERROR(writer.Execute(kPageSize));
  DYNARCH_RETURN_IF_ERROR(Migrate(writer, path, AllMigrations()));
  DYNARCH_RETURN_IF_ERROR(writer.Execute(kPragmas));
  DYNARCH_ASSIGN_OR_RETURN(Database reader, Database::Open(path, false));
  DYNARCH_RETURN_IF_ERROR(reader.Execute("PRAGMA cache_size = -8192"));
  DYNARCH_ASSIGN_OR_RETURN(Statement insert, writer.Prepare(kInsertResult));
  return std::make_unique<SqliteStore>(std::move(lock), std::move(writer),
                                       std::move(reader), std::move(insert));
}

}  // namespace dynarch::store
