#include "sim/behavior/rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
  for (const Signal signal : {Signal::kMaxProbability, Signal::kMargin}) {
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

}  // namespace
}  // namespace dynarch::behavior
