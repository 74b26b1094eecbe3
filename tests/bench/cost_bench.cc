// Cost of one firing, and the closed form of a systolic array alone.
#include <benchmark/benchmark.h>

#include <vector>

#include "sim/cost/all_models.h"
#include "sim/cost/systolic.h"
#include "tests/testing/model_builders.h"

namespace dynarch::cost {
namespace {

using Dataflow = platform::Systolic::Dataflow;

void BM_SystolicCycles(benchmark::State& state) {
  const int64_t size = state.range(0);
  const platform::Systolic array{
      .rows = size, .columns = size, .dataflow = Dataflow::kOutput};
  graph::MatMulShape shape = {.m = 784, .n = 256, .k = 1152, .groups = 1};
  for (auto _ : state) {
    shape.k ^= 1;  // Another product each time.
    benchmark::DoNotOptimize(ArrayCycles(shape, array));
  }
  state.SetItemsProcessed(state.iterations());  // Products.
}
BENCHMARK(BM_SystolicCycles)->RangeMultiplier(4)->Range(8, 128);

void BM_FiringCost(benchmark::State& state) {
  platform::PlatformParts parts = testing::PlainPlatform();
  platform::Systolic array{.rows = 16, .columns = 16};
  array.types.push_back({0, {}, platform::Attojoules(1000)});
  array.vector_ops_per_cycle = {16, 1};
  testing::AddElement(parts, "npu", array, true);
  const auto platform = platform::Platform::Create(parts);
  const graph::Conv2d conv{.out_channels = 64, .kernel = {3, 3}};
  const std::vector<graph::Shape> in = {{64, 28, 28}};
  const graph::OperatorWork work =
      graph::WorkOf(conv, in, *graph::InferShape(conv, in));
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        FiringCost({.work = work,
                    .dtype = graph::DataType::kFp32,
                    .platform = *platform,
                    .element = static_cast<int>(state.range(0)),
                    .operating_point = 0}));
  }
  state.SetItemsProcessed(state.iterations());  // Firings.
}
// 0: a cpu by the roofline, 1: a systolic array.
BENCHMARK(BM_FiringCost)->Arg(0)->Arg(1);

}  // namespace
}  // namespace dynarch::cost
