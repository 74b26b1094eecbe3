#include "sim/base/random.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/search/designer.h"
#include "sim/search/ranges.h"

namespace dynarch::search {
namespace {

// Draws without replacement: the Fisher-Yates shuffle of 0..count-1, one step
// per draw, of which only the moved places are kept.
class Shuffle {
 public:
  Shuffle(int64_t count, uint64_t seed) : count_(count), seed_(seed) {}

  // The next element of the permutation; at most `count` times.
  int64_t Next() {
    RandomStream stream(RandomKey{.seed = seed_,
                                  .replication = 0,
                                  .purpose = RandomPurpose::kSearch,
                                  .index = static_cast<uint64_t>(drawn_)});
    const int64_t place = drawn_ + static_cast<int64_t>(stream.UniformBelow(
                                       static_cast<uint64_t>(count_ - drawn_)));
    const int64_t first = Take(drawn_);
    ++drawn_;
    if (place == drawn_ - 1) return first;
    const auto [entry, is_new] = moved_.try_emplace(place, first);
    return is_new ? place : std::exchange(entry->second, first);
  }

 private:
  // What lies at `place`, which is never looked at again.
  int64_t Take(int64_t place) {
    const auto found = moved_.find(place);
    if (found == moved_.end()) return place;
    const int64_t value = found->second;
    moved_.erase(found);
    return value;
  }

  int64_t count_;
  uint64_t seed_;
  int64_t drawn_ = 0;
  absl::flat_hash_map<int64_t, int64_t> moved_;  // Only looked up.
};

class Random : public Designer {
 public:
  Random(const space::DesignSpace& space, int64_t samples, uint64_t seed,
         std::vector<space::IndexRange> without)
      : space_(space),
        without_(std::move(without)),
        total_(std::min(samples, space.valid_count())),
        shuffle_(space.valid_count(), seed) {
    // Counted by a second pass over the draws, so that any set can be left
    // out; nothing to count is the usual case.
    remaining_ = total_ - (without_.empty() ? 0 : LeftOut(seed));
  }

  std::vector<space::IndexRange> Ask(int64_t max) override {
    std::vector<space::IndexRange> proposals;
    if (max < 1) return proposals;
    while (next_ == block_.size() && drawn_ < total_) DrawBlock();
    while (max > 0 && next_ < block_.size()) {
      const int64_t index = block_[next_++];
      if (!proposals.empty() && proposals.back().end == index) {
        ++proposals.back().end;
      } else {
        proposals.push_back({index, index + 1});
      }
      --max;
      --remaining_;
    }
    return proposals;
  }
  int64_t total() const override { return total_; }
  int64_t remaining() const override { return remaining_; }

 private:
  int64_t LeftOut(uint64_t seed) const {
    Shuffle shuffle(space_.valid_count(), seed);
    int64_t count = 0;
    for (int64_t i = 0; i < total_; ++i) {
      count += Contains(without_, space_.ValidIndexAt(shuffle.Next()));
    }
    return count;
  }
  void DrawBlock() {
    block_.clear();
    next_ = 0;
    const int64_t end = std::min(drawn_ + kRandomBlock, total_);
    for (; drawn_ < end; ++drawn_) {
      const int64_t index = space_.ValidIndexAt(shuffle_.Next());
      if (!Contains(without_, index)) block_.push_back(index);
    }
    std::sort(block_.begin(), block_.end());
  }

  const space::DesignSpace& space_;
  std::vector<space::IndexRange> without_;
  int64_t total_;
  Shuffle shuffle_;
  int64_t drawn_ = 0;
  std::vector<int64_t> block_;  // Ascending; from `next_` on not yet proposed.
  size_t next_ = 0;
  int64_t remaining_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Designer>> MakeRandom(
    const space::DesignSpace& space, int64_t samples, uint64_t seed,
    const std::vector<space::IndexRange>& without) {
  if (samples < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "search.random.samples: must be at least 1, is ", samples));
  }
  return std::make_unique<Random>(space, samples, seed, Normalised(without));
}

}  // namespace dynarch::search
