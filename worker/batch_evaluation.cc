#include "worker/batch_evaluation.h"

#include <time.h>

#include <algorithm>
#include <limits>
#include <string>

namespace dynarch::worker {
namespace {

using measurement::TrialState;

constexpr int64_t kStopCheck = 64;  // candidates between two looks at `stop`

// CPU time of this thread.
int64_t CpuMicros() {
  timespec time = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1'000'000 + time.tv_nsec / 1'000;
}

int64_t CountOf(const v1::Lease& lease) {
  int64_t count = 0;
  for (const v1::IndexRange& range : lease.ranges()) {
    count += range.end() - range.begin();
  }
  return count;
}

// Columns of the right size; states and codes 0, metrics undefined.
void Prepare(const v1::Lease& lease, int metric_count, v1::ResultBatch& batch) {
  const int64_t count = CountOf(lease);
  batch.set_lease_id(lease.lease_id());
  batch.set_epoch(lease.epoch());
  batch.set_study(lease.study());
  *batch.mutable_ranges() = lease.ranges();
  batch.mutable_states()->assign(count, 0);
  batch.mutable_reason_codes()->assign(count, 0);
  batch.clear_reasons();
  batch.add_reasons("");
  batch.mutable_metrics()->Resize(static_cast<int>(count * metric_count), 0);
}

// Index of `reason` in the batch, which learns it if need be. A byte holds it;
// what comes after the 255th reason is named by the last.
char CodeOf(absl::string_view reason, v1::ResultBatch& batch) {
  for (int i = 0; i < batch.reasons_size(); ++i) {
    if (batch.reasons(i) == reason) return static_cast<char>(i);
  }
  if (batch.reasons_size() > 255) return static_cast<char>(255);
  batch.add_reasons(std::string(reason));
  return static_cast<char>(batch.reasons_size() - 1);
}

}  // namespace

bool EvaluateLease(const v1::Lease& lease, CandidateEvaluator& evaluator,
                   const std::atomic<bool>& stop, v1::ResultBatch& batch) {
  const int64_t start = CpuMicros();
  const int width = evaluator.metric_count();
  Prepare(lease, width, batch);
  double* row = batch.mutable_metrics()->mutable_data();
  char* state = batch.mutable_states()->data();
  char* code = batch.mutable_reason_codes()->data();
  for (const v1::IndexRange& range : lease.ranges()) {
    for (int64_t i = range.begin(); i < range.end(); ++i, row += width) {
      if (i % kStopCheck == 0 && stop.load(std::memory_order_relaxed)) {
        return false;
      }
      const absl::Span<double> values(row, width);
      absl::string_view reason;
      const TrialState result = evaluator.EvaluateRow(i, values, &reason);
      *state++ = static_cast<char>(result);
      if (result != TrialState::kSucceeded) {
        std::fill(values.begin(), values.end(),
                  std::numeric_limits<double>::quiet_NaN());
        *code = CodeOf(reason, batch);
      }
      ++code;
    }
  }
  batch.set_cpu_time_us(CpuMicros() - start);
  return true;
}

}  // namespace dynarch::worker
