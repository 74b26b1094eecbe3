// A set of candidate indices as disjoint ranges.
#ifndef DYNARCH_SERVER_QUEUE_INTERVAL_SET_H_
#define DYNARCH_SERVER_QUEUE_INTERVAL_SET_H_

#include <cstdint>
#include <map>
#include <vector>

#include "absl/types/span.h"
#include "sim/space/design_space.h"

namespace dynarch::queue {

// Ranges never touch: {0-3} and {3-5} are kept as {0-5}. Every call costs
// O(log ranges), amortised.
class IntervalSet {
 public:
  IntervalSet() = default;
  explicit IntervalSet(absl::Span<const space::IndexRange> ranges);

  void Add(space::IndexRange range);
  void Remove(space::IndexRange range);
  // Whether any, or every, index of `range` is in the set.
  bool Intersects(space::IndexRange range) const;
  bool Contains(space::IndexRange range) const;

  // Removes the `count` smallest indices (or all, if fewer) and returns them,
  // ascending.
  std::vector<space::IndexRange> TakeFirst(int64_t count);

  // How many indices.
  int64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::vector<space::IndexRange> Ranges() const;

 private:
  std::map<int64_t, int64_t> end_of_;  // by begin
  int64_t size_ = 0;
};

// `ranges` (disjoint, ascending) cut into pieces of at most `count` indices.
std::vector<std::vector<space::IndexRange>> SplitRanges(
    absl::Span<const space::IndexRange> ranges, int64_t count);

}  // namespace dynarch::queue

#endif  // DYNARCH_SERVER_QUEUE_INTERVAL_SET_H_
