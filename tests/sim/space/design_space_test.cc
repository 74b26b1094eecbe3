#include "sim/space/design_space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/random.h"
#include "sim/space/exclusion.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::space {
namespace {

using dynarch::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

bool HasAll(absl::string_view, const Slot&, absl::string_view) { return true; }

Expression Parsed(absl::string_view text) {
  auto expression = Expression::Parse(text);
  EXPECT_OK(expression);
  return *std::move(expression);
}

std::vector<Expression> Conditions(const std::vector<std::string>& texts) {
  std::vector<Expression> conditions;
  for (const std::string& text : texts) conditions.push_back(Parsed(text));
  return conditions;
}

Parameter Platforms(std::vector<std::string> names) {
  return {"platform", {Slot::Target::kPlatform, 0}, std::move(names)};
}
Parameter Types() {
  return {"network.dtype", {Slot::Target::kDataType, 0}, {"fp32", "int8"}};
}
Parameter Stage(int i, std::vector<std::string> elements) {
  return {"mapping.stages.exit" + std::to_string(i + 1),
          {Slot::Target::kStageElement, i},
          std::move(elements)};
}
Parameter Threshold(int i, std::vector<std::string> values) {
  return {"decisions.exit" + std::to_string(i + 1) + ".threshold",
          {Slot::Target::kThreshold, i},
          std::move(values)};
}

// 3 platforms x 2 types x 2 thresholds.
std::vector<Parameter> Small() {
  return {Platforms({"a", "b", "c"}), Types(), Threshold(0, {"0.50", "never"})};
}

TEST(DesignSpaceTest, FirstParameterIsMostSignificant) {
  ASSERT_OK_AND_ASSIGN(const DesignSpace space,
                       DesignSpace::Create(Small(), {}, HasAll));
  EXPECT_EQ(space.size(), 12);  // 3 * 2 * 2
  EXPECT_EQ(space.excluded_count(), 0);
  EXPECT_THAT(space.valid_ranges(), ElementsAre(IndexRange{0, 12}));
  // 11 = 2*4 + 1*2 + 1; 6 = 1*4 + 1*2 + 0.
  EXPECT_THAT(space.At(11).digits, ElementsAre(2, 1, 1));
  EXPECT_THAT(space.At(6).digits, ElementsAre(1, 1, 0));
  EXPECT_EQ(space.IndexOf(Candidate{{1, 1, 0}}), 6);
  EXPECT_FALSE(space.IsValid(-1));
  EXPECT_FALSE(space.IsValid(12));
}

TEST(DesignSpaceTest, ExcludedCombinationsKeepTheirIndex) {
  // Rejects b with int8 (indices 6 and 7) and all of c (8 to 11).
  ASSERT_OK_AND_ASSIGN(
      const DesignSpace space,
      DesignSpace::Create(Small(),
                          Conditions({"platform != c",
                                      "not (platform == b and network.dtype "
                                      "== int8)"}),
                          HasAll));
  EXPECT_EQ(space.size(), 12);
  EXPECT_EQ(space.valid_count(), 6);
  EXPECT_EQ(space.excluded_count(), 6);
  EXPECT_THAT(space.valid_ranges(), ElementsAre(IndexRange{0, 6}));
  EXPECT_TRUE(space.IsValid(5));
  EXPECT_FALSE(space.IsValid(6));
}

TEST(DesignSpaceTest, RanksSkipExcludedIndices) {
  // b is rejected: 0..3 and 8..11 stay.
  ASSERT_OK_AND_ASSIGN(
      const DesignSpace space,
      DesignSpace::Create(Small(), Conditions({"platform != b"}), HasAll));
  EXPECT_THAT(space.valid_ranges(),
              ElementsAre(IndexRange{0, 4}, IndexRange{8, 12}));
  EXPECT_EQ(space.ValidIndexAt(0), 0);
  EXPECT_EQ(space.ValidIndexAt(3), 3);
  EXPECT_EQ(space.ValidIndexAt(4), 8);
  EXPECT_EQ(space.ValidIndexAt(7), 11);
}

TEST(DesignSpaceTest, HasAsksThePredicateForEveryStage) {
  const HasPredicate has = [](absl::string_view platform, const Slot& slot,
                              absl::string_view value) {
    EXPECT_EQ(slot.target, Slot::Target::kStageElement);
    return value == "cpu" || platform == "gpu_board";
  };
  ASSERT_OK_AND_ASSIGN(
      const DesignSpace space,
      DesignSpace::Create({Platforms({"cpu_board", "gpu_board"}),
                           Stage(0, {"cpu", "gpu"}), Stage(1, {"cpu", "gpu"})},
                          Conditions({"platform has mapping.stages"}), has));
  // cpu_board: only cpu, cpu (index 0). gpu_board: all four (4 to 7).
  EXPECT_THAT(space.valid_ranges(),
              ElementsAre(IndexRange{0, 1}, IndexRange{4, 8}));
}

TEST(DesignSpaceTest, HasCanNameOneStage) {
  const HasPredicate has = [](absl::string_view, const Slot& slot,
                              absl::string_view value) {
    EXPECT_EQ(slot.index, 1);
    return value == "cpu";
  };
  ASSERT_OK_AND_ASSIGN(
      const DesignSpace space,
      DesignSpace::Create({Platforms({"p"}), Stage(0, {"cpu", "gpu"}),
                           Stage(1, {"cpu", "gpu"})},
                          Conditions({"platform has mapping.stages.exit2"}),
                          has));
  EXPECT_THAT(space.valid_ranges(),
              ElementsAre(IndexRange{0, 1}, IndexRange{2, 3}));
}

TEST(DesignSpaceTest, HasMeansTheFixedPlatformWhereNoneIsExplored) {
  const HasPredicate has = [](absl::string_view platform, const Slot&,
                              absl::string_view value) {
    EXPECT_EQ(platform, "");
    return value == "int8";
  };
  ASSERT_OK_AND_ASSIGN(
      const DesignSpace space,
      DesignSpace::Create({Types()}, Conditions({"platform has network.dtype"}),
                          has));
  EXPECT_THAT(space.valid_ranges(), ElementsAre(IndexRange{1, 2}));
}

TEST(DesignSpaceTest, ThresholdsCompareAsNumbersAndNeverIsAbsent) {
  // Rows: exit1 in {0.5, 0.9, never}, exit2 in {0.50, 0.90}.
  ASSERT_OK_AND_ASSIGN(
      const DesignSpace space,
      DesignSpace::Create({Threshold(0, {"0.5", "0.9", "never"}),
                           Threshold(1, {"0.50", "0.90"})},
                          Conditions({"decisions.exit1.threshold <= "
                                      "decisions.exit2.threshold"}),
                          HasAll));
  // (0.5, 0.50) 0, (0.5, 0.90) 1, (0.9, 0.90) 3; never: absent, so false.
  EXPECT_THAT(space.valid_ranges(),
              ElementsAre(IndexRange{0, 2}, IndexRange{3, 4}));
}

TEST(DesignSpaceTest, ParseAndAtAreInverse) {
  ASSERT_OK_AND_ASSIGN(const DesignSpace space,
                       DesignSpace::Create(Small(), {}, HasAll));
  for (int64_t index = 0; index < space.size(); ++index) {
    const Candidate candidate = space.At(index);
    EXPECT_EQ(space.IndexOf(candidate), index);
    std::vector<std::pair<std::string, std::string>> texts;
    for (size_t i = space.parameters().size(); i-- > 0;) {
      const Parameter& parameter = space.parameters()[i];
      texts.push_back({parameter.path, parameter.values[candidate.digits[i]]});
    }
    ASSERT_OK_AND_ASSIGN(const Candidate parsed, space.Parse(texts));
    EXPECT_EQ(parsed, candidate);
  }
}

TEST(DesignSpaceTest, ParseTakesANumberInAnyNotation) {
  ASSERT_OK_AND_ASSIGN(const DesignSpace space,
                       DesignSpace::Create(Small(), {}, HasAll));
  ASSERT_OK_AND_ASSIGN(const Candidate candidate,
                       space.Parse({{{"platform", "a"},
                                     {"network.dtype", "int8"},
                                     {"decisions.exit1.threshold", "5e-1"}}}));
  EXPECT_THAT(candidate.digits, ElementsAre(0, 1, 0));
}

using Texts = std::vector<std::pair<std::string, std::string>>;

struct ParseCase {
  std::string name;
  Texts values;
  std::vector<std::string> parts;
};
class DesignSpaceParseTest : public ::testing::TestWithParam<ParseCase> {};
TEST_P(DesignSpaceParseTest, NamesPathValueAndWhatIsAllowed) {
  ASSERT_OK_AND_ASSIGN(const DesignSpace space,
                       DesignSpace::Create(Small(), {}, HasAll));
  const auto parsed = space.Parse(GetParam().values);
  for (const std::string& part : GetParam().parts) {
    EXPECT_THAT(parsed, StatusIs(kInvalid, HasSubstr(part)));
  }
}
INSTANTIATE_TEST_SUITE_P(
    Bad, DesignSpaceParseTest,
    ::testing::ValuesIn<ParseCase>({
        {"unknown_value",
         {{"network.dtype", "int4"}},
         {"network.dtype", "int4", "fp32, int8", "did you mean 'int8'"}},
        {"unknown_path",
         {{"network.dtyp", "int8"}},
         {"network.dtyp:", "did you mean 'network.dtype'"}},
        {"twice",
         {{"platform", "a"}, {"platform", "b"}},
         {"platform: given twice", "'a' and 'b'"}},
        {"missing",
         {{"platform", "a"}},
         {"network.dtype: no value given", "fp32, int8"}},
    }),
    [](const auto& info) { return info.param.name; });

struct CreateCase {
  std::string name;
  std::vector<Parameter> parameters;
  std::vector<std::string> only_if;
  std::string part;
};
class DesignSpaceCreateTest : public ::testing::TestWithParam<CreateCase> {};
TEST_P(DesignSpaceCreateTest, IsRefusedWithTheReason) {
  EXPECT_THAT(DesignSpace::Create(GetParam().parameters,
                                  Conditions(GetParam().only_if), HasAll),
              StatusIs(kInvalid, HasSubstr(GetParam().part)));
}
INSTANTIATE_TEST_SUITE_P(
    Bad, DesignSpaceCreateTest,
    ::testing::ValuesIn<CreateCase>({
        {"no_parameter", {}, {}, "no parameter"},
        {"no_value", {Platforms({})}, {}, "space.platform: no value"},
        {"value_twice", {Platforms({"a", "a"})}, {}, "'a' stands there twice"},
        {"number_twice",
         {Threshold(0, {"0.5", "0.50"})},
         {},
         "'0.50' stands there twice"},
        {"path_twice", {Types(), Types()}, {}, "explored twice"},
        {"no_parameter_named", {Types()}, {"1 < 2"}, "names no explored"},
        {"not_a_condition",
         {Threshold(0, {"0.5"})},
         {"decisions.exit1.threshold + 1"},
         "must be a condition"},
        {"unknown_name", {Types()}, {"network.dtyp == int8"}, "network.dtype"},
        {"unknown_value", {Types()}, {"network.dtype == int16"}, "int8"},
        {"threshold_of_a_platform",
         {Platforms({"a"}), Threshold(0, {"0.5"})},
         {"platform has decisions.exit1.threshold"},
         "only_if"},
        {"nothing_valid",
         Small(),
         {"platform == a", "platform != a and platform == a"},
         "never true: 'platform != a and platform == a'"},
        {"contradiction",
         Small(),
         {"platform == a", "platform == b"},
         "contradict each other"},
    }),
    [](const auto& info) { return info.param.name; });

std::vector<std::string> Numbers(int count) {
  std::vector<std::string> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(std::to_string(i));
  return numbers;
}

TEST(DesignSpaceTest, MoreThan2To53CombinationsAreRefused) {
  // 1024^5 = 2^50; 16 more is 2^54.
  std::vector<Parameter> parameters;
  for (int i = 0; i < 5; ++i) parameters.push_back(Threshold(i, Numbers(1024)));
  ASSERT_OK_AND_ASSIGN(const DesignSpace space,
                       DesignSpace::Create(parameters, {}, HasAll));
  EXPECT_EQ(space.size(), int64_t{1} << 50);
  EXPECT_EQ(space.ValidIndexAt(space.size() - 1), space.size() - 1);
  parameters.push_back(Threshold(5, Numbers(16)));
  EXPECT_THAT(DesignSpace::Create(parameters, {}, HasAll),
              StatusIs(kInvalid, HasSubstr("2^53")));
}

TEST(DesignSpaceTest, AConditionOnTooManyCombinationsIsRefused) {
  // 2048 * 2049 rows > 2^22 = 2048 * 2048.
  EXPECT_THAT(DesignSpace::Create(
                  {Threshold(0, Numbers(2048)), Threshold(1, Numbers(2049))},
                  Conditions({"decisions.exit1.threshold < "
                              "decisions.exit2.threshold"}),
                  HasAll),
              StatusIs(kInvalid, HasSubstr("4194304 combinations")));
}

TEST(DesignSpaceTest, TooManyRangesAreRefused) {
  // Every second of 2^22 combinations is valid: 2^21 ranges > 2^20.
  EXPECT_THAT(
      DesignSpace::Create({Threshold(0, Numbers(1 << 11)),
                           Threshold(1, Numbers(1 << 10)), Types()},
                          Conditions({"network.dtype == int8"}), HasAll),
      StatusIs(kInvalid,
               AllOf(HasSubstr("too many pieces"), HasSubstr("names last"))));
}

// Random spaces and random truth tables, made of equalities that the
// expression language can say, against a check of every index alone.
TEST(DesignSpaceTest, ValidRangesEqualBruteForce) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    RandomStream random(RandomKey{.seed = seed});
    std::vector<Parameter> parameters;
    const int count = 1 + static_cast<int>(random.UniformBelow(5));
    for (int i = 0; i < count; ++i) {
      parameters.push_back(
          Threshold(i, Numbers(1 + static_cast<int>(random.UniformBelow(4)))));
    }
    struct Rule {
      int a, b, sum;
    };
    std::vector<Rule> rules;
    std::vector<std::string> texts;
    for (uint64_t i = random.UniformBelow(4); i > 0; --i) {
      rules.push_back({static_cast<int>(random.UniformBelow(count)),
                       static_cast<int>(random.UniformBelow(count)),
                       static_cast<int>(random.UniformBelow(6))});
      texts.push_back(parameters[rules.back().a].path + " + " +
                      parameters[rules.back().b].path +
                      " != " + std::to_string(rules.back().sum));
    }
    std::vector<int64_t> want;
    int64_t size = 1;
    for (const Parameter& p : parameters) size *= p.values.size();
    for (int64_t index = 0; index < size; ++index) {
      std::vector<int64_t> digits(count);
      int64_t rest = index;
      for (int i = count; i-- > 0;) {
        const auto radix = static_cast<int64_t>(parameters[i].values.size());
        digits[i] = rest % radix;
        rest /= radix;
      }
      bool valid = true;
      for (const Rule& rule : rules) {
        valid = valid && digits[rule.a] + digits[rule.b] != rule.sum;
      }
      if (valid) want.push_back(index);
    }
    const auto space =
        DesignSpace::Create(parameters, Conditions(texts), HasAll);
    if (want.empty()) {
      EXPECT_THAT(space, StatusIs(kInvalid));
      continue;
    }
    ASSERT_OK(space) << "seed " << seed;
    std::vector<int64_t> got;
    int64_t last_end = -1;
    for (const IndexRange& range : space->valid_ranges()) {
      EXPECT_LT(last_end, range.begin) << "not maximal, seed " << seed;
      last_end = range.end;
      for (int64_t i = range.begin; i < range.end; ++i) got.push_back(i);
    }
    EXPECT_EQ(got, want) << "seed " << seed;
    EXPECT_EQ(space->valid_count(), static_cast<int64_t>(want.size()));
    for (size_t rank = 0; rank < want.size(); ++rank) {
      EXPECT_EQ(space->ValidIndexAt(rank), want[rank]);
    }
    for (int64_t index = 0; index < size; ++index) {
      EXPECT_EQ(space->IsValid(index),
                std::binary_search(want.begin(), want.end(), index));
    }
  }
}

