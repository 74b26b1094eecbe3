#include "sim/cost/systolic.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "sim/base/reason.h"
#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::cost {
namespace {

using ::dynarch::testing::AddElement;
using ::dynarch::testing::PlainPlatform;
using Dataflow = platform::Systolic::Dataflow;
using Matrix = std::vector<std::vector<int64_t>>;

int64_t CyclesOf(int64_t m, int64_t n, int64_t k, int64_t rows, int64_t columns,
                 Dataflow dataflow, int64_t groups = 1) {
  platform::Systolic array{
      .rows = rows, .columns = columns, .dataflow = dataflow};
  return ArrayCycles({.m = m, .n = n, .k = k, .groups = groups}, array).value();
}

struct LayerRun {
  std::string layer;
  int64_t m, n, k, rows, columns;
  Dataflow dataflow;
  int64_t compute_cycles;
};
class ScaleSimTest : public ::testing::TestWithParam<LayerRun> {};

// Source: layers run in SCALE-Sim v3 (github.com/scalesim-project/scale-sim-v3)
// with unlimited bandwidth; total cycles, no stalls.
TEST_P(ScaleSimTest, AgreesToTheCycle) {
  const LayerRun& run = GetParam();
  EXPECT_EQ(CyclesOf(run.m, run.n, run.k, run.rows, run.columns, run.dataflow),
            run.compute_cycles);
}

INSTANTIATE_TEST_SUITE_P(
    Layers, ScaleSimTest,
    ::testing::ValuesIn(std::vector<LayerRun>({
        // ceil(100/16) * ceil(50/16) * (30 + 30) - 1 = 7 * 4 * 60 - 1.
        {"gemm_os", 100, 50, 30, 16, 16, Dataflow::kOutput, 1'679},
        // 4 * 4 * (128 + 62) - 1.
        {"square_os", 128, 128, 128, 32, 32, Dataflow::kOutput, 3'039},
        // ceil(1000/32) = 32 folds of 512 + 62, less 1.
        {"vector_os", 1, 1000, 512, 32, 32, Dataflow::kOutput, 18'367},
        {"resnet18_conv5_os", 25, 512, 4608, 64, 64, Dataflow::kOutput, 37'871},
        // ceil(30/12) * ceil(50/14) * (24 + 100 + 12) - 1 = 3 * 4 * 136 - 1.
        {"gemm_ws", 100, 50, 30, 12, 14, Dataflow::kWeight, 1'631},
        {"resnet18_conv5_ws", 25, 512, 4608, 64, 64, Dataflow::kWeight,
         123'839},
        {"mobilenet_pw28_ws", 784, 256, 128, 32, 32, Dataflow::kWeight, 28'095},
        // ceil(30/12) * ceil(100/14) * (24 + 50 + 12) - 1 = 3 * 8 * 86 - 1.
        {"gemm_is", 100, 50, 30, 12, 14, Dataflow::kInput, 2'063},
        {"resnet18_conv5_is", 25, 512, 4608, 64, 64, Dataflow::kInput, 50'543},
        {"mobilenet_dw_is", 196, 1, 9, 16, 16, Dataflow::kInput, 610},
    })),
    [](const auto& info) { return info.param.layer; });

Matrix Entries(int64_t rows, int64_t columns, int64_t salt) {
  Matrix matrix(rows, std::vector<int64_t>(columns));
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) {
      matrix[r][c] = (r * 7 + c * 3 + salt) % 11 - 5;
    }
  }
  return matrix;
}

Matrix Product(const Matrix& a, const Matrix& b) {
  Matrix product(a.size(), std::vector<int64_t>(b[0].size(), 0));
  for (size_t i = 0; i < a.size(); ++i) {
    for (size_t j = 0; j < b[0].size(); ++j) {
      for (size_t k = 0; k < b.size(); ++k) product[i][j] += a[i][k] * b[k][j];
    }
  }
  return product;
}

// An output-stationary array, register by register. Operands enter at the left
// and the top, skewed by a cycle per row and column, and move on by one element
// a cycle; each element accumulates one output. Folds follow one another.
// Counts cycles until the last multiplication of the last fold has happened,
// and returns the number of that cycle, from 0, as SCALE-Sim does.
struct Simulated {
  int64_t last_cycle = -1;
  Matrix product;
};
Simulated SimulateOutputStationary(const Matrix& a, const Matrix& b,
                                   int64_t rows, int64_t columns) {
  const int64_t m = a.size(), n = b[0].size(), depth = b.size();
  Simulated result;
  result.product.assign(m, std::vector<int64_t>(n, 0));
  int64_t start = 0;
  for (int64_t row0 = 0; row0 < m; row0 += rows) {
    for (int64_t col0 = 0; col0 < n; col0 += columns) {
      Matrix from_left(rows, std::vector<int64_t>(columns, 0));
      Matrix from_top = from_left;
      int64_t cycle = 0, done = 0;
      for (; done < rows * columns * depth; ++cycle) {
        for (int64_t r = rows - 1; r >= 0; --r) {
          for (int64_t c = columns - 1; c >= 0; --c) {
            const int64_t k = cycle - r - c;  // Which operands arrive now.
            from_left[r][c] = c > 0                 ? from_left[r][c - 1]
                              : k < 0 || k >= depth ? 0
                                                    : a[row0 + r][k];
            from_top[r][c] = r > 0                 ? from_top[r - 1][c]
                             : k < 0 || k >= depth ? 0
                                                   : b[k][col0 + c];
            if (k < 0 || k >= depth) continue;
            result.product[row0 + r][col0 + c] +=
                from_left[r][c] * from_top[r][c];
            ++done;
          }
        }
      }
      start += cycle;
    }
  }
  result.last_cycle = start - 1;
  return result;
}

TEST(ArrayCyclesTest, OutputStationaryEqualsACycleByCycleArray) {
  for (const int64_t rows : {1, 2, 4}) {
    for (const int64_t columns : {1, 3, 4}) {
      for (const int64_t depth : {1, 2, 7}) {
        const int64_t m = 2 * rows, n = 3 * columns;  // Whole folds.
        const Matrix a = Entries(m, depth, 1), b = Entries(depth, n, 2);
        const Simulated run = SimulateOutputStationary(a, b, rows, columns);
        ASSERT_EQ(run.product, Product(a, b));
        EXPECT_EQ(CyclesOf(m, n, depth, rows, columns, Dataflow::kOutput),
                  run.last_cycle);
      }
    }
  }
}

// A weight-stationary array: a fold's weights are shifted in row by row, then
// the streamed matrix enters at the left, skewed by a cycle per row; partial
// sums move down and leave at the bottom.
Simulated SimulateStationary(const Matrix& streamed, const Matrix& kept,
                             int64_t rows, int64_t columns) {
  const int64_t t = streamed.size(), depth = kept.size(), n = kept[0].size();
  Simulated result;
  result.product.assign(t, std::vector<int64_t>(n, 0));
  int64_t start = 0;
  for (int64_t k0 = 0; k0 < depth; k0 += rows) {
    for (int64_t n0 = 0; n0 < n; n0 += columns) {
      int64_t cycle = rows;  // Loading shifts the whole array.
      Matrix sums(rows, std::vector<int64_t>(columns, 0));
      for (int64_t left = 0; left < t * columns; ++cycle) {
        for (int64_t r = rows - 1; r >= 0; --r) {
          for (int64_t c = columns - 1; c >= 0; --c) {
            const int64_t i = cycle - rows - r - c;  // Whose sum is here now.
            if (i < 0 || i >= t) continue;
            const int64_t above = r > 0 ? sums[r - 1][c] : 0;
            sums[r][c] = above + streamed[i][k0 + r] * kept[k0 + r][n0 + c];
            if (r == rows - 1) {
              result.product[i][n0 + c] += sums[r][c];
              ++left;
            }
          }
        }
      }
      start += cycle;
    }
  }
  result.last_cycle = start - 1;
  return result;
}

Matrix Transposed(const Matrix& matrix) {
  Matrix result(matrix[0].size(), std::vector<int64_t>(matrix.size()));
  for (size_t r = 0; r < matrix.size(); ++r) {
    for (size_t c = 0; c < matrix[0].size(); ++c) result[c][r] = matrix[r][c];
  }
  return result;
}

TEST(ArrayCyclesTest, WeightAndInputStationaryEqualACycleByCycleArray) {
  for (const int64_t rows : {1, 2, 4}) {
    for (const int64_t columns : {1, 3}) {
      for (const int64_t stream : {1, 2, 9}) {
        const int64_t depth = 2 * rows, kept = 2 * columns;
        const Matrix a = Entries(stream, depth, 1), b = Entries(depth, kept, 2);
        const Simulated run = SimulateStationary(a, b, rows, columns);
        ASSERT_EQ(run.product, Product(a, b));
        EXPECT_EQ(
            CyclesOf(stream, kept, depth, rows, columns, Dataflow::kWeight),
            run.last_cycle);
        // Input stationary keeps the pixels and streams the filters.
        const Matrix pixels = Transposed(b), filters = Transposed(a);
        EXPECT_EQ(Transposed(run.product), Product(pixels, filters));
        EXPECT_EQ(
            CyclesOf(kept, stream, depth, rows, columns, Dataflow::kInput),
            run.last_cycle);
      }
    }
  }
}

TEST(ArrayCyclesTest, GroupsRunOneAfterTheOther) {
  EXPECT_EQ(CyclesOf(100, 50, 30, 16, 16, Dataflow::kOutput, 3), 3 * 1'679);
  EXPECT_EQ(ArrayCycles({}, platform::Systolic{}), Cycles(0));
}

TEST(ArrayCyclesTest, StopsAtTheLargestInteger) {
  const int64_t large = int64_t{1} << 40;
  EXPECT_EQ(CyclesOf(large, large, large, 1, 1, Dataflow::kOutput),
            std::numeric_limits<int64_t>::max());
}

// A 4x4 output-stationary array at 1 GHz on a memory of 4 B per ns; 1 fJ per
// op, 2 fJ per byte; a vector unit of 2 ops per cycle.
class SystolicModelTest : public ::testing::Test {
 protected:
  SystolicModelTest() {
    parts_ = PlainPlatform();
    platform::Systolic array{.rows = 4, .columns = 4};
    array.types.push_back({2, {}, platform::Attojoules(1000)});
    array.vector_ops_per_cycle = {2, 1};
    array.call_overhead = Picoseconds(100'000);
    npu_ = AddElement(parts_, "npu", array, false);
  }
  absl::StatusOr<Cost> Firing(const graph::Operator& op, graph::Shape in,
                              graph::DataType dtype) {
    auto shape = graph::InferShape(op, {in});
    EXPECT_OK(shape);
    const graph::OperatorWork work = graph::WorkOf(op, {in}, *shape);
    auto platform = platform::Platform::Create(parts_);
    EXPECT_OK(platform);
    return SystolicModel().Firing({.work = work,
                                   .dtype = dtype,
                                   .platform = *platform,
                                   .element = npu_,
                                   .operating_point = 0});
  }

  platform::PlatformParts parts_;
  int npu_ = 0;
};

TEST_F(SystolicModelTest, RunsProductsOnTheArray) {
  // 8 channels 6x6, 3x3 kernel, 8 filters: M = 16, N = 8, K = 72.
  // ceil(16/4) * ceil(8/4) * (72 + 6) - 1 = 623 cycles of 1 ns.
  ASSERT_OK_AND_ASSIGN(
      const Cost cost,
      Firing(graph::Conv2d{.out_channels = 8, .kernel = {3, 3}}, {8, 6, 6},
             graph::DataType::kInt8));
  // Weights 576, in 288, out 128: 992 B = 248 ns, hidden.
  EXPECT_EQ(cost.time, Picoseconds(100'000 + 623'000));
  EXPECT_EQ(cost.bound, Bound::kCompute);
  EXPECT_EQ(cost.bytes, Bytes(992));
  // MACs 16 * 8 * 72 = 9216: 18432 fJ and 1984 fJ.
  EXPECT_EQ(cost.energy, Femtojoules(18'432 + 1'984));
}

TEST_F(SystolicModelTest, RunsADepthwiseLayerChannelByChannel) {
  // M = 16, N = 1, K = 9: 4 * 1 * (9 + 6) - 1 = 59 cycles for each of 8.
  ASSERT_OK_AND_ASSIGN(
      const Cost cost,
      Firing(graph::Conv2d{.out_channels = 8, .kernel = {3, 3}, .groups = 8},
             {8, 6, 6}, graph::DataType::kInt8));
  EXPECT_EQ(cost.time, Picoseconds(100'000 + 8 * 59'000));
}

TEST_F(SystolicModelTest, RunsTheRestOnTheVectorUnit) {
  // Softmax of 100: 500 ops at 2 per ns; 200 B = 50 ns.
  ASSERT_OK_AND_ASSIGN(const Cost cost,
                       Firing(graph::Softmax{}, {100}, graph::DataType::kInt8));
  EXPECT_EQ(cost.time, Picoseconds(100'000 + 250'000));
  // relu of 100: 100 ops = 50 ns, as long as its 200 B.
  ASSERT_OK_AND_ASSIGN(const Cost relu, Firing(graph::Elementwise{}, {100},
                                               graph::DataType::kInt8));
  EXPECT_EQ(relu.time, Picoseconds(150'000));
  EXPECT_EQ(relu.bound, Bound::kOverhead);
}

TEST_F(SystolicModelTest, IsMemoryBoundWhereBytesTakeLonger) {
  // 100 -> 1 on 4x4: 1 * 1 * (100 + 6) - 1 = 105 cycles; 100 weights + 100 in
  // + 1 out = 201 B = 50.25 ns. With a memory of 1 B per cycle, 201 ns.
  parts_.memories[0].bytes_per_cycle = {1, 1};
  ASSERT_OK_AND_ASSIGN(const Cost cost,
                       Firing(graph::Linear{}, {100}, graph::DataType::kInt8));
  EXPECT_EQ(cost.time, Picoseconds(100'000 + 201'000));
  EXPECT_EQ(cost.bound, Bound::kMemory);
}

TEST_F(SystolicModelTest, LacksATypeThatIsNotListedAndSkipsReshapes) {
  const auto reason = ReasonOf(
      Firing(graph::Softmax{}, {100}, graph::DataType::kFp32).status());
  ASSERT_TRUE(reason.has_value());
  EXPECT_EQ(reason->code, reason::kUnsupportedDataType);
  ASSERT_OK_AND_ASSIGN(const Cost cost, Firing(graph::Reshape{}, {4, 25},
                                               graph::DataType::kInt8));
  EXPECT_EQ(cost.time, Picoseconds(0));
}

}  // namespace
}  // namespace dynarch::cost
