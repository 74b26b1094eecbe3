// The incremental Pareto front: candidates of a sweep, most of them dominated.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "sim/base/random.h"
#include "sim/pareto/front.h"

namespace dynarch::pareto {
namespace {

// Accuracy in steps of the trace, energy and latency that grow with it: fronts
// of hundreds of vectors, as the digits study has.
std::vector<std::vector<double>> Candidates(int64_t count) {
  RandomStream random(RandomKey{.seed = 1});
  std::vector<std::vector<double>> values;
  for (int64_t i = 0; i < count; ++i) {
    const double accuracy =
        0.9 + 0.0025 * static_cast<double>(random.UniformBelow(40));
    const double latency = random.UniformDouble() + 3 * (accuracy - 0.9);
    const double energy =
        random.UniformDouble() + 3 * (accuracy - 0.9) + 0.3 * latency;
    values.push_back({accuracy, energy, latency});
  }
  return values;
}

void BM_FrontInsert(benchmark::State& state) {
  const auto values = Candidates(state.range(0));
  for (auto _ : state) {
    Front front(
        {Direction::kMaximize, Direction::kMinimize, Direction::kMinimize});
    for (size_t i = 0; i < values.size(); ++i) {
      front.Insert(values[i], static_cast<int64_t>(i));
    }
    benchmark::DoNotOptimize(front.id_count());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_FrontInsert)->RangeMultiplier(8)->Range(1 << 10, 1 << 19);

// All candidates share one vector, and come in no order.
void BM_FrontInsertTied(benchmark::State& state) {
  const std::vector<double> values = {1, 2, 3};
  for (auto _ : state) {
    RandomStream random(RandomKey{.seed = 1});
    Front front(
        {Direction::kMaximize, Direction::kMinimize, Direction::kMinimize});
    for (int64_t i = 0; i < state.range(0); ++i) {
      front.Insert(values, static_cast<int64_t>(random.Next32()));
    }
    benchmark::DoNotOptimize(front.id_count());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_FrontInsertTied)->RangeMultiplier(8)->Range(1 << 10, 1 << 16);

}  // namespace
}  // namespace dynarch::pareto
