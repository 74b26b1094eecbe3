#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/behavior/population.h"
#include "tests/sim/behavior/small_traces.h"

namespace dynarch::behavior {
namespace {

using ::testing::ElementsAre;
using Signal = graph::Signal;

TEST(ControlTest, OracleTakesTheFirstExitThatIsRight) {
  const graph::Network network = Chain(3);
  TraceSlice slice = SliceOf(3);
  slice.signal(Signal::kMaxProbability).assign(9, 0.1);
  slice.correct = {0, 1, 1, /**/ 0, 0, 0, /**/ 1, 0, 1};
  const Source trace = TraceOf(network, slice);
  Request request;
  request.control = Control::kOracle;
  const Population population = Realised(trace, network, request);
  const auto taken = [&](const std::vector<std::string>& thresholds) {
    return Replayed(population, PolicyOf(network, Thresholds(thresholds)));
  };
  Replay replay = taken({"0.5", "0.5", "always"});
  EXPECT_THAT(replay.scenarios, ElementsAre(1, 0, 0));
  EXPECT_EQ(replay.correct_count, 2);
  // An exit that does not exist is not taken.
  replay = taken({"never", "0.5", "always"});
  EXPECT_THAT(replay.scenarios, ElementsAre(1, 1, 2));
}

TEST(ControlTest, OracleNeedsCorrectnessByExit) {
  const graph::Network network = Chain(3);
  Request request;
  request.control = Control::kOracle;
  EXPECT_THAT(Realise(Taken(network), network, request),
              Refused("here only the exit taken is known"));
  Trace trace = ThreeSamples(Chain(2));
  trace.slices[0].correct.clear();
  EXPECT_THAT(Realise(trace, Chain(2), request),
              Refused("the trace holds no correctness"));
}

TEST(ControlTest, StaticTakesTheLastExitAndNominalOutcomes) {
  const graph::Network chain = Chain(2);
  Request request;
  request.control = Control::kStatic;
  Population population = Realised(ThreeSamples(chain), chain, request);
  Replay replay =
      Replayed(population, PolicyOf(chain, Thresholds({"0.5", "always"})));
  EXPECT_THAT(replay.counts, ElementsAre(0, 3));
  EXPECT_EQ(replay.correct_count, 2);  // Of the last exit.
  const graph::Network gated = Gated(2);
  TraceSlice slice = SliceOf(2);
  slice.outcomes = OutcomeRows(2);
  slice.outcomes.Append({0, 1});
  slice.outcomes.Append({1, 1});
  slice.correct = {1, 1};
  population = Realised(TraceOf(gated, slice), gated, request);
  EXPECT_EQ(population.table_size(), 1);
  EXPECT_THAT(population.TableRow(0), ElementsAre(1, 1));
  EXPECT_FALSE(population.has_accuracy());  // Not of these outcomes.
}

// 200 samples of four gates, each open in a share of its own, all correlated:
// gate g is open while i < 40 (g + 1).
Trace Nested4(const graph::Network& network) {
  TraceSlice slice = SliceOf(200);
  slice.outcomes = OutcomeRows(4);
  for (int64_t i = 0; i < 200; ++i) {
    graph::Outcomes row;
    for (int g = 0; g < 4; ++g) row.push_back(i < 40 * (g + 1));
    slice.outcomes.Append(row);
  }
  return TraceOf(network, slice);
}

std::vector<int64_t> OpenCounts(const Population& population) {
  std::vector<int64_t> open(4);
  for (const uint32_t index : population.table_index()) {
    const graph::Outcomes row = population.TableRow(static_cast<int>(index));
    for (int g = 0; g < 4; ++g) open[g] += row[g];
  }
  return open;
}

TEST(ControlTest, IndependentKeepsEveryRateAndBreaksTheCorrelation) {
  const graph::Network network = Gated(4);
  Request request;
  EXPECT_EQ(Realised(Nested4(network), network).table_size(), 5);
  request.control = Control::kIndependent;
  const Population population = Realised(Nested4(network), network, request);
  EXPECT_THAT(OpenCounts(population), ElementsAre(40, 80, 120, 160));
  EXPECT_GT(population.table_size(), 10);  // Of 16.
  request.seed = 2;
  EXPECT_NE(Realised(Nested4(network), network, request).table_index(),
            population.table_index());
}

TEST(ControlTest, RandomDrawsEveryDecisionAtItsRate) {
  const graph::Network network = Gated(4);
  Request request;
  request.control = Control::kRandom;
  const std::vector<int64_t> open =
      OpenCounts(Realised(Nested4(network), network, request));
  // Binomial(200, p): five standard deviations are at most 5 sqrt(50) < 36.
  for (int g = 0; g < 4; ++g) EXPECT_NEAR(open[g], 40 * (g + 1), 36);
  EXPECT_NE(open, (std::vector<int64_t>{40, 80, 120, 160}));
}

TEST(ControlTest, RandomExitsHaveTheRatesOfTheThresholds) {
  RandomTrace trace(3, 5000, 3);
  const Source source = TraceOf(trace.network, trace.slice);
  Request request;
  const ExitPolicy policy =
      PolicyOf(trace.network, Thresholds({"0.5", "0.5", "always"}));
  const Replay want = Replayed(Realised(source, trace.network), policy);
  request.control = Control::kRandom;
  const Replay drawn =
      Replayed(Realised(source, trace.network, request), policy);
  EXPECT_NE(drawn.scenarios, want.scenarios);
  for (int e = 0; e < 3; ++e) {
    // Five standard deviations of Binomial(5000, p) are at most 177.
    EXPECT_NEAR(drawn.counts[e], want.counts[e], 177);
  }
  EXPECT_EQ(drawn.correct.size(), 5000);
}

TEST(ControlTest, IndependentExitsKeepWhatEachExitWouldTake) {
  RandomTrace trace(4, 1000, 3);
  const Source source = TraceOf(trace.network, trace.slice);
  Request request;
  const ExitPolicy policy =
      PolicyOf(trace.network, Thresholds({"0.5", "0.5", "always"}));
  const Population plain = Realised(source, trace.network);
  request.control = Control::kIndependent;
  const Population dealt = Realised(source, trace.network, request);
  EXPECT_EQ(dealt.PassCounts(policy), plain.PassCounts(policy));
  EXPECT_NE(Replayed(dealt, policy).scenarios,
            Replayed(plain, policy).scenarios);
}

TEST(ControlTest, NamesAreParsed) {
  for (int c = 0; c < kControlCount; ++c) {
    const auto control = static_cast<Control>(c);
    const auto named = ControlNamed(NameOf(control));
    ASSERT_OK(named);
    EXPECT_EQ(*named, control);
  }
  EXPECT_THAT(ControlNamed("orcale"),
              Refused("got 'orcale'; allowed: none, random, oracle, "
                      "independent, static; did you mean 'oracle'?"));
}

}  // namespace
}  // namespace dynarch::behavior
