#include "sim/behavior/source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "sim/behavior/population.h"
#include "tests/sim/behavior/small_networks.h"

namespace dynarch::behavior {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

auto Refused(const std::string& what) {
  return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(what));
}
Decimal D(const char* text) { return *Decimal::Parse(text); }

Case Of(const char* probability, graph::Outcomes outcomes) {
  Case said;
  said.probability = D(probability);
  said.outcomes = std::move(outcomes);
  return said;
}

TEST(DistributionTest, ProbabilitiesSumToExactlyOne) {
  const graph::Network network = Gated(1);
  Distribution source;
  source.cases = {Of("0.3", {0}), Of("0.7", {1})};
  EXPECT_OK(CheckSource(source, network));
  source.cases[1].probability = D("0.699999999999999999");
  EXPECT_THAT(CheckSource(source, network),
              Refused("cases: probabilities sum to 0.999999999999999999; they "
                      "must sum to exactly 1"));
  source.cases[1].probability = D("-0.7");
  EXPECT_THAT(CheckSource(source, network),
              Refused("cases[1].probability: got -0.7"));
  source.cases[1].probability = D("0.0000000000000000007");
  EXPECT_THAT(CheckSource(source, network), Refused("at most 18 decimals"));
}

TEST(DistributionTest, EveryDecisionIsSaidOnceAndWithinItsRange) {
  const graph::Network network = Gated(2);
  Distribution source;
  source.cases = {Of("1", {1, graph::kNotReached})};
  EXPECT_THAT(CheckSource(source, network),
              Refused("cases[0].decisions.gate2: is reached and has no "
                      "outcome"));
  source.independent = {{1, {{{0}, D("0.5")}, {{1}, D("0.5")}}}};
  EXPECT_OK(CheckSource(source, network));
  source.independent.push_back({0, {{{1}, D("1")}}});
  EXPECT_THAT(CheckSource(source, network),
              Refused("independent.gate1: is said in `cases` or earlier"));
  source.independent = {{1, {{{0}, D("0.5")}, {{1}, D("0.4")}}}};
  EXPECT_THAT(CheckSource(source, network),
              Refused("independent.gate2: probabilities sum to 0.9"));
  source.cases = {Of("1", {2, 0})};
  EXPECT_THAT(CheckSource(source, network),
              Refused("cases[0].gate1: got 2; 0 to 1 is allowed"));
}

TEST(DistributionTest, TheExitIsSaidWhereThereIsAChoice) {
  const graph::Network network = Chain(2);
  Distribution source;
  source.cases = {Of("1", {})};
  EXPECT_THAT(CheckSource(source, network),
              Refused("cases[0].exit: is not given; say which of exit1, exit2 "
                      "is taken"));
  source.independent = {
      {Marginal::kExit, {{{0}, D("0.25")}, {{1}, D("0.75")}}}};
  EXPECT_OK(CheckSource(source, network));
  source.cases[0].accuracy = D("1.5");
  EXPECT_THAT(CheckSource(source, network),
              Refused("cases[0].accuracy: got 1.5"));
}

TEST(DistributionTest, DrawsComeAtTheirRatesAndStatedRatesAreExact) {
  const graph::Network network = Gated(2);
  Distribution source;
  source.cases = {Of("0.3", {0, graph::kNotReached}),
                  Of("0.7", {1, graph::kNotReached})};
  source.cases[0].accuracy = D("0.5");
  source.accuracy = D("0.9");
  source.independent = {{1, {{{0}, D("0.1")}, {{1}, D("0.9")}}}};
  ASSERT_OK(CheckSource(source, network));
  Request request;
  request.inferences = 100'000;
  const auto population = Realise(source, network, request);
  ASSERT_OK(population);
  std::map<graph::Outcomes, double> stated, drawn;
  for (const StatedScenario& scenario : population->stated()) {
    stated[scenario.outcomes] = scenario.share;
  }
  for (const uint32_t index : population->table_index()) {
    drawn[population->TableRow(static_cast<int>(index))] += 1e-5;
  }
  const std::map<graph::Outcomes, double> want = {
      {{0, 0}, 0.03}, {{0, 1}, 0.27}, {{1, 0}, 0.07}, {{1, 1}, 0.63}};
  for (const auto& [row, share] : want) {
    EXPECT_NEAR(stated[row], share, 1e-15);
    // Five standard deviations of a share of 10^5 draws are at most 0.008.
    EXPECT_NEAR(drawn[row], share, 0.008);
  }
  ASSERT_TRUE(population->stated_accuracy().has_value());
  EXPECT_NEAR(*population->stated_accuracy(), 0.3 * 0.5 + 0.7 * 0.9, 1e-15);
  const Replay replay = population->Run(StaticPolicy(network));
  EXPECT_NEAR(static_cast<double>(replay.correct_count) / 1e5, 0.78, 0.008);
  // Of another arithmetic nothing is known.
  request.dtype = graph::DataType::kInt8;
  const auto int8 = Realise(source, network, request);
  ASSERT_OK(int8);
  EXPECT_FALSE(int8->stated_accuracy().has_value());
  EXPECT_FALSE(int8->has_accuracy());
}

TEST(DistributionTest, TheSameKeyDrawsTheSameSamples) {
  const graph::Network network = Gated(1);
  Distribution source;
  source.cases = {Of("0.5", {0}), Of("0.5", {1})};
  Request request;
  request.inferences = 1000;
  const auto first = Realise(source, network, request);
  request.inferences = 100;
  const auto shorter = Realise(source, network, request);
  ASSERT_OK(first);
  ASSERT_OK(shorter);
  for (int i = 0; i < 100; ++i) {
    const auto row = [i](const Population& p) {
      return p.TableRow(static_cast<int>(p.table_index()[i]));
    };
    EXPECT_EQ(row(*first), row(*shorter));
  }
}

