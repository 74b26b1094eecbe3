// Random scenario-aware graphs: two algorithms that share neither state nor
// recursion agree, and shortcuts change nothing.
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/random.h"
#include "sim/dataflow/components.h"
#include "sim/dataflow/graph.h"
#include "sim/dataflow/repetition.h"
#include "sim/dataflow/sadf_analysis.h"
#include "sim/dataflow/sadf_iterations.h"
#include "sim/dataflow/sadf_model.h"
#include "sim/dataflow/sadf_rates.h"
#include "sim/dataflow/sadf_space.h"
#include "sim/dataflow/throughput.h"
#include "tests/sim/dataflow/draw_graph.h"
#include "tests/sim/dataflow/sadf_samples.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::dataflow {
namespace {

constexpr int kCases = 150;

RandomStream CaseStream(int index, uint64_t seed) {
  return RandomStream({.seed = seed,
                       .purpose = RandomPurpose::kTest,
                       .index = static_cast<uint64_t>(index)});
}

// Timed states against max-plus matrices: equal worst cases, equal fractions
// where both are small, expectations within the bounds both give.
TEST(SadfPropertyTest, TimedStatesAndIterationsAgree) {
  int compared = 0;
  for (int index = 0; index < kCases; ++index) {
    SCOPED_TRACE(absl::StrCat("case ", index));
    RandomStream random = CaseStream(index, 20260101);
    const ScenarioAwareGraph graph = RandomRing(random, /*most_profiles=*/1);
    const auto by_time =
        AnalyseThroughput(graph, {.method = SadfMethod::kTimedStates,
                                  .max_states = 20'000,
                                  .simulated_firings = 1000});
    const auto by_matrix = AnalyseThroughput(
        graph, {.method = SadfMethod::kIterations, .max_states = 20'000});
    ASSERT_OK(by_time);
    if (!by_matrix.ok()) {
      // A bounded channel can deadlock an iteration; then the timed states
      // show it, too.
      EXPECT_THAT(by_time->deadlock, ::testing::Not(::testing::IsEmpty()))
          << by_matrix.status();
      continue;
    }
    for (size_t p = 0; p < graph.processes.size(); ++p) {
      const ProcessThroughput& timed = by_time->processes[p];
      const ProcessThroughput& matrix = by_matrix->processes[p];
      if (!timed.worst_case_exact || !matrix.expected_exact) continue;
      EXPECT_EQ(timed.worst_case, matrix.worst_case);
      EXPECT_NEAR(timed.expected, matrix.expected,
                  timed.expected_error + matrix.expected_error +
                      1e-12 * timed.expected);
      if (timed.expected_fraction.has_value() &&
          matrix.expected_fraction.has_value()) {
        EXPECT_EQ(*timed.expected_fraction, *matrix.expected_fraction);
      }
      ++compared;
    }
  }
  EXPECT_GT(compared, 2 * kCases);  // at least two processes each
}

// Compares the analysis with the rates of the whole space, with all its times
// and from the initial state; false if there is nothing to compare.
bool CompareWithWholeSpace(const ScenarioAwareGraph& graph) {
  const auto result = AnalyseThroughput(
      graph, {.max_states = 5'000, .simulated_firings = 1000});
  EXPECT_OK(result);
  const auto model = CompileSadf(graph);
  EXPECT_OK(model);
  if (!result.ok() || !model.ok()) return false;
  const auto space = ExploreSadf(graph, *model, {.states = 5'000}, true);
  EXPECT_OK(space);
  if (!space.ok() || !space->closed) return false;
  EXPECT_EQ(space->deadlock.empty(), result->deadlock.empty());
  const auto worst = WorstRates(*space);
  EXPECT_OK(worst);
  const ExpectedRates expected = RatesExpected(model->distributions, *space);
  for (size_t p = 0; p < graph.processes.size(); ++p) {
    const ProcessThroughput& process = result->processes[p];
    EXPECT_EQ(process.worst_case, (*worst)[p]);
    EXPECT_TRUE(process.expected_exact);
    EXPECT_NEAR(
        process.expected, expected.rate[p],
        process.expected_error + expected.error[p] + 1e-12 * process.expected);
    EXPECT_LE(process.worst_case->ToDouble(), process.expected * (1 + 1e-12));
  }
  return true;
}

// The largest times alone have the worst case, and the recurrent part alone the
// expectation.
TEST(SadfPropertyTest, TheWholeSpaceHasTheSameRates) {
  int compared = 0;
  for (int index = 0; index < kCases; ++index) {
    SCOPED_TRACE(absl::StrCat("case ", index));
    RandomStream random = CaseStream(index, 20260202);
    compared += CompareWithWholeSpace(RandomRing(random, 2));
  }
  EXPECT_GT(compared, kCases / 2);
}

// Also where chains are chosen by chains and may end in one of several classes.
TEST(SadfPropertyTest, NestedDetectorsHaveTheRatesOfTheWholeSpace) {
  int compared = 0;
  for (int index = 0; index < 2 * kCases; ++index) {
    SCOPED_TRACE(absl::StrCat("case ", index));
    RandomStream random = CaseStream(index, 20260404);
    compared += CompareWithWholeSpace(RandomNested(random));
  }
  EXPECT_GT(compared, kCases);
}

// Kernels only: no choice but times, one of each. Then worst case, expectation
// and a long simulated run are the same.
TEST(SadfPropertyTest, WithoutChoicesAllRatesAreOne) {
  for (int index = 0; index < 20; ++index) {
    SCOPED_TRACE(absl::StrCat("case ", index));
    RandomStream random = CaseStream(index, 20260303);
    ScenarioAwareGraph graph = RandomRing(random, 1);
    // Only the first of each chain's transitions: the ring of all states.
    for (SadfState& state : graph.processes[0].chains[0].states) {
      state.transitions.resize(1);
    }
    const auto result =
        AnalyseThroughput(graph, {.method = SadfMethod::kTimedStates});
    ASSERT_OK(result);
    for (const ProcessThroughput& process : result->processes) {
      EXPECT_EQ(process.worst_case, process.expected_fraction);
    }
  }
}

// A static graph: an actor becomes a detector that enters one state after the
// other, a phase each.
ScenarioAwareGraph FromStatic(const Graph& graph) {
  ScenarioAwareGraph result;
  result.name = graph.name;
  for (size_t a = 0; a < graph.actors.size(); ++a) {
    SadfProcess process;
    process.name = graph.actors[a].name;
    process.detector = true;
    MarkovChain chain;
    const int phases = graph.actors[a].phases();
    for (int phase = 0; phase < phases; ++phase) {
      const std::string name = absl::StrCat("p", phase);
      SadfScenario scenario;
      scenario.name = name;
      scenario.profiles = {{graph.actors[a].times[phase]}};
      for (const Channel& channel : graph.channels) {
        if (channel.source == static_cast<int>(a)) {
          scenario.produce.push_back({channel.name, channel.production[phase]});
        }
        if (channel.destination == static_cast<int>(a)) {
          scenario.consume.push_back(
              {channel.name, channel.consumption[phase]});
        }
      }
      process.scenarios.push_back(std::move(scenario));
      chain.states.push_back(
          {name, name, {{absl::StrCat("p", (phase + 1) % phases)}}});
    }
    chain.initial_state = chain.states.back().name;
    process.chains = {std::move(chain)};
    result.processes.push_back(std::move(process));
  }
  for (const Channel& channel : graph.channels) {
    SadfChannel to;
    to.name = channel.name;
    to.source = graph.actors[channel.source].name;
    to.destination = graph.actors[channel.destination].name;
    to.initial_tokens = channel.initial_tokens;
    to.capacity = channel.capacity;
    result.channels.push_back(std::move(to));
  }
  return result;
}

bool IsStronglyConnected(const Graph& graph) {
  std::vector<std::pair<int, int>> edges;
  for (const Channel& channel : WithSpaceAsChannels(graph).channels) {
    edges.emplace_back(channel.source, channel.destination);
  }
  return StronglyConnected(
             MakeAdjacency(static_cast<int>(graph.actors.size()), edges))
             .members.size() == 1;
}

// A cyclo-static graph is a scenario-aware one without choices: the same period
// as by the methods for static graphs, one firing of an actor at a time.
TEST(SadfPropertyTest, StaticGraphsHaveTheirPeriod) {
  int live = 0;
  int dead = 0;
  for (uint64_t seed = 0; seed < 1'500; ++seed) {
    SCOPED_TRACE(seed);
    const Graph graph = DrawGraph(seed);
    if (!IsStronglyConnected(graph)) continue;
    const auto period = AnalyseThroughput(graph, {.auto_concurrency = false});
    ASSERT_OK(period);
    if (period->period.has_value() && period->period->zero()) continue;
    const auto cycles = RepetitionVector(graph);
    ASSERT_OK(cycles);
    const auto result = AnalyseThroughput(FromStatic(graph));
    ASSERT_OK(result);
    EXPECT_EQ(result->deadlock.empty(), period->period.has_value());
    ++(period->period.has_value() ? live : dead);
    for (size_t a = 0; a < graph.actors.size(); ++a) {
      const Rational want =
          period->period.has_value()
              ? Rational((*cycles)[a] * graph.actors[a].phases()) /
                    *period->period
              : Rational(0);
      EXPECT_EQ(result->processes[a].worst_case, want);
      EXPECT_EQ(result->processes[a].expected_fraction, want);
    }
  }
  EXPECT_GT(live, 100);
  EXPECT_GT(dead, 30);
}

}  // namespace
}  // namespace dynarch::dataflow
