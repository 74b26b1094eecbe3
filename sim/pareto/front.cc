#include "sim/pareto/front.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace dynarch::pareto {
namespace {

constexpr double kLargest = std::numeric_limits<double>::max();

// No value of `a` is above its counterpart in `b`.
inline bool NowhereAbove(const double* a, const double* b, size_t width) {
  for (size_t i = 0; i < width; ++i) {
    if (a[i] > b[i]) return false;
  }
  return true;
}

}  // namespace

Front::Front(std::vector<Direction> directions)
    : directions_(std::move(directions)),
      width_(directions_.size()),
      key_(width_) {}

bool Front::Normalise(absl::Span<const double> values) {
  if (values.size() != width_ || width_ == 0) return false;
  for (size_t i = 0; i < width_; ++i) {
    // False for NaN and both infinities.
    if (!(values[i] >= -kLargest && values[i] <= kLargest)) return false;
    // Adding +0 turns -0 into +0 and changes nothing else.
    const bool minimize = directions_[i] == Direction::kMinimize;
    key_[i] = (minimize ? values[i] : -values[i]) + 0.0;
  }
  return true;
}

bool Front::RecentDominates() {
  for (size_t i = 0; i < recent_.size(); i += width_) {
    if (!NowhereAbove(&recent_[i], key_.data(), width_)) continue;
    // An equal vector does not dominate; its ids are kept.
    if (std::equal(key_.begin(), key_.end(), recent_.begin() + i)) continue;
    std::rotate(recent_.begin(), recent_.begin() + i,
                recent_.begin() + i + width_);
    return true;
  }
  return false;
}

void Front::Remember(const double* dominator) {
  // A dominator that left the front was dominated in turn, by something that
  // dominates all that it did: it may stay here.
  if (recent_.size() == kRecent * width_)
    recent_.resize((kRecent - 1) * width_);
  recent_.insert(recent_.begin(), dominator, dominator + width_);
}

bool Front::RowDominates(size_t end) {
  for (size_t begin = 0; begin < end; begin += kBlock) {
    const double* best = &blocks_[begin / kBlock * width_];
    if (!NowhereAbove(best, key_.data(), width_)) continue;
    const size_t stop = std::min(begin + kBlock, end);
    for (size_t i = begin; i < stop; ++i) {
      if (!NowhereAbove(row(i), key_.data(), width_)) continue;
      Remember(row(i));
      return true;
    }
  }
  return false;
}

size_t Front::LowerBound() const {
  size_t low = 0;
  size_t high = ids_.size();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    const bool below = std::lexicographical_compare(
        row(middle), row(middle) + width_, key_.begin(), key_.end());
    if (below) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void Front::RemoveDominated(size_t begin) {
  size_t kept = begin;
  for (size_t i = begin; i < ids_.size(); ++i) {
    if (NowhereAbove(key_.data(), row(i), width_)) {
      id_count_ -= static_cast<int64_t>(ids_[i].size());
      continue;
    }
    if (kept != i) {
      std::copy(row(i), row(i) + width_, rows_.begin() + kept * width_);
      ids_[kept] = std::move(ids_[i]);
    }
    ++kept;
  }
  rows_.resize(kept * width_);
  ids_.resize(kept);
}

void Front::UpdateBlocks(size_t begin) {
  const size_t count = (ids_.size() + kBlock - 1) / kBlock;
  blocks_.resize(count * width_);
  for (size_t block = begin / kBlock; block < count; ++block) {
    double* best = &blocks_[block * width_];
    const size_t first = block * kBlock;
    std::copy(row(first), row(first) + width_, best);
    const size_t stop = std::min(first + kBlock, ids_.size());
    for (size_t i = first + 1; i < stop; ++i) {
      for (size_t j = 0; j < width_; ++j) {
        best[j] = std::min(best[j], row(i)[j]);
      }
    }
  }
}

bool Front::Insert(absl::Span<const double> values, int64_t id) {
  if (!Normalise(values) || RecentDominates()) return false;
  const size_t at = LowerBound();
  if (at < ids_.size() && std::equal(key_.begin(), key_.end(), row(at))) {
    if (ids_[at].insert(id).second) ++id_count_;
    return true;
  }
  // What dominates is lexicographically below, what is dominated above.
  if (RowDominates(at)) return false;
  RemoveDominated(at);
  rows_.insert(rows_.begin() + at * width_, key_.begin(), key_.end());
  ids_.insert(ids_.begin() + at, absl::btree_set<int64_t>{id});
  ++id_count_;
  UpdateBlocks(at);
  return true;
}

std::vector<FrontPoint> Front::Sorted() const {
  std::vector<FrontPoint> points(ids_.size());
  for (size_t i = 0; i < ids_.size(); ++i) {
    for (size_t j = 0; j < width_; ++j) {
      const bool minimize = directions_[j] == Direction::kMinimize;
      points[i].values.push_back((minimize ? row(i)[j] : -row(i)[j]) + 0.0);
    }
    points[i].ids.assign(ids_[i].begin(), ids_[i].end());
  }
  return points;
}

}  // namespace dynarch::pareto
