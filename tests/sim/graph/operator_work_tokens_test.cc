// Work of operators beyond convolution, pooling and the classifier
// (operator_work_test.cc).
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

TEST(LinearWorkTest, HasARowPerToken) {
  const OperatorWork work =
      Work(Linear{.out_features = 10, .bias = true}, {{3, 7, 64}});
  EXPECT_EQ(work.macs, Macs(3 * 7 * 64 * 10));
  EXPECT_EQ(work.weight_elements, 650);
  EXPECT_EQ(work.matmul, (MatMulShape{.m = 21, .n = 10, .k = 64, .groups = 1}));
}

TEST(MatMulWorkTest, IsAProductPerHead) {
  // 2 x 3 heads of [5 x 7] x [7 x 4].
  const OperatorWork own = Work(MatMul{}, {{2, 3, 5, 7}, {2, 3, 7, 4}});
  EXPECT_EQ(own.macs, Macs(2 * 3 * 5 * 7 * 4));
  EXPECT_EQ(own.matmul, (MatMulShape{.m = 5, .n = 4, .k = 7, .groups = 6}));
  EXPECT_EQ(own.input_elements, 210 + 168);
  EXPECT_EQ(own.weight_elements, 0);
  EXPECT_EQ(own.operator_class, OperatorClass::kLinear);
  // The same with one right operand: one product of all rows.
  const OperatorWork shared =
      Work(MatMul{.transpose_right = true}, {{2, 3, 5, 7}, {4, 7}});
  EXPECT_EQ(shared.macs, own.macs);
  EXPECT_EQ(shared.matmul, (MatMulShape{.m = 30, .n = 4, .k = 7, .groups = 1}));
  EXPECT_EQ(shared.input_elements, 210 + 28);
}

// A layer of BERT-base (Devlin et al., 2019): 128 tokens, 768 features, 12
// heads of 64, feed forward of 3072.
//   four projections   4 x 128 x 768 x 768        = 301,989,888 MACs
//   scores, context    2 x 12 x 128 x 128 x 64    =  25,165,824
//   feed forward       2 x 128 x 768 x 3072       = 603,979,776
//                                                   931,135,488
// and 4 (768^2 + 768) + 768 x 3072 + 3072 + 3072 x 768 + 768 + 2 x 2 x 768 =
// 7,087,872 parameters, as published implementations count them.
TEST(TransformerWorkTest, AgreesWithBertBase) {
  const Shape tokens = {128, 768}, heads = {12, 128, 64};
  const Linear projection{.out_features = 768, .bias = true};
  std::vector<OperatorWork> layer(4, Work(projection, {tokens}));
  layer.push_back(Work(MatMul{.transpose_right = true}, {heads, heads}));
  layer.push_back(Work(MatMul{}, {{12, 128, 128}, heads}));
  layer.push_back(Work(Linear{.out_features = 3072, .bias = true}, {tokens}));
  layer.push_back(Work(projection, {{128, 3072}}));
  layer.push_back(Work(Norm{Norm::Kind::kLayer}, {tokens}));
  layer.push_back(Work(Norm{Norm::Kind::kLayer}, {tokens}));
  int64_t macs = 0, weights = 0;
  for (const OperatorWork& work : layer) {
    macs += work.macs.value();
    weights += work.weight_elements;
  }
  EXPECT_EQ(macs, 931'135'488);
  EXPECT_EQ(weights, 7'087'872);
}

// Scatters every input pixel through every weight of its group, as the
// definition of a transposed convolution does.
TEST(ConvTransposeWorkTest, EqualsTheLoopsOfTheDefinition) {
  int cases = 0;
  for (const int64_t groups : {1, 2, 4}) {
    const ConvTranspose2d op{.out_channels = 8,
                             .kernel = {3, 2},
                             .stride = {2, 1},
                             .padding = {1, 0, 0, 0},
                             .groups = groups,
                             .bias = true};
    const Shape in = {4, 3, 5};
    int64_t macs = 0;
    std::set<std::tuple<int64_t, int64_t, int64_t>> weights;
    for (int64_t i = 0; i < in[0]; ++i) {
      const int64_t group = i / (in[0] / groups);
      for (int64_t pixel = 0; pixel < in[1] * in[2]; ++pixel) {
        for (int64_t o = group * 8 / groups; o < (group + 1) * 8 / groups;
             ++o) {
          for (int64_t tap = 0; tap < 3 * 2; ++tap) {
            ++macs;
            weights.emplace(i, o, tap);
          }
        }
      }
    }
    const OperatorWork work = Work(op, {in});
    EXPECT_EQ(work.macs.value(), macs);
    EXPECT_EQ(work.weight_elements, static_cast<int64_t>(weights.size()) + 8);
    EXPECT_EQ(
        work.matmul.m * work.matmul.n * work.matmul.k * work.matmul.groups,
        macs);
    EXPECT_EQ(work.operator_class,
              groups == 4 ? OperatorClass::kDepthwise : OperatorClass::kConv2d);
    ++cases;
  }
  EXPECT_EQ(cases, 3);
}

