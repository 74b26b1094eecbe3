#include "sim/dataflow/cycle_ratio.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/random.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::dataflow {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Cycles 0-1 (5 in 4) and 1-2 (1 in 3), and 0-1-2 (6 in 9 by edge 5).
TEST(LeastCycleRatioTest, TakesTheLowestCycle) {
  const std::vector<RatioEdge> edges = {
      {0, 1, 2, 1}, {1, 0, 3, 3}, {1, 2, 1, 1}, {2, 1, 0, 2}, {2, 0, 3, 7}};
  const auto ratio = LeastCycleRatio(3, edges);
  ASSERT_OK(ratio);
  EXPECT_EQ(ratio->least, Rational(1, 3));
  EXPECT_THAT(ratio->cycle, ::testing::UnorderedElementsAre(2, 3));
}

TEST(LeastCycleRatioTest, CyclesWithoutTimeDoNotCount) {
  EXPECT_EQ(LeastCycleRatio(1, {{{0, 0, 1, 0}}})->least, std::nullopt);
  const auto ratio = LeastCycleRatio(1, {{{0, 0, 1, 0}, {0, 0, 7, 2}}});
  EXPECT_EQ(ratio->least, Rational(7, 2));
  EXPECT_THAT(ratio->cycle, ElementsAre(1));
}

TEST(LeastCycleRatioTest, WithoutCyclesThereIsNone) {
  const auto ratio = LeastCycleRatio(2, {{{0, 1, 1, 1}}});
  EXPECT_EQ(ratio->least, std::nullopt);
  EXPECT_THAT(ratio->cycle, IsEmpty());
}

TEST(LeastCycleRatioTest, RefusesSumsPast126Bits) {
  const int64_t most = std::numeric_limits<int64_t>::max();
  EXPECT_THAT(
      LeastCycleRatio(2, {{{0, 1, most, most}, {1, 0, most, most - 1}}}),
      StatusIs(absl::StatusCode::kOutOfRange));
}

// Every simple cycle of a small graph, by depth-first search.
std::optional<Rational> ByEnumeration(int nodes,
                                      const std::vector<RatioEdge>& edges) {
  std::optional<Rational> least;
  std::vector<bool> on_path(nodes, false);
  std::function<void(int, int, int64_t, int64_t)> walk =
      [&](int start, int at, int64_t gain, int64_t time) {
        for (const RatioEdge& edge : edges) {
          if (edge.from != at) continue;
          if (edge.to == start && time + edge.time > 0) {
            const Rational ratio(BigInt(gain + edge.gain),
                                 BigInt(time + edge.time));
            least = least.has_value() ? std::min(*least, ratio) : ratio;
          }
          if (edge.to <= start || on_path[edge.to]) continue;
          on_path[edge.to] = true;
          walk(start, edge.to, gain + edge.gain, time + edge.time);
          on_path[edge.to] = false;
        }
      };
  for (int start = 0; start < nodes; ++start) walk(start, start, 0, 0);
  return least;
}

TEST(LeastCycleRatioTest, AgreesWithEnumerationOnRandomGraphs) {
  for (uint64_t index = 0; index < 500; ++index) {
    SCOPED_TRACE(absl::StrCat("case ", index));
    RandomStream random({.seed = 4, .index = index});
    const int nodes = 1 + static_cast<int>(random.UniformBelow(6));
    std::vector<RatioEdge> edges(random.UniformBelow(13));
    for (RatioEdge& edge : edges) {
      edge = {static_cast<int32_t>(random.UniformBelow(nodes)),
              static_cast<int32_t>(random.UniformBelow(nodes)),
              static_cast<int64_t>(random.UniformBelow(5)),
              static_cast<int64_t>(random.UniformBelow(5))};
    }
    const auto ratio = LeastCycleRatio(nodes, edges);
    ASSERT_OK(ratio);
    EXPECT_EQ(ratio->least, ByEnumeration(nodes, edges));
  }
}

}  // namespace
}  // namespace dynarch::dataflow
