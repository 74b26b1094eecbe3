// Shapes of operators over images, beside Conv2d's windows
// (shape_inference_test.cc).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
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

TEST(SparseConvShapeTest, KeepsItsShapeWhateverPixelsAreComputed) {
  Conv2d op{.out_channels = 8, .kernel = {3, 3}, .padding = {1, 1, 1, 1}};
  op.positions = 16;
  EXPECT_THAT(Infer(op, {{4, 4, 4}}), IsOkAndHolds(Shape{8, 4, 4}));
  op.positions = 17;
  EXPECT_THAT(Infer(op, {{4, 4, 4}}),
              StatusIs(kInvalid, HasSubstr("conv2d.positions: got 17; allowed: "
                                           "1 to 16")));
  op.positions = 0;
  EXPECT_THAT(Infer(op, {{4, 4, 4}}), StatusIs(kInvalid));
}

TEST(GivenWeightsTest, AreAsManyAsTheConvolutionHas) {
  const Conv2d op{.out_channels = 8, .kernel = {3, 2}, .groups = 2};
  // 8 filters of 4 / 2 channels and 3 x 2: 96.
  EXPECT_THAT(Infer(op, {{4, 5, 5}, {8, 2, 3, 2}}),
              IsOkAndHolds(Shape{8, 3, 4}));
  EXPECT_THAT(Infer(op, {{4, 5, 5}, {96}}), IsOkAndHolds(Shape{8, 3, 4}));
  EXPECT_THAT(
      Infer(op, {{4, 5, 5}, {8, 4, 3, 2}}),
      StatusIs(kInvalid, HasSubstr("conv2d.inputs: got weights [8, 4, 3, 2]; "
                                   "must have out_channels x (input channels / "
                                   "groups) x kernel = 8 x 2 x 3 x 2")));
}

// A transposed convolution is named after this: its outputs are the extents
// that a convolution of the same windows makes into its input, all of them as
// output_padding goes from 0 to stride - 1.
TEST(ConvTransposeShapeTest, IsWhatAConvolutionTakesBack) {
  int checked = 0;
  for (int64_t in = 1; in <= 5; ++in) {
    for (int64_t kernel = 1; kernel <= 4; ++kernel) {
      for (int64_t stride = 1; stride <= 3; ++stride) {
        for (int64_t pad = 0; pad < kernel; ++pad) {
          std::vector<int64_t> want, got;
          for (int64_t extent = 1; extent <= 40; ++extent) {
            const auto back = Infer(Conv2d{.kernel = {kernel, 1},
                                           .stride = {stride, 1},
                                           .padding = {pad, 0, 0, 0}},
                                    {{1, extent, 1}});
            if (back.ok() && (*back)[1] == in) want.push_back(extent);
          }
          for (int64_t extra = 0; extra < stride; ++extra) {
            const auto out =
                Infer(ConvTranspose2d{.kernel = {kernel, 1},
                                      .stride = {stride, 1},
                                      .padding = {pad, 0, 0, 0},
                                      .output_padding = {extra, 0}},
                      {{1, in, 1}});
            if (out.ok()) got.push_back((*out)[1]);
          }
          EXPECT_EQ(got, want) << in << kernel << stride << pad;
          ++checked;
        }
      }
    }
  }
  EXPECT_EQ(checked, 5 * 3 * (1 + 2 + 3 + 4));
}

TEST(ConvTransposeShapeTest, RefusesWhatDoesNotFit) {
  EXPECT_THAT(
      Infer(ConvTranspose2d{.output_padding = {1, 0}}, {{1, 4, 4}}),
      StatusIs(kInvalid, HasSubstr("conv_transpose2d.output_padding[0]: got 1; "
                                   "allowed: 0 to 0")));
  EXPECT_THAT(
      Infer(ConvTranspose2d{.kernel = {2, 2}, .padding = {2, 0, 3, 0}},
            {{1, 4, 4}}),
      StatusIs(kInvalid, HasSubstr("got 2 and 3; leaves nothing of the height "
                                   "of 5")));
  EXPECT_THAT(
      Infer(ConvTranspose2d{.out_channels = 3, .groups = 2}, {{4, 4, 4}}),
      StatusIs(kInvalid, HasSubstr("conv_transpose2d.groups: got 2")));
}

