#include "sim/behavior/population.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "tests/sim/behavior/small_traces.h"

namespace dynarch::behavior {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Signal = graph::Signal;

TEST(PopulationTest, CountsExitsAndCorrectnessByHand) {
  const graph::Network network = Chain(2);
  const Population population = Realised(ThreeSamples(network), network);
  const Replay replay =
      Replayed(population, PolicyOf(network, Thresholds({"0.5", "never"})));
  EXPECT_THAT(replay.scenarios, ElementsAre(0, 1, 0));
  EXPECT_THAT(replay.counts, ElementsAre(2, 1));
  EXPECT_THAT(replay.correct, ElementsAre(0, 1, 1));
  EXPECT_EQ(replay.correct_count, 2);
  EXPECT_EQ(population.table_size(), 1);
  EXPECT_THAT(population.TableRow(0), IsEmpty());
}

TEST(PopulationTest, WithoutCorrectnessAccuracyIsAbsent) {
  const graph::Network network = Chain(2);
  Trace trace = ThreeSamples(network);
  trace.slices[0].correct.clear();
  const Population population = Realised(trace, network);
  EXPECT_FALSE(population.has_accuracy());
  const Replay replay =
      Replayed(population, PolicyOf(network, Thresholds({"0.5", "never"})));
  EXPECT_THAT(replay.correct, IsEmpty());
  EXPECT_THAT(replay.counts, ElementsAre(2, 1));
}

// docs/semantics.md, law 6: rates and accuracy equal direct counting.
Replay CountNaively(const RandomTrace& trace,
                    const std::vector<Threshold>& thresholds) {
  const int exits = static_cast<int>(trace.network.exits().size());
  Replay replay;
  replay.counts.assign(exits, 0);
  for (size_t sample = 0; sample < trace.slice.samples.size(); ++sample) {
    int exit = 0;
    for (; exit < exits - 1; ++exit) {
      const Signal signal = trace.network.exits()[exit].signal;
      const double value = trace.slice.signal(signal)[sample * exits + exit];
      const Threshold& threshold = thresholds[exit];
      if (threshold.kind() == Threshold::Kind::kNever) continue;
      if (threshold.kind() == Threshold::Kind::kAlways) break;
      if (signal == Signal::kEntropy ? value < threshold.value()
                                     : value >= threshold.value()) {
        break;
      }
    }
    replay.scenarios.push_back(exit);
    ++replay.counts[exit];
    replay.correct.push_back(trace.slice.correct[sample * exits + exit]);
    replay.correct_count += replay.correct.back();
  }
  return replay;
}

TEST(PopulationTest, EqualsNaiveCountingOnRandomTraces) {
  int distinct_exits = 0;
  // Sizes around the words of 64 samples that a population packs.
  for (const int64_t samples : {1, 63, 64, 65, 200}) {
    for (int exits = 1; exits <= 5; ++exits) {
      RandomTrace trace(1000 * samples + exits, samples, exits);
      const Population population =
          Realised(TraceOf(trace.network, trace.slice), trace.network);
      Replay reused;
      for (int round = 0; round < 20; ++round) {
        const auto thresholds = trace.SomeThresholds();
        const Replay want = CountNaively(trace, thresholds);
        const ExitPolicy policy = PolicyOf(trace.network, thresholds);
        population.Run(policy, reused);
        ASSERT_EQ(reused, want) << samples << " samples, " << exits << " exits";
        for (const int64_t count : want.counts) distinct_exits += count > 0;
      }
    }
  }
  EXPECT_GT(distinct_exits, 400);  // Not all samples took one exit.
}

TEST(PopulationTest, PatienceAndPredictionEqualTheRuleSampleBySample) {
  RandomTrace trace(7, 150, 5);
  const Population population =
      Realised(TraceOf(trace.network, trace.slice), trace.network);
  for (const auto kind :
       {graph::ExitRule::Kind::kPatience, graph::ExitRule::Kind::kPredicted}) {
    ExitPolicy policy;
    policy.kind = kind;
    policy.thresholds.assign(5, Threshold::Checked());
    policy.patience = 1;
    policy.at = 1;
    const bool falls = trace.network.exits()[1].signal == Signal::kEntropy;
    policy.bounds =
        falls ? std::vector<double>{0.3, 0.6} : std::vector<double>{0.6, 0.3};
    const Replay replay = Replayed(population, policy);
    std::vector<int64_t> counts(5);
    for (int i = 0; i < 150; ++i) {
      std::vector<double> signals;
      for (int e = 0; e < 5; ++e) {
        signals.push_back(
            trace.slice.signal(trace.network.exits()[e].signal)[i * 5 + e]);
      }
      const auto classes =
          absl::MakeConstSpan(trace.slice.predicted).subspan(i * 5, 5);
      const int exit = ExitTaken({.signals = signals, .predicted = classes},
                                 trace.network.exits(), policy);
      EXPECT_EQ(replay.scenarios[i], static_cast<uint32_t>(exit));
      EXPECT_EQ(replay.correct[i], trace.slice.correct[i * 5 + exit]);
      ++counts[exit];
    }
    EXPECT_EQ(replay.counts, counts);
    EXPECT_GT(std::count_if(counts.begin(), counts.end(),
                            [](int64_t c) { return c > 0; }),
              2);
  }
}

TEST(PopulationTest, ScenariosAreTableIndexTimesExitsPlusExit) {
  // Two gates before a chain of two exits would be another network; here the
  // exits are one, so scenario = table index.
  const graph::Network network = Gated(2);
  TraceSlice slice = SliceOf(4);
  slice.outcomes = OutcomeRows(2);
  for (const graph::Outcomes& row :
       std::vector<graph::Outcomes>{{1, 0}, {1, 1}, {1, 0}, {0, 0}}) {
    slice.outcomes.Append(row);
  }
  slice.correct = {1, 1, 0, 1};
  const Population population = Realised(TraceOf(network, slice), network);
  EXPECT_EQ(population.table_size(), 3);
  EXPECT_THAT(population.TableRow(0), ElementsAre(1, 0));
  EXPECT_THAT(population.TableRow(2), ElementsAre(0, 0));
  const Replay replay = Replayed(population, StaticPolicy(network));
  EXPECT_THAT(replay.scenarios, ElementsAre(0, 1, 0, 2));
  EXPECT_THAT(replay.counts, ElementsAre(2, 1, 1));
  EXPECT_EQ(replay.correct_count, 3);
}

// A router decides, and only the second branch asks the gate.
graph::Network Nested() {
  testing::NetworkBuilder net("nested");
  net.Input("x", {8});
  net.Add("look", graph::Linear{2}, {"x"});
  graph::Decision router;
  router.name = "router";
  router.kind = graph::Decision::Kind::kBranch;
  router.options = {"easy", "hard"};
  net.Decide(router, "look");
  net.Add("easy_net", graph::Linear{8}, {"x"}).When("router == easy");
  net.Add("hard_net", graph::Linear{8}, {"x"}).When("router == hard");
  graph::Decision gate;
  gate.name = "gate";
  gate.kind = graph::Decision::Kind::kSkip;
  net.Decide(gate, "hard_net");
  net.Add("more", graph::Linear{8}, {"hard_net"}).When("gate");
  net.Add("sum", graph::Elementwise{graph::Elementwise::Kind::kAdd},
          {"easy_net", "hard_net", "more"});
  net.Add("fc", graph::Linear{4}, {"sum"}).Output("fc");
  return Made(net);
}

TEST(PopulationTest, WhatIsNotReachedIsWrittenOnce) {
  const graph::Network network = Nested();
  TraceSlice slice = SliceOf(4);
  slice.outcomes = OutcomeRows(2);
  for (const graph::Outcomes& row : std::vector<graph::Outcomes>{
           {0, 1}, {0, 0}, {1, 1}, {0, graph::kNotReached}}) {
    slice.outcomes.Append(row);
  }
  const Population population = Realised(TraceOf(network, slice), network);
  EXPECT_THAT(population.table_index(), ElementsAre(0, 0, 1, 0));
  EXPECT_THAT(population.TableRow(0), ElementsAre(0, graph::kNotReached));
  EXPECT_THAT(population.TableRow(1), ElementsAre(1, 1));
  // Reached, but the trace has nothing to say.
  slice.outcomes.Append({1, graph::kNotReached});
  slice.samples.push_back(4);
  EXPECT_THAT(Realise(TraceOf(network, slice), network, {}),
              Refused("decisions.gate: is reached and has no outcome"));
}

// --- Traces of outcomes: replay only.

TEST(PopulationTest, OutcomesAreReplayedAsTheyAre) {
  const graph::Network network = Chain(3);
  const Population population = Realised(Taken(network), network);
  const Replay replay =
      Replayed(population,
               PolicyOf(network, Thresholds({"checked", "checked", "always"})));
  EXPECT_THAT(replay.scenarios, ElementsAre(0, 2, 1, 0));
  EXPECT_THAT(replay.counts, ElementsAre(2, 1, 1));
  EXPECT_EQ(replay.correct_count, 3);
}

TEST(PopulationTest, ThresholdsOnOutcomesAreRefused) {
  const graph::Network network = Chain(3);
  const Population population = Realised(Taken(network), network);
  for (const char* text : {"0.30", "never", "always"}) {
    const ExitPolicy policy =
        PolicyOf(network, Thresholds({text, "checked", "always"}));
    EXPECT_THAT(population.Check(policy),
                Refused("no trace for decisions.exit1.threshold = " +
                        CanonicalValue(text)));
  }
  Request request;
  request.thresholds = Thresholds({"0.3", "checked", "always"});
  EXPECT_THAT(Realise(Taken(network), network, request),
              Refused("no trace for decisions.exit1.threshold = 0.3; the trace "
                      "has: select fp32"));
}

TEST(PopulationTest, OutcomesMayBeAskedForTheThresholdTheyWereRecordedWith) {
  const graph::Network network = Chain(3);
  Trace trace = Taken(network);
  trace.slices[0].settings = {{"decisions.exit1.threshold", "0.3"}};
  trace.slices.push_back(trace.slices[0]);
  trace.slices[1].settings[0].value = "0.5";
  trace.slices[1].taken = {2, 2, 2, 2};
  Request request;
  request.thresholds = Thresholds({"0.50", "checked", "always"});
  const Population population = Realised(trace, network, request);
  EXPECT_THAT(
      Replayed(population, PolicyOf(network, request.thresholds)).counts,
      ElementsAre(0, 0, 4));
  request.thresholds[0] = *Threshold::Parse("0.4");
  EXPECT_THAT(Realise(trace, network, request),
              Refused("select fp32 (decisions.exit1.threshold = 0.3), select "
                      "fp32 (decisions.exit1.threshold = 0.5)"));
}

TEST(PopulationTest, SignalsNeedAThresholdAndTheSignal) {
  const graph::Network network = Chain(2);
  Trace trace = ThreeSamples(network);
  const Population population = Realised(trace, network);
  EXPECT_THAT(
      population.Check(PolicyOf(network, Thresholds({"checked", "always"}))),
      Refused("decisions.exit1.threshold: is not given"));
  trace.slices[0].predicted.clear();
  const Population classless = Realised(trace, network);
  ExitPolicy patience;
  patience.kind = graph::ExitRule::Kind::kPatience;
  patience.patience = 1;
  patience.thresholds.assign(2, Threshold::Checked());
  EXPECT_THAT(classless.Check(patience), Refused("compares classes"));
  patience.patience = 0;
  EXPECT_THAT(population.Check(patience), Refused("1 or more"));
}

// --- Slices and knobs.

TEST(PopulationTest, WhatTheTraceDoesNotHoldIsRefusedWithWhatItHolds) {
  const graph::Network network = Chain(2);
  const Trace trace = ThreeSamples(network);
  Request request;
  request.dtype = graph::DataType::kInt8;
  EXPECT_THAT(Realise(trace, network, request),
              Refused("no trace for split 'select' at int8; the trace has: "
                      "select fp32"));
  request.dtype = graph::DataType::kFp32;
  request.split = "selec";
  EXPECT_THAT(Realise(trace, network, request),
              Refused("did you mean 'select'?"));
}

TEST(PopulationTest, AGatesThresholdIsOnlyThereAsRecorded) {
  const graph::Network network = Gated(1);
  TraceSlice slice = SliceOf(2);
  slice.outcomes = OutcomeRows(1);
  slice.outcomes.Append({1});
  slice.outcomes.Append({0});
  slice.settings = {{"decisions.gate1.threshold", "0.5"}};
  Trace trace = TraceOf(network, slice);
  slice.settings[0].value = "0.9";
  slice.outcomes.Set(0, 0, 0);
  trace.slices.push_back(slice);
  Request request;
  EXPECT_EQ(Realised(trace, network).table_size(), 2);  // As recorded: first.
  request.knobs = {*Decimal::Parse("0.90")};
  EXPECT_EQ(Realised(trace, network, request).table_size(), 1);
  request.knobs = {*Decimal::Parse("0.3")};
  const auto refused = Refused(
      "no trace for decisions.gate1.threshold = 0.3; the trace has: select "
      "fp32 (decisions.gate1.threshold = 0.5), select fp32 "
      "(decisions.gate1.threshold = 0.9)");
  EXPECT_THAT(Realise(trace, network, request), refused);
  EXPECT_THAT(CheckRequest(trace, network, request), refused);
}

graph::Network Slim(std::optional<Decimal> value = std::nullopt) {
  testing::NetworkBuilder net("slim");
  net.Input("x", {8});
  graph::Decision width;
  width.name = "width";
  width.kind = graph::Decision::Kind::kWidth;
  width.values = {*Decimal::Parse("0.5"), Decimal::FromInt(1)};
  width.knob = value;
  net.Decide(width);
  net.Add("fc1", graph::Linear{16}, {"x"})
      .Extent(graph::OperatorField::kOutFeatures, "16 * width");
  net.Add("fc2", graph::Linear{4}, {"fc1"}).Output("fc2");
  return Made(net);
}

TEST(PopulationTest, AKnobThatFixesTheOutcomeCostsTheAccuracy) {
  const graph::Network network = Slim();
  TraceSlice slice = SliceOf(2);
  slice.outcomes = OutcomeRows(1);
  slice.outcomes.Append({0});
  slice.outcomes.Append({1});
  slice.correct = {1, 1};
  Trace trace = TraceOf(network, slice);
  Request request;
  request.knobs = {Decimal::FromInt(1)};
  Population population = Realised(trace, network, request);
  EXPECT_THAT(population.TableRow(0), ElementsAre(1));
  EXPECT_EQ(population.table_size(), 1);
  EXPECT_FALSE(population.has_accuracy());
  // Recorded with it: known.
  slice.settings = {{"decisions.width.value", "1"}};
  slice.outcomes.Set(0, 0, 1);
  trace.slices.push_back(slice);
  population = Realised(trace, network, request);
  EXPECT_TRUE(population.has_accuracy());
  request.knobs = {*Decimal::Parse("0.25")};
  EXPECT_THAT(Realise(trace, network, request),
              Refused("decisions.width.value: got 0.25; allowed: 0.5, 1"));
}

TEST(PopulationTest, ADecisionThatTheNetworkFixesNeedsNoColumn) {
  const graph::Network network = Slim(*Decimal::Parse("0.5"));
  TraceSlice slice = SliceOf(2);
  slice.correct = {1, 0};
  Trace trace = TraceOf(network, slice);
  trace.decisions.clear();
  Population population = Realised(trace, network);
  EXPECT_THAT(population.TableRow(0), ElementsAre(0));
  EXPECT_TRUE(population.has_accuracy());
  Request request;
  request.knobs = {Decimal::FromInt(1)};
  population = Realised(trace, network, request);
  EXPECT_THAT(population.TableRow(0), ElementsAre(1));
  EXPECT_FALSE(population.has_accuracy());
}

TEST(PopulationTest, KeepIsRoundedUp) {
  testing::NetworkBuilder net("tokens");
  net.Input("x", {10, 8});
  graph::Decision active;
  active.name = "tokens";
  active.kind = graph::Decision::Kind::kActive;
  active.of = graph::OutcomeExpression::Constant(10);
  net.Decide(active);
  net.Add("keep", graph::Gather{10, 0}, {"x"})
      .Extent(graph::OperatorField::kCount, "tokens");
  net.Add("fc", graph::Linear{4}, {"keep"}).Output("fc");
  const graph::Network network = Made(net);
  Request request;
  for (const auto& [keep, tokens] : std::map<std::string, int64_t>{
           {"0.7", 7}, {"0.61", 7}, {"0.01", 1}, {"1", 10}}) {
    request.knobs = {*Decimal::Parse(keep)};
    EXPECT_THAT(Realised(NominalSource(network), network, request).TableRow(0),
                ElementsAre(tokens))
        << keep;
  }
  request.knobs = {*Decimal::Parse("1.1")};
  EXPECT_THAT(Realise(NominalSource(network), network, request),
              Refused("decisions.tokens.keep: got 1.1; a share in (0, 1]"));
}

graph::Network Experts() {
  testing::NetworkBuilder net("moe");
  net.Input("x", {6, 8});
  graph::Decision moe;
  moe.name = "moe";
  moe.kind = graph::Decision::Kind::kExperts;
  moe.experts = 3;
  moe.top_k = 1;
  moe.of = graph::OutcomeExpression::Constant(6);
  net.Decide(moe);
  net.Add("e0", graph::Gather{6, 0}, {"x"})
      .When("moe.e0 > 0")
      .Extent(graph::OperatorField::kCount, "moe.e0");
  net.Add("either", graph::Merge{}, {"e0", "x"});
  net.Add("fc", graph::Linear{4}, {"either"}).Output("fc");
  return Made(net);
}

// Capacity = ceil(factor x 6 tokens x top 1 / 3 experts).
TEST(PopulationTest, ExpertsBeyondCapacityDropTokens) {
  const graph::Network network = Experts();
  TraceSlice slice = SliceOf(1);
  slice.outcomes = OutcomeRows(4);
  slice.outcomes.Append({5, 1, 0, 0});
  Trace trace = TraceOf(network, slice);
  Request request;
  request.knobs = {Decimal::FromInt(1)};  // Capacity 2.
  EXPECT_THAT(Realised(trace, network, request).TableRow(0),
              ElementsAre(2, 1, 0, 3));
  request.knobs = {*Decimal::Parse("1.25")};  // ceil(2.5) = 3.
  EXPECT_THAT(Realised(trace, network, request).TableRow(0),
              ElementsAre(3, 1, 0, 2));
  // What was dropped when it was recorded is not known any more.
  trace.slices[0].outcomes = OutcomeRows(4);
  trace.slices[0].outcomes.Append({2, 1, 0, 3});
  trace.slices[0].settings = {{"decisions.moe.capacity_factor", "1"}};
  EXPECT_THAT(Realise(trace, network, request),
              Refused("no trace for decisions.moe.capacity_factor = 1.25"));
}

}  // namespace
}  // namespace dynarch::behavior