TEST(SparseConvWorkTest, ScalesWithThePixels) {
  Conv2d op{.out_channels = 8, .kernel = {3, 3}, .padding = {1, 1, 1, 1}};
  const OperatorWork all = Work(op, {{4, 10, 10}});
  op.positions = 5;
  const OperatorWork some = Work(op, {{4, 10, 10}});
  EXPECT_EQ(all.macs, Macs(100 * 8 * 36));
  EXPECT_EQ(some.macs, Macs(5 * 8 * 36));
  EXPECT_EQ(some.matmul, (MatMulShape{.m = 5, .n = 8, .k = 36, .groups = 1}));
  EXPECT_EQ(some.output_elements, 5 * 8);
  EXPECT_EQ(some.input_elements, 5 * 9 * 4);  // Five windows of 3x3x4.
  EXPECT_EQ(some.weight_elements, all.weight_elements);
  op.positions = 100;
  EXPECT_EQ(Work(op, {{4, 10, 10}}).input_elements, 400);  // Not 3,600.
}

TEST(GivenWeightsWorkTest, AreInputs) {
  const Conv2d op{.out_channels = 8, .kernel = {3, 3}, .bias = true};
  const OperatorWork work = Work(op, {{4, 5, 5}, {8, 4, 3, 3}});
  EXPECT_EQ(work.macs, Macs(3 * 3 * 8 * 36));
  EXPECT_EQ(work.weight_elements, 8);  // The bias.
  EXPECT_EQ(work.input_elements, 100 + 288);
}

