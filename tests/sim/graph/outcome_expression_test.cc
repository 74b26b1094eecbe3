#include "sim/graph/outcome_expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/graph/decision.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::graph {
namespace {

using ::dynarch::testing::IsOkAndHolds;
using ::dynarch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

Decimal Number(absl::string_view text) { return *Decimal::Parse(text); }

// One decision of each type of value; outcomes in this order:
// block, route, moe.e0, moe.e1, moe.dropped, width, tokens, frame.
std::vector<Decision> Decisions() {
  std::vector<Decision> decisions(6);
  decisions[0].name = "block";
  decisions[0].kind = Decision::Kind::kSkip;
  decisions[1].name = "route";
  decisions[1].kind = Decision::Kind::kBranch;
  decisions[1].options = {"easy", "hard"};
  decisions[2].name = "moe";
  decisions[2].kind = Decision::Kind::kExperts;
  decisions[2].experts = 2;
  decisions[3].name = "width";
  decisions[3].kind = Decision::Kind::kWidth;
  decisions[3].values = {Number("0.25"), Number("0.35"), Number("1")};
  decisions[4].name = "tokens";
  decisions[4].kind = Decision::Kind::kActive;
  decisions[5].name = "frame";
  decisions[5].kind = Decision::Kind::kFrame;
  return decisions;
}

OutcomeExpression Bound(const std::string& text, bool condition) {
  OutcomeExpression expression = *OutcomeExpression::Parse(text);
  EXPECT_OK(expression.Bind(Decisions(), condition));
  return expression;
}

const Outcomes kOutcomes = {1, 1, 5, 3, 2, 1, 147, 0};

TEST(OutcomeExpressionTest, ExtentsAreExact) {
  const struct {
    std::string text;
    int64_t want;
  } cases[] = {
      {"64", 64},
      {"ceil(64 * 0.35)", 23},    // 22.4
      {"floor(64 * width)", 22},  // width is 0.35
      {"round(10 * 0.25)", 3},    // 2.5, half up
      {"20 * width", 7},          // 20 * 0.35 is whole
      {"moe.e0 + moe.e1 + moe.dropped", 10},
      {"max(tokens - 200, 1)", 1},
      {"min(tokens, 196) + 1", 148},
      // 0.1 is a tenth, not the double beside it: in doubles this is 2.
      {"ceil(0.1 * 3 * 10 - 2)", 1},
      {"tokens / 7 * 3", 63},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(Bound(c.text, false).Count(kOutcomes), IsOkAndHolds(c.want))
        << c.text;
  }
}

TEST(OutcomeExpressionTest, RefusesAnExtentThatIsNoCount) {
  EXPECT_THAT(Bound("64 * width", false).Count(kOutcomes),
              StatusIs(kInvalid, HasSubstr("comes to 112/5; a whole number")));
  EXPECT_THAT(Bound("3 - moe.e0", false).Count(kOutcomes),
              StatusIs(kInvalid, HasSubstr("comes to -2;")));
  EXPECT_THAT(Bound("5 / (moe.e0 - 5)", false).Count(kOutcomes),
              StatusIs(kInvalid, HasSubstr("divides by zero")));
  EXPECT_THAT(
      Bound("tokens * 9000000000000000000", false).Count(kOutcomes),
      StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("passes 64 bits")));
}

TEST(OutcomeExpressionTest, ConditionsKnowNamesTruthsAndNumbers) {
  EXPECT_THAT(Bound("block and route == hard", true).Holds(kOutcomes),
              IsOkAndHolds(true));
  EXPECT_THAT(Bound("not block or route == easy", true).Holds(kOutcomes),
              IsOkAndHolds(false));
  EXPECT_THAT(
      Bound("frame == process and width >= 0.35", true).Holds(kOutcomes),
      IsOkAndHolds(true));
  EXPECT_THAT(Bound("moe.e1 > 3", true).Holds(kOutcomes), IsOkAndHolds(false));
}

TEST(OutcomeExpressionTest, WhatIsNotReachedIsAbsent) {
  Outcomes outcomes = kOutcomes;
  outcomes[0] = outcomes[6] = kNotReached;
  EXPECT_THAT(Bound("tokens > 0", true).Holds(outcomes), IsOkAndHolds(false));
  EXPECT_THAT(Bound("not block", true).Holds(outcomes), IsOkAndHolds(false));
  EXPECT_THAT(Bound("block or route == hard", true).Holds(outcomes),
              IsOkAndHolds(true));
  EXPECT_THAT(Bound("tokens + 1", false).Count(outcomes),
              StatusIs(kInvalid, HasSubstr("decision that is not reached")));
}

TEST(OutcomeExpressionTest, NamesTheDecisionsItDependsOn) {
  EXPECT_THAT(Bound("moe.e1 + tokens + moe.e0", false).decisions(),
              ElementsAre(2, 4));
  EXPECT_THAT(Bound("12", false).decisions(), IsEmpty());
  EXPECT_TRUE(Bound("3 * 4", false).constant());
}

TEST(OutcomeExpressionTest, RefusesUnknownNamesAndWrongTypes) {
  OutcomeExpression typo = *OutcomeExpression::Parse("64 * widht");
  EXPECT_THAT(typo.Bind(Decisions(), false),
              StatusIs(kInvalid, HasSubstr("width")));
  OutcomeExpression number = *OutcomeExpression::Parse("tokens");
  EXPECT_THAT(number.Bind(Decisions(), true),
              StatusIs(kInvalid, HasSubstr("a condition is allowed")));
  OutcomeExpression truth = *OutcomeExpression::Parse("block");
  EXPECT_THAT(truth.Bind(Decisions(), false),
              StatusIs(kInvalid, HasSubstr("a plain number is allowed")));
  OutcomeExpression option = *OutcomeExpression::Parse("route == hrad");
  EXPECT_THAT(option.Bind(Decisions(), true),
              StatusIs(kInvalid, HasSubstr("hard")));
  EXPECT_THAT(OutcomeExpression::Parse("64 *"), StatusIs(kInvalid));
}

}  // namespace
}  // namespace dynarch::graph
