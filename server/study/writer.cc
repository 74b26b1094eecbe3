#include "server/study/writer.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "dynarch/v1/trial.pb.h"
#include "sim/base/status_macros.h"

namespace dynarch::server {

Writer::Writer(store::Store& store, monitoring::Metrics& metrics, Clock clock)
    : store_(store),
      metrics_(metrics),
      clock_(std::move(clock)),
      thread_([this] { Run(); }) {}

Writer::~Writer() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wakeup_.notify_one();
  thread_.join();
}

void Writer::Submit(std::vector<WriteJob> jobs) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    std::move(jobs.begin(), jobs.end(), std::back_inserter(inbox_));
  }
  wakeup_.notify_one();
}

void Writer::Run() {
  while (true) {
    std::vector<WriteJob> jobs;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      wakeup_.wait(lock, [this] { return stopping_ || !inbox_.empty(); });
      if (inbox_.empty()) return;
      jobs.swap(inbox_);
    }
    Write(absl::MakeSpan(jobs));
  }
}

void Writer::Write(absl::Span<WriteJob> jobs) {
  const absl::Status together = Commit(jobs);
  for (WriteJob& job : jobs) {
    // One job that cannot be stored must not take the others with it.
    const bool retry = !together.ok() && jobs.size() > 1;
    const absl::Status status =
        retry ? Commit(absl::MakeSpan(&job, 1)) : together;
    if (!status.ok()) {
      metrics_.AddCommitFailures(1);
      health_.Failed(status, clock_());
    }
    if (job.done) job.done(status);
  }
}

absl::Status Writer::Commit(absl::Span<WriteJob> jobs) {
  const absl::Time now = clock_();
  std::vector<store::BatchRows> batches;
  int64_t rows = 0;
  for (WriteJob& job : jobs) {
    if (!job.rows) continue;
    job.rows->commit_time = now;
    rows += static_cast<int64_t>(job.rows->states.size());
    batches.push_back(*job.rows);
  }
  const auto ends = EndsOf(jobs, now);
  if (batches.empty() && ends.empty()) return absl::OkStatus();
  std::vector<store::StudyEnd> end_rows;
  for (const auto& [study, end] : ends) end_rows.push_back(end);

  const auto begin = std::chrono::steady_clock::now();
  DYNARCH_RETURN_IF_ERROR(store_.Record(batches, end_rows));
  const auto time = std::chrono::steady_clock::now() - begin;
  metrics_.ObserveCommit(rows, absl::FromChrono(time));
  health_.Succeeded();  // before the studies tell
  for (const WriteJob& job : jobs) {
    if (!job.rows) continue;
    Count(*job.rows);
    job.study->Absorb(*job.rows);
  }
  for (const auto& [study, end] : ends) study->End(end);
  return absl::OkStatus();
}

std::vector<std::pair<Study*, store::StudyEnd>> Writer::EndsOf(
    absl::Span<WriteJob> jobs, absl::Time now) const {
  std::map<Study*, int64_t> added;
  std::map<Study*, store::StudyEnd> ends;
  for (const WriteJob& job : jobs) {
    if (job.study == nullptr || job.study->state() != v1::Study::ACTIVE) {
      continue;
    }
    if (job.rows) {
      added[job.study.get()] += static_cast<int64_t>(job.rows->states.size());
    }
    if (job.end) ends.emplace(job.study.get(), *job.end);
  }
  for (const auto& [study, count] : added) {
    if (study->recorded_count() + count < study->candidate_count()) continue;
    // Complete: whoever cancels it in the same instant comes too late.
    ends[study] = {.study = study->id(), .state = v1::Study::DONE, .time = now};
  }
  return {ends.begin(), ends.end()};
}

void Writer::Count(const store::BatchRows& rows) {
  int64_t counts[256] = {};
  for (const char state : rows.states) ++counts[static_cast<uint8_t>(state)];
  metrics_.AddResults("succeeded", counts[v1::Trial::SUCCEEDED]);
  metrics_.AddResults("infeasible", counts[v1::Trial::INFEASIBLE]);
  metrics_.AddResults("failed", counts[v1::Trial::FAILED]);
  metrics_.AddWorkerCpuTime(absl::Microseconds(rows.cpu_time_us));
}

}  // namespace dynarch::server
