#include <functional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/dataflow/sadf.h"
#include "tests/sim/dataflow/sadf_samples.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::dataflow {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Case {
  std::string name;
  std::function<void(ScenarioAwareGraph&)> spoil;
  std::string message;
};

class SadfCheckTest : public ::testing::TestWithParam<Case> {};

TEST_P(SadfCheckTest, SaysWhatIsWrongAndWhere) {
  ScenarioAwareGraph graph = FairCoin(3, 6);
  ASSERT_OK(Check(graph));
  GetParam().spoil(graph);
  const absl::Status status = Check(graph);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}

// Of FairCoin: processes K (scenarios a, b) and D; channels `do` (control) and
// `done` (data).
INSTANTIATE_TEST_SUITE_P(
    Sadf, SadfCheckTest,
    ::testing::ValuesIn<Case>({
        {"no_process",
         [](auto& g) {
           g.processes.clear();
           g.channels.clear();
         },
         "has no process"},
        {"process_twice", [](auto& g) { g.processes[1].name = "K"; },
         "process 'K' is there twice"},
        {"no_name", [](auto& g) { g.channels[0].name = ""; },
         "a channel has no name"},
        {"unknown_end", [](auto& g) { g.channels[1].source = "Kay"; },
         "channel 'done': its source 'Kay' is no process"},
        {"control_from_kernel",
         [](auto& g) {
           g.channels[1].control = true;
           g.channels[1].initial_values = {"a"};
         },
         "its source 'K' is a kernel; only detectors send values"},
        {"negative_tokens", [](auto& g) { g.channels[1].initial_tokens = -1; },
         "has -1 initial tokens; allowed are 0 to 2^31"},
        {"values_missing", [](auto& g) { g.channels[0].initial_tokens = 2; },
         "has 2 initial tokens and 0 initial values; give one value per token"},
        {"values_on_data",
         [](auto& g) { g.channels[1].initial_values = {"a"}; },
         "data tokens have no value"},
        {"over_capacity", [](auto& g) { g.channels[1].capacity = 0; },
         "channel 'done' holds 0 tokens but starts with 1"},
        {"rate_on_unknown_channel",
         [](auto& g) {
           g.processes[0].scenarios[0].produce[0].channel = "don";
         },
         "scenario 'a' of 'K': 'don' is no output of 'K'; allowed: done; did "
         "you mean 'done'?"},
        {"rate_on_control_input",
         [](auto& g) {
           g.processes[0].scenarios[0].consume = {{"do", 1}};
         },
         "'do' is no data input of 'K'"},
        {"rate_twice",
         [](auto& g) {
           g.processes[0].scenarios[0].produce.push_back({"done", 1});
         },
         "channel 'done' is named twice"},
        {"negative_rate",
         [](auto& g) { g.processes[0].scenarios[0].produce[0].tokens = -2; },
         "-2 tokens on channel 'done'"},
        {"value_on_data",
         [](auto& g) { g.processes[0].scenarios[0].produce[0].value = "x"; },
         "value 'x' on data channel 'done'"},
        {"negative_time",
         [](auto& g) { g.processes[0].scenarios[0].profiles[0].time = -3; },
         "execution time -3/1; times are >= 0"},
        {"no_weight",
         [](auto& g) { g.processes[0].scenarios[0].profiles[0].weight = 0; },
         "weight 0/1 of execution time 3/1; weights are > 0"},
        {"chain_of_kernel",
         [](auto& g) { g.processes[0].chains = g.processes[1].chains; },
         "kernel 'K' has a Markov chain"},
        {"no_chain", [](auto& g) { g.processes[1].chains.clear(); },
         "detector 'D' has 0 Markov chains and no control inputs; it needs "
         "exactly one"},
        {"no_scenario", [](auto& g) { g.processes[0].scenarios.clear(); },
         "kernel 'K' has 0 scenarios and control inputs; it needs at least "
         "one"},
        {"unknown_initial_state",
         [](auto& g) { g.processes[1].chains[0].initial_state = "aa"; },
         "the initial state 'aa' is no state"},
        {"unknown_destination",
         [](auto& g) {
           g.processes[1].chains[0].states[0].transitions[1].destination = "c";
         },
         "state 'a' leads to 'c', which is no state"},
        {"unknown_subscenario",
         [](auto& g) { g.processes[1].chains[0].states[1].subscenario = "bb"; },
         "state 'b' has sub-scenario 'bb', which 'D' does not have"},
        {"dead_end",
         [](auto& g) {
           g.processes[1].chains[0].states[1].transitions.clear();
         },
         "state 'b' has no transition"},
        {"weight_of_transition",
         [](auto& g) {
           g.processes[1].chains[0].states[0].transitions[1].weight = -1;
         },
         "the transition from 'a' to 'b' has weight -1/1; weights are > 0"},
        {"probabilities",
         [](auto& g) {
           g.processes[1].chains[0].probabilities = true;
           auto& transitions = g.processes[1].chains[0].states[0].transitions;
           transitions[0].weight = Rational(1, 2);
           transitions[1].weight = Rational(1, 3);
         },
         "the probabilities of state 'a' sum to 5/6, not to 1"},
        {"unreachable_state",
         [](auto& g) {
           g.processes[1].chains[0].states[0].transitions = {{"a"}};
         },
         "state 'b' cannot be reached from the initial state 'a'"},
        {"unused_subscenario",
         [](auto& g) { g.processes[1].chains[0].states[1].subscenario = "a"; },
         "sub-scenario 'b' of 'D' belongs to no state; it can never happen"},
        {"incomplete_controls",
         [](auto& g) {
           g.channels.push_back({.name = "do2",
                                 .source = "D",
                                 .destination = "K",
                                 .control = true});
           g.processes[0].scenarios[0].controls = {{"do", "a"}};
         },
         "it names 1 of 2 control inputs; name all: do, do2"},
        {"selected_alike",
         [](auto& g) {
           g.processes[0].scenarios[0].controls = {{"do", "b"}};
         },
         "'K': 'a' and 'b' are selected by the same control values"},
    }),
    [](const auto& info) { return info.param.name; });

