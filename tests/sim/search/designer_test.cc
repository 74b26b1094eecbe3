#include "sim/search/designer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace dynarch::search {
namespace {

using dynarch::testing::StatusIs;
using space::DesignSpace;
using space::IndexRange;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// `count` platforms times three powers; platform p1 is excluded.
DesignSpace SpaceOf(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back("p" + std::to_string(i));
  auto space = DesignSpace::Create(
      {{"platform", {space::Slot::Target::kPlatform, 0}, names},
       {"policy.power",
        {space::Slot::Target::kPower, 0},
        {"always_on", "clock_gate", "power_gate"}}},
      {*Expression::Parse("platform != p1")},
      [](absl::string_view, const space::Slot&, absl::string_view) {
        return true;
      });
  EXPECT_OK(space);
  return *std::move(space);
}

// Everything a designer proposes, in order, asked for `max` at a time; checks
// what every answer promises.
std::vector<int64_t> All(Designer& designer, int64_t max) {
  std::vector<int64_t> indices;
  while (!designer.done()) {
    const int64_t before = designer.remaining();
    const std::vector<IndexRange> ranges = designer.Ask(max);
    EXPECT_FALSE(ranges.empty());
    int64_t count = 0;
    int64_t last_end = -1;
    for (const IndexRange& range : ranges) {
      EXPECT_GT(range.begin, last_end) << "not disjoint, ascending, merged";
      last_end = range.end;
      count += range.size();
      for (int64_t i = range.begin; i < range.end; ++i) indices.push_back(i);
    }
    EXPECT_LE(count, max);
    EXPECT_EQ(designer.remaining(), before - count);
    if (ranges.empty()) break;
  }
  EXPECT_THAT(designer.Ask(max), IsEmpty());
  return indices;
}

std::vector<int64_t> ValidIndices(const DesignSpace& space) {
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < space.size(); ++i) {
    if (space.IsValid(i)) indices.push_back(i);
  }
  return indices;
}

std::vector<int64_t> Sorted(std::vector<int64_t> values) {
  std::sort(values.begin(), values.end());
  return values;
}

TEST(ExhaustiveTest, ProposesEveryValidIndexInOrder) {
  const DesignSpace space = SpaceOf(5);
  for (const int64_t max : {1, 2, 4, 100}) {
    const auto designer = MakeExhaustive(space);
    EXPECT_EQ(designer->total(), 12);
    EXPECT_EQ(All(*designer, max), ValidIndices(space));
  }
}

TEST(ExhaustiveTest, AnAnswerMaySpanRanges) {
  // Valid: 0..2 and 6..14.
  const auto designer = MakeExhaustive(SpaceOf(5));
  EXPECT_THAT(designer->Ask(5),
              ElementsAre(IndexRange{0, 3}, IndexRange{6, 8}));
  EXPECT_THAT(designer->Ask(5), ElementsAre(IndexRange{8, 13}));
  EXPECT_EQ(designer->remaining(), 2);
}

TEST(ExhaustiveTest, LeavesOutWhatIsDone) {
  // Valid: 0..2 and 6..14; done, overlapping and unordered: 7..9 and 1, and
  // 2..5 of which only 2 is valid.
  const auto designer =
      MakeExhaustive(SpaceOf(5), {{8, 10}, {1, 2}, {7, 9}, {2, 6}, {4, 4}});
  EXPECT_EQ(designer->total(), 12);
  EXPECT_EQ(designer->remaining(), 7);
  EXPECT_THAT(All(*designer, 3), ElementsAre(0, 6, 10, 11, 12, 13, 14));
}

TEST(ExhaustiveTest, IsDoneAtOnceWhenAllIsDone) {
  const auto designer = MakeExhaustive(SpaceOf(2), {{0, 6}});
  EXPECT_TRUE(designer->done());
}

TEST(RandomTest, ProposesDistinctValidIndices) {
  const DesignSpace space = SpaceOf(4000);  // 11,997 valid.
  ASSERT_OK_AND_ASSIGN(const auto designer, MakeRandom(space, 9000, 7));
  EXPECT_EQ(designer->total(), 9000);
  const std::vector<int64_t> got = All(*designer, 1000);
  EXPECT_EQ(got.size(), 9000u);
  EXPECT_EQ(std::set<int64_t>(got.begin(), got.end()).size(), 9000u);
  for (const int64_t index : got) EXPECT_TRUE(space.IsValid(index));
}

