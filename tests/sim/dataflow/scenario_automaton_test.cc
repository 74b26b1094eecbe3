#include "sim/dataflow/scenario_automaton.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
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
using ::testing::HasSubstr;
using ::testing::Optional;

MaxPlusMatrix Matrix(const std::vector<std::vector<int64_t>>& rows) {
  MaxPlusMatrix matrix(static_cast<int>(rows.size()),
                       static_cast<int>(rows[0].size()));
  for (size_t i = 0; i < rows.size(); ++i) {
    for (size_t j = 0; j < rows[i].size(); ++j) {
      matrix.at(static_cast<int>(i), static_cast<int>(j)) = rows[i][j];
    }
  }
  return matrix;
}

constexpr int64_t kNo = kNever;

// One token, scenarios of 3 and 6 ticks of half a unit, two to one: a step
// takes 4 ticks on average, so 1/4 per tick, 1/2 per unit; at worst 1/3.
TEST(ScenarioAutomatonTest, OneTokenTakesTheMeanTime) {
  ScenarioAutomaton automaton =
      AnyOrder({Matrix({{3}}), Matrix({{6}})}, {Rational(2), Rational(1)});
  automaton.tick = Rational(1, 2);
  const auto worst = WorstCaseThroughput(automaton);
  ASSERT_OK(worst);
  EXPECT_THAT(*worst, ElementsAre(Optional(Rational(1, 3))));
  const auto expected = ExpectedThroughput(automaton);
  ASSERT_OK(expected);
  EXPECT_TRUE(expected->exact);
  EXPECT_THAT(expected->fraction, ElementsAre(Rational(1, 2)));
}