// Windows one after the other: the last is the first that reaches the end of
// the padded input, unless it would begin past the input itself.
int64_t CeilWindows(int64_t extent, int64_t pad, int64_t kernel,
                    int64_t stride) {
  int64_t windows = 0;
  for (int64_t start = -pad; start < extent; start += stride) {
    ++windows;
    if (start + kernel >= extent + pad) break;
  }
  return windows;
}

TEST(CeilPoolShapeTest, EqualsCountingWindows) {
  int checked = 0, differs = 0;
  for (int64_t extent = 3; extent <= 9; ++extent) {
    for (int64_t kernel = 1; kernel <= 3; ++kernel) {
      for (int64_t stride = 1; stride <= 4; ++stride) {
        for (int64_t pad = 0; pad < kernel; ++pad) {
          Pool op{.kernel = {kernel, 1},
                  .stride = {stride, 1},
                  .padding = {pad, 0, pad, 0}};
          const auto down = Infer(op, {{1, extent, 1}});
          op.ceil_mode = true;
          const auto up = Infer(op, {{1, extent, 1}});
          ASSERT_OK(up);
          EXPECT_EQ((*up)[1], CeilWindows(extent, pad, kernel, stride));
          differs += (*up)[1] != (*down)[1];
          ++checked;
        }
      }
    }
  }
  EXPECT_EQ(checked, 7 * 4 * (1 + 2 + 3));
  EXPECT_GT(differs, 20);
}

// GoogLeNet (Szegedy et al., "Going deeper with convolutions", 2015), table 1:
// its 3x3 pools of stride 2 take 112 to 56, 56 to 28, 28 to 14 and 14 to 7.
TEST(CeilPoolShapeTest, AgreesWithGoogLeNet) {
  const Pool op{.kernel = {3, 3}, .stride = {2, 2}, .ceil_mode = true};
  for (const int64_t extent : {112, 56, 28, 14}) {
    EXPECT_THAT(Infer(op, {{64, extent, extent}}),
                IsOkAndHolds(Shape{64, extent / 2, extent / 2}));
  }
}

TEST(PadShapeTest, AddsToHeightAndWidth) {
  EXPECT_THAT(Infer(Pad{{1, 2, 3, 4}}, {{5, 8, 8}}),
              IsOkAndHolds(Shape{5, 12, 14}));
  EXPECT_THAT(Infer(Pad{{0, 0, 0, -1}}, {{5, 8, 8}}),
              StatusIs(kInvalid, HasSubstr("pad.padding[3]: got -1")));
  EXPECT_THAT(Infer(Pad{}, {{8, 8}}),
              StatusIs(kInvalid, HasSubstr("takes an image")));
}

TEST(ResizeShapeTest, TakesItsExtentsFromTheOperator) {
  EXPECT_THAT(Infer(Resize{.height = 7, .width = 9}, {{5, 8, 8}}),
              IsOkAndHolds(Shape{5, 7, 9}));
  EXPECT_THAT(Infer(Resize{.height = 0, .width = 9}, {{5, 8, 8}}),
              StatusIs(kInvalid, HasSubstr("resize.height: got 0")));
}

TEST(DepthToSpaceShapeTest, MovesChannelsIntoBlocks) {
  // Sub-pixel convolution (Shi et al., 2016): r = 3, 9 channels to 1.
  EXPECT_THAT(Infer(DepthToSpace{.block = 3}, {{9, 10, 20}}),
              IsOkAndHolds(Shape{1, 30, 60}));
  EXPECT_THAT(Infer(DepthToSpace{.block = 2}, {{6, 4, 4}}),
              StatusIs(kInvalid, HasSubstr("its square must divide the 6")));
  EXPECT_THAT(Infer(DepthToSpace{.block = 0}, {{6, 4, 4}}), StatusIs(kInvalid));
}

}  // namespace
}  // namespace dynarch::graph
