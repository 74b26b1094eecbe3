#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "sim/graph/operator.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::graph {
namespace {

using ::dynarch::testing::IsOkAndHolds;
using ::dynarch::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

absl::StatusOr<Shape> Infer(const Operator& op, std::vector<Shape> inputs) {
  return InferShape(op, inputs);
}

TEST(Conv2dShapeTest, FollowsKernelStridePaddingAndDilation) {
  // (8 + 1 + 1 - 3) / 1 + 1 = 8.
  EXPECT_THAT(
      Infer(
          Conv2d{.out_channels = 16, .kernel = {3, 3}, .padding = {1, 1, 1, 1}},
          {{1, 8, 8}}),
      IsOkAndHolds(Shape{16, 8, 8}));
  // DS-CNN's first layer (MLPerf Tiny): 49x10, kernel 10x4, stride 2, padding
  // t4 b5 l1 r1: (49 + 9 - 10) / 2 + 1 = 25, (10 + 2 - 4) / 2 + 1 = 5.
  EXPECT_THAT(Infer(Conv2d{.out_channels = 64,
                           .kernel = {10, 4},
                           .stride = {2, 2},
                           .padding = {4, 1, 5, 1}},
                    {{1, 49, 10}}),
              IsOkAndHolds(Shape{64, 25, 5}));
  // A 3-wide kernel dilated by 2 spans 5: (9 - 5) / 3 + 1 = 2, rounded down.
  EXPECT_THAT(Infer(Conv2d{.out_channels = 2,
                           .kernel = {3, 3},
                           .stride = {3, 3},
                           .dilation = {2, 2}},
                    {{4, 9, 9}}),
              IsOkAndHolds(Shape{2, 2, 2}));
}

// The definition: places where a whole window lies inside the padded input.
int64_t WindowsByCounting(int64_t extent, int64_t before, int64_t after,
                          int64_t kernel, int64_t stride, int64_t dilation) {
  int64_t windows = 0;
  for (int64_t start = -before;
       start + dilation * (kernel - 1) < extent + after; start += stride) {
    ++windows;
  }
  return windows;
}

TEST(Conv2dShapeTest, EqualsCountingWindows) {
  int checked = 0, refused = 0;
  for (int64_t extent = 1; extent <= 9; ++extent) {
    for (int64_t kernel = 1; kernel <= 4; ++kernel) {
      for (int64_t stride = 1; stride <= 3; ++stride) {
        for (int64_t dilation = 1; dilation <= 2; ++dilation) {
          for (int64_t pad = 0; pad <= 2; ++pad) {
            const int64_t want = WindowsByCounting(extent, pad, pad + 1, kernel,
                                                   stride, dilation);
            const auto got = Infer(Conv2d{.kernel = {kernel, 1},
                                          .stride = {stride, 1},
                                          .padding = {pad, 0, pad + 1, 0},
                                          .dilation = {dilation, 1}},
                                   {{1, extent, 1}});
            if (want == 0) {
              EXPECT_THAT(got, StatusIs(kInvalid));
              ++refused;
            } else {
              EXPECT_THAT(got, IsOkAndHolds(Shape{1, want, 1}));
              ++checked;
            }
          }
        }
      }
    }
  }
  EXPECT_GT(checked, 500);
  EXPECT_GT(refused, 20);
}

TEST(Conv2dShapeTest, RefusesWhatDoesNotFitAndSaysWhy) {
  EXPECT_THAT(Infer(Conv2d{.kernel = {5, 3}}, {{1, 4, 4}}),
              StatusIs(kInvalid, HasSubstr("conv2d.kernel: a window spans 5 "
                                           "along the height and does not fit "
                                           "the padded input of 4")));
  EXPECT_THAT(Infer(Conv2d{.out_channels = 4, .groups = 2}, {{3, 4, 4}}),
              StatusIs(kInvalid, HasSubstr("conv2d.groups: got 2; must divide "
                                           "the 3 input channels")));
  EXPECT_THAT(Infer(Conv2d{.stride = {0, 1}}, {{3, 4, 4}}),
              StatusIs(kInvalid, HasSubstr("conv2d.stride[0]: got 0")));
  EXPECT_THAT(Infer(Conv2d{.padding = {0, -1, 0, 0}}, {{3, 4, 4}}),
              StatusIs(kInvalid, HasSubstr("conv2d.padding[1]: got -1")));
  EXPECT_THAT(Infer(Conv2d{.out_channels = 0}, {{3, 4, 4}}),
              StatusIs(kInvalid, HasSubstr("conv2d.out_channels: got 0")));
  EXPECT_THAT(Infer(Conv2d{}, {{48}}),
              StatusIs(kInvalid, HasSubstr("got shape [48]; takes an image")));
  EXPECT_THAT(Infer(Conv2d{}, {{1, 2, 2}, {1}, {1}}),
              StatusIs(kInvalid, HasSubstr("got 3 inputs; takes 1 to 2")));
}

TEST(LinearShapeTest, TakesTheLastExtent) {
  EXPECT_THAT(Infer(Linear{.out_features = 10}, {{64}}),
              IsOkAndHolds(Shape{10}));
  EXPECT_THAT(Infer(Linear{.out_features = 10}, {{12, 128, 64}}),
              IsOkAndHolds(Shape{12, 128, 10}));
  EXPECT_THAT(Infer(Linear{.out_features = -1}, {{64}}),
              StatusIs(kInvalid, HasSubstr("linear.out_features: got -1")));
}

TEST(PoolShapeTest, KeepsChannels) {
  // (8 - 2) / 2 + 1 = 4.
  EXPECT_THAT(Infer(Pool{.kernel = {2, 2}, .stride = {2, 2}}, {{16, 8, 8}}),
              IsOkAndHolds(Shape{16, 4, 4}));
  EXPECT_THAT(Infer(Pool{.kind = Pool::Kind::kGlobalAverage}, {{16, 8, 8}}),
              IsOkAndHolds(Shape{16, 1, 1}));
  EXPECT_THAT(
      Infer(Pool{.kernel = {2, 2}, .padding = {0, 2, 0, 0}}, {{16, 8, 8}}),
      StatusIs(kInvalid, HasSubstr("must be below the kernel [2, 2]")));
}

TEST(ElementwiseShapeTest, JoinsEqualOrRepeatedExtents) {
  const Elementwise add{Elementwise::Kind::kAdd};
  EXPECT_THAT(Infer(Elementwise{}, {{3, 4, 4}}), IsOkAndHolds(Shape{3, 4, 4}));
  EXPECT_THAT(Infer(add, {{3, 4, 4}, {3, 4, 4}}), IsOkAndHolds(Shape{3, 4, 4}));
  // Squeeze and excite: one factor per channel.
  EXPECT_THAT(
      Infer(Elementwise{Elementwise::Kind::kMul}, {{3, 1, 1}, {3, 4, 4}}),
      IsOkAndHolds(Shape{3, 4, 4}));
  EXPECT_THAT(Infer(add, {{3, 4, 4}, {3, 4, 5}}),
              StatusIs(kInvalid, HasSubstr("[3, 4, 4] and [3, 4, 5]")));
  EXPECT_THAT(Infer(add, {{48}, {3, 4, 4}}), StatusIs(kInvalid));
  EXPECT_THAT(Infer(Elementwise{}, {{48}, {48}}),
              StatusIs(kInvalid, HasSubstr("got 2 inputs; takes exactly 1")));
}

TEST(ElementwiseShapeTest, TakesAsManyOperandsAsItsKind) {
  using Kind = Elementwise::Kind;
  const auto counts = [](Kind kind) {
    std::vector<size_t> taken;
    for (size_t n = 1; n <= 3; ++n) {
      const std::vector<Shape> inputs(n, Shape{4, 2});
      if (InferShape(Elementwise{kind}, inputs).ok()) taken.push_back(n);
    }
    return taken;
  };
  using Counts = std::vector<size_t>;
  EXPECT_EQ(counts(Kind::kAdd), (Counts{1, 2, 3}));  // Of those there are.
  EXPECT_EQ(counts(Kind::kMul), (Counts{2, 3}));
  EXPECT_EQ(counts(Kind::kMaximum), (Counts{2, 3}));
  EXPECT_EQ(counts(Kind::kSub), (Counts{2}));
  EXPECT_EQ(counts(Kind::kDiv), (Counts{2}));
  EXPECT_EQ(counts(Kind::kPow), (Counts{1, 2}));
  EXPECT_EQ(counts(Kind::kCompare), (Counts{1, 2}));
  EXPECT_EQ(counts(Kind::kGelu), (Counts{1}));
  EXPECT_EQ(counts(Kind::kScale), (Counts{1}));
  EXPECT_THAT(Infer(Elementwise{Kind::kAdd}, {}),
              StatusIs(kInvalid, HasSubstr("got 0 inputs; add takes 1")));
}

TEST(ReshapeShapeTest, FlattensOrKeepsTheCount) {
  EXPECT_THAT(Infer(Reshape{}, {{3, 4, 5}}), IsOkAndHolds(Shape{60}));
  EXPECT_THAT(Infer(Reshape{{5, 12}}, {{3, 4, 5}}), IsOkAndHolds(Shape{5, 12}));
  EXPECT_THAT(Infer(Reshape{{5, 13}}, {{3, 4, 5}}),
              StatusIs(kInvalid,
                       HasSubstr("reshape.shape: got [5, 13]; must have the 60 "
                                 "elements of the input [3, 4, 5]")));
  EXPECT_THAT(Infer(Reshape{{60, 0}}, {{60}}),
              StatusIs(kInvalid, HasSubstr("reshape.shape[1]: got 0")));
}

TEST(ConcatShapeTest, JoinsOneExtent) {
  EXPECT_THAT(Infer(Concat{}, {{3, 4, 4}, {5, 4, 4}, {1, 4, 4}}),
              IsOkAndHolds(Shape{9, 4, 4}));
  EXPECT_THAT(Infer(Concat{2}, {{3, 4, 4}, {3, 4, 2}}),
              IsOkAndHolds(Shape{3, 4, 6}));
  EXPECT_THAT(Infer(Concat{}, {{3, 4}}), IsOkAndHolds(Shape{3, 4}));
  EXPECT_THAT(Infer(Concat{}, {{3, 4, 4}, {5, 4, 2}}),
              StatusIs(kInvalid, HasSubstr("[3, 4, 4] and [5, 4, 2]; all "
                                           "extents but that of axis 0")));
  EXPECT_THAT(Infer(Concat{}, {{3, 4}, {3}}), StatusIs(kInvalid));
  EXPECT_THAT(Infer(Concat{2}, {{3, 4}}),
              StatusIs(kInvalid, HasSubstr("concat.axis: got 2; the input [3, "
                                           "4] has axes 0 to 1")));
  EXPECT_THAT(Infer(Concat{}, {}), StatusIs(kInvalid, HasSubstr("got none")));
}

TEST(OtherShapeTest, NormAndSoftmaxKeepTheShape) {
  EXPECT_THAT(Infer(Norm{}, {{3, 4, 4}}), IsOkAndHolds(Shape{3, 4, 4}));
  EXPECT_THAT(Infer(Softmax{}, {{10}}), IsOkAndHolds(Shape{10}));
  EXPECT_THAT(Infer(Softmax{}, {{10}, {10}}), StatusIs(kInvalid));
}

TEST(ShapeLimitTest, RefusesTensorsAndWorkThatCountsCannotHold) {
  EXPECT_THAT(Infer(Softmax{}, {{0}}),
              StatusIs(kInvalid, HasSubstr("got shape [0]")));
  EXPECT_THAT(Infer(Softmax{}, {{}}),
              StatusIs(kInvalid, HasSubstr("without extents")));
  // 2^20 * 2^20 * 2 = 2^41 elements.
  const int64_t mega = int64_t{1} << 20;
  EXPECT_THAT(Infer(Softmax{}, {{mega, mega, 2}}),
              StatusIs(kInvalid, HasSubstr("at most 1099511627776 elements")));
  EXPECT_THAT(Infer(Softmax{}, {{kMaxExtent + 1}}), StatusIs(kInvalid));
  // 2^31 x 2^31 weights.
  EXPECT_THAT(Infer(Linear{.out_features = kMaxExtent}, {{kMaxExtent}}),
              StatusIs(kInvalid, HasSubstr("operations")));
  // 2^60 multiplications of 2^40 elements each.
  EXPECT_THAT(Infer(MatMul{}, {{mega, mega}, {mega, mega}}),
              StatusIs(kInvalid, HasSubstr("operations")));
  EXPECT_THAT(Infer(MixWeights{.kernels = 2, .shape = {mega, mega}}, {{2}}),
              StatusIs(kInvalid, HasSubstr("weights")));
  // Few of them are read, all of them are stored.
  EXPECT_THAT(Infer(Embedding{.entries = mega, .features = 2 * mega}, {{1}}),
              StatusIs(kInvalid, HasSubstr("weights")));
  EXPECT_THAT(Infer(RnnCell{.hidden = kMaxExtent / 2}, {{kMaxExtent}}),
              StatusIs(kInvalid, HasSubstr("operations")));
  // A window of 2^31 x 2^31 passes int64 on its own.
  EXPECT_THAT(Infer(Conv2d{.kernel = {kMaxExtent, kMaxExtent},
                           .padding = {kMaxExtent, kMaxExtent, 0, 0}},
                    {{1, 1, 1}}),
              StatusIs(kInvalid));
}

}  // namespace
}  // namespace dynarch::graph
