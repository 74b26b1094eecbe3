#include "sim/behavior/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/sim/behavior/small_networks.h"

namespace dynarch::behavior {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

auto Refused(const std::string& what) {
  return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(what));
}

// Two samples of two exits with all signals.
Trace TwoSamples(const graph::Network& network) {
  TraceSlice slice = SliceOf(2);
  for (auto& signal : slice.signals) signal = {0.1, 0.2, 0.3, 0.4};
  slice.predicted = {0, 1, 2, 3};
  slice.correct = {1, 0, 1, 0};
  return TraceOf(network, slice);
}

TEST(TraceTest, FindsASliceBySplitAndType) {
  Trace trace;
  trace.slices.resize(3);
  trace.slices[0].split = trace.slices[1].split = "select";
  trace.slices[1].dtype = graph::DataType::kInt8;
  trace.slices[2].split = "report";
  EXPECT_EQ(trace.Find("select", graph::DataType::kInt8), &trace.slices[1]);
  EXPECT_EQ(trace.Find("report", graph::DataType::kFp32), &trace.slices[2]);
  EXPECT_EQ(trace.Find("report", graph::DataType::kInt8), nullptr);
  EXPECT_EQ(SlicesOf(trace), "select fp32, select int8, report fp32");
  trace.slices.resize(1);
  trace.slices[0].settings = {{"decisions.a.threshold", "0.5"},
                              {"decisions.b.value", "2"}};
  EXPECT_EQ(SlicesOf(trace),
            "select fp32 (decisions.a.threshold = 0.5, decisions.b.value = 2)");
}

TEST(TraceTest, SettingsAreEqualHoweverTheyAreWritten) {
  EXPECT_EQ(CanonicalValue("0.50"), "0.5");
  EXPECT_EQ(CanonicalValue("5e-1"), "0.5");
  EXPECT_EQ(CanonicalValue("never"), "never");
}

TEST(TraceTest, MustHaveTheNetworksExitsInOrder) {
  const graph::Network network = Chain(2);
  Trace trace = TwoSamples(network);
  EXPECT_OK(CheckMatches(trace, network));
  trace.exits = {"exit2", "exit1"};
  EXPECT_THAT(CheckMatches(trace, network),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("[exit2, exit1]"),
                             HasSubstr("[exit1, exit2]"))));
  trace.exits = {"exit1"};
  EXPECT_THAT(CheckMatches(trace, network), Refused("[exit1]"));
}

TEST(TraceTest, MustBeOfTheNetworksWeightsWhereBothSay) {
  graph::NetworkParts parts = ChainBuilder(2).parts();
  const graph::Network without = Chain(2);
  parts.weights_sha256 = "aa";
  const auto with = graph::Network::Create(parts);
  ASSERT_OK(with);
  Trace trace = TwoSamples(without);
  trace.weights_sha256 = "aa";
  EXPECT_OK(CheckMatches(trace, *with));
  EXPECT_OK(CheckMatches(trace, without));
  trace.weights_sha256 = "bb";
  EXPECT_THAT(CheckMatches(trace, *with),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("weights bb"), HasSubstr("aa"))));
}

TEST(TraceTest, SplitsAreSelectAndReport) {
  const graph::Network network = Chain(2);
  Trace trace = TwoSamples(network);
  trace.slices[0].split = "selct";
  EXPECT_THAT(CheckMatches(trace, network),
              Refused("split 'selct' is unknown; allowed: select"));
  EXPECT_THAT(CheckMatches(trace, network), Refused("did you mean 'select'?"));
  trace.slices[0].split = "report";
  EXPECT_THAT(CheckMatches(trace, network),
              Refused("no sample is of split 'select'"));
}

TEST(TraceTest, ClassesLieWithinTheNetworks) {
  const graph::Network network = Chain(2);  // Four classes.
  Trace trace = TwoSamples(network);
  trace.slices[0].predicted[2] = 4;
  EXPECT_THAT(CheckMatches(trace, network),
              Refused("sample 1 (select fp32): exit 'exit1' says class 4; "
                      "network 'chain' has 4 classes there, 0 to 3"));
}

TEST(TraceTest, HoldsTheSignalsThatExitsRead) {
  const graph::Network network = Chain(2, graph::Signal::kMargin);
  Trace trace = TwoSamples(network);
  trace.slices[0].signal(graph::Signal::kMargin).clear();
  trace.slices[0].signal(graph::Signal::kScore).clear();
  EXPECT_THAT(CheckMatches(trace, network),
              Refused("exit 'exit1' reads margin, which the trace does not "
                      "hold; it holds max_probability, entropy"));
  trace.kind = Trace::Kind::kOutcomes;
  EXPECT_OK(CheckMatches(trace, network));
}

TEST(TraceTest, APatienceRuleNeedsClasses) {
  auto builder = ChainBuilder(3);
  graph::ExitRule rule;
  rule.kind = graph::ExitRule::Kind::kPatience;
  rule.patience = 1;
  builder.Rule(rule);
  const graph::Network network = Made(builder);
  TraceSlice slice = SliceOf(1);
  EXPECT_THAT(CheckMatches(TraceOf(network, slice), network),
              Refused("holds no classes"));
  slice.predicted = {1, 1, 1};
  EXPECT_OK(CheckMatches(TraceOf(network, slice), network));
}

TEST(TraceTest, DecisionsAreTheNetworks) {
  const graph::Network network = Gated(2);
  TraceSlice slice = SliceOf(1);
  slice.outcomes = OutcomeRows(2);
  slice.outcomes.Append({1, 0});
  Trace trace = TraceOf(network, slice);
  EXPECT_OK(CheckMatches(trace, network));
  trace.decisions[1].name = "gate3";
  EXPECT_THAT(CheckMatches(trace, network),
              Refused("decision 'gate3' is none of network 'gated', which has "
                      "gate1, gate2; did you mean 'gate1'?"));
  trace.decisions = {{"gate1", 1}};
  trace.slices[0].outcomes = OutcomeRows(1);
  trace.slices[0].outcomes.Append({1});
  EXPECT_THAT(CheckMatches(trace, network),
              Refused("no column for decision 'gate2'"));
  trace = TraceOf(network, slice);
  trace.slices[0].outcomes.Set(0, 1, 2);
  EXPECT_THAT(CheckMatches(trace, network),
              Refused("decision 'gate2' says 2; 0 to 1 is allowed"));
  trace.slices[0].outcomes.Set(0, 1, graph::kNotReached);
  EXPECT_THAT(CheckMatches(trace, network),
              Refused("nothing, though it is always reached"));
}

TEST(TraceTest, SettingsAreKnobsOfTheNetwork) {
  const graph::Network network = Gated(1);
  TraceSlice slice = SliceOf(1);
  slice.outcomes = OutcomeRows(1);
  slice.outcomes.Append({1});
  slice.settings = {{"decisions.gate1.treshold", "0.5"}};
  EXPECT_THAT(
      CheckMatches(TraceOf(network, slice), network),
      Refused("setting 'decisions.gate1.treshold' is no knob of network "
              "'gated'; its knobs are decisions.gate1.threshold; did you"));
}

}  // namespace
}  // namespace dynarch::behavior
