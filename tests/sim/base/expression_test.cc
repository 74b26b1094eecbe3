#include "sim/base/expression.h"

#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace dynarch::expression {
namespace {

using ::dynarch::testing::IsOk;
using ::dynarch::testing::IsOkAndHolds;
using ::dynarch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

SymbolTable Symbols() {
  SymbolTable symbols;
  symbols.Add("latency_p99", Type::Quantity(Dimension::kTime));
  symbols.Add("energy_mean", Type::Quantity(Dimension::kEnergy));
  symbols.Add("power_mean", Type::Quantity(Dimension::kPower));
  symbols.Add("clock", Type::Quantity(Dimension::kFrequency));
  symbols.Add("accuracy", Type::Number());
  symbols.Add("deadline_miss_ratio", Type::Number());
  symbols.Add("stable", Type::Bool());
  symbols.Add("network.dtype", Type::Name({"fp32", "int8"}));
  symbols.Add("platform", Type::Name({"jetson_tx2", "npu_16x16"}));
  symbols.Add("mapping.stages.0", Type::Name());
  symbols.AddHas("platform", "mapping.stages");
  symbols.AddHas("platform", "platform.clock");
  return symbols;
}

class FakeEnvironment : public Environment {
 public:
  absl::StatusOr<Value> Lookup(int, absl::string_view symbol) const override {
    lookups.push_back(std::string(symbol));
    const auto it = values.find(std::string(symbol));
    if (it == values.end()) return absl::NotFoundError(symbol);
    return it->second;
  }
  absl::StatusOr<bool> Has(absl::string_view subject,
                           absl::string_view object) const override {
    return subject == "platform" && object == "mapping.stages";
  }

