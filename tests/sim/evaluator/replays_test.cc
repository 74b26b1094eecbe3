#include "sim/evaluator/replays.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/table_study.h"

namespace dynarch::evaluator {
namespace {

using ::testing::ElementsAre;

study::BoundCandidate WithThreshold(const study::StudySpec& spec,
                                    const char* first) {
  study::BoundCandidate bound = spec.defaults;
  bound.thresholds[0] = *behavior::Threshold::Parse(first);
  return bound;
}

// Confidences 0.9 0.4 0.7 0.2 at exit 1.
TEST(ReplayerTest, SaysWhichExitEachSampleTakesAndIfItIsRight) {
  const auto spec = testing::TableStudy();
  Replayer replayer(*spec);
  const auto slice = replayer.Replay("select", WithThreshold(*spec, "0.5"));
  ASSERT_TRUE(slice.ok());
  EXPECT_THAT(slice->replay.scenarios, ElementsAre(0, 1, 0, 1));
  EXPECT_THAT(slice->replay.correct, ElementsAre(1, 1, 1, 0));
  EXPECT_EQ(slice->replay.correct_count, 3);
}

TEST(ReplayerTest, WithoutASliceThereIsNoTrace) {
  auto spec = testing::TableStudy();
  std::get<behavior::Trace>(spec->source).slices.clear();
  Replayer replayer(*spec);
  EXPECT_EQ(
      replayer.Replay("select", WithThreshold(*spec, "0.5")).status().code(),
      absl::StatusCode::kInvalidArgument);
}

// Ten inferences over four samples: samples 0 and 1 three times, 2 and 3
// twice (docs/semantics.md, 7.3).
TEST(CountsOfTest, ARunTakesSamplesInOrderAndCyclically) {
  const auto spec = testing::TableStudy();
  Replayer replayer(*spec);
  const auto slice = replayer.Replay("select", WithThreshold(*spec, "0.5"));
  const ReplayCounts counts = CountsOf(*slice, 10);
  EXPECT_EQ(counts.samples, 4);
  EXPECT_EQ(counts.correct, 3);
  EXPECT_EQ(counts.scenarios[0].cycle, 2);
  EXPECT_EQ(counts.scenarios[0].run, 5);          // Samples 0 and 2.
  EXPECT_EQ(counts.scenarios[0].run_correct, 5);  // Both right.
  EXPECT_EQ(counts.scenarios[1].run, 5);          // Samples 1 and 3.
  EXPECT_EQ(counts.scenarios[1].run_correct, 3);  // Sample 1 is right.
}

}  // namespace
}  // namespace dynarch::evaluator