// Scenario 0 works on token 0 for 4, scenario 1 on token 1 for 4, each leaving
// the other as it is; nothing ties them. In alternation they overlap: two steps
// in 4. By a coin, the later token is ahead: the difference is a random walk
// without bound, so the space does not close.
TEST(ScenarioAutomatonTest, ScenariosOnDifferentTokensOverlap) {
  const std::vector<MaxPlusMatrix> matrices = {Matrix({{4, kNo}, {kNo, 0}}),
                                               Matrix({{0, kNo}, {kNo, 4}})};
  ScenarioAutomaton alternate;
  alternate.matrices = matrices;
  alternate.states = {{0, {{1}}}, {1, {{0}}}};
  EXPECT_THAT(*WorstCaseThroughput(alternate),
              ElementsAre(Optional(Rational(1, 2))));
  EXPECT_THAT(ExpectedThroughput(alternate)->fraction,
              ElementsAre(Rational(1, 2)));
  ScenarioAutomaton coin = AnyOrder(matrices);
  EXPECT_THAT(*WorstCaseThroughput(coin),
              ElementsAre(Optional(Rational(1, 4))));
  const auto expected =
      ExpectedThroughput(coin, {.max_states = 1000, .simulated_steps = 10'000});
  ASSERT_OK(expected);
  EXPECT_FALSE(expected->exact);
  EXPECT_GT(expected->error[0], 0);
}

// The pipeline of two stages: token 0 is stage 1 free, token 1 is stage 2 free.
// A fast item takes 1 then 1, a slow one 1 then 5.
MaxPlusMatrix Item(int64_t first, int64_t second) {
  // Ends of stage 1: free1 + first; of stage 2: max(that, free2) + second.
  return Matrix({{first, kNo}, {first + second, second}});
}

// At worst all items are slow: one per 5. By a coin, stage 2 takes 3 on average
// and is never idle for long... a slow item is followed by slow or fast alike;
// stage 2 is the bottleneck whenever it is busy; stage 1 takes 1 <= 1, so stage
// 2 waits only if it has caught up: its lateness behind stage 1 grows by 0 or 4
// per item and never falls. So the space is not closed and the rate is 1/3.
TEST(ScenarioAutomatonTest, TheSlowerStageSetsTheRate) {
  ScenarioAutomaton automaton = AnyOrder({Item(1, 1), Item(1, 5)});
  EXPECT_THAT(*WorstCaseThroughput(automaton),
              ElementsAre(Optional(Rational(1, 5))));
  const auto expected = ExpectedThroughput(
      automaton, {.max_states = 1000, .simulated_steps = 100'000});
  EXPECT_FALSE(expected->exact);
  EXPECT_NEAR(expected->rate[0], 1.0 / 3, 3 * expected->error[0]);
}

// The same with items released every 6 (token 2): stage 1 starts at the release
// at the earliest. A fast item takes 2 from its release, a slow one 6; stage 2
// is free again 6 after the release at the latest, before the next item's
// stage 1 ends. So the latency is 6. Released every 4, slow items pile up.
TEST(ScenarioAutomatonTest, LatencyIsBoundedIfAndOnlyIfThePeriodSuffices) {
  const auto released = [](int64_t first, int64_t second, int64_t period) {
    return Matrix({{first, kNo, first},
                   {first + second, second, first + second},
                   {kNo, kNo, period}});
  };
  const auto outputs = [](int64_t first, int64_t second) {
    return Matrix({{first + second, second, first + second}});
  };
  const std::vector<MaxPlusMatrix> ends = {outputs(1, 1), outputs(1, 5)};
  const auto at_6 = WorstCaseLatency(
      AnyOrder({released(1, 1, 6), released(1, 5, 6)}), Rational(6), ends);
  ASSERT_OK(at_6);
  EXPECT_EQ(*at_6, Rational(6));
  // At period 5, exactly the bottleneck: the first item ends at 6, the k-th at
  // 6 + 5 (k - 1): 6 again.
  EXPECT_EQ(*WorstCaseLatency(AnyOrder({released(1, 1, 5), released(1, 5, 5)}),
                              Rational(5), ends),
            Rational(6));
  const auto at_4 = WorstCaseLatency(
      AnyOrder({released(1, 1, 4), released(1, 5, 4)}), Rational(4), ends);
  ASSERT_OK(at_4);
  EXPECT_EQ(*at_4, std::nullopt);
}

TEST(ScenarioAutomatonTest, LatencyRefusesSumsThatDoNotFit) {
  // 2^62 ticks against a period of 1/(2^63 - 1): one step has 125 bits.
  const Rational period(BigInt(1), (BigInt(1) << 63) - 1);
  EXPECT_THAT(
      WorstCaseLatency(AnyOrder({Matrix({{int64_t{1} << 62}})}), period),
      StatusIs(absl::StatusCode::kOutOfRange,
               HasSubstr("use a coarser unit of time")));
}

// Slow items never twice in a row, period 4 (two items need 6 < 8): a slow item
// ends 6 after its release; the next, fast, at max(release + 1, 6 - 4) + 1 = 3;
// so 6 is the largest.
TEST(ScenarioAutomatonTest, LatencyFollowsTheAutomaton) {
  ScenarioAutomaton automaton;
  const auto released = [](int64_t second) {
    return Matrix(
        {{1, kNo, 1}, {1 + second, second, 1 + second}, {kNo, kNo, 4}});
  };
  automaton.matrices = {released(1), released(5)};
  automaton.states = {{0, {{0}, {1}}}, {1, {{0}}}};
  const std::vector<MaxPlusMatrix> ends = {Matrix({{2, 1, 2}}),
                                           Matrix({{6, 5, 6}})};
  EXPECT_EQ(*WorstCaseLatency(automaton, Rational(4), ends), Rational(6));
}

TEST(ScenarioAutomatonTest, SaysWhatIsWrong) {
  const auto message = [](const ScenarioAutomaton& automaton) {
    const absl::Status status = Check(automaton);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  EXPECT_THAT(message({}), HasSubstr("no matrix"));
  EXPECT_THAT(message(AnyOrder({Matrix({{1}}), Matrix({{1, 2}})})),
              HasSubstr("matrix 1 is 1 x 2; all must be 1 x 1"));
  EXPECT_THAT(message(AnyOrder({Matrix({{-1}})})), HasSubstr("entry -1"));
  ScenarioAutomaton automaton = AnyOrder({Matrix({{1}})});
  automaton.states[0].transitions[0].to = 1;
  EXPECT_THAT(message(automaton), HasSubstr("leads to state 1 of 1"));
  automaton.states[0].transitions = {};
  EXPECT_THAT(message(automaton), HasSubstr("state 0 has no transition"));
  automaton.states = {{0, {{0, Rational(0)}}}};
  EXPECT_THAT(message(automaton), HasSubstr("weights are > 0"));
  automaton.states = {{0, {{0}}}, {0, {{0}}}};
  EXPECT_THAT(message(automaton), HasSubstr("state 1 cannot be reached"));
  automaton.states = {{3, {{0}}}};
  EXPECT_THAT(message(automaton), HasSubstr("has scenario 3 of 1"));
  automaton.states = {{0, {{0}}}};
  automaton.counters = {{1}, {2}};
  EXPECT_THAT(message(automaton), HasSubstr("2 rows of counters for 1"));
  automaton.counters = {};
  automaton.initial = 1;
  EXPECT_THAT(message(automaton), HasSubstr("initial state 1 of 1"));
}

MaxPlusMatrix RandomMatrix(RandomStream& random, int size) {
  MaxPlusMatrix matrix(size, size);
  for (int i = 0; i < size; ++i) {
    for (int j = 0; j < size; ++j) {
      if (random.UniformBelow(3) != 0 || i == j) {
        matrix.at(i, j) = static_cast<int64_t>(random.UniformBelow(9));
      }
    }
  }
  return matrix;
}

// Blocks that choose freely: the entrywise maximum has the worst rate over all
// sequences of combinations, which an automaton of all products confirms.
TEST(ScenarioAutomatonTest, FreeBlocksAttainTheEntrywiseMaximum) {
  for (uint64_t index = 0; index < 100; ++index) {
    SCOPED_TRACE(absl::StrCat("case ", index));
    RandomStream random({.seed = 11, .index = index});
    const int size = 1 + static_cast<int>(random.UniformBelow(3));
    std::vector<std::vector<MaxPlusMatrix>> blocks(2);
    for (auto& block : blocks) {
      block = {RandomMatrix(random, size), RandomMatrix(random, size)};
    }
    const auto bound = WorstCaseOfBlocks(blocks, /*independent=*/true);
    ASSERT_OK(bound);
    EXPECT_TRUE(bound->exact);
    std::vector<MaxPlusMatrix> products;
    for (const MaxPlusMatrix& first : blocks[0]) {
      for (const MaxPlusMatrix& second : blocks[1]) {
        products.push_back(*Product(second, first));
      }
    }
    const auto worst = WorstCaseThroughput(AnyOrder(products));
    ASSERT_OK(worst);
    ASSERT_TRUE(bound->period.has_value());
    if (bound->period->zero()) {
      EXPECT_EQ((*worst)[0], std::nullopt);
    } else {
      EXPECT_EQ((*worst)[0], Rational(1) / *bound->period);
    }
  }
}

// One decision for both blocks: 1 then 5, or 5 then 1, never 5 and 5.
TEST(ScenarioAutomatonTest, BlocksThatDecideTogetherGiveAnUpperBound) {
  const std::vector<std::vector<MaxPlusMatrix>> blocks = {
      {Matrix({{1}}), Matrix({{5}})}, {Matrix({{5}}), Matrix({{1}})}};
  const auto bound = WorstCaseOfBlocks(blocks, /*independent=*/false);
  ASSERT_OK(bound);
  EXPECT_FALSE(bound->exact);
  EXPECT_EQ(bound->period, Rational(10));
  EXPECT_THAT(WorstCaseOfBlocks({}, true),
              StatusIs(absl::StatusCode::kInvalidArgument));
  const std::vector<std::vector<MaxPlusMatrix>> empty(1);
  EXPECT_THAT(WorstCaseOfBlocks(empty, true),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("block 0 has no alternative")));
}

// All sequences of up to 6 steps: none has more than the worst latency, and at
// a period of the slowest entry the worst is attained within them (paths to a
// longest one need no more steps than there are nodes).
TEST(ScenarioAutomatonTest, LatencyAgreesWithEnumeration) {
  for (uint64_t index = 0; index < 50; ++index) {
    SCOPED_TRACE(absl::StrCat("case ", index));
    RandomStream random({.seed = 12, .index = index});
    const ScenarioAutomaton automaton =
        AnyOrder({RandomMatrix(random, 2), RandomMatrix(random, 2)});
    const int64_t period = 9;
    const auto latency = WorstCaseLatency(automaton, Rational(period));
    ASSERT_OK(latency);
    int64_t most = kNever;
    std::vector<MaxPlusVector> vectors = {{0, 0}};
    for (int step = 0; step < 6; ++step) {
      std::vector<MaxPlusVector> next;
      for (const MaxPlusVector& x : vectors) {
        for (const MaxPlusMatrix& matrix : automaton.matrices) {
          next.push_back(*Product(matrix, x));
          most = std::max(most, Norm(next.back()) - step * period);
        }
      }
      vectors = std::move(next);
    }
    EXPECT_EQ(*latency, Rational(most));
  }
}

}  // namespace
}  // namespace dynarch::dataflow
