#include "server/queue/interval_set.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace dynarch::queue {

using space::IndexRange;

IntervalSet::IntervalSet(absl::Span<const IndexRange> ranges) {
  for (const IndexRange& range : ranges) Add(range);
}

void IntervalSet::Add(IndexRange range) {
  if (range.begin >= range.end) return;
  // Swallows every range that overlaps or touches the new one.
  auto it = end_of_.lower_bound(range.begin);
  if (it != end_of_.begin() && std::prev(it)->second >= range.begin) --it;
  while (it != end_of_.end() && it->first <= range.end) {
    range.begin = std::min(range.begin, it->first);
    range.end = std::max(range.end, it->second);
    size_ -= it->second - it->first;
    it = end_of_.erase(it);
  }
  end_of_.emplace_hint(it, range.begin, range.end);
  size_ += range.size();
}

void IntervalSet::Remove(IndexRange range) {
  if (range.begin >= range.end) return;
  auto it = end_of_.lower_bound(range.begin);
  if (it != end_of_.begin() && std::prev(it)->second > range.begin) --it;
  while (it != end_of_.end() && it->first < range.end) {
    const IndexRange old = {it->first, it->second};
    it = end_of_.erase(it);
    size_ -= old.size();
    if (old.begin < range.begin) {
      end_of_.emplace_hint(it, old.begin, range.begin);
      size_ += range.begin - old.begin;
    }
    if (old.end > range.end) {
      it = end_of_.emplace_hint(it, range.end, old.end);
      size_ += old.end - range.end;
      return;
    }
  }
}

bool IntervalSet::Intersects(IndexRange range) const {
  if (range.begin >= range.end) return false;
  const auto it = end_of_.lower_bound(range.end);
  return it != end_of_.begin() && std::prev(it)->second > range.begin;
}

bool IntervalSet::Contains(IndexRange range) const {
  if (range.begin >= range.end) return true;
  const auto it = end_of_.upper_bound(range.begin);
  return it != end_of_.begin() && std::prev(it)->second >= range.end;
}

std::vector<IndexRange> IntervalSet::TakeFirst(int64_t count) {
  std::vector<IndexRange> taken;
  while (count > 0 && !end_of_.empty()) {
    const auto it = end_of_.begin();
    const IndexRange range = {it->first,
                              std::min(it->second, it->first + count)};
    taken.push_back(range);
    count -= range.size();
    Remove(range);
  }
  return taken;
}

std::vector<IndexRange> IntervalSet::Ranges() const {
  std::vector<IndexRange> ranges;
  ranges.reserve(end_of_.size());
  for (const auto& [begin, end] : end_of_) ranges.push_back({begin, end});
  return ranges;
}

std::vector<std::vector<IndexRange>> SplitRanges(
    absl::Span<const IndexRange> ranges, int64_t count) {
  std::vector<std::vector<IndexRange>> pieces;
  int64_t room = 0;
  for (IndexRange range : ranges) {
    while (range.size() > 0) {
      if (room == 0) {
        pieces.emplace_back();
        room = count;
      }
      const int64_t end = std::min(range.end, range.begin + room);
      pieces.back().push_back({range.begin, end});
      room -= end - range.begin;
      range.begin = end;
    }
  }
  return pieces;
}

}  // namespace dynarch::queue
