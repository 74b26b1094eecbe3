#include "sim/dataflow/max_cycle_ratio.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/random.h"
#include "sim/dataflow/components.h"

namespace dynarch::dataflow {
namespace {

using ::testing::ElementsAre;
using Kind = MaxCycleRatio::Kind;

struct Edge {
  int from;
  int to;
  int64_t weight;
  int64_t height;
};

template <typename Height>
RatioGraph<Height> GraphOf(int nodes, const std::vector<Edge>& edges) {
  RatioGraph<Height> graph;
  for (int node = 0; node < nodes; ++node) {
    for (const Edge& edge : edges) {
      if (edge.from != node) continue;
      graph.adjacency.to.push_back(edge.to);
      graph.weights.push_back(edge.weight);
      graph.heights.push_back(edge.height);
    }
    graph.adjacency.first.push_back(
        static_cast<int>(graph.adjacency.to.size()));
  }
  return graph;
}

TEST(ComponentsTest, FindsWhatReachesEachOther) {
  // 0 -> 1 <-> 2 -> 3, 3 -> 3; edges between components lead down.
  const Components components = StronglyConnected(
      MakeAdjacency(4, {{0, 1}, {1, 2}, {2, 1}, {2, 3}, {3, 3}}));
  EXPECT_THAT(components.members,
              ElementsAre(ElementsAre(3), ElementsAre(1, 2), ElementsAre(0)));
  EXPECT_THAT(components.of, ElementsAre(2, 1, 1, 0));
}

TEST(ComponentsTest, ALongChainDoesNotExhaustTheStack) {
  constexpr int kNodes = 1'000'000;
  std::vector<std::pair<int, int>> edges;
  for (int i = 0; i + 1 < kNodes; ++i) edges.push_back({i, i + 1});
  edges.push_back({kNodes - 1, 0});
  EXPECT_EQ(StronglyConnected(MakeAdjacency(kNodes, edges)).members.size(), 1u);
}

TEST(MaxCycleRatioTest, TakesTheLargestOverAllComponents) {
  // 0 <-> 1: (3 + 4) / 2; 2 alone: 10 / 3; 1 -> 2 is on no cycle.
  const MaxCycleRatio ratio = FindMaxCycleRatio(GraphOf<int64_t>(
      3, {{0, 1, 3, 1}, {1, 0, 4, 1}, {1, 2, 100, 0}, {2, 2, 10, 3}}));
  EXPECT_EQ(ratio.kind, Kind::kFinite);
  EXPECT_EQ(Rational(ratio.weight, ratio.height), Rational(7, 2));
  EXPECT_EQ(ratio.nodes.size(), 2u);
}

TEST(MaxCycleRatioTest, KnowsGraphsWithoutCyclesAndWithoutBound) {
  EXPECT_EQ(FindMaxCycleRatio(GraphOf<int64_t>(2, {{0, 1, 5, 1}})).kind,
            Kind::kNoCycle);
  EXPECT_EQ(
      FindMaxCycleRatio(GraphOf<int64_t>(2, {{0, 1, 5, 1}, {1, 0, 0, -1}}))
          .kind,
      Kind::kUnbounded);
  // The cheap cycle is found first; the other has a negative height.
  EXPECT_EQ(
      FindMaxCycleRatio(
          GraphOf<int64_t>(2, {{0, 0, 1, 1}, {0, 1, 1, 3}, {1, 0, 1, -4}}))
          .kind,
      Kind::kUnbounded);
  EXPECT_EQ(FindMaxCycleRatio(GraphOf<int64_t>(1, {{0, 0, 0, 0}})).weight, 0);
}

// The largest ratio over all simple cycles, one by one; none: unbounded.
class Enumeration {
 public:
  Enumeration(int nodes, const std::vector<Edge>& edges)
      : edges_(edges), used_(nodes, false) {
    for (root_ = 0; root_ < nodes; ++root_) Visit(root_, 0, 0);
  }
  bool unbounded = false;
  std::optional<Rational> best;

 private:
  void Visit(int node, int64_t weight, int64_t height) {
    used_[node] = true;
    for (const Edge& edge : edges_) {
      if (edge.from != node || edge.to < root_) continue;
      const int64_t w = weight + edge.weight;
      const int64_t h = height + edge.height;
      if (edge.to == root_) {
        Close(w, h);
      } else if (!used_[edge.to]) {
        Visit(edge.to, w, h);
      }
    }
    used_[node] = false;
  }
  void Close(int64_t weight, int64_t height) {
    if (height < 0 || (height == 0 && weight > 0)) {
      unbounded = true;
      return;
    }
    const Rational ratio = height == 0 ? Rational(0) : Rational(weight, height);
    if (!best.has_value() || ratio > *best) best = ratio;
  }

  const std::vector<Edge>& edges_;
  std::vector<bool> used_;
  int root_ = 0;
};

TEST(MaxCycleRatioTest, AgreesWithEnumerationInEveryArithmetic) {
  int unbounded = 0;
  for (uint64_t seed = 0; seed < 3'000; ++seed) {
    RandomStream random({.seed = seed});
    const int nodes = 1 + static_cast<int>(random.UniformBelow(6));
    std::vector<Edge> edges;
    // Every third graph has numbers that need 128 bits.
    const int64_t scale = seed % 3 == 0 ? int64_t{1} << 40 : 1;
    for (uint64_t i = 0; i < 1 + random.UniformBelow(12); ++i) {
      const auto draw = [&](int64_t bound) {
        return static_cast<int64_t>(random.UniformBelow(bound));
      };
      edges.push_back({static_cast<int>(draw(nodes)),
                       static_cast<int>(draw(nodes)), (1 + draw(20)) * scale,
                       (draw(10) - (seed % 2 == 0 ? 0 : 1)) * scale});
    }
    const Enumeration want(nodes, edges);
    const MaxCycleRatio small =
        FindMaxCycleRatio(GraphOf<int64_t>(nodes, edges));
    const MaxCycleRatio large =
        FindMaxCycleRatio(GraphOf<BigInt>(nodes, edges));
    for (const MaxCycleRatio& got : {small, large}) {
      EXPECT_EQ(got.kind == Kind::kUnbounded, want.unbounded) << seed;
      if (want.unbounded) continue;
      EXPECT_EQ(got.kind == Kind::kFinite, want.best.has_value()) << seed;
      if (!want.best.has_value()) continue;
      EXPECT_EQ(Rational(got.weight, got.height), *want.best) << seed;
    }
    unbounded += want.unbounded;
  }
  EXPECT_GT(unbounded, 300);
}

}  // namespace
}  // namespace dynarch::dataflow
