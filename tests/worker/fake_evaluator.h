// An evaluator whose rows are a formula.
#ifndef DYNARCH_TESTS_WORKER_FAKE_EVALUATOR_H_
#define DYNARCH_TESTS_WORKER_FAKE_EVALUATOR_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "dynarch/v1/work_service.pb.h"
#include "worker/candidate_evaluator.h"

namespace dynarch::worker {

// Two metrics: i and -i. Odd candidates are infeasible: `odd`, or `odd_7` if
// they end in 7.
class FakeEvaluator : public CandidateEvaluator {
 public:
  explicit FakeEvaluator(std::function<void(int64_t)> before = {})
      : before_(std::move(before)) {}
  int metric_count() const override { return 2; }
  measurement::TrialState EvaluateRow(int64_t i, absl::Span<double> row,
                                      absl::string_view* reason) override {
    if (before_) before_(i);
    row[0] = static_cast<double>(i);
    row[1] = -row[0];
    if (i % 2 == 0) return measurement::TrialState::kSucceeded;
    *reason = i % 10 == 7 ? "odd_7" : "odd";
    return measurement::TrialState::kInfeasible;
  }

 private:
  std::function<void(int64_t)> before_;
};

inline v1::Lease LeaseOf(int64_t id, int64_t begin, int64_t end) {
  v1::Lease lease;
  lease.set_lease_id(id);
  lease.set_epoch(3);
  lease.set_study("studies/a");
  v1::IndexRange& range = *lease.add_ranges();
  range.set_begin(begin);
  range.set_end(end);
  return lease;
}

}  // namespace dynarch::worker

#endif  // DYNARCH_TESTS_WORKER_FAKE_EVALUATOR_H_
