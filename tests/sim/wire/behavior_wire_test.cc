#include "sim/wire/behavior_wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/sim/wire/study_text.h"
#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::wire {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

auto Refused(const std::string& what) {
  return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(what));
}

// Two exits, a gate, a router, a width and three experts.
graph::Network Deciding() {
  using graph::Decision;
  testing::NetworkBuilder net("deciding");
  net.Input("x", {8});
  Decision gate, router, width, moe;
  gate.name = "gate";
  gate.kind = Decision::Kind::kSkip;
  router.name = "router";
  router.kind = Decision::Kind::kBranch;
  router.options = {"easy", "hard"};
  width.name = "width";
  width.kind = Decision::Kind::kWidth;
  width.values = {*Decimal::Parse("0.5"), Decimal::FromInt(1)};
  width.knob = Decimal::FromInt(1);
  moe.name = "moe";
  moe.kind = Decision::Kind::kExperts;
  moe.experts = 2;
  moe.top_k = 1;
  moe.of = graph::OutcomeExpression::Constant(6);
  net.Decide(gate).Decide(router).Decide(width).Decide(moe);
  net.Add("a", graph::Linear{8}, {"x"}).When("gate");
  net.Add("b", graph::Linear{8}, {"x"}).When("router == hard");
  net.Add("c", graph::Linear{8}, {"x"}).When("moe.e0 > 0 and width == 1");
  net.Add("sum", graph::Elementwise{graph::Elementwise::Kind::kAdd},
          {"x", "a", "b", "c"});
  net.Add("s1", graph::Softmax{}, {"sum"}).Exit("early", "s1");
  net.Add("fc", graph::Linear{4}, {"sum"}).Exit("late", "fc");
  return *graph::Network::Create(net.parts());
}

constexpr char kDistribution[] = R"(
  cases {
    probability: "0.25" accuracy: "0.9"
    outcomes { decision: "gate" value { values: "skip" } }
    outcomes { decision: "exit" value { values: "early" } }
    outcomes { decision: "moe" value { values: "4" values: "2" } }
  }
  cases {
    probability: "0.75"
    outcomes { decision: "gate" value { values: "execute" } }
    outcomes { decision: "exit" value { values: "late" } }
    outcomes {
      decision: "moe" value { values: "3" values: "2" values: "1" }
    }
  }
  independent {
    decision: "router"
    rates { outcome: "easy" probability: "0.5" }
    rates { outcome: "hard" probability: "0.5" }
  }
  accuracy: "0.8" dtype: INT8)";

absl::StatusOr<behavior::Source> SourceOf(const std::string& distribution) {
  v1::Behavior message;
  *message.mutable_distribution()->mutable_definition() =
      Parse<v1::Distribution>(distribution);
  return SourceFrom(message, v1::Network(), Deciding(), std::nullopt);
}

std::string With(const std::string& from, const std::string& to) {
  std::string text = kDistribution;
  const size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(BehaviorWireTest, ADistributionInTheWordsOfTheNetwork) {
  const auto source = SourceOf(kDistribution);
  ASSERT_OK(source);
  const auto& read = std::get<behavior::Distribution>(*source);
  ASSERT_EQ(read.cases.size(), 2u);
  // gate, router (elsewhere), width (the network's value), experts, dropped.
  EXPECT_THAT(read.cases[0].outcomes, ElementsAre(0, -1, -1, 4, 2, 0));
  EXPECT_THAT(read.cases[1].outcomes, ElementsAre(1, -1, -1, 3, 2, 1));
  EXPECT_EQ(read.cases[0].exit, 0);
  EXPECT_EQ(read.cases[1].exit, 1);
  EXPECT_EQ(read.cases[0].accuracy, *Decimal::Parse("0.9"));
  EXPECT_FALSE(read.cases[1].accuracy.has_value());
  ASSERT_EQ(read.independent.size(), 1u);
  EXPECT_EQ(read.independent[0].decision, 1);
  EXPECT_THAT(read.independent[0].rates[1].outcome, ElementsAre(1));
  EXPECT_EQ(read.dtype, graph::DataType::kInt8);
}

TEST(BehaviorWireTest, WhatIsWrongIsNamedWithItsPlaceAndTheNearestName) {
  EXPECT_THAT(SourceOf(With("\"0.75\"", "\"0.7\"")),
              Refused("behavior.distribution.cases: probabilities sum to 0.95; "
                      "they must sum to exactly 1"));
  EXPECT_THAT(
      SourceOf(With("\"0.75\"", "\"much\"")),
      Refused("behavior.distribution.cases[1].probability: got 'much'"));
  EXPECT_THAT(SourceOf(With("decision: \"gate\"", "decision: \"gaet\"")),
              Refused("behavior.distribution.cases[0].outcomes: unknown "
                      "decision 'gaet'; allowed: gate, router, width, moe, "
                      "exit; did you mean 'gate'?"));
  EXPECT_THAT(SourceOf(With("\"skip\"", "\"skipp\"")),
              Refused("cases[0].outcomes.gate: got 'skipp'"));
  EXPECT_THAT(SourceOf(With("\"late\"", "\"lat\"")),
              Refused("cases[1].outcomes.exit: unknown exit 'lat'; allowed: "
                      "early, late; did you mean 'late'?"));
  EXPECT_THAT(SourceOf(With("decision: \"exit\"", "decision: \"early\"")),
              Refused("'early' is an exit; write `exit: early`"));
  EXPECT_THAT(SourceOf(With("values: \"4\" values: \"2\"", "values: \"4\"")),
              Refused("cases[0].outcomes.moe: got 1 values; 2 experts, and "
                      "perhaps dropped tokens, are allowed"));
  EXPECT_THAT(SourceOf(With("outcome: \"easy\"", "outcome: \"esay\"")),
              Refused("independent.router: got 'esay'"));
  EXPECT_THAT(SourceOf(With("decision: \"router\"", "decision: \"gate\"")),
              Refused("independent.gate: got 'easy'"));
}

constexpr char kChain[] = R"(
  initial: "calm"
  states {
    name: "calm"
    outcomes { decision: "gate" value { values: "skip" } }
    next { outcome: "calm" probability: "0.9" }
    next { outcome: "busy" probability: "0.1" }
  }
  states {
    name: "busy"
    outcomes { decision: "gate" value { values: "execute" } }
    next { outcome: "calm" probability: "1" }
  })";

