#include "sim/evaluator/keys.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/testing/example_study.h"
#include "tests/testing/table_study.h"

namespace dynarch::evaluator {
namespace {

// What the keys stand for, written out.
std::string MachineText(const study::BoundCandidate& bound) {
  std::string text =
      absl::StrCat(bound.platform, " ", static_cast<int>(bound.dtype), " ",
                   bound.operating_point, " ", mapping::ToText(bound.power));
  for (const auto& element : bound.stage_elements) {
    absl::StrAppend(&text, " ", element);
  }
  for (const auto& threshold : bound.thresholds) {
    absl::StrAppend(&text, " ", static_cast<int>(threshold.kind()));
  }
  return text;
}
std::string ReplayText(const study::BoundCandidate& bound) {
  std::string text = absl::StrCat(static_cast<int>(bound.dtype));
  for (const auto& threshold : bound.thresholds) {
    absl::StrAppend(&text, " ", threshold.text());
  }
  return text;
}

// Two candidates share a key exactly if they share what it stands for.
TEST(KeyMakerTest, KeysAreOneToOneWithWhatTheyStandFor) {
  const auto spec = testing::ExampleStudy();
  const KeyMaker maker(*spec);
  std::map<int64_t, std::string> machines;
  std::map<int64_t, std::string> replays;
  std::map<std::string, int64_t> machine_keys;
  std::map<std::string, int64_t> replay_keys;
  for (int64_t index = 0; index < spec->space.size(); index += 7) {
    const space::Candidate candidate = spec->space.At(index);
    const study::BoundCandidate bound = study::Bind(*spec, candidate);
    const Keys keys = maker.Of(candidate.digits);
    ASSERT_GE(keys.machine, 0);
    ASSERT_LT(keys.machine, maker.machine_keys());
    ASSERT_LT(keys.replay, maker.replay_keys());
    const std::string machine = MachineText(bound);
    const std::string replay = ReplayText(bound);
    ASSERT_EQ(machines.try_emplace(keys.machine, machine).first->second,
              machine);
    ASSERT_EQ(replays.try_emplace(keys.replay, replay).first->second, replay);
    ASSERT_EQ(machine_keys.try_emplace(machine, keys.machine).first->second,
              keys.machine);
    ASSERT_EQ(replay_keys.try_emplace(replay, keys.replay).first->second,
              keys.replay);
  }
}

// Two powers, three kinds of thresholds among four values.
TEST(KeyMakerTest, ThresholdsCountByKindInTheMachineAndByValueInTheReplay) {
  const auto spec = testing::TableStudy();
  const KeyMaker maker(*spec);
  EXPECT_EQ(maker.machine_keys(), 2 * 3);
  EXPECT_EQ(maker.replay_keys(), 4);
  const auto half = maker.Of(std::vector<int32_t>{0, 0});
  const auto seven = maker.Of(std::vector<int32_t>{0, 1});
  EXPECT_EQ(half.machine, seven.machine);
  EXPECT_NE(half.replay, seven.replay);
}

}  // namespace
}  // namespace dynarch::evaluator