TEST(DistributionTest, ThresholdsAreRefused) {
  const graph::Network network = Chain(2);
  Distribution source;
  source.cases = {Of("1", {})};
  source.cases[0].exit = 0;
  Request request;
  request.thresholds = Thresholds({"0.3", "always"});
  EXPECT_THAT(Realise(source, network, request),
              Refused("no trace for decisions.exit1.threshold = 0.3; the "
                      "distribution holds only the outcomes that it states"));
  request.thresholds.clear();
  const graph::Network gated = Gated(1);
  source.cases = {Of("1", {1})};
  request.knobs = {D("0.5")};
  EXPECT_THAT(Realise(source, gated, request),
              Refused("no trace for decisions.gate1.threshold = 0.5"));
}

// open -> open 0.9, shut 0.1; shut -> open 0.3, shut 0.7. Balance: 0.1 open =
// 0.3 shut, so open has 3/4.
MarkovChain OpenAndShut() {
  MarkovChain chain;
  chain.states = {{"open", Of("0", {1}), {{0, D("0.9")}, {1, D("0.1")}}},
                  {"shut", Of("0", {0}), {{0, D("0.3")}, {1, D("0.7")}}}};
  return chain;
}

TEST(MarkovChainTest, TheLongRunByHand) {
  const std::vector<double> shares = StationaryShares(OpenAndShut());
  ASSERT_EQ(shares.size(), 2u);
  EXPECT_NEAR(shares[0], 0.75, 1e-15);
  EXPECT_NEAR(shares[1], 0.25, 1e-15);
}

// A ring of three in which each state stays with its own probability: shares
// are as the mean stays, 1 / (1 - stay) = 2, 4, 10 of 16; a start that is left.
TEST(MarkovChainTest, StatesThatAreLeftHaveNoShare) {
  MarkovChain chain;
  chain.states = {{"start", Of("0", {1}), {{1, D("1")}}},
                  {"a", Of("0", {1}), {{1, D("0.5")}, {2, D("0.5")}}},
                  {"b", Of("0", {0}), {{2, D("0.75")}, {3, D("0.25")}}},
                  {"c", Of("0", {0}), {{3, D("0.9")}, {1, D("0.1")}}}};
  ASSERT_OK(CheckSource(chain, Gated(1)));
  const std::vector<double> shares = StationaryShares(chain);
  EXPECT_EQ(shares[0], 0);
  EXPECT_NEAR(shares[1], 2.0 / 16, 1e-15);
  EXPECT_NEAR(shares[2], 4.0 / 16, 1e-15);
  EXPECT_NEAR(shares[3], 10.0 / 16, 1e-15);
}

TEST(MarkovChainTest, WalksFromTheInitialState) {
  const graph::Network network = Gated(1);
  MarkovChain chain = OpenAndShut();
  chain.initial = 1;
  ASSERT_OK(CheckSource(chain, network));
  Request request;
  request.inferences = 100'000;
  const auto population = Realise(chain, network, request);
  ASSERT_OK(population);
  EXPECT_THAT(population->TableRow(0), ElementsAre(0));
  int64_t open = 0, stays = 0;
  const auto& index = population->table_index();
  for (size_t i = 0; i + 1 < index.size(); ++i) {
    open += index[i] == 1;
    stays += index[i] == 1 && index[i + 1] == 1;
  }
  EXPECT_NEAR(static_cast<double>(open) / 1e5, 0.75, 0.02);
  EXPECT_NEAR(static_cast<double>(stays) / static_cast<double>(open), 0.9,
              0.01);
  EXPECT_NEAR(population->stated()[0].share, 0.75, 1e-15);
}

TEST(MarkovChainTest, ShapesThatAreRefused) {
  const graph::Network network = Gated(1);
  MarkovChain chain = OpenAndShut();
  chain.states[0].next = {{0, D("1")}};
  EXPECT_THAT(CheckSource(chain, network),
              Refused("states.shut: cannot be reached from the initial state "
                      "'open'"));
  chain = OpenAndShut();
  chain.states[1].next[0].probability = D("0.2");
  EXPECT_THAT(CheckSource(chain, network),
              Refused("states.shut.next: probabilities sum to 0.9"));
  chain = OpenAndShut();
  chain.states.push_back({"stuck", Of("0", {0}), {{2, D("1")}}});
  chain.states[0].next = {{1, D("0.5")}, {2, D("0.5")}};
  chain.states[1].next = {{1, D("1")}};
  EXPECT_THAT(CheckSource(chain, network),
              Refused("states: 'shut' and 'stuck' lie in sets that are never "
                      "left"));
  chain.states.clear();
  EXPECT_THAT(CheckSource(chain, network), Refused("states: there is none"));
}

TEST(FixedTest, NominalOutcomesAreTheStaticNetwork) {
  const graph::Network network = Gated(2);
  const Fixed fixed = NominalSource(network);
  ASSERT_OK(CheckSource(fixed, network));
  Request request;
  request.inferences = 3;
  const auto population = Realise(fixed, network, request);
  ASSERT_OK(population);
  EXPECT_THAT(population->TableRow(0), ElementsAre(1, 1));
  EXPECT_THAT(population->table_index(), ElementsAre(0, 0, 0));
}

}  // namespace
}  // namespace dynarch::behavior
