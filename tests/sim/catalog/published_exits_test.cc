// Exit rates, times and work that papers publish against what the networks of
// the catalogue and the mean over their exits give.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "sim/behavior/population.h"
#include "sim/behavior/statistics.h"
#include "sim/graph/network.h"
#include "tests/sim/catalog/catalog_network.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::catalog {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Pointwise;

behavior::Statistics Statistics(const std::string& name) {
  auto behavior = BehaviorOf(name, 1);
  EXPECT_OK(behavior);
  auto statistics = behavior::Summarise(behavior->network, behavior->population,
                                        behavior->policy, nullptr, /*lags=*/0);
  EXPECT_OK(statistics);
  return *std::move(statistics);
}

std::vector<double> ExitShares(const std::string& name) {
  std::vector<double> shares;
  for (const auto& outcome : Statistics(name).exits.outcomes) {
    shares.push_back(outcome.share);
  }
  return shares;
}

// Mean of `until`, the cost of an inference that ends at each exit.
double Mean(const std::vector<double>& shares,
            const std::vector<double>& until) {
  double mean = 0;
  for (size_t exit = 0; exit < shares.size(); ++exit) {
    mean += shares[exit] * until[exit];
  }
  return mean;
}

// S. Teerapittayanon et al., ICPR 2016, Table I.
TEST(BranchyNetTableTest, RatesAndAccuracyAreThoseOfTheTable) {
  EXPECT_THAT(ExitShares("branchynet_alexnet"),
              Pointwise(DoubleNear(1e-12), {0.656, 0.252, 0.092}));
  EXPECT_THAT(ExitShares("branchynet_resnet110"),
              Pointwise(DoubleNear(1e-12), {0.415, 0.138, 0.447}));
  EXPECT_DOUBLE_EQ(*Statistics("branchynet_alexnet").accuracy, 0.7919);
}

// The rates are those of the thresholds in the file; at others nobody knows.
TEST(BranchyNetTableTest, RatesStandForTheThresholdsOfTheTableOnly) {
  ASSERT_OK_AND_ASSIGN(const CatalogBehavior behavior,
                       BehaviorOf("branchynet_alexnet", 10));
  behavior::ExitPolicy policy = behavior.policy;
  EXPECT_OK(behavior.population.Check(policy));
  ASSERT_OK_AND_ASSIGN(policy.thresholds[0], behavior::Threshold::Parse("0.3"));
  EXPECT_THAT(
      behavior.population.Check(policy),
      testing::StatusIs(absl::StatusCode::kInvalidArgument,
                        ::testing::HasSubstr(
                            "no trace for decisions.exit1.threshold = 0.3")));
}

// Times of the stages fitted to the published sweeps of thresholds, by
// non-negative least squares, with the mean error of the fit: LeNet 0.396 and
// 2.17 ms against 2.79 ms without exits, 4 %; AlexNet 2.785, 1.567 and 2.418 ms
// against 5.26 ms, 1.8 %. Table I prints gains of 5.4 and 1.5 on the CPU.
TEST(BranchyNetTableTest, GainsFollowFromStageTimesAndRates) {
  const double lenet =
      2.79 / Mean(ExitShares("branchynet_lenet"), {0.396, 0.396 + 2.17});
  EXPECT_NEAR(lenet, 5.4, 0.04 * 5.4);
  const double alexnet =
      5.26 / Mean(ExitShares("branchynet_alexnet"),
                  {2.785, 2.785 + 1.567, 2.785 + 1.567 + 2.418});
  EXPECT_NEAR(alexnet, 1.5, 0.018 * 1.5);
}

// An inference that ends at an exit pays for the heads of the exits before it:
// 0.656 x 17,339,392 + 0.252 x (19,547,392 + head 1) + 0.092 x (28,247,296 +
// heads 1 and 2), against 28,247,296. Head 1: 64 x 9 x 32 x 64 + 32 x 9 x 32 x
// 64 pixels + 5,120 = 1,774,592; head 2: 96 x 9 x 32 x 16 + 1,280 = 443,648.
TEST(BranchyNetTableTest, WorkPredictsTheGainOfAlexNetOnTheCpu) {
  const behavior::Statistics statistics = Statistics("branchynet_alexnet");
  const double expected = 0.656 * 17'339'392 +
                          0.252 * (19'547'392 + 1'774'592) +
                          0.092 * (28'247'296 + 1'774'592 + 443'648);
  EXPECT_NEAR(statistics.macs_expected, expected, 1);
  EXPECT_EQ(statistics.macs_static, 28'247'296);
  // 9.56 ms against 6.32 ms: 1.513; work alone comes within 5 %.
  EXPECT_NEAR(statistics.macs_static / statistics.macs_expected, 9.56 / 6.32,
              0.05 * 9.56 / 6.32);
}

// F. Ilhan et al., WACV 2024, as released: probability of each exit and time to
// it (ms) for a stated mean budget. The mean lies up to 7 % above the budget.
TEST(EeNetTableTest, MeanTimeIsTheBudgetOrUpToSevenPercentMore) {
  struct Row {
    std::vector<double> shares, until;
    double budget;
  };
  const std::vector<double> bert = {51.04, 91.35, 148.13, 188.9};
  for (const Row& row : std::vector<Row>{
           {{0.17598, 0.26352, 0.12969, 0.43082}, bert, 125},
           {{0.16380, 0.35019, 0.15347, 0.33254}, bert, 125},
           {{0.13767, 0.43928, 0.26330, 0.15975}, {2.49, 5.3, 9.53, 10.2}, 6.5},
           {ExitShares("eenet_resnet56"), {2.31, 4.15, 4.93}, 2.5}}) {
    const double ratio = Mean(row.shares, row.until) / row.budget;
    EXPECT_GE(ratio, 1);
    EXPECT_LE(ratio, 1.07);
  }
}

TEST(EeNetTableTest, RatesAreThoseReleased) {
  EXPECT_THAT(ExitShares("eenet_resnet56"),
              Pointwise(DoubleNear(1e-12), {0.88235, 0.09172, 0.02593}));
}

// 44, 84, 64, 60, 66, 37, 22, 7, 7, 1, 2 and 42 of 436 sentences: a mean of
// 2005 / 436 = 4.599 layers, each of 931,726,848 multiply-accumulates with its
// exit.
TEST(EdgeBertTest, ExpectedWorkIsThatOfTheMeanLayer) {
  const behavior::Statistics statistics = Statistics("bert_base_exits");
  EXPECT_NEAR(statistics.macs_expected, 2005.0 / 436 * 931'726'848, 1e5);
  EXPECT_FALSE(statistics.accuracy.has_value());
}

}  // namespace
}  // namespace dynarch::catalog
