#include "sim/wire/decision_wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/sim/wire/network_text.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::wire {
namespace {

using ::dynarch::testing::StatusIs;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// Decisions over actors a, b, c.
v1::Network NetworkOf(const std::string& decisions) {
  return Parse<v1::Network>(R"pb(actors { name: "a" }
                                 actors { name: "b" }
                                 actors { name: "c" })pb" +
                            decisions);
}

absl::StatusOr<graph::NetworkParts> PartsOf(const std::string& decisions) {
  const v1::Network message = NetworkOf(decisions);
  graph::NetworkParts parts;
  for (const auto& actor : message.actors()) {
    parts.actors.emplace_back();
    parts.actors.back().name = actor.name();
  }
  const absl::Status status = ReadDecisions(message, &parts);
  if (!status.ok()) return status;
  return parts;
}

void ExpectRoundTrip(const std::string& decisions) {
  ASSERT_OK_AND_ASSIGN(const graph::NetworkParts parts, PartsOf(decisions));
  v1::Network written;
  WriteDecisions(parts, &written);
  v1::Network message = NetworkOf(decisions);
  message.clear_actors();
  EXPECT_EQ(written.DebugString(), message.DebugString());
}

// Every kind with all its fields, and with those it must have.
TEST(DecisionWireTest, EveryKindSurvives) {
  ExpectRoundTrip(R"pb(
    decisions {
      name: "s"
      threshold: "0.3"
      skip { from: "a" }
    }
    decisions {
      name: "s2"
      skip {}
    }
    decisions {
      name: "b"
      threshold: "-1.5"
      branch {
        from: "a"
        options: [ "easy", "hard" ]
      }
    }
    decisions {
      name: "e"
      experts {
        from: "a"
        experts: 4
        top_k: 2
        tokens: "ceil(n / 2)"
        capacity_factor: "1.25"
      }
    }
    decisions {
      name: "e2"
      experts { experts: 4 top_k: 1 tokens: "196" }
    }
    decisions {
      name: "w"
      width {
        from: "a"
        options: [ "0.25", "1" ]
        value: "0.25"
      }
    }
    decisions {
      name: "w2"
      width { options: [ "1" ] }
    }
    decisions {
      name: "r"
      resolution {
        from: "a"
        options: [ "112", "224" ]
        value: "224"
      }
    }
    decisions {
      name: "n"
      active { from: "a" of: "196 - 2" keep: "0.7" }
    }
    decisions {
      name: "n2"
      active { of: "196" }
    }
    decisions {
      name: "l"
      repeat { from: "a" max: 12 value: "3" }
    }
    decisions {
      name: "l2"
      repeat { max: 12 }
    }
    decisions {
      name: "f"
      threshold: "0.1"
      frame { from: "a" }
    }
    decisions {
      name: "x"
      exit { from: "b" }
      signal: ENTROPY
    }
    decisions {
      name: "y"
      exit { from: "c" }
    }
  )pb");
}

TEST(DecisionWireTest, SignalsAndRulesSurvive) {
  const std::string exits = R"pb(
    decisions {
      name: "x"
      exit { from: "a" }
      signal: MARGIN
    }
    decisions {
      name: "y"
      exit { from: "b" }
      signal: SCORE
    }
    decisions {
      name: "z"
      exit { from: "c" }
    }
  )pb";
  ExpectRoundTrip(exits);
  ExpectRoundTrip(exits + "exit_rule { patience: 3 }");
  ExpectRoundTrip(exits + R"pb(exit_rule {
                                 predicted {
                                   at: "y"
                                   bounds: [ "0.9" ]
                                 }
                               })pb");
}

TEST(DecisionWireTest, ExitsAndOthersAreApart) {
  ASSERT_OK_AND_ASSIGN(const graph::NetworkParts parts, PartsOf(R"pb(
                         decisions {
                           name: "s"
                           skip {}
                         }
                         decisions {
                           name: "x"
                           exit { from: "a" }
                           signal: SCORE
                         }
                         decisions {
                           name: "l"
                           threshold: ""
                           repeat { from: "b" max: 7 value: "2" }
                         }
                         decisions {
                           name: "y"
                           exit { from: "c" }
                         }
                         exit_rule {
                           predicted {
                             at: "x"
                             bounds: [ "0.9", "0.5" ]
                           }
                         }
                       )pb"));
  ASSERT_EQ(parts.exits.size(), 2u);
  EXPECT_EQ(parts.exits[0].name, "x");
  EXPECT_EQ(parts.exits[0].signal, graph::Signal::kScore);
  EXPECT_EQ(parts.exits[1].from, 2);
  EXPECT_FALSE(parts.ends_in_output);
  ASSERT_EQ(parts.decisions.size(), 2u);
  EXPECT_EQ(parts.decisions[0].name, "s");
  EXPECT_FALSE(parts.decisions[0].from.has_value());
  EXPECT_EQ(parts.decisions[1].kind, graph::Decision::Kind::kRepeat);
  EXPECT_EQ(parts.decisions[1].from, 1);
  EXPECT_EQ(parts.decisions[1].max, 7);
  EXPECT_EQ(parts.decisions[1].knob, Decimal::FromInt(2));
  EXPECT_EQ(parts.exit_rule.kind, graph::ExitRule::Kind::kPredicted);
  EXPECT_EQ(parts.exit_rule.at, 0);
  EXPECT_EQ(parts.exit_rule.bounds.size(), 2u);
}

TEST(DecisionWireTest, TheOutputIsALastExit) {
  const std::string text = R"pb(
    decisions {
      name: "x"
      exit { from: "a" }
    }
    decisions {
      name: "s"
      skip { from: "b" }
    }
    output: "c"
  )pb";
  ASSERT_OK_AND_ASSIGN(const graph::NetworkParts parts, PartsOf(text));
  ASSERT_EQ(parts.exits.size(), 2u);
  EXPECT_EQ(parts.exits[1].name, "output");
  EXPECT_EQ(parts.exits[1].from, 2);
  EXPECT_TRUE(parts.ends_in_output);
  ExpectRoundTrip(text);
  ExpectRoundTrip(R"pb(output: "b")pb");  // A static network.
  ExpectRoundTrip(R"pb(decisions {
                         name: "x"
                         exit { from: "a" }
                       }
                       output: "c")pb");
}

