#include "sim/pareto/front.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "sim/base/random.h"

namespace dynarch::pareto {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Direction kMin = Direction::kMinimize;
constexpr Direction kMax = Direction::kMaximize;

struct Item {
  std::vector<double> values;
  int64_t id;
};

bool Dominates(const Item& a, const Item& b,
               const std::vector<Direction>& directions) {
  bool better = false;
  for (size_t i = 0; i < directions.size(); ++i) {
    const double x = directions[i] == kMin ? a.values[i] : -a.values[i];
    const double y = directions[i] == kMin ? b.values[i] : -b.values[i];
    if (x > y) return false;
    better = better || x < y;
  }
  return better;
}

// By definition: every item that no other dominates, by values.
std::vector<FrontPoint> BruteForce(const std::vector<Item>& items,
                                   const std::vector<Direction>& directions) {
  const auto better = [&](const std::vector<double>& a,
                          const std::vector<double>& b) {
    for (size_t i = 0; i < directions.size(); ++i) {
      if (a[i] != b[i]) return (a[i] < b[i]) == (directions[i] == kMin);
    }
    return false;
  };
  std::map<std::vector<double>, std::vector<int64_t>, decltype(better)> front(
      better);
  for (const Item& item : items) {
    if (std::none_of(items.begin(), items.end(), [&](const Item& other) {
          return Dominates(other, item, directions);
        })) {
      front[item.values].push_back(item.id);
    }
  }
  std::vector<FrontPoint> points;
  for (auto& [values, ids] : front) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    points.push_back({values, ids});
  }
  return points;
}

Front FrontOf(const std::vector<Item>& items,
              const std::vector<Direction>& directions) {
  Front front(directions);
  for (const Item& item : items) front.Insert(item.values, item.id);
  return front;
}

// Small whole numbers, so that ties and dominance both occur often.
std::vector<Item> RandomItems(RandomStream& random, size_t width, int count,
                              uint64_t levels) {
  std::vector<Item> items;
  for (int id = 0; id < count; ++id) {
    Item item{.values = {}, .id = id};
    for (size_t i = 0; i < width; ++i) {
      item.values.push_back(static_cast<double>(random.UniformBelow(levels)) -
                            2);
    }
    items.push_back(item);
  }
  return items;
}

void Shuffle(RandomStream& random, std::vector<Item>& items) {
  for (size_t i = items.size(); i > 1; --i) {
    std::swap(items[i - 1], items[random.UniformBelow(i)]);
  }
}

TEST(FrontTest, KeepsWhatNothingDominates) {
  Front front({kMin, kMax});
  EXPECT_TRUE(front.Insert({{2, 5}}, 1));
  EXPECT_TRUE(front.Insert({{1, 4}}, 2));   // Better, worse.
  EXPECT_FALSE(front.Insert({{2, 4}}, 3));  // Dominated by both.
  EXPECT_TRUE(front.Insert({{2, 6}}, 4));   // Dominates id 1.
  EXPECT_THAT(front.Sorted(),
              ElementsAre(FrontPoint{{1, 4}, {2}}, FrontPoint{{2, 6}, {4}}));
}

TEST(FrontTest, TiesKeepAllIdsOnce) {
  Front front({kMin, kMin, kMin});
  for (const int64_t id : {7, 3, 7, 5, 3}) {
    EXPECT_TRUE(front.Insert({{1, 2, 3}}, id));
  }
  EXPECT_EQ(front.vector_count(), 1);
  EXPECT_EQ(front.id_count(), 3);
  EXPECT_THAT(front.Sorted(), ElementsAre(FrontPoint{{1, 2, 3}, {3, 5, 7}}));
  EXPECT_TRUE(front.Insert({{1, 2, 2}}, 9));
  EXPECT_EQ(front.id_count(), 1);  // The tied ids went with their vector.
}

TEST(FrontTest, ValuesThatAreNotFiniteAreRefused) {
  Front front({kMin, kMax});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(front.Insert({{nan, 1}}, 1));
  EXPECT_FALSE(front.Insert({{1, nan}}, 2));
  EXPECT_FALSE(front.Insert({{-inf, 1}}, 3));
  EXPECT_FALSE(front.Insert({{1, inf}}, 4));
  EXPECT_FALSE(front.Insert({{1}}, 5));  // One objective too few.
  EXPECT_THAT(front.Sorted(), IsEmpty());
  EXPECT_EQ(front.id_count(), 0);
}

TEST(FrontTest, ComparisonsAreExact) {
  Front front({kMin, kMin});
  const double next = std::nextafter(1.0, 2.0);
  EXPECT_TRUE(front.Insert({{1.0, next}}, 1));
  EXPECT_TRUE(front.Insert({{next, 1.0}}, 2));
  EXPECT_FALSE(front.Insert({{next, next}}, 3));
  EXPECT_EQ(front.vector_count(), 2);
}

