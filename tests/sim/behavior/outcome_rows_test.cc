#include "sim/behavior/outcome_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "sim/base/random.h"

namespace dynarch::behavior {
namespace {

using ::testing::ElementsAre;

TEST(OutcomeRowsTest, GivesBackWhatWasPutIn) {
  OutcomeRows rows(2);
  rows.Append({1, graph::kNotReached});
  EXPECT_EQ(rows.cell_bytes(), 1);
  EXPECT_THAT(rows.Row(0), ElementsAre(1, -1));
}

// 255 is all ones in a byte, which stands for "not reached".
TEST(OutcomeRowsTest, CellsGrowWithTheLargestOutcome) {
  OutcomeRows rows(1);
  for (const auto& [value, bytes] :
       std::vector<std::pair<int64_t, int>>{{254, 1},
                                            {255, 2},
                                            {65534, 2},
                                            {65535, 4},
                                            {0xFFFFFFFE, 4},
                                            {0xFFFFFFFF, 8},
                                            {int64_t{1} << 40, 8}}) {
    rows.Append({value});
    rows.Append({graph::kNotReached});
    EXPECT_EQ(rows.cell_bytes(), bytes) << value;
  }
  EXPECT_EQ(rows.At(0, 0), 254);
  EXPECT_EQ(rows.At(1, 0), graph::kNotReached);
  EXPECT_EQ(rows.At(2, 0), 255);
  EXPECT_EQ(rows.At(10, 0), 0xFFFFFFFF);
  EXPECT_EQ(rows.At(12, 0), int64_t{1} << 40);
  EXPECT_EQ(rows.At(13, 0), graph::kNotReached);
}

TEST(OutcomeRowsTest, EqualOutcomesAreEqualWhateverTheirCells) {
  OutcomeRows narrow(1), wide(1);
  narrow.Append({7});
  wide.Append({700});
  wide.Set(0, 0, 7);
  EXPECT_TRUE(narrow == wide);
  wide.Set(0, 0, 8);
  EXPECT_FALSE(narrow == wide);
}

TEST(FindDistinctTest, NumbersRowsByFirstOccurrence) {
  OutcomeRows rows(2);
  rows.Append({1, 0});
  rows.Append({0, 1});
  rows.Append({1, 0});
  rows.Append({0, 0});
  const DistinctRows distinct = FindDistinct(rows);
  EXPECT_THAT(distinct.first, ElementsAre(0, 1, 3));
  EXPECT_THAT(distinct.index, ElementsAre(0, 1, 0, 2));
}

TEST(FindDistinctTest, RowsWithoutColumnsAreAllTheSame) {
  OutcomeRows rows(0);
  rows.Append({});
  rows.Append({});
  EXPECT_THAT(FindDistinct(rows).index, ElementsAre(0, 0));
  EXPECT_THAT(FindDistinct(rows).first, ElementsAre(0));
  EXPECT_TRUE(FindDistinct(OutcomeRows(3)).first.empty());
}

TEST(FindDistinctTest, EqualsAnOrderedMapOnRandomRows) {
  RandomStream random({.seed = 5});
  for (const int columns : {1, 7, 20}) {
    OutcomeRows rows(columns);
    std::map<graph::Outcomes, uint32_t> want;
    std::vector<uint32_t> index;
    for (int i = 0; i < 20000; ++i) {
      graph::Outcomes row;
      for (int c = 0; c < columns; ++c) {
        row.push_back(static_cast<int64_t>(random.UniformBelow(3)) - 1);
      }
      rows.Append(row);
      const auto id = static_cast<uint32_t>(want.size());
      index.push_back(want.emplace(row, id).first->second);
    }
    const DistinctRows distinct = FindDistinct(rows);
    EXPECT_EQ(distinct.index, index);
    EXPECT_EQ(distinct.first.size(), want.size());
    for (uint32_t d = 0; d < distinct.first.size(); ++d) {
      EXPECT_EQ(want.at(rows.Row(distinct.first[d])), d);
    }
  }
}

}  // namespace
}  // namespace dynarch::behavior