// Each list in its own order: what reads an earlier actor comes first.
TEST(DecisionWireTest, ExitsAndOthersAreWrittenByTheActorsTheyRead) {
  ASSERT_OK_AND_ASSIGN(const graph::NetworkParts parts, PartsOf(R"pb(
                         decisions {
                           name: "x"
                           exit { from: "a" }
                         }
                         decisions {
                           name: "t"
                           skip { from: "b" }
                         }
                         decisions {
                           name: "s"
                           skip {}
                         }
                         decisions {
                           name: "u"
                           skip { from: "c" }
                         }
                         decisions {
                           name: "y"
                           exit { from: "b" }
                         }
                       )pb"));
  v1::Network written;
  WriteDecisions(parts, &written);
  std::vector<std::string> names;
  for (const auto& decision : written.decisions()) {
    names.push_back(decision.name());
  }
  EXPECT_EQ(names, (std::vector<std::string>{"x", "t", "s", "u", "y"}));
}

struct BadDecision {
  std::string text, message;
};
void PrintTo(const BadDecision& bad, std::ostream* out) { *out << bad.text; }

class BadDecisionTest : public ::testing::TestWithParam<BadDecision> {};

TEST_P(BadDecisionTest, IsRefusedAtItsField) {
  EXPECT_THAT(PartsOf(GetParam().text + R"pb(output: "c")pb"),
              StatusIs(kInvalid, GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Fields, BadDecisionTest,
    ::testing::ValuesIn(std::vector<BadDecision>{
        {R"pb(decisions {
                name: "x y"
                skip {}
              })pb",
         "decisions.x y: 'x y' is no name; a name is a letter or '_', then "
         "letters, digits and '_'"},
        {R"pb(decisions {
                name: "x"
                skip { from: "d" }
              })pb",
         "decisions.x.skip.from: unknown actor 'd'; allowed: a, b, c"},
        {R"pb(decisions {
                name: "x"
                signal: MARGIN
                skip {}
              })pb",
         "decisions.x.signal: only an exit reads a signal"},
        {R"pb(decisions {
                name: "x"
                threshold: "never"
                skip {}
              })pb",
         "decisions.x.threshold: 'never' is no number; write digits, as in 12, "
         "0.52 or -1e-3"},
        {R"pb(decisions {
                name: "x"
                threshold: "0.5"
                width { options: "1" }
              })pb",
         "decisions.x.threshold: a decision of kind width has none; it has "
         "value"},
        {R"pb(decisions {
                name: "x"
                width { options: [ "1", "wide" ] }
              })pb",
         "decisions.x.width.options[1]: 'wide' is no number; write digits, as "
         "in 12, 0.52 or -1e-3"},
        {R"pb(decisions {
                name: "x"
                active { keep: "1" }
              })pb",
         "decisions.x.active.of: missing; a whole number or an expression "
         "is "
         "needed"},
        {R"pb(decisions {
                name: "x"
                active { of: "1" keep: "most" }
              })pb",
         "decisions.x.active.keep: 'most' is no number; write digits, as in "
         "12, 0.52 or -1e-3"},
        {R"pb(decisions {
                name: "x"
                experts { tokens: "t +" }
              })pb",
         "decisions.x.experts.tokens: column 4: expected a value, a name "
         "or "
         "'(', got the end"},
        {"exit_rule {}", "exit_rule: no rule; patience or predicted is needed"},
        {R"pb(decisions {
                name: "x"
                exit { from: "a" }
              }
              exit_rule { predicted { at: "z" } })pb",
         "exit_rule.predicted.at: unknown exit 'z'; allowed: x, output"},
        {R"pb(decisions {
                name: "x"
                exit { from: "a" }
              }
              exit_rule { predicted { at: "x" bounds: "high" } })pb",
         "exit_rule.predicted.bounds[0]: 'high' is no number; write digits, as "
         "in 12, 0.52 or -1e-3"},
    }),
    [](const auto& info) { return absl::StrCat("case", info.index); });

TEST(DecisionWireTest, SomethingEndsTheNetwork) {
  const std::string missing =
      "output: missing; the last decision is an exit, or `output` names "
      "the "
      "actor that gives the result";
  EXPECT_THAT(PartsOf(""), StatusIs(kInvalid, missing));
  EXPECT_THAT(PartsOf(R"pb(decisions {
                             name: "x"
                             exit { from: "a" }
                           }
                           decisions {
                             name: "s"
                             skip {}
                           })pb"),
              StatusIs(kInvalid, missing));
  EXPECT_THAT(
      PartsOf(R"pb(output: "d")pb"),
      StatusIs(kInvalid, "output: unknown actor 'd'; allowed: a, b, c"));
}

}  // namespace
}  // namespace dynarch::wire
