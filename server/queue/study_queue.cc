#include "server/queue/study_queue.h"

#include <algorithm>
#include <utility>

#include "sim/search/ranges.h"

namespace dynarch::queue {

using space::IndexRange;

StudyQueue::StudyQueue(std::unique_ptr<search::Designer> designer,
                       IntervalSet recorded)
    : designer_(std::move(designer)), recorded_(std::move(recorded)) {}

Work StudyQueue::Take(int64_t count, bool alone) {
  for (auto it = returned_.begin(); it != returned_.end(); ++it) {
    if (it->suspect() && !alone) continue;
    Work work = std::move(*it);
    returned_.erase(it);
    returned_count_ -= search::CountOf(work.ranges);
    return work;
  }
  if (designer_->done()) return {};
  return {.ranges = designer_->Ask(count), .losses = 0};
}

void StudyQueue::Return(Work work) {
  returned_count_ += search::CountOf(work.ranges);
  returned_.push_back(std::move(work));
}

std::vector<IndexRange> StudyQueue::Lose(Work work) {
  ++work.losses;
  if (work.losses < kMaxLosses) {
    Return(std::move(work));
    return {};
  }
  const int64_t count = search::CountOf(work.ranges);
  if (count == 1) return work.ranges;
  const int64_t piece = (count + kSplitPieces - 1) / kSplitPieces;
  for (std::vector<IndexRange>& ranges : SplitRanges(work.ranges, piece)) {
    Return({.ranges = std::move(ranges), .losses = kMaxLosses - 1});
  }
  return {};
}

void StudyQueue::MarkRecorded(const std::vector<IndexRange>& ranges) {
  for (const IndexRange& range : ranges) recorded_.Add(range);
}

bool StudyQueue::IsRecorded(const std::vector<IndexRange>& ranges) const {
  return std::all_of(
      ranges.begin(), ranges.end(),
      [this](const IndexRange& range) { return recorded_.Contains(range); });
}

int64_t StudyQueue::pending() const {
  return returned_count_ + designer_->remaining();
}

void StudyQueue::ObserveCost(int64_t cpu_time_us, int64_t candidates) {
  if (candidates <= 0 || cpu_time_us < 0) return;
  // The latest batch counts half: the first ones fill the worker's caches.
  const double cost = static_cast<double>(cpu_time_us) / candidates;
  cost_us_ = cost_us_ == 0 ? cost : (cost_us_ + cost) / 2;
}

}  // namespace dynarch::queue
