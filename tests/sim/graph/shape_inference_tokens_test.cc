// Shapes of operators over tokens, sequences and any extents.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(MatMulShapeTest, MultipliesMatricesByHead) {
  EXPECT_THAT(Infer(MatMul{}, {{12, 128, 64}, {12, 64, 32}}),
              IsOkAndHolds(Shape{12, 128, 32}));
  EXPECT_THAT(
      Infer(MatMul{.transpose_right = true}, {{12, 128, 64}, {12, 96, 64}}),
      IsOkAndHolds(Shape{12, 128, 96}));
  // One right operand for all heads.
  EXPECT_THAT(Infer(MatMul{}, {{2, 3, 5, 7}, {7, 4}}),
              IsOkAndHolds(Shape{2, 3, 5, 4}));
}

TEST(MatMulShapeTest, RefusesWhatDoesNotFit) {
  EXPECT_THAT(Infer(MatMul{}, {{3, 5}, {4, 5}}),
              StatusIs(kInvalid, HasSubstr("[3, 5] and [4, 5]; the inner "
                                           "extents 5 and 4 must be equal")));
  EXPECT_THAT(Infer(MatMul{.transpose_right = true}, {{3, 5}, {5, 4}}),
              StatusIs(kInvalid, HasSubstr("[5, 4] (transposed); the inner "
                                           "extents 5 and 4")));
  EXPECT_THAT(Infer(MatMul{}, {{2, 3, 5}, {3, 5, 4}}),
              StatusIs(kInvalid, HasSubstr("same leading extents")));
  EXPECT_THAT(Infer(MatMul{}, {{3, 5}, {2, 5, 4}}), StatusIs(kInvalid));
  EXPECT_THAT(Infer(MatMul{}, {{5}, {5, 4}}), StatusIs(kInvalid));
  EXPECT_THAT(Infer(MatMul{}, {{3, 5}}),
              StatusIs(kInvalid, HasSubstr("takes exactly 2")));
}

TEST(RnnCellShapeTest, TakesAStepOrASequence) {
  const RnnCell cell{.hidden = 20};
  EXPECT_THAT(Infer(cell, {{10}}), IsOkAndHolds(Shape{20}));
  EXPECT_THAT(Infer(cell, {{6, 10}}), IsOkAndHolds(Shape{6, 20}));
  EXPECT_THAT(Infer(RnnCell{.hidden = 20, .bidirectional = true}, {{6, 10}}),
              IsOkAndHolds(Shape{6, 40}));
  EXPECT_THAT(Infer(cell, {{10}, {20}}), IsOkAndHolds(Shape{20}));
  EXPECT_THAT(Infer(cell, {{10}, {2, 20}}), IsOkAndHolds(Shape{20}));
  EXPECT_THAT(Infer(cell, {{10}, {10}}),
              StatusIs(kInvalid, HasSubstr("got state [10]; takes one or two "
                                           "extents, the last 20")));
  EXPECT_THAT(Infer(cell, {{2, 6, 10}}),
              StatusIs(kInvalid, HasSubstr("[features] or [steps, features]")));
}

TEST(EmbeddingShapeTest, IsARowPerIndex) {
  const Embedding op{.entries = 30522, .features = 768};
  EXPECT_THAT(Infer(op, {{128}}), IsOkAndHolds(Shape{128, 768}));
  EXPECT_THAT(Infer(op, {{2, 64}}),
              StatusIs(kInvalid, HasSubstr("takes one extent [indices]")));
}

TEST(MixWeightsShapeTest, IsTheShapeOfOneKernel) {
  const MixWeights op{.kernels = 8, .shape = {16, 3, 3, 3}};
  EXPECT_THAT(Infer(op, {{8}}), IsOkAndHolds(Shape{16, 3, 3, 3}));
  EXPECT_THAT(Infer(op, {{8, 1, 1}}), IsOkAndHolds(Shape{16, 3, 3, 3}));
  EXPECT_THAT(Infer(op, {{7}}),
              StatusIs(kInvalid, HasSubstr("a coefficient for each of 8")));
  EXPECT_THAT(Infer(MixWeights{.kernels = 8}, {{8}}),
              StatusIs(kInvalid, HasSubstr("mix_weights.shape: is empty")));
}

TEST(GatherShapeTest, KeepsSlicesAndScatterPutsThemBack) {
  EXPECT_THAT(Infer(Gather{.count = 138}, {{197, 192}}),
              IsOkAndHolds(Shape{138, 192}));
  EXPECT_THAT(Infer(Gather{.count = 3, .axis = 1}, {{4, 5}}),
              IsOkAndHolds(Shape{4, 3}));
  EXPECT_THAT(Infer(Gather{.count = 198}, {{197, 192}}),
              StatusIs(kInvalid, HasSubstr("gather.count: got 198; allowed: 1 "
                                           "to 197")));
  EXPECT_THAT(Infer(Gather{.count = 0}, {{197, 192}}), StatusIs(kInvalid));
  const Scatter back{.count = 197};
  EXPECT_THAT(Infer(back, {{138, 192}}), IsOkAndHolds(Shape{197, 192}));
  EXPECT_THAT(Infer(back, {{138, 192}, {197, 192}}),
              IsOkAndHolds(Shape{197, 192}));
  EXPECT_THAT(Infer(back, {{138, 192}, {138, 192}}),
              StatusIs(kInvalid, HasSubstr("scatter.inputs: got [138, 192] for "
                                           "the other places; takes the shape "
                                           "of the output, [197, 192]")));
  EXPECT_THAT(Infer(back, {{198, 192}}),
              StatusIs(kInvalid, HasSubstr("scatter.count: got 197; allowed: "
                                           "198 to")));
}