// 6 x 2 x 4^3 x 14 x 3 x 30 x 30 = 29 million combinations; the thresholds,
// which no expression names, must not be walked: 6 * 2 * 64 * 14 * 3 nodes at
// most at the last named depth, so at most 32,256 ranges.
TEST(DesignSpaceTest, SubtreesThatNoExpressionNamesAreNotWalked) {
  std::vector<std::string> points = Numbers(14);
  for (std::string& point : points) point = "op" + point;
  const std::vector<std::string> elements = {"cpu", "gpu", "npu", "cluster"};
  int64_t asked = 0;
  const HasPredicate has = [&asked](absl::string_view, const Slot& slot,
                                    absl::string_view value) {
    ++asked;
    return slot.target != Slot::Target::kStageElement || value != "npu";
  };
  ASSERT_OK_AND_ASSIGN(
      const DesignSpace space,
      DesignSpace::Create(
          {Platforms({"a", "b", "c", "d", "e", "f"}),
           Types(),
           Stage(0, elements),
           Stage(1, elements),
           Stage(2, elements),
           {"policy.operating_point",
            {Slot::Target::kOperatingPoint, 0},
            points},
           {"policy.power",
            {Slot::Target::kPower, 0},
            {"always_on", "clock_gate", "power_gate: {timeout: 1 ms}"}},
           Threshold(0, Numbers(30)),
           Threshold(1, Numbers(30))},
          Conditions({"platform has mapping.stages",
                      "platform has policy.operating_point",
                      "platform has policy.power",
                      "platform has network.dtype"}),
          has));
  // 3 of 4 elements per stage stay.
  EXPECT_EQ(space.valid_count(), 6LL * 2 * 27 * 14 * 3 * 900);
  // Stages: 6 * 64 rows of at most three questions; points 6 * 14; powers
  // 6 * 3; types 6 * 2.
  EXPECT_LE(asked, 6 * 64 * 3 + 6 * 14 + 6 * 3 + 6 * 2);
}

}  // namespace
}  // namespace dynarch::space