  std::map<std::string, Value> values = {
      {"latency_p99", 0.033},
      {"energy_mean", 0.002},
      {"power_mean", 0.5},
      {"clock", 1.3e9},
      {"accuracy", 0.97},
      {"deadline_miss_ratio", 0.001},
      {"stable", true},
      {"network.dtype", std::string("int8")},
      {"mapping.stages.0", std::string("gpu")},
      {"platform", std::string("npu_16x16")}};
  mutable std::vector<std::string> lookups;
};

absl::StatusOr<Value> Evaluate(const std::string& text,
                               const FakeEnvironment& environment = {}) {
  const auto expression = Expression::Compile(text, Symbols());
  if (!expression.ok()) return expression.status();
  return expression->Evaluate(environment);
}

absl::Status CompileError(const std::string& text) {
  return Expression::Compile(text, Symbols()).status();
}

struct TruthCase {
  std::string text;
  bool want;
};
void PrintTo(const TruthCase& c, std::ostream* out) { *out << c.text; }
class ExpressionTruthTest : public ::testing::TestWithParam<TruthCase> {};
TEST_P(ExpressionTruthTest, Evaluates) {
  EXPECT_THAT(Evaluate(GetParam().text), IsOkAndHolds(Value(GetParam().want)))
      << GetParam().text;
}
INSTANTIATE_TEST_SUITE_P(
    Comparisons, ExpressionTruthTest,
    ::testing::ValuesIn<TruthCase>({
        // The literal's decimal is rounded once, so it equals the metric's.
        {"latency_p99 == 33 ms", true},
        {"latency_p99 <= 33 ms", true},
        {"latency_p99 < 33 ms", false},
        {"latency_p99 >= 0.033 s", true},
        {"latency_p99 > 32999 us", true},
        {"latency_p99 != 33 \xC2\xB5s", true},
        {"deadline_miss_ratio <= 0.1 %", true},
        {"deadline_miss_ratio < 0.1%", false},
        {"accuracy > .9 ", true},
        {"accuracy >= -1e-3", true},
        {"clock == 1.3 GHz", true},
        {"stable", true},
        {"stable == true", true},
        {"stable != false", true},
    }));
INSTANTIATE_TEST_SUITE_P(Names, ExpressionTruthTest,
                         ::testing::ValuesIn<TruthCase>({
                             {"network.dtype == int8", true},
                             {"int8 == network.dtype", true},
                             {"network.dtype != fp32", true},
                             {"platform == 'npu_16x16'", true},
                             {"platform == \"jetson_tx2\"", false},
                             {"mapping.stages.0 == gpu", true},
                             {"mapping.stages.0 == 'any text'", false},
                             {"platform has mapping.stages", true},
                             {"platform has platform.clock", false},
                             {"not platform has platform.clock", true},
                             {"'a' == \"a\"", true},
                         }));
// F and T are false and true below; each line fails under another binding.
INSTANTIATE_TEST_SUITE_P(
    Precedence, ExpressionTruthTest,
    ::testing::ValuesIn<TruthCase>({
        {"true or true and false", true},  // (T or T) and F is false
        {"(true or true) and false", false},
        {"not true or true", true},  // not (T or T) is false
        {"not (true or true)", false},
        {"not false and false", false},  // not (F and F) is true
        {"not 1 == 2", true},
        {"1 + 2 * 3 == 7", true},
        {"(1 + 2) * 3 == 9", true},
        {"10 - 4 - 3 == 3", true},  // 10 - (4 - 3) is 9
        {"24 / 4 / 2 == 3", true},  // 24 / (4 / 2) is 12
        {"-2 + 3 == 1", true},
        {"--2 == 2", true},
        {"2 * -3 == -6", true},
        {"1 + 1 < 3 and 3 > 1 + 1", true},
    }));
INSTANTIATE_TEST_SUITE_P(
    Units, ExpressionTruthTest,
    ::testing::ValuesIn<TruthCase>({
        {"power_mean * 4 ms == energy_mean", true},  // 0.5 W x 4 ms = 2 mJ
        {"energy_mean / latency_p99 < 1 W", true},   // 2 mJ / 33 ms = 61 mW
        {"energy_mean / energy_mean == 1", true},
        {"clock * 1 ns == 1.3", true},  // 1.3e9 x 1e-9
        {"latency_p99 - 3 ms < 31 ms", true},
        {"2 KiB / 2 == 1024 B", true},
        {"2 kB / 2 == 1000 B", true},
        {"8 B / 2 s == 4 B/s", true},
        {"1 mm2 == 1000000 um2", true},
        {"1 op/s * 1 s * 3 pJ/op == 3 pJ", true},
    }));

TEST(ExpressionTest, YieldsNumbersInSiUnits) {
  EXPECT_THAT(Evaluate("2 * energy_mean"), IsOkAndHolds(Value(0.004)));
  EXPECT_THAT(Evaluate("1 pJ/MAC"), IsOkAndHolds(Value(0.5e-12)));
  EXPECT_THAT(Evaluate("12.5 %"), IsOkAndHolds(Value(0.125)));
}

INSTANTIATE_TEST_SUITE_P(
    Functions, ExpressionTruthTest,
    ::testing::ValuesIn<TruthCase>({
        {"ceil(22.4) == 23", true},
        {"ceil(-22.4) == -22", true},
        {"ceil(22) == 22", true},
        {"floor(22.6) == 22", true},
        {"floor(-22.4) == -23", true},
        {"round(22.5) == 23", true},
        {"round(22.49) == 22", true},
        {"round(-22.5) == -22", true},  // half up, not away from zero
        // 0.49999999999999994 + 0.5 is 1 in doubles; the half is not reached.
        {"round(0.49999999999999994) == 0", true},
        {"min(3, 2) == 2", true},
        {"max(3, 2) == 3", true},
        {"min(latency_p99, 1 s) == 33 ms", true},
        {"max (accuracy, 1 + 1) == 2", true},
        {"ceil(64 * 0.35) - 1 == 22", true},
        {"max(min(1, 2), floor(0.5)) == 1", true},
        {"ceil(latency_p99 / 10 ms) == 4", true},
    }));

TEST(ExpressionTest, LiteralsKeepTheirDecimal) {
  ASSERT_OK_AND_ASSIGN(const Expression expression,
                       Expression::Parse("0.1 + 33 ms + 12.5 % + 7"));
  std::vector<std::string> decimals;
  for (const Node& node : expression.nodes()) {
    if (node.op == Node::kLiteral) decimals.push_back(node.decimal.ToString());
  }
  EXPECT_THAT(decimals, ElementsAre("0.1", "0.033", "0.125", "7"));
}

TEST(ExpressionTest, ACallComesAfterItsOperandsAndNamesNoWord) {
  ASSERT_OK_AND_ASSIGN(const Expression expression,
                       Expression::Parse("min(moe.e0, stem.b_1.2)"));
  EXPECT_THAT(expression.Identifiers(), ElementsAre("moe.e0", "stem.b_1.2"));
  ASSERT_EQ(expression.nodes().size(), 3u);
  EXPECT_EQ(expression.nodes()[2].op, Node::kMin);
  EXPECT_EQ(expression.nodes()[2].left, 0);
  EXPECT_EQ(expression.nodes()[2].right, 1);
}

TEST(ExpressionTest, StatesItsType) {
  const auto type = [](const std::string& text) {
    return Expression::Compile(text, Symbols())->type().ToString();
  };
  EXPECT_EQ(type("stable"), "condition");
  EXPECT_EQ(type("platform"), "name");
  EXPECT_EQ(type("accuracy"), "a plain number");
  EXPECT_EQ(type("energy_mean / 1 s"), "power");
  EXPECT_EQ(type("1 / latency_p99"), "frequency");
  EXPECT_EQ(type("energy_mean * latency_p99"), "s^1 J^1");
}

TEST(ExpressionTest, ListsWordsBeforeAndSymbolsAfterCheck) {
  ASSERT_OK_AND_ASSIGN(
      Expression expression,
      Expression::Parse("network.dtype == int8 and platform has "
                        "mapping.stages and accuracy > accuracy / 2"));
  EXPECT_THAT(expression.Identifiers(),
              ElementsAre("network.dtype", "int8", "platform", "mapping.stages",
                          "accuracy"));
  EXPECT_TRUE(expression.Symbols().empty());
  ASSERT_THAT(expression.Check(Symbols()), IsOk());
  EXPECT_THAT(expression.Symbols(), ElementsAre("network.dtype", "accuracy"));
}

TEST(ExpressionTest, LooksUpByTheIndexOfSymbols) {
  class ByIndex : public Environment {
   public:
    absl::StatusOr<Value> Lookup(int index, absl::string_view) const override {
      return Value(index == 0 ? 1.0 : 2.0);
    }
  };
  ASSERT_OK_AND_ASSIGN(
      const Expression expression,
      Expression::Compile("accuracy < deadline_miss_ratio", Symbols()));
  EXPECT_THAT(expression.Evaluate(ByIndex()), IsOkAndHolds(Value(true)));
}

TEST(ExpressionTest, IsRefusedBeforeCheck) {
  ASSERT_OK_AND_ASSIGN(const Expression expression, Expression::Parse("1 < 2"));
  EXPECT_THAT(expression.Evaluate(FakeEnvironment()),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(ExpressionTest, MayBeCheckedAgainstOtherSymbolsAgain) {
  ASSERT_OK_AND_ASSIGN(Expression expression,
                       Expression::Compile("platform == npu_16x16", Symbols()));
  SymbolTable others;
  others.Add("npu_16x16", Type::Number());
  others.Add("platform", Type::Number());
  ASSERT_THAT(expression.Check(others), IsOk());
  EXPECT_THAT(expression.Symbols(), ElementsAre("platform", "npu_16x16"));
}

TEST(ExpressionTest, AndOrLeaveOutWhatTheyNeedNotKnow) {
  FakeEnvironment environment;
  environment.values["accuracy"] = 0.0;
  EXPECT_THAT(Evaluate("accuracy != 0 and 1 / accuracy > 2", environment),
              IsOkAndHolds(Value(false)));
  EXPECT_THAT(Evaluate("accuracy == 0 or 1 / accuracy > 2", environment),
              IsOkAndHolds(Value(true)));
  EXPECT_THAT(environment.lookups, ElementsAre("accuracy", "accuracy"));
}

// docs/semantics.md, 6: a percentile may be absent; it meets no constraint.
TEST(AbsentValueTest, TakesPartInNoComparison) {
  FakeEnvironment environment;
  environment.values["latency_p99"] = Absent();
  const auto holds = [&](const std::string& text) {
    return Expression::Compile(text, Symbols())->Holds(environment);
  };
  EXPECT_THAT(holds("latency_p99 <= 33 ms"), IsOkAndHolds(false));
  EXPECT_THAT(holds("not latency_p99 <= 33 ms"), IsOkAndHolds(false));
  EXPECT_THAT(holds("latency_p99 + 1 s > 0 s"), IsOkAndHolds(false));
  EXPECT_THAT(holds("-latency_p99 < 0 s"), IsOkAndHolds(false));
  EXPECT_THAT(holds("latency_p99 == latency_p99"), IsOkAndHolds(false));
  EXPECT_THAT(holds("ceil(latency_p99 / 1 s) > 0"), IsOkAndHolds(false));
  EXPECT_THAT(holds("min(latency_p99, 1 s) > 0 s"), IsOkAndHolds(false));
}

TEST(AbsentValueTest, LeavesTheOtherSideOfAndOrToDecide) {
  FakeEnvironment environment;
  environment.values["latency_p99"] = Absent();
  EXPECT_THAT(Evaluate("latency_p99 < 1 s or true", environment),
              IsOkAndHolds(Value(true)));
  EXPECT_THAT(Evaluate("latency_p99 < 1 s and false", environment),
              IsOkAndHolds(Value(false)));
  EXPECT_THAT(Evaluate("false or latency_p99 < 1 s", environment),
              IsOkAndHolds(Value(Absent())));
  EXPECT_THAT(Evaluate("latency_p99 < 1 s and true", environment),
              IsOkAndHolds(Value(Absent())));
  EXPECT_THAT(Evaluate("latency_p99 < 1 s or false", environment),
              IsOkAndHolds(Value(Absent())));
}

TEST(HoldsTest, TakesConditionsOnly) {
  ASSERT_OK_AND_ASSIGN(const Expression number,
                       Expression::Compile("accuracy", Symbols()));
  EXPECT_THAT(number.Holds(FakeEnvironment()),
              StatusIs(kInvalid, HasSubstr("not a condition")));
  ASSERT_OK_AND_ASSIGN(const Expression condition,
                       Expression::Compile("stable", Symbols()));
  EXPECT_THAT(condition.Holds(FakeEnvironment()), IsOkAndHolds(true));
}

TEST(EvaluateErrorTest, DivisionByZero) {
  EXPECT_THAT(Evaluate("1 / (accuracy - accuracy) > 1"),
              StatusIs(kInvalid, "column 3: division by zero"));
}

TEST(EvaluateErrorTest, Overflow) {
  EXPECT_THAT(Evaluate("1e300 * 1e300 > 1"),
              StatusIs(kInvalid, HasSubstr("column 7: the result passes")));
}

TEST(EvaluateErrorTest, AValueOfAnotherTypeThanTheTableSaid) {
  FakeEnvironment environment;
  environment.values["accuracy"] = std::string("high");
  environment.values["latency_p99"] = 0.0 / 0.0;
  environment.values["stable"] = 1.0;
  EXPECT_THAT(Evaluate("accuracy > 1", environment),
              StatusIs(kInvalid, HasSubstr("value of 'accuracy' is no a plain "
                                           "number")));
  EXPECT_THAT(Evaluate("latency_p99 > 1 s", environment),
              StatusIs(kInvalid, HasSubstr("'latency_p99' is no time")));
  EXPECT_THAT(Evaluate("stable", environment), StatusIs(kInvalid));
}

TEST(EvaluateErrorTest, PassesOnTheEnvironmentsErrors) {
  FakeEnvironment environment;
  environment.values.erase("accuracy");
  EXPECT_THAT(Evaluate("accuracy > 1", environment),
              StatusIs(absl::StatusCode::kNotFound));
  class Bare : public Environment {
    absl::StatusOr<Value> Lookup(int, absl::string_view) const override {
      return Value(true);
    }
  };
  ASSERT_OK_AND_ASSIGN(
      const Expression has,
      Expression::Compile("platform has mapping.stages", Symbols()));
  EXPECT_THAT(has.Evaluate(Bare()), StatusIs(absl::StatusCode::kUnimplemented));
}

struct ErrorCase {
  std::string text;
  std::string want;  // begins the message
};
void PrintTo(const ErrorCase& c, std::ostream* out) { *out << c.text; }
class ExpressionErrorTest : public ::testing::TestWithParam<ErrorCase> {};
TEST_P(ExpressionErrorTest, NamesTheColumnAndTheWayOut) {
  EXPECT_THAT(CompileError(GetParam().text),
              StatusIs(kInvalid, ::testing::StartsWith(GetParam().want)))
      << GetParam().text;
}
INSTANTIATE_TEST_SUITE_P(
    Syntax, ExpressionErrorTest,
    ::testing::ValuesIn<ErrorCase>({
        {"", "column 1: the expression is empty"},
        {"   ", "column 1: the expression is empty"},
        {"accuracy >",
         "column 11: expected a value, a name or '(', got the "
         "end"},
        {"accuracy > > 1",
         "column 12: expected a value, a name or '(', got "
         "'>'"},
        {"(accuracy > 1", "column 14: expected ')' for the '(' of column 1"},
        {"accuracy > 1)",
         "column 13: expected an operator or the end, got "
         "')'"},
        {"accuracy accuracy", "column 10: expected an operator or the end"},
        {"1 2", "column 3: expected an operator or the end, got a number"},
        {"accuracy = 1",
         "column 10: '=' means nothing here; did you mean "
         "'=='?"},
        {"stable && stable",
         "column 8: '&' means nothing here; did you mean "
         "'and'?"},
        {"0 < accuracy < 1", "column 14: comparisons do not chain"},
        {"platform == 'npu", "column 13: this quotation mark has no partner"},
        {"accuracy > 1 parsec", "column 14: unknown unit 'parsec'"},
        {"accuracy > 3 kiB",
         "column 14: unknown unit 'kiB'; did you mean "
         "'KiB'?"},
        {"accuracy > 12345678901234567890.5", "column 12: a decimal holds"},
        {"accuracy > 1e400 GB", "column 12: a decimal holds"},
        {"1 has 2", "column 3: on the left of 'has' stands one word"},
        {"platform has 2", "column 14: expected a word"},
        {"and", "column 1: expected a value"},
        {"not", "column 4: expected a value"},
        {"accuracy > $", "column 12: '$' means nothing here"},
        {"ciel(accuracy) > 1",
         "column 1: unknown function 'ciel'; known: ceil, floor, round, min, "
         "max; did you mean 'ceil'?"},
        {"accuracy(1) > 1", "column 1: unknown function 'accuracy'"},
        {"ceil() > 1", "column 6: expected a value, a name or '(', got ')'"},
        {"ceil(1, 2) > 1", "column 7: expected ')' for ceil(, got ','"},
        {"min(1) > 1", "column 6: expected ',' and a second value of min"},
        {"min(1, 2, 3) > 1", "column 9: expected ')' for min("},
        {"1, 2", "column 2: expected an operator or the end, got ','"},
    }));
INSTANTIATE_TEST_SUITE_P(
    Meaning, ExpressionErrorTest,
    ::testing::ValuesIn<ErrorCase>({
        {"latencyp99 < 1 s", "column 1: unknown name 'latencyp99'; known: "},
        {"foo", "column 1: unknown name 'foo'"},
        {"accuracy > high", "column 12: unknown name 'high'"},
        {"foo == bar", "column 1: unknown name 'foo'"},
        {"not foo", "column 5: unknown name 'foo'"},
        {"-foo", "column 2: unknown name 'foo'"},
        {"latency_p99 < 33",
         "column 13: cannot compare time with a plain "
         "number; does the number lack a unit?"},
        {"latency_p99 < 2 mJ", "column 13: cannot compare time with energy"},
        {"latency_p99 + energy_mean < 1 s",
         "column 13: cannot add or subtract time and energy"},
        {"latency_p99 - 1 < 1 s",
         "column 13: cannot add or subtract time and "
         "a plain number; does"},
        {"accuracy and stable",
         "column 10: needs a condition, got a plain "
         "number"},
        {"stable or platform", "column 8: needs a condition, got name"},
        {"not accuracy", "column 1: needs a condition"},
        {"-stable", "column 1: needs a number, got condition"},
        {"1 + stable", "column 3: needs a number, got condition"},
        {"stable < true", "column 8: a condition has no order"},
        {"platform < npu_16x16", "column 12: unknown name 'npu_16x16'"},
        {"platform < network.dtype", "column 10: a name has no order"},
        {"platform == 1", "column 10: cannot compare name with a plain number"},
        {"network.dtype == int9",
         "column 18: 'int9' is no value of network.dtype; allowed: fp32, int8; "
         "did you mean 'int8'?"},
        {"'int9' == network.dtype", "column 1: 'int9' is no value of"},
        {"platform has mapping.stage",
         "column 1: unknown 'platform has mapping.stage'; allowed after has: "
         "mapping.stages, platform.clock; did you mean 'mapping.stages'?"},
        {"ceil(latency_p99) < 1 s",
         "column 1: only a plain number is rounded, got time"},
        {"floor(stable) < 1", "column 1: needs a number, got condition"},
        {"min(latency_p99, 1) < 1 s",
         "column 1: cannot compare time and a plain number; does"},
        {"max(1, platform) < 1", "column 1: needs a number, got name"},
        {"ceil(foo) < 1", "column 6: unknown name 'foo'"},
        {"network has x", "column 1: 'network' cannot have anything"},
    }));

TEST(ExpressionErrorTest, NamesTheNearestSymbol) {
  EXPECT_THAT(CompileError("latency_p9 < 1 s"),
              StatusIs(kInvalid, HasSubstr("did you mean 'latency_p99'?")));
}

TEST(ExpressionErrorTest, ColumnsCountCharactersNotBytes) {
  EXPECT_THAT(CompileError("latency_p99 < 3 \xC2\xB5s and foo"),
              StatusIs(kInvalid, HasSubstr("column 24: unknown name 'foo'")));
}

TEST(ExpressionLimitTest, RefusesWhatIsTooLongOrTooDeep) {
  EXPECT_THAT(Expression::Parse(std::string(5000, '1')), StatusIs(kInvalid));
  for (const std::string& open : {std::string("("), std::string("not "),
                                  std::string("-"), std::string("ceil(")}) {
    std::string text;
    for (int i = 0; i < 200; ++i) text += open;
    EXPECT_THAT(Expression::Parse(text + "1"),
                StatusIs(kInvalid, HasSubstr("nested too deeply")));
  }
}

TEST(ExpressionLimitTest, TakesAsManyTermsAsTheLengthHolds) {
  std::string text = "1";
  for (int i = 0; i < 2000; ++i) text += "+1";
  EXPECT_THAT(Evaluate(text), IsOkAndHolds(Value(2001.0)));
}

TEST(UnitTest, ManyFactorsCancel) {
  std::string text = "1 s";
  for (int i = 0; i < 500; ++i) text += "*1s";
  for (int i = 0; i < 500; ++i) text += "/1s";
  EXPECT_THAT(Evaluate(text + " == 1 s"), IsOkAndHolds(Value(true)));
}

}  // namespace
}  // namespace dynarch::expression
