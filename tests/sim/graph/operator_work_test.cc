#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <tuple>
#include <vector>

#include "sim/graph/operator.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::graph {
namespace {

OperatorWork Work(const Operator& op, const std::vector<Shape>& inputs) {
  const auto shape = InferShape(op, inputs);
  EXPECT_OK(shape);
  return WorkOf(op, inputs, *shape);
}

// The definition of a convolution, loop by loop: every output pixel applies
// every weight of its group's window; each weight has an index of its own.
struct Counted {
  int64_t macs = 0;
  std::set<std::tuple<int64_t, int64_t, int64_t, int64_t>> weights;
};
Counted CountConv(const Conv2d& op, const Shape& in, const Shape& out) {
  Counted counted;
  const int64_t outputs_per_group = op.out_channels / op.groups;
  const int64_t inputs_per_group = in[0] / op.groups;
  for (int64_t o = 0; o < out[0]; ++o) {
    const int64_t group = o / outputs_per_group;
    for (int64_t y = 0; y < out[1]; ++y) {
      for (int64_t x = 0; x < out[2]; ++x) {
        for (int64_t i = group * inputs_per_group;
             i < (group + 1) * inputs_per_group; ++i) {
          for (int64_t ky = 0; ky < op.kernel.height; ++ky) {
            for (int64_t kx = 0; kx < op.kernel.width; ++kx) {
              ++counted.macs;
              counted.weights.emplace(o, i, ky, kx);
            }
          }
        }
      }
    }
  }
  return counted;
}

TEST(ConvWorkTest, EqualsTheLoopsOfTheDefinition) {
  int cases = 0;
  for (const int64_t groups : {1, 2, 4}) {
    for (const int64_t channels : {4, 8}) {
      for (const int64_t kernel : {1, 2, 3}) {
        for (const bool bias : {false, true}) {
          const Conv2d op{.out_channels = 8,
                          .kernel = {kernel, 2},
                          .stride = {1, 2},
                          .padding = {1, 0, 1, 0},
                          .groups = groups,
                          .bias = bias};
          const Shape in = {channels, 5, 6};
          const auto out = InferShape(op, {in});
          ASSERT_OK(out);
          const Counted counted = CountConv(op, in, *out);
          const OperatorWork work = WorkOf(op, {in}, *out);
          EXPECT_EQ(work.macs.value(), counted.macs);
          EXPECT_EQ(
              work.weight_elements,
              static_cast<int64_t>(counted.weights.size()) + (bias ? 8 : 0));
          EXPECT_EQ(work.matmul.m * work.matmul.n * work.matmul.k *
                        work.matmul.groups,
                    counted.macs);
          EXPECT_EQ(work.vector_ops, 0);
          ++cases;
        }
      }
    }
  }
  EXPECT_EQ(cases, 36);
}

TEST(ConvWorkTest, AgreesWithPublishedLayers) {
  // MLPerf Tiny keyword spotting, DS-CNN (Banbury et al., 2021): first layer
  // 1x49x10 -> 64x25x5 by 10x4: 25 * 5 * 64 * 40 = 320,000 MACs and
  // 40 * 64 + 64 = 2,624 parameters.
  const OperatorWork first = Work(Conv2d{.out_channels = 64,
                                         .kernel = {10, 4},
                                         .stride = {2, 2},
                                         .padding = {4, 1, 5, 1},
                                         .bias = true},
                                  {{1, 49, 10}});
  EXPECT_EQ(first.macs, Macs(320'000));
  EXPECT_EQ(first.weight_elements, 2'624);
  EXPECT_EQ(first.operator_class, OperatorClass::kConv2d);
  EXPECT_EQ(first.input_elements, 490);
  EXPECT_EQ(first.output_elements, 8'000);

  // Its depthwise layers: 25 * 5 * 64 * 9 = 72,000 MACs, 9 * 64 + 64 = 640
  // parameters; a product of 125 x 1 x 9 for each of the 64 channels.
  const OperatorWork depthwise = Work(Conv2d{.out_channels = 64,
                                             .kernel = {3, 3},
                                             .padding = {1, 1, 1, 1},
                                             .groups = 64,
                                             .bias = true},
                                      {{64, 25, 5}});
  EXPECT_EQ(depthwise.macs, Macs(72'000));
  EXPECT_EQ(depthwise.weight_elements, 640);
  EXPECT_EQ(depthwise.operator_class, OperatorClass::kDepthwise);
  EXPECT_EQ(depthwise.matmul,
            (MatMulShape{.m = 125, .n = 1, .k = 9, .groups = 64}));
}

TEST(ConvWorkTest, IsDepthwiseOnlyIfEveryChannelIsAGroup) {
  const auto class_of = [](int64_t channels, int64_t groups) {
    return Work(Conv2d{.out_channels = 8, .groups = groups}, {{channels, 4, 4}})
        .operator_class;
  };
  EXPECT_EQ(class_of(4, 4), OperatorClass::kDepthwise);
  EXPECT_EQ(class_of(4, 2), OperatorClass::kConv2d);
  EXPECT_EQ(class_of(1, 1), OperatorClass::kConv2d);  // An ordinary one.
}

TEST(LinearWorkTest, IsAMatrixVectorProduct) {
  const OperatorWork work =
      Work(Linear{.out_features = 10, .bias = true}, {{64}});
  EXPECT_EQ(work.macs, Macs(640));
  EXPECT_EQ(work.weight_elements, 650);
  EXPECT_EQ(work.operator_class, OperatorClass::kLinear);
  EXPECT_EQ(work.matmul, (MatMulShape{.m = 1, .n = 10, .k = 64, .groups = 1}));
  EXPECT_EQ(work.input_elements, 64);
  EXPECT_EQ(work.output_elements, 10);
}

TEST(VectorWorkTest, CountsByTheStatedConventions) {
  // Outputs 2x2x2 = 8, windows of 3x3.
  EXPECT_EQ(
      Work(Pool{.kernel = {3, 3}, .stride = {2, 2}}, {{2, 5, 5}}).vector_ops,
      72);
  // One per input element.
  EXPECT_EQ(
      Work(Pool{.kind = Pool::Kind::kGlobalAverage}, {{2, 5, 5}}).vector_ops,
      50);
  EXPECT_EQ(Work(Elementwise{}, {{2, 5, 5}}).vector_ops, 50);
  // Three operands are two additions per element.
  EXPECT_EQ(
      Work(Elementwise{Elementwise::Kind::kAdd}, {{50}, {50}, {50}}).vector_ops,
      100);
  EXPECT_EQ(Work(Softmax{}, {{10}}).vector_ops, 50);
  const OperatorWork norm = Work(Norm{}, {{2, 5, 5}});
  EXPECT_EQ(norm.vector_ops, 100);
  EXPECT_EQ(norm.weight_elements, 4);  // Scale and shift of 2 channels.
  const OperatorWork concat = Work(Concat{}, {{2, 5}, {3, 5}});
  EXPECT_EQ(concat.vector_ops, 0);
  EXPECT_EQ(concat.input_elements, 25);
  EXPECT_EQ(concat.output_elements, 25);
  for (const OperatorWork& work : {norm, concat}) {
    EXPECT_EQ(work.operator_class, OperatorClass::kOther);
    EXPECT_EQ(work.macs, Macs(0));
    EXPECT_EQ(work.matmul, MatMulShape{});
    EXPECT_FALSE(work.moves_nothing);
  }
}

TEST(ReshapeWorkTest, MovesNothing) {
  const OperatorWork work = Work(Reshape{}, {{2, 5, 5}});
  EXPECT_TRUE(work.moves_nothing);
  EXPECT_EQ(work.vector_ops, 0);
  EXPECT_EQ(work.weight_elements, 0);
}

}  // namespace
}  // namespace dynarch::graph