TEST(SliceShapeTest, IsPartOfOneExtent) {
  EXPECT_THAT(Infer(Slice{.axis = 1, .begin = 2, .length = 3}, {{4, 5}}),
              IsOkAndHolds(Shape{4, 3}));
  EXPECT_THAT(Infer(Slice{.axis = 1, .begin = 3, .length = 3}, {{4, 5}}),
              StatusIs(kInvalid, HasSubstr("slice.length: got 3; allowed: 1 to "
                                           "2")));
  EXPECT_THAT(Infer(Slice{.axis = 1, .begin = 5, .length = 1}, {{4, 5}}),
              StatusIs(kInvalid, HasSubstr("slice.begin: got 5")));
  EXPECT_THAT(Infer(Slice{.axis = -1}, {{4, 5}}),
              StatusIs(kInvalid, HasSubstr("slice.axis: got -1")));
}

TEST(TransposeShapeTest, PermutesTheExtents) {
  EXPECT_THAT(Infer(Transpose{{2, 0, 1}}, {{3, 4, 5}}),
              IsOkAndHolds(Shape{5, 3, 4}));
  for (const std::vector<int64_t>& order :
       {std::vector<int64_t>{0, 1}, {0, 1, 1}, {0, 1, 3}, {}}) {
    EXPECT_THAT(Infer(Transpose{order}, {{3, 4, 5}}),
                StatusIs(kInvalid, HasSubstr("must name each axis of [3, 4, 5],"
                                             " 0 to 2, once")));
  }
}

TEST(ReduceShapeTest, LeavesExtentsOutOrKeepsThemAsOne) {
  EXPECT_THAT(Infer(Reduce{}, {{3, 4, 5}}), IsOkAndHolds(Shape{3, 4}));
  EXPECT_THAT(Infer(Reduce{.axes = {1, 0}}, {{3, 4, 5}}),
              IsOkAndHolds(Shape{5}));
  EXPECT_THAT(Infer(Reduce{.axes = {1}, .keep = true}, {{3, 4, 5}}),
              IsOkAndHolds(Shape{3, 1, 5}));
  EXPECT_THAT(Infer(Reduce{}, {{5}}), IsOkAndHolds(Shape{1}));
  EXPECT_THAT(Infer(Reduce{.axes = {3}}, {{3, 4, 5}}),
              StatusIs(kInvalid, HasSubstr("reduce.axes[0]: got 3; the input "
                                           "[3, 4, 5] has axes 0 to 2")));
}

TEST(ReduceShapeTest, TopKGivesValuesAndPlaces) {
  const Reduce op{.kind = Reduce::Kind::kTopK, .k = 2};
  EXPECT_THAT(Infer(op, {{196, 8}}), IsOkAndHolds(Shape{196, 4}));
  EXPECT_THAT(
      Infer(op, {{196, 1}}),
      StatusIs(kInvalid, HasSubstr("reduce.k: got 2; allowed: 1 to 1")));
  EXPECT_THAT(
      Infer(Reduce{.kind = Reduce::Kind::kTopK, .axes = {0}}, {{196, 8}}),
      StatusIs(kInvalid, HasSubstr("along the last extent, axis 1, only")));
}

TEST(MergeShapeTest, IsItsFirstInput) {
  EXPECT_THAT(Infer(Merge{}, {{4, 5}}), IsOkAndHolds(Shape{4, 5}));
  EXPECT_THAT(Infer(Merge{}, {{4, 5}, {6}}), IsOkAndHolds(Shape{4, 5}));
  EXPECT_THAT(Infer(Merge{}, {}), StatusIs(kInvalid, HasSubstr("got none")));
}

TEST(OpaqueShapeTest, IsAsStatedOrTheInputs) {
  EXPECT_THAT(Infer(Opaque{}, {{4, 5}, {6}}), IsOkAndHolds(Shape{4, 5}));
  EXPECT_THAT(Infer(Opaque{.shape = {7}}, {{4, 5}}), IsOkAndHolds(Shape{7}));
  EXPECT_THAT(Infer(Opaque{.shape = {7, 0}}, {{4}}),
              StatusIs(kInvalid, HasSubstr("opaque.shape[1]: got 0")));
  EXPECT_THAT(Infer(Opaque{.ops = -1}, {{4}}),
              StatusIs(kInvalid, HasSubstr("opaque.ops: got -1")));
  EXPECT_THAT(Infer(Opaque{.weight_elements = kMaxElements + 1}, {{4}}),
              StatusIs(kInvalid, HasSubstr("opaque.weight_elements")));
  EXPECT_THAT(Infer(Opaque{}, {}), StatusIs(kInvalid, HasSubstr("got none")));
}

TEST(NormShapeTest, LocalResponseHasASize) {
  using Kind = Norm::Kind;
  EXPECT_THAT(Infer(Norm{Kind::kLayer}, {{7, 4}}), IsOkAndHolds(Shape{7, 4}));
  EXPECT_THAT(Infer(Norm{Kind::kLocalResponse, 5}, {{96, 4, 4}}),
              IsOkAndHolds(Shape{96, 4, 4}));
  EXPECT_THAT(Infer(Norm{Kind::kLocalResponse}, {{96, 4, 4}}),
              StatusIs(kInvalid, HasSubstr("norm.size: got 0")));
}

}  // namespace
}  // namespace dynarch::graph