TEST(RandomTest, SameSeedSameProposalsHoweverAskedFor) {
  const DesignSpace space = SpaceOf(4000);
  ASSERT_OK_AND_ASSIGN(const auto a, MakeRandom(space, 9000, 7));
  ASSERT_OK_AND_ASSIGN(const auto b, MakeRandom(space, 9000, 7));
  ASSERT_OK_AND_ASSIGN(const auto c, MakeRandom(space, 9000, 8));
  const std::vector<int64_t> proposals = All(*a, 1);
  EXPECT_EQ(All(*b, 777), proposals);
  EXPECT_NE(All(*c, 777), proposals);
}

TEST(RandomTest, MoreSamplesThanCandidatesAreAllOfThem) {
  const DesignSpace space = SpaceOf(5);
  ASSERT_OK_AND_ASSIGN(const auto designer, MakeRandom(space, 1000, 7));
  EXPECT_EQ(designer->total(), 12);
  // One block: ascending.
  EXPECT_EQ(All(*designer, 100), ValidIndices(space));
}

TEST(RandomTest, ARestartGoesOnWithWhatIsMissing) {
  const DesignSpace space = SpaceOf(4000);
  ASSERT_OK_AND_ASSIGN(const auto first, MakeRandom(space, 9000, 7));
  std::vector<IndexRange> done;
  for (int i = 0; i < 5; ++i) {
    for (const IndexRange& range : first->Ask(1000)) done.push_back(range);
  }
  const int64_t left = first->remaining();
  done.push_back({3, 6});  // Excluded indices change nothing.
  ASSERT_OK_AND_ASSIGN(const auto again, MakeRandom(space, 9000, 7, done));
  EXPECT_EQ(again->total(), 9000);
  EXPECT_EQ(again->remaining(), left);
  EXPECT_EQ(All(*again, 500), All(*first, 500));
}

TEST(RandomTest, SamplesMustBePositive) {
  EXPECT_THAT(MakeRandom(SpaceOf(5), 0, 7),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("search.random.samples")));
}

// 2 of 6 candidates: each of the 15 pairs is equally likely. 15,000 seeds give
// 1000 of each, standard deviation sqrt(15000 * 1/15 * 14/15) = 30.6; 5
// deviations are 153. The seeds are fixed, so this passes always or never.
TEST(RandomTest, EverySubsetIsEquallyLikely) {
  const DesignSpace space = SpaceOf(3);  // Valid: 0..2, 6..8.
  std::map<std::vector<int64_t>, int> count;
  for (uint64_t seed = 0; seed < 15'000; ++seed) {
    const auto designer = *MakeRandom(space, 2, seed);
    ++count[Sorted(All(*designer, 2))];
  }
  EXPECT_EQ(count.size(), 15u);
  for (const auto& [pair, times] : count) EXPECT_NEAR(times, 1000, 153);
}

// A block is a uniform sample, not the low end: of 12,000 candidates the mean
// rank of 4096 is 6000 with standard deviation 12000 / sqrt(12 * 4096) * (1 -
// 4096/12000)^0.5 = 44; 5 deviations are 220.
TEST(RandomTest, TheFirstBlockIsASampleOfTheWholeSpace) {
  const DesignSpace space = SpaceOf(4001);
  ASSERT_OK_AND_ASSIGN(const auto designer, MakeRandom(space, 12'000, 7));
  double sum = 0;
  int64_t count = 0;
  while (count < kRandomBlock) {
    for (const IndexRange& range : designer->Ask(kRandomBlock)) {
      for (int64_t i = range.begin; i < range.end; ++i, ++count) {
        sum += static_cast<double>(i);
      }
    }
  }
  EXPECT_EQ(count, kRandomBlock);
  EXPECT_NEAR(sum / static_cast<double>(count), 6000, 223);
}

}  // namespace
}  // namespace dynarch::search
