// The store's path against raw SQLite: same rows, same batch (8192 rows a
// transaction), same durability (WAL, synchronous=FULL), same file system.
//
// BM_RawSqlite is the least that SQLite can do: one prepared statement over
// rows that lie ready. BM_StoreRecord is the store with its audit rows;
// BM_ServerPath parses the worker's message first and keeps the front, as the
// server does. Items per second are results.
#include <benchmark/benchmark.h>
#include <google/protobuf/text_format.h>

#include <filesystem>
#include <future>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "dynarch/v1/work_service.pb.h"
#include "server/monitoring/metrics.h"
#include "server/store/migrations.h"
#include "server/store/sqlite.h"
#include "server/store/sqlite_store.h"
#include "server/study/study.h"
#include "server/study/writer.h"

namespace dynarch {
namespace {

constexpr int kRows = 8'192;
constexpr int kMetrics = 10;
constexpr char kRow[] =
    "INSERT INTO result (study, candidate, state, reason, metrics) "
    "VALUES (?1, ?2, ?3, NULL, ?4)";

// A folder on the disk of the working directory, gone at the end.
class Folder {
 public:
  Folder() : path_(std::filesystem::absolute("store_bench.tmp")) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string File() const { return path_ / "bench.db"; }

 private:
  std::filesystem::path path_;
};

// Values of a mixed-radix sweep: two trade-offs and a mass of dominated rows.
v1::ResultBatch BatchAt(int64_t begin) {
  v1::ResultBatch batch;
  batch.set_lease_id(1);
  batch.set_study("studies/a");
  v1::IndexRange& range = *batch.add_ranges();
  range.set_begin(begin);
  range.set_end(begin + kRows);
  batch.mutable_states()->assign(kRows, v1::Trial::SUCCEEDED);
  batch.mutable_reason_codes()->assign(kRows, 0);
  batch.add_reasons("");
  for (int64_t i = begin; i < begin + kRows; ++i) {
    const double a = static_cast<double>(i / 97 % 53);
    const double b = static_cast<double>(i * 7 % 97);
    batch.add_metrics(a);
    batch.add_metrics(60 - a + b);
    for (int k = 2; k < kMetrics; ++k) batch.add_metrics(a * k + b);
  }
  return batch;
}

const v1::ResultBatch& FirstBatch() {
  static const auto* const batch = new v1::ResultBatch(BatchAt(0));
  return *batch;
}

store::BatchRows RowsOf(const v1::ResultBatch& batch,
                        const std::vector<space::IndexRange>& ranges,
                        const std::vector<absl::string_view>& reasons) {
  store::BatchRows rows;
  rows.study = 1;
  rows.ranges = ranges;
  rows.states = batch.states();
  rows.reason_codes = batch.reason_codes();
  rows.reasons = reasons;
  rows.metrics =
      absl::MakeConstSpan(batch.metrics().data(), batch.metrics_size());
  rows.metric_count = kMetrics;
  rows.worker = "w";
  return rows;
}

// 10^8 candidates, more than any run records, with two objectives of ten stored
// metrics.
v1::StudySpec Spec() {
  v1::StudySpec spec;
  google::protobuf::TextFormat::ParseFromString(
      "network { definition { decisions { name: 'a' } decisions { name: 'b' } "
      "decisions { name: 'c' } } }"
      "space { path: 'decisions.a.threshold'"
      "        domain { from: '0' to: '1' step: '0.0001' } }"
      "space { path: 'decisions.b.threshold'"
      "        domain { from: '0' to: '1' step: '0.0001' } }"
      "objectives { metric: 'energy_mean' direction: MINIMIZE }"
      "objectives { metric: 'latency_p99' direction: MINIMIZE }"
      "constraints: 'deadline_miss_ratio <= 200'"
      "model_versions: 'm@1'",
      &spec);
  return spec;
}

void BM_RawSqlite(benchmark::State& state) {
  const Folder folder;
  auto database = *store::Database::Open(folder.File(), true);
  if (!database.Execute("PRAGMA page_size = 16384").ok() ||
      !store::Migrate(database, folder.File(), store::AllMigrations()).ok() ||
      !database
           .Execute(
               "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
               "PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 1024;"
               "INSERT INTO study VALUES (1, 'a', NULL, x'', 1, 1, 0, NULL);")
           .ok()) {
    state.SkipWithError("cannot set the database up");
    return;
  }
  auto insert = *database.Prepare(kRow);
  const auto* bytes =
      reinterpret_cast<const char*>(FirstBatch().metrics().data());
  constexpr size_t kRowBytes = kMetrics * sizeof(double);
  int64_t candidate = 0;
  for (auto _ : state) {
    auto transaction = *store::Transaction::Begin(database);
    insert.Bind(1, 1).Bind(3, v1::Trial::SUCCEEDED);
    for (int row = 0; row < kRows; ++row) {
      insert.Bind(2, candidate++);
      insert.BindBlob(4, {bytes + row * kRowBytes, kRowBytes});
      if (!insert.Run().ok()) state.SkipWithError("insert failed");
    }
    if (!transaction.Commit().ok()) state.SkipWithError("commit failed");
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}
BENCHMARK(BM_RawSqlite)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void BM_StoreRecord(benchmark::State& state) {
  const Folder folder;
  auto store = *store::OpenSqliteStore(folder.File());
  store::StudyRow row;
  row.name = "a";
  store->CreateStudy(row).IgnoreError();
  const std::vector<absl::string_view> reasons = {""};
  int64_t begin = 0;
  for (auto _ : state) {
    const std::vector<space::IndexRange> ranges = {{begin, begin + kRows}};
    begin += kRows;
    if (!store->Record({RowsOf(FirstBatch(), ranges, reasons)}, {}).ok()) {
      state.SkipWithError("record failed");
    }
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}
BENCHMARK(BM_StoreRecord)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// Everything the server does with a batch from its bytes to its commit.
void BM_ServerPath(benchmark::State& state) {
  const Folder folder;
  monitoring::Metrics metrics;
  auto store = *store::OpenSqliteStore(folder.File());
  store::StudyRow row;
  row.name = "a";
  row.state = v1::Study::ACTIVE;
  row.spec = Spec().SerializeAsString();
  row.id = *store->CreateStudy(row);
  auto study = server::Study::Create(row);
  if (!study.ok() || !(*study)->Load(*store).ok()) {
    state.SkipWithError("cannot make the study");
    return;
  }
  server::Writer writer(*store, metrics, [] { return absl::UnixEpoch(); });
  v1::SynchronizeRequest request;
  *request.add_completed() = FirstBatch();
  const std::string bytes = request.SerializeAsString();
  const std::vector<absl::string_view> reasons = {""};
  int64_t begin = 0;
  for (auto _ : state) {
    const auto parsed = std::make_shared<v1::SynchronizeRequest>();
    if (!parsed->ParseFromString(bytes)) state.SkipWithError("parse failed");
    const std::vector<space::IndexRange> ranges = {{begin, begin + kRows}};
    begin += kRows;
    std::promise<absl::Status> durable;
    std::vector<server::WriteJob> jobs(1);
    jobs[0].study = *study;
    jobs[0].rows = RowsOf(parsed->completed(0), ranges, reasons);
    jobs[0].keep = parsed;
    jobs[0].done = [&](const absl::Status& status) {
      durable.set_value(status);
    };
    writer.Submit(std::move(jobs));
    if (!durable.get_future().get().ok()) state.SkipWithError("write failed");
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}
BENCHMARK(BM_ServerPath)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace dynarch
