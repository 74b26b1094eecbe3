#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/base/reason.h"
#include "sim/mapping/schedule.h"
#include "tests/sim/mapping/chain_text.h"
#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::mapping {
namespace {

using ::dynarch::testing::NetworkBuilder;
using ::dynarch::testing::PlainPlatform;
using ::dynarch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr graph::Elementwise kAdd{graph::Elementwise::Kind::kAdd};

// x[6] -> t1 -> t2 -> t3 -> p3; exit1 reads p1 of t1, exit2 p2 of t2 and t1.
NetworkBuilder ThreeExits() {
  NetworkBuilder net("net");
  net.Input("x", {6});
  net.Add("t1", graph::Elementwise{}, {"x"});
  net.Add("p1", graph::Linear{.out_features = 3}, {"t1"});
  net.Add("t2", graph::Elementwise{}, {"t1"});
  net.Add("h2", kAdd, {"t1", "t2"});
  net.Add("p2", graph::Linear{.out_features = 3}, {"h2"});
  net.Add("t3", graph::Elementwise{}, {"t2"});
  net.Add("p3", graph::Linear{.out_features = 3}, {"t3"});
  net.Exit("exit1", "p1").Exit("exit2", "p2").Exit("exit3", "p3");
  return net;
}

class ChainTest : public ::testing::Test {
 protected:
  std::vector<std::string> Lines(const StageElements& stages,
                                 const Scenario& scenario) {
    auto network = graph::Network::Create(net_.parts());
    EXPECT_OK(network);
    auto platform = platform::Platform::Create(hardware_);
    EXPECT_OK(platform);
    const auto chain =
        BuildChain(*network, network->full(), *platform, stages, scenario);
    status_ = chain.status();
    if (!chain.ok()) return {};
    return LinesOf(*chain, *network, *platform);
  }

