// Analyses of dataflow graphs: generated ones of the size of the largest
// published, and, where DYNARCH_REFERENCE_DIR is set, every published graph.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "sim/dataflow/buffers.h"
#include "sim/dataflow/iteration_matrix.h"
#include "sim/dataflow/liveness.h"
#include "sim/dataflow/throughput.h"
#include "sim/io/sdf3_reader.h"
#include "tests/sim/dataflow/draw_graph.h"

namespace dynarch::dataflow {
namespace {

void MeasureThroughput(benchmark::State& state, const Graph& graph,
                       bool auto_concurrency) {
  for (auto _ : state) {
    const auto result =
        AnalyseThroughput(graph, {.auto_concurrency = auto_concurrency});
    if (!result.ok()) {
      state.SkipWithError(std::string(result.status().message()).c_str());
      break;
    }
    benchmark::DoNotOptimize(result->period);
  }
  state.SetItemsProcessed(state.iterations());  // analyses
}

// 2,767 actors that fire 208,907 times an iteration. Arguments: channels beside
// the tree, capacities as a multiple of what both sides move at once (0: none),
// whether with auto-concurrency.
void BM_LargeThroughput(benchmark::State& state) {
  const LargeGraph shape{.extra_channels = static_cast<int>(state.range(0)),
                         .capacity_factor = state.range(1)};
  MeasureThroughput(state, DrawLargeGraph(shape, 1), state.range(2) != 0);
}
BENCHMARK(BM_LargeThroughput)
    ->ArgsProduct({{0, 2'000, 6'000}, {0, 1, 4}, {0, 1}})
    ->Unit(benchmark::kMillisecond);

void BM_LargeLiveness(benchmark::State& state) {
  const LargeGraph shape{.capacity_factor = state.range(0)};
  const Graph graph = DrawLargeGraph(shape, 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(FindDeadlock(graph).ok());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_LargeLiveness)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

// The rates of the compact disc to digital audio tape converter.
Graph CdToDat() {
  return {.name = "cd2dat",
          .actors = {{"a", {5}},
                     {"b", {2}},
                     {"c", {3}},
                     {"d", {1}},
                     {"e", {4}},
                     {"f", {6}}},
          .channels = {{"ab", 0, 1, {1}, {1}},
                       {"bc", 1, 2, {2}, {3}},
                       {"cd", 2, 3, {2}, {7}},
                       {"de", 3, 4, {8}, {7}},
                       {"ef", 4, 5, {5}, {1}}}};
}

void BM_BufferSizing(benchmark::State& state) {
  const Graph graph = CdToDat();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        SizeBuffers(graph, {.auto_concurrency = false})->memory);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_BufferSizing)->Unit(benchmark::kMicrosecond);

void BM_IterationMatrix(benchmark::State& state) {
  const Graph graph = CdToDat();
  IterationMatrixOptions options;
  options.auto_concurrency = false;
  for (auto _ : state) {
    benchmark::DoNotOptimize(MatrixOfIteration(graph, options)->matrix.rows());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_IterationMatrix)->Unit(benchmark::kMicrosecond);

std::vector<std::filesystem::path> PublishedFiles() {
  std::vector<std::filesystem::path> paths;
  const std::filesystem::path folder = DYNARCH_REFERENCE_DIR;
  if (folder.empty()) return paths;
  for (const char* kind : {"sdf3", "csdf"}) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(
             folder / "dataflow" / kind, error)) {
      if (entry.path().extension() == ".xml") paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

// One benchmark per published graph and convention.
int RegisterPublished() {
  int registered = 0;
  for (const std::filesystem::path& path : PublishedFiles()) {
    const auto file = io::ReadSdf3File(path.string());
    if (!file.ok() || !std::holds_alternative<Graph>(file->graph)) continue;
    const Graph graph = std::get<Graph>(file->graph);
    for (const bool auto_concurrency : {true, false}) {
      const std::string name = "BM_Published/" + path.stem().string() +
                               (auto_concurrency ? "/auto" : "/one_at_a_time");
      benchmark::RegisterBenchmark(name.c_str(), [graph, auto_concurrency](
                                                     benchmark::State& state) {
        MeasureThroughput(state, graph, auto_concurrency);
      })->Unit(benchmark::kMillisecond);
      ++registered;
    }
  }
  return registered;
}

[[maybe_unused]] const int kPublished = RegisterPublished();

}  // namespace
}  // namespace dynarch::dataflow