// CondConv (Yang et al., 2019), 8 experts of a 3x3 convolution of 16 to 32
// channels: 8 x 4,608 weights, each read and applied once.
TEST(MixWeightsWorkTest, IsAVectorTimesAllKernels) {
  const OperatorWork work =
      Work(MixWeights{.kernels = 8, .shape = {32, 16, 3, 3}}, {{8}});
  EXPECT_EQ(work.macs, Macs(36'864));
  EXPECT_EQ(work.weight_elements, 36'864);
  EXPECT_EQ(work.output_elements, 4'608);
  EXPECT_EQ(work.matmul, (MatMulShape{.m = 1, .n = 4608, .k = 8, .groups = 1}));
  EXPECT_EQ(work.operator_class, OperatorClass::kLinear);
}

// An LSTM of 10 features and 20 units has 4 x 20 x (10 + 20) = 2,400 weights
// and twice 80 biases: 2,560, as PyTorch counts nn.LSTM(10, 20); a GRU three
// quarters of that, 1,920; a simple cell a quarter, 640.
TEST(RnnWorkTest, HasThePublishedParameters) {
  RnnCell cell{.kind = RnnCell::Kind::kLstm, .hidden = 20, .bias = true};
  const OperatorWork lstm = Work(cell, {{10}});
  EXPECT_EQ(lstm.weight_elements, 2'560);
  EXPECT_EQ(lstm.macs, Macs(2'400));
  EXPECT_EQ(lstm.vector_ops, 9 * 20);
  EXPECT_EQ(lstm.matmul, (MatMulShape{.m = 1, .n = 80, .k = 30, .groups = 1}));
  EXPECT_EQ(lstm.operator_class, OperatorClass::kLinear);
  cell.kind = RnnCell::Kind::kGru;
  EXPECT_EQ(Work(cell, {{10}}).weight_elements, 1'920);
  EXPECT_EQ(Work(cell, {{10}}).vector_ops, 8 * 20);
  cell.kind = RnnCell::Kind::kSimple;
  EXPECT_EQ(Work(cell, {{10}}).weight_elements, 640);
  EXPECT_EQ(Work(cell, {{10}}).vector_ops, 20);
}

TEST(RnnWorkTest, GrowsWithStepsAndDirections) {
  const RnnCell cell{.hidden = 20, .bidirectional = true};
  const OperatorWork work = Work(cell, {{6, 10}, {2, 40}});
  EXPECT_EQ(work.macs, Macs(6 * 2 * 2'400));
  EXPECT_EQ(work.weight_elements, 2 * 2'400);
  EXPECT_EQ(work.vector_ops, 6 * 2 * 9 * 20);
  EXPECT_EQ(work.matmul.groups, 12);
  EXPECT_EQ(work.input_elements, 60 + 80);
  EXPECT_EQ(work.output_elements, 240);
}

TEST(EmbeddingWorkTest, ReadsItsRowsAndStoresAll) {
  const Embedding op{.entries = 1000, .features = 16};
  const OperatorWork work = Work(op, {{5}});
  EXPECT_EQ(work.weight_elements, 5 * 16);
  EXPECT_EQ(work.resident_weight_elements, 16'000);
  EXPECT_EQ(work.vector_ops, 0);
  EXPECT_EQ(Work(op, {{2000}}).weight_elements, 16'000);  // Once each.
  EXPECT_EQ(Work(Linear{.out_features = 3}, {{4}}).resident_weight_elements,
            12);
}

TEST(NormWorkTest, CountsByKind) {
  using Kind = Norm::Kind;
  struct Case {
    Norm norm;
    int64_t ops_per_element, weights;
  };
  // 2 channels of 5 x 7.
  for (const Case& c :
       {Case{{Kind::kBatch}, 2, 4}, Case{{Kind::kLayer}, 7, 14},
        Case{{Kind::kGroup}, 7, 4}, Case{{Kind::kInstance}, 7, 4},
        Case{{Kind::kRms}, 4, 7}, Case{{Kind::kLocalResponse, 5}, 13, 0}}) {
    const OperatorWork work = Work(c.norm, {{2, 5, 7}});
    EXPECT_EQ(work.vector_ops, 70 * c.ops_per_element);
    EXPECT_EQ(work.weight_elements, c.weights);
    EXPECT_EQ(work.macs, Macs(0));
  }
}

TEST(VectorWorkTest, CountsByTheStatedConventions) {
  EXPECT_EQ(
      Work(Resize{.kind = Resize::Kind::kNearest, .height = 4, .width = 6},
           {{3, 2, 3}})
          .vector_ops,
      0);
  EXPECT_EQ(Work(Resize{.height = 4, .width = 6}, {{3, 2, 3}}).vector_ops,
            72 * 7);
  EXPECT_EQ(
      Work(Resize{.kind = Resize::Kind::kBicubic, .height = 4, .width = 6},
           {{3, 2, 3}})
          .vector_ops,
      72 * 31);
  EXPECT_EQ(Work(Reduce{}, {{6, 5}}).vector_ops, 30);
  EXPECT_EQ(
      Work(Reduce{.kind = Reduce::Kind::kTopK, .k = 2}, {{6, 5}}).vector_ops,
      60);
  const OperatorWork prelu =
      Work(Elementwise{Elementwise::Kind::kPrelu}, {{3, 4, 4}});
  EXPECT_EQ(prelu.vector_ops, 48);
  EXPECT_EQ(prelu.weight_elements, 3);
  const OperatorWork opaque =
      Work(Opaque{.ops = 123, .weight_elements = 45}, {{6}});
  EXPECT_EQ(opaque.vector_ops, 123);
  EXPECT_EQ(opaque.weight_elements, 45);
  EXPECT_EQ(opaque.operator_class, OperatorClass::kOther);
}

struct CopyCase {
  Operator op;
  std::vector<Shape> inputs;
  int64_t read, written;
};

TEST(CopyWorkTest, MovesWhatItReadsAndWrites) {
  const std::vector<CopyCase> cases = {
      {Transpose{{1, 0}}, {{4, 5}}, 20, 20},
      {Concat{1}, {{4, 5}, {4, 3}}, 32, 32},
      {Slice{.axis = 1, .begin = 1, .length = 2}, {{4, 5}}, 8, 8},
      {Gather{.count = 3}, {{4, 5}}, 15, 15},
      {Scatter{.count = 7}, {{4, 5}}, 20, 35},
      {Scatter{.count = 7}, {{4, 5}, {7, 5}}, 20 + 15, 35},  // 3 rows kept.
      {Pad{{1, 1, 1, 1}}, {{2, 3, 3}}, 18, 50},
      {DepthToSpace{.block = 2}, {{4, 3, 3}}, 36, 36},
  };
  for (const CopyCase& c : cases) {
    const OperatorWork work = Work(c.op, c.inputs);
    EXPECT_EQ(work.input_elements, c.read) << NameOf(c.op);
    EXPECT_EQ(work.output_elements, c.written) << NameOf(c.op);
    EXPECT_EQ(work.vector_ops, 0) << NameOf(c.op);
    EXPECT_EQ(work.macs, Macs(0)) << NameOf(c.op);
    EXPECT_FALSE(work.moves_nothing) << NameOf(c.op);
  }
}

TEST(IdentityWorkTest, WhatIsItsInputMovesNothing) {
  for (const Operator& op :
       {Operator(Merge{}), Operator(Concat{}), Operator(Reshape{}),
        Operator(Elementwise{Elementwise::Kind::kAdd})}) {
    const OperatorWork work = Work(op, {{4, 5}});
    EXPECT_TRUE(work.moves_nothing) << NameOf(op);
    EXPECT_EQ(work.vector_ops, 0) << NameOf(op);
  }
  EXPECT_TRUE(Work(Merge{}, {{4, 5}, {4, 5}}).moves_nothing);
  EXPECT_FALSE(Work(Concat{}, {{4, 5}, {4, 5}}).moves_nothing);
  EXPECT_FALSE(Work(Elementwise{}, {{4, 5}}).moves_nothing);
}

}  // namespace
}  // namespace dynarch::graph