  NetworkBuilder net_ = ThreeExits();
  platform::PlatformParts hardware_ = ThreeElements();
  absl::Status status_;
};

TEST_F(ChainTest, OnTheHostIsFiringsAndChecksAlone) {
  EXPECT_THAT(Lines({0, 0, 0}, {.exit = 2}),
              ElementsAre("t1@cpu", "p1@cpu", "check(3)", "t2@cpu", "h2@cpu",
                          "p2@cpu", "check(3)", "t3@cpu", "p3@cpu"));
}

TEST_F(ChainTest, EndsWithTheCheckOfTheExitTaken) {
  EXPECT_THAT(Lines({0, 0, 0}, {.exit = 0}),
              ElementsAre("t1@cpu", "p1@cpu", "check(3)"));
}

TEST_F(ChainTest, DeliversAnAlwaysExitWithoutACheck) {
  EXPECT_THAT(Lines({0, 0, 0}, {.exit = 0, .checked = false}),
              ElementsAre("t1@cpu", "p1@cpu"));
  EXPECT_THAT(Lines({1, 0, 0}, {.exit = 0, .checked = false}),
              ElementsAre("x:cpu>gpu(6)", "t1@gpu", "p1@gpu", "sync gpu",
                          "result p1:gpu>cpu(3)"));
  // Of the last exit `checked` says nothing.
  EXPECT_EQ(Lines({0, 0, 0}, {.exit = 2, .checked = false}),
            Lines({0, 0, 0}, {.exit = 2, .checked = true}));
}

TEST_F(ChainTest, OffTheHostBringsInputsAndResults) {
  EXPECT_THAT(
      Lines({1, 1, 1}, {.exit = 2}),
      ElementsAre("x:cpu>gpu(6)", "t1@gpu", "p1@gpu", "sync gpu",
                  "result p1:gpu>cpu(3)", "check(3)",  //
                  "t2@gpu", "h2@gpu", "p2@gpu", "sync gpu",
                  "result p2:gpu>cpu(3)", "check(3)",  //
                  "t3@gpu", "p3@gpu", "sync gpu", "result p3:gpu>cpu(3)"));
}

TEST_F(ChainTest, LeavesOutWhatOnlyNeverExitsNeed) {
  // Exit 1 is never: no p1, no check, no synchronisation.
  EXPECT_THAT(
      Lines({1, 1, 1}, {.exit = 1, .skipped_heads = 0b001}),
      ElementsAre("x:cpu>gpu(6)", "t1@gpu", "t2@gpu", "h2@gpu", "p2@gpu",
                  "sync gpu", "result p2:gpu>cpu(3)", "check(3)"));
  EXPECT_THAT(Lines({0, 0, 0}, {.exit = 2, .skipped_heads = 0b011}),
              ElementsAre("t1@cpu", "t2@cpu", "t3@cpu", "p3@cpu"));
  // The last exit is always there, whatever its bit says.
  EXPECT_THAT(Lines({0, 0, 0}, {.exit = 2, .skipped_heads = 0b111}),
              ElementsAre("t1@cpu", "t2@cpu", "t3@cpu", "p3@cpu"));
}

TEST_F(ChainTest, LeavesOutTrunkThatOnlyNeverExitsNeed) {
  // t1b is trunk of stage 1 for exit 2 alone; exits 1 and 2 are never.
  NetworkBuilder net("net");
  net.Input("x", {6});
  net.Add("t1", graph::Elementwise{}, {"x"});
  net.Add("t1b", graph::Elementwise{}, {"t1"});
  net.Add("p1", kAdd, {"t1", "t1b"});
  net.Add("p2", graph::Elementwise{}, {"t1b"});
  net.Add("p3", graph::Elementwise{}, {"t1"});
  net_ = net.Exit("exit1", "p1").Exit("exit2", "p2").Exit("exit3", "p3");
  EXPECT_THAT(Lines({0, 0, 0}, {.exit = 2, .skipped_heads = 0b011}),
              ElementsAre("t1@cpu", "p3@cpu"));
  EXPECT_THAT(Lines({0, 0, 0}, {.exit = 2, .skipped_heads = 0b001}),
              ElementsAre("t1@cpu", "t1b@cpu", "p2@cpu", "check(6)", "p3@cpu"));
}

TEST_F(ChainTest, MovesEachTensorOnceToWhereItIsFirstNeeded) {
  // Stage 2 on the gpu needs t1 (for t2 and h2: once); stage 3, back on the
  // cpu, needs t2.
  EXPECT_THAT(Lines({0, 1, 0}, {.exit = 2}),
              ElementsAre("t1@cpu", "p1@cpu", "check(3)",  //
                          "t1:cpu>gpu(6)", "t2@gpu", "h2@gpu", "p2@gpu",
                          "sync gpu", "result p2:gpu>cpu(3)", "check(3)",
                          "t2:gpu>cpu(6)", "t3@cpu", "p3@cpu"));
}

TEST_F(ChainTest, MovesATensorToASecondElementFromWhereItWasProduced) {
  // p3 reads t1 as well: produced on the cpu, needed on gpu and npu.
  NetworkBuilder net("net");
  net.Input("x", {6});
  net.Add("t1", graph::Elementwise{}, {"x"});
  net.Add("p1", graph::Linear{.out_features = 3}, {"t1"});
  net.Add("p2", graph::Linear{.out_features = 3}, {"t1"});
  net.Add("p3", graph::Linear{.out_features = 3}, {"t1"});
  net_ = net.Exit("exit1", "p1").Exit("exit2", "p2").Exit("exit3", "p3");
  EXPECT_THAT(Lines({0, 1, 2}, {.exit = 2}),
              ElementsAre("t1@cpu", "p1@cpu", "check(3)",  //
                          "t1:cpu>gpu(6)", "p2@gpu", "sync gpu",
                          "result p2:gpu>cpu(3)", "check(3)",  //
                          "t1:cpu>npu(6)", "p3@npu", "sync npu",
                          "result p3:npu>cpu(3)"));
  // A third stage on the gpu finds t1 there already.
  EXPECT_THAT(Lines({0, 1, 1}, {.exit = 2, .skipped_heads = 0b001}),
              ElementsAre("t1@cpu", "t1:cpu>gpu(6)", "p2@gpu", "sync gpu",
                          "result p2:gpu>cpu(3)", "check(3)", "p3@gpu",
                          "sync gpu", "result p3:gpu>cpu(3)"));
}

TEST_F(ChainTest, TransfersNothingInASharedMemoryWithoutALink) {
  hardware_.links.erase(hardware_.links.begin());  // cpu-gpu.
  EXPECT_THAT(Lines({1, 1, 1}, {.exit = 0}),
              ElementsAre("t1@gpu", "p1@gpu", "sync gpu", "check(3)"));
}

TEST_F(ChainTest, NeedsALinkOrASharedMemory) {
  // Stage 2 on the npu needs t1 from the gpu: no link, another memory.
  Lines({1, 2, 2}, {.exit = 1});
  const auto reason = ReasonOf(status_);
  ASSERT_TRUE(reason.has_value()) << status_;
  EXPECT_EQ(reason->code, reason::kNoLink);
  EXPECT_THAT(reason->sentence,
              HasSubstr("'t1' must go from 'gpu' to 'npu' of platform"));
  // The scenario that leaves before it is not touched.
  Lines({1, 2, 2}, {.exit = 0});
  EXPECT_OK(status_);
}

TEST_F(ChainTest, MovesWhatIsBehindAReshapeAndFiresNoReshape) {
  NetworkBuilder net("net");
  net.Input("x", {2, 3});
  net.Add("flat", graph::Reshape{}, {"x"});
  net.Add("t1", graph::Elementwise{}, {"flat"});
  net.Add("p1", graph::Softmax{}, {"t1"});
  net.Add("view", graph::Reshape{{3, 2}}, {"t1"});
  net.Add("p2", graph::Softmax{}, {"view"});
  net_ = net.Exit("exit1", "p1").Exit("exit2", "p2");
  EXPECT_THAT(Lines({1, 0}, {.exit = 1, .skipped_heads = 0b1}),
              ElementsAre("x:cpu>gpu(6)", "t1@gpu", "t1:gpu>cpu(6)", "p2@cpu"));
}

TEST_F(ChainTest, FindsProbabilitiesBehindAReshapeWhereTheyLie) {
  // exit2 reads a reshape of what stage 1 left on the gpu.
  NetworkBuilder net("net");
  net.Input("x", {6});
  net.Add("t1", graph::Softmax{}, {"x"});
  net.Add("p1", graph::Softmax{}, {"t1"});
  net.Add("view", graph::Reshape{{6}}, {"t1"});
  net_ = net.Exit("exit1", "p1").Exit("exit2", "view");
  EXPECT_THAT(Lines({1, 0}, {.exit = 1, .skipped_heads = 0b1}),
              ElementsAre("x:cpu>gpu(6)", "t1@gpu", "sync gpu",
                          "result t1:gpu>cpu(6)"));
}

TEST_F(ChainTest, IsOneActivityPerMeasuredStage) {
  hardware_ = PlainPlatform();
  hardware_.elements[0].kind = platform::Table{};
  EXPECT_THAT(Lines({0, 0, 0}, {.exit = 1}),
              ElementsAre("stage 0@cpu", "stage 1@cpu"));
  EXPECT_THAT(Lines({0, 0, 0}, {.exit = 1, .skipped_heads = 0b001}),
              ElementsAre("stage 0@cpu", "stage 1@cpu"));
}

TEST_F(ChainTest, RefusesStagesAndExitsThatDoNotExist) {
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  Lines({0, 0}, {.exit = 0});
  EXPECT_THAT(status_,
              StatusIs(kInvalid, HasSubstr("got 2 elements; network 'net' has "
                                           "3 stages")));
  Lines({0, 0, 3}, {.exit = 0});
  EXPECT_THAT(status_, StatusIs(kInvalid, HasSubstr("element number 3")));
  Lines({0, 0, 0}, {.exit = 3});
  EXPECT_THAT(status_, StatusIs(kInvalid, HasSubstr("exit number 3")));
  Lines({0, 0, 0}, {.exit = 0, .skipped_heads = 0b001});
  EXPECT_THAT(status_, StatusIs(kInvalid, HasSubstr("exit number 0")));
}

}  // namespace
}  // namespace dynarch::mapping
