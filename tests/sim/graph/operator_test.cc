#include "sim/graph/operator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace dynarch::graph {
namespace {

using ::dynarch::testing::StatusIs;

TEST(OperatorTest, IsNamedAsInYaml) {
  const std::vector<std::pair<Operator, std::string>> named = {
      {Conv2d{}, "conv2d"},
      {Linear{}, "linear"},
      {Pool{}, "pool"},
      {Elementwise{}, "elementwise"},
      {Norm{}, "norm"},
      {Softmax{}, "softmax"},
      {Reshape{}, "reshape"},
      {Concat{}, "concat"},
      {ConvTranspose2d{}, "conv_transpose2d"},
      {MatMul{}, "matmul"},
      {Transpose{}, "transpose"},
      {Slice{}, "slice"},
      {Pad{}, "pad"},
      {Resize{}, "resize"},
      {DepthToSpace{}, "depth_to_space"},
      {Embedding{}, "embedding"},
      {RnnCell{}, "rnn_cell"},
      {Gather{}, "gather"},
      {Scatter{}, "scatter"},
      {Reduce{}, "reduce"},
      {MixWeights{}, "mix_weights"},
      {Merge{}, "merge"},
      {Opaque{}, "opaque"}};
  EXPECT_EQ(named.size(), std::variant_size_v<Operator>);
  for (const auto& [op, name] : named) EXPECT_EQ(NameOf(op), name);
  EXPECT_EQ(NameOf(OperatorClass::kDepthwise), "depthwise");
  EXPECT_EQ(NameOf(OperatorClass::kOther), "other");
}

TEST(ShapeTest, CountsItsElementsAndPrintsItself) {
  EXPECT_EQ(ElementCount({3, 8, 5}), 120);
  EXPECT_EQ(ElementCount({7}), 7);
  EXPECT_EQ(ToString({3, 8, 5}), "[3, 8, 5]");
}

// The operator after `field` of it became 5.
template <typename Kind>
Kind With(Kind op, OperatorField field, int index = 0) {
  Operator any = op;
  EXPECT_OK(SetField(any, field, index, 5));
  return std::get<Kind>(any);
}

TEST(SetFieldTest, SetsTheFieldsThatTheSchemaCallsExtents) {
  using Field = OperatorField;
  EXPECT_EQ(With(Conv2d{}, Field::kOutChannels).out_channels, 5);
  EXPECT_EQ(With(Conv2d{}, Field::kGroups).groups, 5);
  EXPECT_EQ(With(Conv2d{}, Field::kPositions).positions, 5);
  EXPECT_EQ(With(ConvTranspose2d{}, Field::kOutChannels).out_channels, 5);
  EXPECT_EQ(With(Linear{}, Field::kOutFeatures).out_features, 5);
  EXPECT_EQ(With(Reshape{{1, 2}}, Field::kShape, 1).shape, (Shape{1, 5}));
  EXPECT_EQ(With(Slice{}, Field::kBegin).begin, 5);
  EXPECT_EQ(With(Slice{}, Field::kLength).length, 5);
  EXPECT_EQ(With(Resize{}, Field::kHeight).height, 5);
  EXPECT_EQ(With(Resize{}, Field::kWidth).width, 5);
  EXPECT_EQ(With(RnnCell{}, Field::kHidden).hidden, 5);
  EXPECT_EQ(With(Gather{}, Field::kCount).count, 5);
  EXPECT_EQ(With(Scatter{}, Field::kCount).count, 5);
  EXPECT_EQ(With(Opaque{.shape = {1, 2}}, Field::kShape).shape, (Shape{5, 2}));
}

TEST(SetFieldTest, RefusesWhatIsNotThere) {
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  Operator op = Linear{};
  EXPECT_THAT(SetField(op, OperatorField::kPositions, 0, 5),
              StatusIs(kInvalid, "linear: has no field positions"));
  op = Softmax{};
  EXPECT_THAT(SetField(op, OperatorField::kCount, 0, 5), StatusIs(kInvalid));
  op = Reshape{{1, 2}};
  EXPECT_THAT(SetField(op, OperatorField::kShape, 2, 5),
              StatusIs(kInvalid, "reshape: has no shape[2]"));
  EXPECT_THAT(SetField(op, OperatorField::kShape, -1, 5), StatusIs(kInvalid));
}

TEST(TakesAbsentInputsTest, IsTrueOfAddConcatAndMerge) {
  EXPECT_TRUE(TakesAbsentInputs(Elementwise{Elementwise::Kind::kAdd}));
  EXPECT_TRUE(TakesAbsentInputs(Concat{}));
  EXPECT_TRUE(TakesAbsentInputs(Merge{}));
  EXPECT_FALSE(TakesAbsentInputs(Elementwise{Elementwise::Kind::kMul}));
  EXPECT_FALSE(TakesAbsentInputs(Scatter{}));
}

}  // namespace
}  // namespace dynarch::graph
