#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sim/behavior/trace.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::behavior {
namespace {

using ::testing::ElementsAre;
using Signal = graph::Signal;

std::vector<Threshold> Thresholds(const std::vector<std::string>& texts) {
  std::vector<Threshold> thresholds;
  for (const std::string& text : texts) {
    const auto threshold = Threshold::Parse(text);
    EXPECT_OK(threshold);
    thresholds.push_back(*threshold);
  }
  return thresholds;
}

TEST(ReplayTest, CountsExitsAndCorrectnessByHand) {
  // Three samples, two exits on max-probability; threshold 0.5.
  TraceSlice slice;
  slice.samples = {10, 11, 12};
  slice.records = {{.max_probability = 0.5, .correct = false},
                   {.correct = true},  // exit 1
                   {.max_probability = 0.4, .correct = false},
                   {.correct = true},  // exit 2
                   {.max_probability = 0.9, .correct = true},
                   {.correct = false}};  // exit 1
  const std::vector<graph::Decision> decisions = {{"a"}, {"b"}};
  const Replay replay =
      ReplayTrace(slice, decisions, Thresholds({"0.5", "never"}));
  EXPECT_THAT(replay.taken, ElementsAre(0, 1, 0));
  EXPECT_THAT(replay.exit_counts, ElementsAre(2, 1));
  EXPECT_EQ(replay.correct, 2);
  EXPECT_EQ(ReplayIndex(slice, decisions).Run(Thresholds({"0.5", "never"})),
            replay);
}

// Signals are multiples of 1/64, so that thresholds hit them exactly.
class RandomTrace {
 public:
  RandomTrace(uint64_t seed, int samples, int exits) : state_(seed) {
    for (int exit = 0; exit < exits; ++exit) {
      decisions.push_back(
          {std::to_string(exit), 0, static_cast<Signal>(Below(3))});
    }
    for (int sample = 0; sample < samples; ++sample) {
      slice.samples.push_back(sample);
      for (int exit = 0; exit < exits; ++exit) {
        slice.records.push_back({.predicted = Below(10),
                                 .max_probability = Below(65) / 64.0,
                                 .entropy = Below(65) / 64.0,
                                 .margin = Below(65) / 64.0,
                                 .correct = Below(2) == 1});
      }
    }
  }
  std::vector<Threshold> RandomThresholds() {
    std::vector<std::string> texts;
    for (size_t i = 0; i < decisions.size(); ++i) {
      const int kind = Below(8);
      texts.push_back(kind == 0   ? "never"
                      : kind == 1 ? "always"
                                  : std::to_string(Below(65) / 64.0));
    }
    return Thresholds(texts);
  }
  int Below(int n) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<int>((state_ >> 33) % n);
  }

  TraceSlice slice;
  std::vector<graph::Decision> decisions;

 private:
  uint64_t state_;
};

// docs/semantics.md, law 6: rates and accuracy equal direct counting.
Replay CountNaively(const RandomTrace& trace,
                    const std::vector<Threshold>& thresholds) {
  const int exits = static_cast<int>(trace.decisions.size());
  Replay replay;
  replay.exit_counts.assign(exits, 0);
  for (size_t sample = 0; sample < trace.slice.samples.size(); ++sample) {
    int exit = 0;
    for (; exit < exits - 1; ++exit) {
      const ExitRecord& record = trace.slice.records[sample * exits + exit];
      if (thresholds[exit].kind() == Threshold::Kind::kNever) continue;
      if (thresholds[exit].kind() == Threshold::Kind::kAlways) break;
      const double t = thresholds[exit].value();
      const Signal signal = trace.decisions[exit].signal;
      if (signal == Signal::kEntropy && record.entropy < t) break;
      if (signal == Signal::kMargin && record.margin >= t) break;
      if (signal == Signal::kMaxProbability && record.max_probability >= t) {
        break;
      }
    }
    replay.taken.push_back(static_cast<uint8_t>(exit));
    ++replay.exit_counts[exit];
    replay.correct += trace.slice.records[sample * exits + exit].correct;
  }
  return replay;
}

TEST(ReplayTest, BothWaysEqualNaiveCountingOnRandomTraces) {
  int distinct_exits = 0;
  // Sizes around the words of 64 samples that the index packs.
  for (const int samples : {0, 1, 63, 64, 65, 200}) {
    for (int exits = 1; exits <= 5; ++exits) {
      RandomTrace trace(1000 * samples + exits, samples, exits);
      const ReplayIndex index(trace.slice, trace.decisions);
      EXPECT_EQ(index.sample_count(), samples);
      Replay reused;
      for (int round = 0; round < 20; ++round) {
        const auto thresholds = trace.RandomThresholds();
        const Replay want = CountNaively(trace, thresholds);
        ASSERT_EQ(ReplayTrace(trace.slice, trace.decisions, thresholds), want);
        index.Run(thresholds, reused);
        ASSERT_EQ(reused, want) << samples << " samples, " << exits << " exits";
        for (const int64_t count : want.exit_counts)
          distinct_exits += count > 0;
      }
    }
  }
  EXPECT_GT(distinct_exits, 500);  // Not all samples took one exit.
}

}  // namespace
}  // namespace dynarch::behavior
