// Replay of a trace under thresholds: what every (data type, thresholds) pair
// of a study costs once.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sim/behavior/trace.h"

namespace dynarch::behavior {
namespace {

// `samples` x `exits` records whose signals are spread over [0, 1), so that
// every exit takes its share.
TraceSlice SliceOf(int64_t samples, int64_t exits) {
  TraceSlice slice;
  uint64_t state = 1;
  slice.records.reserve(samples * exits);
  for (int64_t i = 0; i < samples; ++i) {
    slice.samples.push_back(i);
    for (int64_t e = 0; e < exits; ++e) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      ExitRecord record;
      record.max_probability = static_cast<double>(state >> 44) / (1 << 20);
      record.correct = (state >> 40) & 1;
      slice.records.push_back(record);
    }
  }
  return slice;
}

std::vector<graph::Decision> DecisionsOf(int64_t exits) {
  std::vector<graph::Decision> decisions;
  for (int64_t e = 0; e < exits; ++e) {
    decisions.push_back({.name = "exit" + std::to_string(e)});
  }
  return decisions;
}

std::vector<Threshold> ThresholdsOf(int64_t exits, const char* text) {
  return std::vector<Threshold>(exits, *Threshold::Parse(text));
}

// Arguments: samples, exits, threshold in per cent (of the samples that reach
// an exit, 100 - threshold % take it).
void BM_ReplayTrace(benchmark::State& state) {
  const TraceSlice slice = SliceOf(state.range(0), state.range(1));
  const auto decisions = DecisionsOf(state.range(1));
  const auto thresholds =
      ThresholdsOf(state.range(1), state.range(2) == 100 ? "1" : "0.8");
  for (auto _ : state) {
    benchmark::DoNotOptimize(ReplayTrace(slice, decisions, thresholds));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));  // Samples.
}

void BM_ReplayIndex(benchmark::State& state) {
  const auto decisions = DecisionsOf(state.range(1));
  const ReplayIndex index(SliceOf(state.range(0), state.range(1)), decisions);
  const auto thresholds =
      ThresholdsOf(state.range(1), state.range(2) == 100 ? "1" : "0.8");
  Replay replay;
  for (auto _ : state) {
    index.Run(thresholds, replay);
    benchmark::DoNotOptimize(replay.correct);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));  // Samples.
}

// The digits study (899 samples, 3 exits), and a long trace of a 12-exit
// network; at 100 % every sample goes to the last exit: the worst case.
#define DYNARCH_REPLAY_SIZES \
  Args({899, 3, 80})->Args({1'000'000, 12, 80})->Args({1'000'000, 12, 100})
BENCHMARK(BM_ReplayTrace)->DYNARCH_REPLAY_SIZES->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_ReplayIndex)->DYNARCH_REPLAY_SIZES->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace dynarch::behavior
