#include "server/queue/interval_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

namespace dynarch::queue {
namespace {

using space::IndexRange;
using ::testing::ElementsAre;

TEST(IntervalSetTest, MergesWhatTouches) {
  IntervalSet set;
  set.Add({5, 7});
  set.Add({0, 3});
  set.Add({3, 5});
  set.Add({9, 9});  // empty
  EXPECT_THAT(set.Ranges(), ElementsAre(IndexRange{0, 7}));
  EXPECT_EQ(set.size(), 7);
}

TEST(IntervalSetTest, CutsAHole) {
  IntervalSet set(std::vector<IndexRange>{{0, 10}});
  set.Remove({3, 5});
  EXPECT_THAT(set.Ranges(), ElementsAre(IndexRange{0, 3}, IndexRange{5, 10}));
  EXPECT_EQ(set.size(), 8);
  EXPECT_TRUE(set.Contains({5, 10}));
  EXPECT_FALSE(set.Contains({2, 6}));
  EXPECT_TRUE(set.Intersects({4, 6}));
  EXPECT_FALSE(set.Intersects({3, 5}));
}

TEST(IntervalSetTest, TakesTheSmallestAcrossRanges) {
  IntervalSet set(std::vector<IndexRange>{{0, 2}, {5, 9}});
  EXPECT_THAT(set.TakeFirst(4),
              ElementsAre(IndexRange{0, 2}, IndexRange{5, 7}));
  EXPECT_THAT(set.TakeFirst(9), ElementsAre(IndexRange{7, 9}));
  EXPECT_TRUE(set.TakeFirst(1).empty());
  EXPECT_TRUE(set.empty());
}

TEST(SplitRangesTest, CutsIntoPiecesOfAtMostSoMany) {
  // 3 + 4 = 7 indices in pieces of 3, 3 and 1.
  const auto pieces = SplitRanges({{0, 3}, {10, 14}}, 3);
  EXPECT_THAT(pieces, ElementsAre(ElementsAre(IndexRange{0, 3}),
                                  ElementsAre(IndexRange{10, 13}),
                                  ElementsAre(IndexRange{13, 14})));
}

// The same operations on a std::set of indices, the plainest possible oracle.
TEST(IntervalSetTest, AgreesWithASetOfIndices) {
  constexpr int kIndices = 40;
  std::mt19937 random(7);
  IntervalSet set;
  std::set<int64_t> oracle;
  for (int step = 0; step < 20'000; ++step) {
    const int64_t begin = random() % kIndices;
    const int64_t end = begin + random() % 8;
    if (random() % 2 == 0) {
      set.Add({begin, end});
      for (int64_t i = begin; i < end; ++i) oracle.insert(i);
    } else {
      set.Remove({begin, end});
      for (int64_t i = begin; i < end; ++i) oracle.erase(i);
    }
    ASSERT_EQ(set.size(), static_cast<int64_t>(oracle.size())) << step;
    const int64_t from = random() % kIndices, to = from + random() % 6;
    int64_t inside = 0;
    for (int64_t i = from; i < to; ++i) inside += oracle.count(i);
    ASSERT_EQ(set.Intersects({from, to}), inside > 0) << step;
    ASSERT_EQ(set.Contains({from, to}), inside == to - from) << step;
    for (const IndexRange& range : set.Ranges()) {
      ASSERT_EQ(oracle.count(range.begin - 1), 0) << step;
      ASSERT_EQ(oracle.count(range.end), 0) << step;
    }
  }
}

}  // namespace
}  // namespace dynarch::queue
