// The candidates of one study that wait for a worker.
#ifndef DYNARCH_SERVER_QUEUE_STUDY_QUEUE_H_
#define DYNARCH_SERVER_QUEUE_STUDY_QUEUE_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "server/queue/interval_set.h"
#include "sim/search/designer.h"
#include "sim/space/design_space.h"

namespace dynarch::queue {

// A lease lost this often means that something in it kills workers: it is cut
// into pieces until the candidate is alone, which then is FAILED.
inline constexpr int kMaxLosses = 3;
inline constexpr int kSplitPieces = 16;

// Candidates for one lease.
struct Work {
  std::vector<space::IndexRange> ranges;
  int losses = 0;  // leases that held all of these and were lost
  // May kill its worker: given only to a worker that holds nothing else, so
  // that no innocent lease is lost with it.
  bool suspect() const { return losses >= kMaxLosses - 1; }
};

// What is pending and what is recorded; leased work is kept by Queue.
class StudyQueue {
 public:
  // `designer` leaves out what is in `recorded`.
  StudyQueue(std::unique_ptr<search::Designer> designer, IntervalSet recorded);

  // At most `count` pending candidates: what came back first, then new
  // proposals. No suspects unless `alone`. Empty ranges: none to give.
  Work Take(int64_t count, bool alone);

  // Puts work back that was not lost: its worker gave it up.
  void Return(Work work);
  // Puts lost work back, in pieces if it was lost too often. Returns the one
  // candidate that has used up its attempts, or no ranges.
  std::vector<space::IndexRange> Lose(Work work);

  void MarkRecorded(const std::vector<space::IndexRange>& ranges);
  // Whether every index has a result.
  bool IsRecorded(const std::vector<space::IndexRange>& ranges) const;

  // Candidates that a Take could give.
  int64_t pending() const;
  // Candidates of the whole study, and those with a result.
  int64_t total() const { return designer_->total(); }
  int64_t recorded() const { return recorded_.size(); }

  // CPU time per candidate, from what workers report; 0 before the first.
  double cost_us() const { return cost_us_; }
  void ObserveCost(int64_t cpu_time_us, int64_t candidates);

 private:
  std::unique_ptr<search::Designer> designer_;
  std::deque<Work> returned_;
  int64_t returned_count_ = 0;
  IntervalSet recorded_;
  double cost_us_ = 0;
};

}  // namespace dynarch::queue

#endif  // DYNARCH_SERVER_QUEUE_STUDY_QUEUE_H_
