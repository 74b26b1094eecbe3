#include "sim/graph/decision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/testing/status_matchers.h"

namespace dynarch::graph {
namespace {

using ::dynarch::testing::IsOkAndHolds;
using ::dynarch::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
using Kind = Decision::Kind;

Decision Branch() {
  Decision decision;
  decision.name = "route";
  decision.kind = Kind::kBranch;
  decision.options = {"easy", "medium", "hard"};
  return decision;
}

TEST(DecisionTest, ExpertsHaveAnOutcomeEachAndOneForTheDropped) {
  Decision moe;
  moe.kind = Kind::kExperts;
  moe.experts = 8;
  const OutcomeLayout layout =
      LayoutOf(std::vector<Decision>{Branch(), moe, Branch()});
  EXPECT_THAT(layout.first, ElementsAre(0, 1, 10));
  EXPECT_THAT(layout.count, ElementsAre(1, 9, 1));
  EXPECT_EQ(layout.size, 11);
}

TEST(DecisionTest, OutcomesAreTextsAndBack) {
  Decision width;
  width.name = "width";
  width.kind = Kind::kWidth;
  width.values = {*Decimal::Parse("0.25"), *Decimal::Parse("1.0")};
  EXPECT_EQ(OutcomeText(width, {0}), "0.25");
  EXPECT_THAT(ParseOutcome(width, "1"), IsOkAndHolds(1));
  EXPECT_THAT(ParseOutcome(width, "0.250"), IsOkAndHolds(0));
  EXPECT_EQ(OutcomeText(Branch(), {2}), "hard");
  EXPECT_THAT(ParseOutcome(Branch(), "medium"), IsOkAndHolds(1));
  Decision skip;
  skip.kind = Kind::kSkip;
  EXPECT_EQ(OutcomeText(skip, {1}), "execute");
  EXPECT_THAT(ParseOutcome(skip, "skip"), IsOkAndHolds(0));
  EXPECT_EQ(OutcomeText(skip, {kNotReached}), "not reached");
  Decision tokens;
  tokens.kind = Kind::kActive;
  EXPECT_EQ(OutcomeText(tokens, {147}), "147");
  EXPECT_THAT(ParseOutcome(tokens, "147"), IsOkAndHolds(147));
}

TEST(DecisionTest, RefusesAnOutcomeItDoesNotHave) {
  EXPECT_THAT(ParseOutcome(Branch(), "hrad"),
              StatusIs(kInvalid, AllOf(HasSubstr("'hrad'"), HasSubstr("route"),
                                       HasSubstr("easy, medium, hard"),
                                       HasSubstr("did you mean 'hard'"))));
  Decision loop;
  loop.name = "rounds";
  loop.kind = Kind::kRepeat;
  EXPECT_THAT(ParseOutcome(loop, "0"),
              StatusIs(kInvalid, HasSubstr("whole number >= 1")));
  EXPECT_THAT(ParseOutcome(loop, "1.5"), StatusIs(kInvalid));
}

TEST(DecisionTest, EachKindHasAKnob) {
  EXPECT_EQ(KnobOf(Kind::kSkip), "threshold");
  EXPECT_EQ(KnobOf(Kind::kWidth), "value");
  EXPECT_EQ(KnobOf(Kind::kActive), "keep");
  EXPECT_EQ(KnobOf(Kind::kExperts), "capacity_factor");
}

}  // namespace
}  // namespace dynarch::graph
