// Every operator has a cost on every element that computes single operators.
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "sim/cost/all_models.h"
#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::cost {
namespace {

using ::dynarch::testing::AddElement;
using ::dynarch::testing::PlainPlatform;
using ::dynarch::testing::PlainRoofline;
using ::dynarch::testing::StatusIs;
using graph::DataType;
using graph::Operator;
using graph::Shape;

constexpr int kCpu = 0, kGpu = 1, kArray = 2, kMeasured = 3;

// PlainPlatform's cpu and a gpu like it; an output-stationary 4x4 array with
// two vector operations per cycle; an element of measured stages. 1 GHz, 4 B
// per cycle, 1 fJ per op, 2 fJ per byte.
platform::Platform AllElements() {
  platform::PlatformParts parts = PlainPlatform();
  platform::Systolic array{.rows = 4, .columns = 4};
  array.dataflow = platform::Systolic::Dataflow::kOutput;
  for (int dtype = 0; dtype < 3; ++dtype) {
    array.types.push_back({dtype, {}, platform::Attojoules(1000)});
  }
  array.vector_ops_per_cycle = {2, 1};
  AddElement(parts, "gpu", platform::Gpu{1, PlainRoofline()}, false);
  AddElement(parts, "npu", array, false);
  AddElement(parts, "measured", platform::Table{}, false);
  auto platform = platform::Platform::Create(parts);
  EXPECT_OK(platform);
  return *std::move(platform);
}

absl::StatusOr<Cost> CostOf(const Operator& op,
                            const std::vector<Shape>& inputs, int element) {
  static const auto* platform = new platform::Platform(AllElements());
  const auto shape = graph::InferShape(op, inputs);
  EXPECT_OK(shape) << NameOf(op);
  return FiringCost({.work = graph::WorkOf(op, inputs, *shape),
                     .dtype = DataType::kInt8,
                     .platform = *platform,
                     .element = element,
                     .operating_point = 0});
}

struct Example {
  Operator op;
  std::vector<Shape> inputs;
};

// One of each operator.
std::vector<Example> Examples() {
  const Shape image = {4, 6, 6}, tokens = {8, 8};
  return {{graph::Conv2d{.kernel = {3, 3}}, {image}},
          {graph::Linear{.out_features = 5}, {tokens}},
          {graph::Pool{.kernel = {2, 2}}, {image}},
          {graph::Elementwise{}, {tokens}},
          {graph::Norm{}, {image}},
          {graph::Softmax{}, {tokens}},
          {graph::Reshape{}, {image}},
          {graph::Concat{}, {tokens, tokens}},
          {graph::ConvTranspose2d{.kernel = {2, 2}}, {image}},
          {graph::MatMul{}, {tokens, tokens}},
          {graph::Transpose{{1, 0}}, {tokens}},
          {graph::Slice{.length = 3}, {tokens}},
          {graph::Pad{{1, 1, 1, 1}}, {image}},
          {graph::Resize{.height = 3, .width = 3}, {image}},
          {graph::DepthToSpace{.block = 2}, {image}},
          {graph::Embedding{.entries = 1000, .features = 16}, {{2}}},
          {graph::RnnCell{.hidden = 4}, {{4}}},
          {graph::Gather{.count = 3}, {tokens}},
          {graph::Scatter{.count = 9}, {tokens}},
          {graph::Reduce{}, {tokens}},
          {graph::MixWeights{.kernels = 8, .shape = {4, 2}}, {{8}}},
          {graph::Merge{}, {tokens}},
          {graph::Opaque{.ops = 7}, {tokens}}};
}

TEST(OperatorCostTest, EveryOperatorRunsWhereSingleOperatorsDo) {
  std::set<size_t> seen;
  for (const Example& example : Examples()) {
    seen.insert(example.op.index());
    const bool free =
        example.op.index() == Operator(graph::Reshape{}).index() ||
        example.op.index() == Operator(graph::Merge{}).index();
    for (const int element : {kCpu, kGpu, kArray}) {
      const auto cost = CostOf(example.op, example.inputs, element);
      ASSERT_OK(cost) << NameOf(example.op);
      EXPECT_EQ(cost->time == Picoseconds(0), free) << NameOf(example.op);
      EXPECT_EQ(cost->bytes == Bytes(0), free) << NameOf(example.op);
    }
    EXPECT_THAT(CostOf(example.op, example.inputs, kMeasured),
                StatusIs(absl::StatusCode::kFailedPrecondition));
  }
  EXPECT_EQ(seen.size(), std::variant_size_v<Operator>);
}

TEST(OperatorCostTest, HeadsOfAttentionAreProductsOfTheirOwn) {
  const std::vector<Shape> operands = {{2, 16, 8}, {2, 16, 8}};
  const graph::MatMul scores{.transpose_right = true};
  // Two products of 16 x 16 x 8: 4 x 4 folds of 8 + 4 + 4 - 2 cycles, less 1;
  // 512 + 512 bytes take 256.
  ASSERT_OK_AND_ASSIGN(Cost cost, CostOf(scores, operands, kArray));
  EXPECT_EQ(cost.time, Picoseconds(2 * 223 * 1000));
  EXPECT_EQ(cost.bytes, Bytes(1024));
  // 2 x 4096 operations at one a cycle.
  ASSERT_OK_AND_ASSIGN(cost, CostOf(scores, operands, kCpu));
  EXPECT_EQ(cost.time, Picoseconds(8'192'000));
}

TEST(OperatorCostTest, RecurrentCellsUseTheArrayAndTheVectorUnit) {
  // 16 rows of 8 words: 4 folds of 8 + 4 + 4 - 2 cycles, less 1; then 9 x 4
  // vector operations at two a cycle.
  ASSERT_OK_AND_ASSIGN(const Cost cost,
                       CostOf(graph::RnnCell{.hidden = 4}, {{4}}, kArray));
  EXPECT_EQ(cost.time, Picoseconds((55 + 18) * 1000));
  // 2 x 128 + 36 operations, 128 weights, 4 in, 4 out.
  EXPECT_EQ(cost.energy, Femtojoules(292 + 2 * 136));
}

TEST(OperatorCostTest, CopiesCostWhatTheyMove) {
  for (const int element : {kCpu, kArray}) {
    // 24 elements in, 24 out, at 4 B per cycle.
    ASSERT_OK_AND_ASSIGN(Cost cost,
                         CostOf(graph::Gather{.count = 3}, {{8, 8}}, element));
    EXPECT_EQ(cost.time, Picoseconds(12'000));
    EXPECT_EQ(cost.energy, Femtojoules(96));
    // Two rows of 16, two indices, 32 out; not the whole table.
    ASSERT_OK_AND_ASSIGN(
        cost, CostOf(graph::Embedding{.entries = 1000, .features = 16}, {{2}},
                     element));
    EXPECT_EQ(cost.time, Picoseconds(16'500));
  }
}

}  // namespace
}  // namespace dynarch::cost
