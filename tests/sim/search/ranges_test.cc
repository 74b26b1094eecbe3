#include "sim/search/ranges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "sim/base/random.h"

namespace dynarch::search {
namespace {

using space::IndexRange;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<bool> Members(const std::vector<IndexRange>& ranges) {
  std::vector<bool> members(64);
  for (const IndexRange& range : ranges) {
    for (int64_t i = range.begin; i < range.end; ++i) members[i] = true;
  }
  return members;
}

std::vector<IndexRange> RandomRanges(RandomStream& random) {
  std::vector<IndexRange> ranges;
  for (uint64_t i = random.UniformBelow(8); i > 0; --i) {
    const auto begin = static_cast<int64_t>(random.UniformBelow(56));
    ranges.push_back(
        {begin, begin + static_cast<int64_t>(random.UniformBelow(8))});
  }
  return ranges;
}

TEST(RangesTest, NormalisedMergesTouchingAndDropsEmptyRanges) {
  EXPECT_THAT(Normalised({{5, 7}, {3, 3}, {0, 2}, {2, 4}, {6, 9}, {20, 19}}),
              ElementsAre(IndexRange{0, 4}, IndexRange{5, 9}));
  EXPECT_THAT(Normalised({}), IsEmpty());
}

TEST(RangesTest, MinusCutsHoles) {
  EXPECT_THAT(
      Minus({{0, 10}, {20, 30}}, {{2, 3}, {8, 22}, {29, 40}}),
      ElementsAre(IndexRange{0, 2}, IndexRange{3, 8}, IndexRange{22, 29}));
}

TEST(RangesTest, AgreeWithSetsOfMembers) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    RandomStream random(RandomKey{.seed = seed});
    const auto raw_a = RandomRanges(random);
    const auto a = Normalised(raw_a);
    const auto b = Normalised(RandomRanges(random));
    const std::vector<bool> in_a = Members(raw_a);
    const std::vector<bool> in_b = Members(b);
    const std::vector<bool> in_rest = Members(Minus(a, b));
    int64_t count = 0;
    for (int i = 0; i < 64; ++i) {
      count += in_a[i];
      ASSERT_EQ(Contains(a, i), in_a[i]) << "seed " << seed;
      ASSERT_EQ(in_rest[i], in_a[i] && !in_b[i]) << "seed " << seed;
    }
    ASSERT_EQ(CountOf(a), count) << "seed " << seed;
    ASSERT_EQ(Normalised(Minus(a, b)), Minus(a, b)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace dynarch::search
