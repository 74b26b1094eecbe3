#include <algorithm>
#include <utility>

#include "sim/search/designer.h"
#include "sim/search/ranges.h"

namespace dynarch::search {
namespace {

class Exhaustive : public Designer {
 public:
  Exhaustive(std::vector<space::IndexRange> ranges, int64_t total)
      : ranges_(std::move(ranges)),
        total_(total),
        remaining_(CountOf(ranges_)) {}

  std::vector<space::IndexRange> Ask(int64_t max) override {
    std::vector<space::IndexRange> proposals;
    while (max > 0 && next_ < ranges_.size()) {
      space::IndexRange& range = ranges_[next_];
      const int64_t count = std::min(max, range.size());
      proposals.push_back({range.begin, range.begin + count});
      range.begin += count;
      max -= count;
      remaining_ -= count;
      if (range.size() == 0) ++next_;
    }
    return proposals;
  }
  int64_t total() const override { return total_; }
  int64_t remaining() const override { return remaining_; }

 private:
  std::vector<space::IndexRange> ranges_;  // What is left, from `next_` on.
  size_t next_ = 0;
  int64_t total_;
  int64_t remaining_;
};

}  // namespace

std::unique_ptr<Designer> MakeExhaustive(
    const space::DesignSpace& space,
    const std::vector<space::IndexRange>& without) {
  return std::make_unique<Exhaustive>(
      Minus(space.valid_ranges(), Normalised(without)), space.valid_count());
}

}  // namespace dynarch::search
