#include "sim/graph/operator.h"

#include <gtest/gtest.h>

namespace dynarch::graph {
namespace {

TEST(OperatorTest, IsNamedAsInYaml) {
  EXPECT_EQ(NameOf(Operator(Conv2d{})), "conv2d");
  EXPECT_EQ(NameOf(Operator(Linear{})), "linear");
  EXPECT_EQ(NameOf(Operator(Pool{})), "pool");
  EXPECT_EQ(NameOf(Operator(Elementwise{})), "elementwise");
  EXPECT_EQ(NameOf(Operator(Norm{})), "norm");
  EXPECT_EQ(NameOf(Operator(Softmax{})), "softmax");
  EXPECT_EQ(NameOf(Operator(Reshape{})), "reshape");
  EXPECT_EQ(NameOf(Operator(Concat{})), "concat");
  EXPECT_EQ(NameOf(OperatorClass::kDepthwise), "depthwise");
  EXPECT_EQ(NameOf(OperatorClass::kOther), "other");
}

TEST(ShapeTest, CountsItsElementsAndPrintsItself) {
  EXPECT_EQ(ElementCount({3, 8, 5}), 120);
  EXPECT_EQ(ElementCount({7}), 7);
  EXPECT_EQ(ToString({3, 8, 5}), "[3, 8, 5]");
}

}  // namespace
}  // namespace dynarch::graph