graph::Network Gate() {
  testing::NetworkBuilder net("gate");
  net.Input("x", {8});
  graph::Decision gate;
  gate.name = "gate";
  gate.kind = graph::Decision::Kind::kSkip;
  net.Decide(gate);
  net.Add("a", graph::Linear{8}, {"x"}).When("gate");
  net.Add("sum", graph::Elementwise{graph::Elementwise::Kind::kAdd},
          {"x", "a"});
  net.Add("fc", graph::Linear{4}, {"sum"}).Output("fc");
  return *graph::Network::Create(net.parts());
}

TEST(BehaviorWireTest, AMarkovChainIsTheNetworksOwnWhereTheStudySaysNothing) {
  v1::Network own;
  *own.mutable_markov_chain() = Parse<v1::MarkovChain>(kChain);
  auto source = SourceFrom(v1::Behavior(), own, Gate(), std::nullopt);
  ASSERT_OK(source);
  const auto& chain = std::get<behavior::MarkovChain>(*source);
  EXPECT_EQ(chain.states[0].name, "calm");
  EXPECT_THAT(chain.states[1].said.outcomes, ElementsAre(1));
  EXPECT_EQ(chain.states[0].next[1].state, 1);
  own.mutable_markov_chain()->set_initial("clam");
  EXPECT_THAT(SourceFrom(v1::Behavior(), own, Gate(), std::nullopt),
              Refused("network.markov_chain.initial: unknown state 'clam'; "
                      "allowed: calm, busy; did you mean 'calm'?"));
  *own.mutable_distribution() = Parse<v1::Distribution>(kDistribution);
  EXPECT_THAT(SourceFrom(v1::Behavior(), own, Gate(), std::nullopt),
              Refused("has a distribution and a markov_chain"));
}

TEST(BehaviorWireTest, FixedOutcomesAreNominalWhereNothingIsSaid) {
  v1::Behavior message;
  auto source = SourceFrom(message, v1::Network(), Gate(), std::nullopt);
  EXPECT_THAT(source, Refused("behavior: network 'gate' decides by its data"));
  message.mutable_fixed();
  source = SourceFrom(message, v1::Network(), Gate(), std::nullopt);
  ASSERT_OK(source);
  EXPECT_THAT(std::get<behavior::Fixed>(*source).said.outcomes, ElementsAre(1));
  *message.mutable_fixed() = Parse<v1::Fixed>(
      "outcomes { decision: 'gate' value { values: 'skip' } } accuracy: '0.7'");
  source = SourceFrom(message, v1::Network(), Gate(), std::nullopt);
  ASSERT_OK(source);
  EXPECT_THAT(std::get<behavior::Fixed>(*source).said.outcomes, ElementsAre(0));
}

TEST(BehaviorWireTest, ControlsByNumber) {
  EXPECT_EQ(ControlFrom(v1::Behavior::CONTROL_UNSPECIFIED),
            behavior::Control::kNone);
  for (const auto& [message, control] :
       {std::pair{v1::Behavior::RANDOM, behavior::Control::kRandom},
        std::pair{v1::Behavior::ORACLE, behavior::Control::kOracle},
        std::pair{v1::Behavior::INDEPENDENT, behavior::Control::kIndependent},
        std::pair{v1::Behavior::STATIC, behavior::Control::kStatic}}) {
    EXPECT_EQ(ControlFrom(message), control);
  }
}

}  // namespace
}  // namespace dynarch::wire