TEST(FrontTest, MinusZeroIsZero) {
  Front front({kMin, kMax});
  EXPECT_TRUE(front.Insert({{-0.0, 0.0}}, 1));
  EXPECT_TRUE(front.Insert({{0.0, -0.0}}, 2));
  ASSERT_EQ(front.vector_count(), 1);
  const std::vector<FrontPoint> points = front.Sorted();
  for (const double value : points[0].values) {
    EXPECT_FALSE(std::signbit(value));
  }
}

class FrontRandomTest : public ::testing::TestWithParam<int> {};

TEST_P(FrontRandomTest, EqualsBruteForceInAnyOrder) {
  const size_t width = GetParam();
  for (uint64_t seed = 0; seed < 60; ++seed) {
    RandomStream random(RandomKey{.seed = seed, .index = width});
    std::vector<Direction> directions;
    for (size_t i = 0; i < width; ++i) {
      directions.push_back(random.UniformBelow(2) == 0 ? kMin : kMax);
    }
    std::vector<Item> items = RandomItems(
        random, width, 1 + static_cast<int>(random.UniformBelow(300)),
        3 + random.UniformBelow(40));
    const std::vector<FrontPoint> want = BruteForce(items, directions);
    for (int order = 0; order < 3; ++order) {
      EXPECT_EQ(FrontOf(items, directions).Sorted(), want) << "seed " << seed;
      Shuffle(random, items);
    }
    int64_t ids = 0;
    for (const FrontPoint& point : want) ids += point.ids.size();
    EXPECT_EQ(FrontOf(items, directions).id_count(), ids);
  }
}

TEST_P(FrontRandomTest, InsertSaysWhetherThePointIsOnTheFrontNow) {
  const size_t width = GetParam();
  RandomStream random(RandomKey{.seed = 11, .index = width});
  const std::vector<Direction> directions(width, kMin);
  const std::vector<Item> items = RandomItems(random, width, 300, 8);
  Front front(directions);
  std::vector<Item> before;
  for (const Item& item : items) {
    const bool dominated = std::any_of(
        before.begin(), before.end(),
        [&](const Item& other) { return Dominates(other, item, directions); });
    EXPECT_EQ(front.Insert(item.values, item.id), !dominated);
    before.push_back(item);
  }
}

TEST_P(FrontRandomTest, FrontOfUnionIsFrontOfUnitedFronts) {
  const size_t width = GetParam();
  for (uint64_t seed = 0; seed < 30; ++seed) {
    RandomStream random(RandomKey{.seed = 100 + seed, .index = width});
    const std::vector<Direction> directions(width, kMax);
    std::vector<Item> a = RandomItems(random, width, 100, 9);
    std::vector<Item> b = RandomItems(random, width, 100, 9);
    for (Item& item : b) item.id += 1000;
    Front merged(directions);
    for (const std::vector<Item>* part : {&b, &a}) {
      for (const FrontPoint& point : FrontOf(*part, directions).Sorted()) {
        for (const int64_t id : point.ids) merged.Insert(point.values, id);
      }
    }
    std::vector<Item> all = a;
    all.insert(all.end(), b.begin(), b.end());
    EXPECT_EQ(merged.Sorted(), BruteForce(all, directions)) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Objectives, FrontRandomTest,
                         ::testing::Values(1, 2, 3, 4, 5, 6));

// Many blocks: all of x + y + z = 60 is non-dominated, everything above is
// dominated, also by vectors that left the recent list.
TEST(FrontTest, AFrontOfManyBlocksStaysExact) {
  const std::vector<Direction> directions = {kMin, kMin, kMin};
  std::vector<Item> items;
  for (int x = 0; x <= 60; ++x) {
    for (int y = 0; x + y <= 60; ++y) {
      const auto id = static_cast<int64_t>(items.size());
      items.push_back({{double(x), double(y), double(60 - x - y)}, id});
    }
  }
  ASSERT_EQ(items.size(), 61u * 62u / 2u);
  RandomStream random(RandomKey{.seed = 3});
  Shuffle(random, items);
  Front front = FrontOf(items, directions);
  EXPECT_EQ(front.vector_count(), 1891);
  for (const Item& item : items) {
    std::vector<double> worse = item.values;
    worse[item.id % 3] += 1;
    EXPECT_FALSE(front.Insert(worse, 9999));
  }
  EXPECT_EQ(front.id_count(), 1891);
  // One that dominates all: 0, 0, 0.
  EXPECT_TRUE(front.Insert({{0, 0, 0}}, 5));
  EXPECT_EQ(front.vector_count(), 1);
  EXPECT_EQ(front.id_count(), 1);
}

}  // namespace
}  // namespace dynarch::pareto
