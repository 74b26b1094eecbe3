#include "sim/behavior/rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/testing/status_matchers.h"

namespace dynarch::behavior {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::HasSubstr;
using Signal = graph::Signal;

Threshold Parsed(absl::string_view text) {
  const auto threshold = Threshold::Parse(text);
  EXPECT_OK(threshold);
  return threshold.ok() ? *threshold : Threshold::Never();
}

TEST(ThresholdTest, KeepsItsTextAndTheNearestDouble) {
  EXPECT_EQ(Parsed("0.85").value(), 0.85);
  EXPECT_EQ(Parsed("0.850").value(), 0.85);
  EXPECT_EQ(Parsed("0.850").text(), "0.850");
  EXPECT_EQ(Parsed("1e-3").value(), 0.001);
  EXPECT_EQ(Parsed("0.85").kind(), Threshold::Kind::kValue);
  EXPECT_EQ(Parsed("never").kind(), Threshold::Kind::kNever);
  EXPECT_EQ(Parsed("always").kind(), Threshold::Kind::kAlways);
  EXPECT_EQ(Threshold::Never().text(), "never");
}

TEST(ThresholdTest, RefusesWhatIsNoDecimal) {
  for (const absl::string_view text : {"", "Never", "nan", "0,5", "50 %"}) {
    EXPECT_THAT(Threshold::Parse(text),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("never, always or a decimal")))
        << text;
  }
}

// docs/semantics.md, 3: max-probability and margin exit on >= threshold,
// entropy on <.
TEST(ThresholdTest, EqualityExitsExceptForEntropy) {
  const Threshold half = Parsed("0.5");
  for (const Signal signal :
       {Signal::kMaxProbability, Signal::kMargin, Signal::kScore}) {
    EXPECT_TRUE(half.Takes(signal, 0.5));
    EXPECT_TRUE(half.Takes(signal, 0.6));
    EXPECT_FALSE(half.Takes(signal, 0.4999999999999999));
  }
  EXPECT_FALSE(half.Takes(Signal::kEntropy, 0.5));
  EXPECT_TRUE(half.Takes(Signal::kEntropy, 0.4999999999999999));
  EXPECT_FALSE(half.Takes(Signal::kEntropy, 0.6));
}

TEST(ThresholdTest, NeverAndAlwaysAskNoSignal) {
  for (const Signal signal :
       {Signal::kMaxProbability, Signal::kMargin, Signal::kEntropy}) {
    for (const double value : {0.0, 0.5, 1.0}) {
      EXPECT_FALSE(Threshold::Never().Takes(signal, value));
      EXPECT_TRUE(Threshold::Always().Takes(signal, value));
    }
  }
  // Unlike a number: a certain sample exits at 1, never at `never`.
  EXPECT_TRUE(Parsed("1").Takes(Signal::kMaxProbability, 1.0));
}

std::vector<graph::Exit> Exits(int count, Signal signal) {
  return std::vector<graph::Exit>(count, graph::Exit{"e", 0, signal});
}

TEST(ExitTakenTest, IsTheFirstThatTakesElseTheLast) {
  const std::vector<graph::Exit> exits = {{"exit1", 0, Signal::kMaxProbability},
                                          {"exit2", 0, Signal::kEntropy},
                                          {"exit3", 0, Signal::kMargin}};
  const std::vector<double> signals = {0.6, 0.5, 0.6};
  const auto taken = [&](const char* first, const char* second) {
    ExitPolicy policy;
    policy.thresholds = {Parsed(first), Parsed(second), Threshold::Never()};
    return ExitTaken({.signals = signals, .predicted = {}}, exits, policy);
  };
  EXPECT_EQ(taken("0.6", "always"), 0);   // 0.6 >= 0.6.
  EXPECT_EQ(taken("0.61", "0.51"), 1);    // Entropy 0.5 < 0.51.
  EXPECT_EQ(taken("0.61", "0.5"), 2);     // Not below; the last is taken.
  EXPECT_EQ(taken("never", "never"), 2);  // Though its own threshold is never.
  EXPECT_EQ(taken("never", "always"), 1);
}

// PABEE: the class must be that of the `patience` exits before.
TEST(ExitTakenTest, PatienceCountsAgreeingExits) {
  const auto exits = Exits(6, Signal::kMaxProbability);
  const std::vector<int32_t> classes = {1, 2, 2, 2, 3, 3};
  ExitPolicy policy;
  policy.kind = graph::ExitRule::Kind::kPatience;
  policy.thresholds.assign(6, Threshold::Checked());
  const auto taken = [&](int patience) {
    policy.patience = patience;
    return ExitTaken({.signals = {}, .predicted = classes}, exits, policy);
  };
  EXPECT_EQ(taken(1), 2);  // 2, 2.
  EXPECT_EQ(taken(2), 3);  // 2, 2, 2.
  EXPECT_EQ(taken(3), 5);  // Four alike in a row: none; the last.
  policy.thresholds[1] = Threshold::Never();  // Left: 1, 2, 2, 3, 3.
  EXPECT_EQ(taken(1), 3);
  policy.thresholds[0] = Threshold::Always();
  EXPECT_EQ(taken(1), 0);
}

TEST(ExitTakenTest, APredictedExitIsChosenByTheBoundsItFails) {
  auto exits = Exits(5, Signal::kMaxProbability);
  ExitPolicy policy;
  policy.kind = graph::ExitRule::Kind::kPredicted;
  policy.thresholds.assign(5, Threshold::Checked());
  policy.at = 1;
  policy.bounds = {0.9, 0.5};
  const auto taken = [&](double signal) {
    return ExitTaken({.signals = {{1, signal, 1, 1, 1}}, .predicted = {}},
                     exits, policy);
  };
  EXPECT_EQ(taken(0.9), 2);   // Fails none.
  EXPECT_EQ(taken(0.89), 3);  // Fails 0.9.
  EXPECT_EQ(taken(0.5), 3);
  EXPECT_EQ(taken(0.4), 4);  // Fails both.
  policy.thresholds[2] = Threshold::Never();
  EXPECT_EQ(taken(0.95), 3);  // The next that exists.
  policy.thresholds[0] = Threshold::Always();
  EXPECT_EQ(taken(0.95), 0);
  // Entropy falls with confidence: bounds ascend.
  policy.thresholds.assign(5, Threshold::Checked());
  exits = Exits(5, Signal::kEntropy);
  policy.bounds = {0.2, 0.7};
  EXPECT_EQ(taken(0.1), 2);
  EXPECT_EQ(taken(0.2), 3);  // Not below 0.2.
  EXPECT_EQ(taken(0.7), 4);
}

}  // namespace
}  // namespace dynarch::behavior
