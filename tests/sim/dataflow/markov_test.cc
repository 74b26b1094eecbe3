#include "sim/dataflow/markov.h"

#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/random.h"

namespace dynarch::dataflow {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Pointwise;

MarkovMatrix Matrix(const std::vector<std::vector<double>>& rows) {
  MarkovMatrix matrix;
  for (const std::vector<double>& row : rows) {
    for (size_t to = 0; to < row.size(); ++to) {
      if (row[to] == 0) continue;
      matrix.to.push_back(static_cast<int32_t>(to));
      matrix.probability.push_back(row[to]);
    }
    matrix.first.push_back(static_cast<int64_t>(matrix.to.size()));
  }
  return matrix;
}

// State 0 leads to the class {1, 2} with 1/3 and to {3} with 2/3, after staying
// for a while.
TEST(MarkovTest, FindsRecurrentClassesAndHowLikelyTheyAre) {
  const MarkovMatrix matrix = Matrix(
      {{0.25, 0.25, 0, 0.5}, {0, 0, 1, 0}, {0, 0.5, 0.5, 0}, {0, 0, 0, 1}});
  const auto classes = RecurrentClasses(matrix);
  ASSERT_THAT(classes, ElementsAre(ElementsAre(1, 2), ElementsAre(3)));
  EXPECT_THAT(
      ReachProbabilities(matrix, classes, 0),
      ElementsAre(DoubleNear(1.0 / 3, 1e-14), DoubleNear(2.0 / 3, 1e-14)));
  EXPECT_THAT(ReachProbabilities(matrix, classes, 2), ElementsAre(1, 0));
  // pi = (1/3, 2/3): 1 -> 2 always, 2 -> either alike.
  EXPECT_THAT(
      StationaryDistribution(ClassMatrix(matrix, classes[0])),
      ElementsAre(DoubleNear(1.0 / 3, 1e-15), DoubleNear(2.0 / 3, 1e-15)));
}

TEST(MarkovTest, SolvesFewStatesExactly) {
  const MarkovMatrix matrix = Matrix({{0, 1}, {0.5, 0.5}});
  EXPECT_THAT(ExactStationaryDistribution(
                  matrix, {Rational(1), Rational(1, 2), Rational(1, 2)}),
              ElementsAre(Rational(1, 3), Rational(2, 3)));
}

// Two parts that hardly ever change over; the stationary distribution follows
// from the rare changes alone: 1e-9 one way, 3e-9 the other: (3/4, 1/4).
TEST(MarkovTest, EliminationKeepsRareTransitionsAccurate) {
  const MarkovMatrix matrix = Matrix({{1 - 1e-9, 1e-9}, {3e-9, 1 - 3e-9}});
  EXPECT_THAT(StationaryDistribution(matrix),
              ElementsAre(DoubleNear(0.75, 1e-14), DoubleNear(0.25, 1e-14)));
}

// A random walk on a ring of `n` states with a drift, periodic if it never
// stays: the stationary distribution is uniform, whatever the drift.
MarkovMatrix Ring(int n, double forth, double stay) {
  MarkovMatrix matrix;
  for (int s = 0; s < n; ++s) {
    matrix.to.insert(matrix.to.end(), {(s + 1) % n, (s + n - 1) % n, s});
    matrix.probability.insert(matrix.probability.end(),
                              {forth, 1 - forth - stay, stay});
    matrix.first.push_back(static_cast<int64_t>(matrix.to.size()));
  }
  return matrix;
}

TEST(MarkovTest, IterationFindsTheUniformDistributionOfARing) {
  const int n = 600;  // past what is eliminated
  const std::vector<double> pi = StationaryDistribution(Ring(n, 0.875, 0.0625));
  EXPECT_THAT(pi,
              Pointwise(DoubleNear(1e-14), std::vector<double>(n, 1.0 / n)));
}

// Reward s in state s: mean (n - 1) / 2. And twice as much, to show that they
// are solved apart.
TEST(MarkovTest, MeanRewardsLieWithinTheirBounds) {
  for (const int n : {2, 10, 300}) {
    const MarkovMatrix matrix = Ring(n, 0.75, 0.125);
    std::vector<double> rewards;
    for (int s = 0; s < n; ++s) {
      rewards.push_back(s);
      rewards.push_back(2 * s);
    }
    const std::vector<double> pi(n, 1.0 / n);
    const auto means = MeanRewards(matrix, 2, rewards, pi);
    EXPECT_NEAR(means[0].mean, (n - 1) / 2.0, means[0].error);
    EXPECT_NEAR(means[1].mean, n - 1, means[1].error);
    EXPECT_LT(means[0].error, 1e-7 * n);
  }
}

// A bad guess may cost sweeps, never a bound that is wrong.
TEST(MarkovTest, BoundsHoldForABadGuess) {
  const MarkovMatrix matrix = Matrix({{0, 1}, {0.5, 0.5}});
  const auto means = MeanRewards(matrix, 1, {3.0, 0.0}, {0.5, 0.5});
  EXPECT_NEAR(means[0].mean, 1, means[0].error + 1e-15);  // pi = (1/3, 2/3)
}

}  // namespace
}  // namespace dynarch::dataflow
