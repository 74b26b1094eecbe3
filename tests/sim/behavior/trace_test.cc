#include "sim/behavior/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::behavior {
namespace {

using ::dynarch::testing::NetworkBuilder;
using ::dynarch::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

graph::Network TwoExits(const std::string& weights) {
  NetworkBuilder net("net");
  net.Input("x", {4});
  net.Add("a", graph::Softmax{}, {"x"}).Add("b", graph::Softmax{}, {"a"});
  net.Exit("exit1", "a").Exit("exit2", "b");
  graph::NetworkParts parts = net.parts();
  parts.weights_sha256 = weights;
  auto network = graph::Network::Create(parts);
  EXPECT_OK(network);
  return *std::move(network);
}

TEST(TraceTest, FindsASliceBySplitAndType) {
  Trace trace;
  trace.slices.push_back({"select", graph::DataType::kFp32, {}, {}});
  trace.slices.push_back({"select", graph::DataType::kInt8, {}, {}});
  trace.slices.push_back({"report", graph::DataType::kFp32, {}, {}});
  EXPECT_EQ(trace.Find("select", graph::DataType::kInt8), &trace.slices[1]);
  EXPECT_EQ(trace.Find("report", graph::DataType::kFp32), &trace.slices[2]);
  EXPECT_EQ(trace.Find("report", graph::DataType::kInt8), nullptr);
}

TEST(TraceTest, MustHaveTheNetworksExitsInOrder) {
  Trace trace;
  trace.exits = {"exit1", "exit2"};
  EXPECT_OK(CheckMatches(trace, TwoExits("")));
  trace.exits = {"exit2", "exit1"};
  EXPECT_THAT(CheckMatches(trace, TwoExits("")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("[exit2, exit1]"),
                             HasSubstr("[exit1, exit2]"))));
  trace.exits = {"exit1"};
  EXPECT_THAT(CheckMatches(trace, TwoExits("")),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(TraceTest, MustBeOfTheNetworksWeightsWhereBothSay) {
  Trace trace;
  trace.exits = {"exit1", "exit2"};
  trace.weights_sha256 = "aa";
  EXPECT_OK(CheckMatches(trace, TwoExits("aa")));
  EXPECT_OK(CheckMatches(trace, TwoExits("")));
  EXPECT_THAT(CheckMatches(trace, TwoExits("bb")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("weights aa"), HasSubstr("bb"))));
}

TEST(ExitTakenTest, IsTheFirstThatTakesElseTheLast) {
  using Signal = graph::Signal;
  const std::vector<graph::Decision> decisions = {
      {"exit1", 0, Signal::kMaxProbability},
      {"exit2", 0, Signal::kEntropy},
      {"exit3", 0, Signal::kMargin}};
  const std::vector<ExitRecord> sample = {
      {.predicted = 1, .max_probability = 0.6, .entropy = 0.9, .margin = 0.3},
      {.predicted = 1, .max_probability = 0.7, .entropy = 0.5, .margin = 0.4},
      {.predicted = 2, .max_probability = 0.8, .entropy = 0.4, .margin = 0.6}};
  const auto taken = [&](const char* first, const char* second) {
    return ExitTaken(sample, decisions,
                     {*Threshold::Parse(first), *Threshold::Parse(second),
                      Threshold::Never()});
  };
  EXPECT_EQ(taken("0.6", "always"), 0);   // 0.6 >= 0.6.
  EXPECT_EQ(taken("0.61", "0.51"), 1);    // Entropy 0.5 < 0.51.
  EXPECT_EQ(taken("0.61", "0.5"), 2);     // Not below; the last is taken.
  EXPECT_EQ(taken("never", "never"), 2);  // Though its own threshold is never.
  EXPECT_EQ(taken("never", "always"), 1);
}

}  // namespace
}  // namespace dynarch::behavior