TEST(SadfArrivalsTest, EveryValueAtADetectorSelectsAChain) {
  ScenarioAwareGraph graph = FairCoin(3, 6);
  // K becomes a detector that knows what to do for "a" only.
  SadfProcess& k = graph.processes[0];
  k.detector = true;
  k.scenarios.pop_back();
  k.chains = {
      {.scenario = "a", .initial_state = "q", .states = {{"q", "a", {{"q"}}}}}};
  EXPECT_THAT(Check(graph),
              ::dynarch::testing::StatusIs(
                  absl::StatusCode::kInvalidArgument,
                  HasSubstr("detector 'K': value 'b' arrives on 'do' but "
                            "selects no Markov chain; there is one for: a")));
}

TEST(SadfWarningsTest, NamesInactiveFiringsAndScenariosThatNeverHappen) {
  EXPECT_THAT(Warnings(FairCoin(3, 6)), IsEmpty());
  ScenarioAwareGraph graph = FairCoin(3, 6);
  graph.processes[0].scenarios[1].name = "bee";
  ASSERT_OK(Check(graph));
  EXPECT_THAT(
      Warnings(graph),
      ElementsAre(AllOf(HasSubstr("no value 'bee' can arrive on 'do'"),
                        HasSubstr("scenario 'bee' never happens")),
                  HasSubstr("kernel 'K' has no scenario for value 'b' of 'do': "
                            "such a firing does nothing")));
}

TEST(SadfLookupTest, NamesTheNearest) {
  const ScenarioAwareGraph graph = FairCoin(3, 6);
  EXPECT_EQ(*ProcessNamed(graph, "D"), 1);
  EXPECT_EQ(*ChannelNamed(graph, "done"), 1);
  EXPECT_THAT(std::string(ChannelNamed(graph, "dome").status().message()),
              HasSubstr("did you mean 'done'?"));
}

TEST(WithSingleTimesTest, TakesTheLargestSmallestOrMean) {
  ScenarioAwareGraph graph = FairCoin(3, 6);
  graph.processes[0].scenarios[0].profiles = {{2, 3}, {10, 1}};
  const auto time = [&](ProfileChoice choice) {
    return WithSingleTimes(graph, choice)
        .processes[0]
        .scenarios[0]
        .profiles.at(0)
        .time;
  };
  EXPECT_EQ(time(ProfileChoice::kLargest), Rational(10));
  EXPECT_EQ(time(ProfileChoice::kSmallest), Rational(2));
  EXPECT_EQ(time(ProfileChoice::kMean), Rational(4));  // (3 * 2 + 10) / 4
}

}  // namespace
}  // namespace dynarch::dataflow
