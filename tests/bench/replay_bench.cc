// Populations: what every (data type, knobs) pair of a study costs once, and
// every set of thresholds.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sim/behavior/population.h"
#include "sim/behavior/trace.h"
#include "sim/io/trace_csv.h"
#include "tests/testing/model_builders.h"

namespace dynarch::behavior {
namespace {

uint64_t Next(uint64_t& state) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return state >> 40;
}

graph::Network ChainOf(int64_t exits) {
  testing::NetworkBuilder net("chain");
  net.Input("x", {8});
  std::string from = "x";
  for (int64_t e = 1; e <= exits; ++e) {
    const std::string name = "s" + std::to_string(e);
    net.Add(name, graph::Softmax{}, {from});
    net.Exit("exit" + std::to_string(e), name);
    from = name;
  }
  return *graph::Network::Create(net.parts());
}

// `samples` x `exits` records whose signals are spread over [0, 1), so that
// every exit takes its share.
Trace ChainTrace(int64_t samples, int64_t exits) {
  Trace trace;
  for (int64_t e = 1; e <= exits; ++e) {
    trace.exits.push_back("exit" + std::to_string(e));
  }
  TraceSlice slice;
  slice.split = "select";
  uint64_t state = 1;
  std::vector<double>& signal = slice.signal(graph::Signal::kMaxProbability);
  for (int64_t i = 0; i < samples; ++i) slice.samples.push_back(i);
  for (int64_t i = 0; i < samples * exits; ++i) {
    const uint64_t value = Next(state);
    signal.push_back(static_cast<double>(value >> 4) / (1 << 20));
    slice.correct.push_back(value & 1);
  }
  trace.slices.push_back(std::move(slice));
  return trace;
}

// Arguments: samples, exits, threshold in per cent (of the samples that reach
// an exit, 100 - threshold % take it).
void BM_Replay(benchmark::State& state) {
  const graph::Network network = ChainOf(state.range(1));
  const Population population =
      *Realise(ChainTrace(state.range(0), state.range(1)), network, {});
  const ExitPolicy policy = PolicyOf(
      network, std::vector<Threshold>(
                   state.range(1),
                   *Threshold::Parse(state.range(2) == 100 ? "1" : "0.8")));
  Replay replay;
  for (auto _ : state) {
    population.Run(policy, replay);
    benchmark::DoNotOptimize(replay.correct_count);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));  // Samples.
}

// The digits study (899 samples, 3 exits), and a long trace of a 12-exit
// network; at 100 % every sample goes to the last exit: the worst case.
BENCHMARK(BM_Replay)
    ->Args({899, 3, 80})
    ->Args({1'000'000, 12, 80})
    ->Args({1'000'000, 12, 100})
    ->Unit(benchmark::kMicrosecond);

graph::Network GatedBy(int64_t gates) {
  testing::NetworkBuilder net("gated");
  net.Input("x", {8});
  std::string from = "x";
  for (int64_t g = 1; g <= gates; ++g) {
    const std::string n = std::to_string(g);
    graph::Decision gate;
    gate.name = "gate" + n;
    gate.kind = graph::Decision::Kind::kSkip;
    net.Decide(gate);
    net.Add("b" + n, graph::Linear{8}, {from}).When("gate" + n);
    net.Add("a" + n, graph::Elementwise{graph::Elementwise::Kind::kAdd},
            {from, "b" + n});
    from = "a" + n;
  }
  net.Add("fc", graph::Linear{4}, {from}).Output("fc");
  return *graph::Network::Create(net.parts());
}

// Arguments: samples, gates, per mille of the gates that a sample flips of a
// common pattern; at 500 all rows are distinct.
Trace GatedTrace(int64_t samples, int64_t gates, int64_t flips) {
  Trace trace;
  trace.exits = {"output"};
  for (int64_t g = 1; g <= gates; ++g) {
    trace.decisions.push_back({"gate" + std::to_string(g), 1});
  }
  TraceSlice slice;
  slice.split = "select";
  slice.outcomes = OutcomeRows(static_cast<int>(gates));
  uint64_t state = 1;
  graph::Outcomes row(gates);
  for (int64_t i = 0; i < samples; ++i) {
    slice.samples.push_back(i);
    for (int64_t g = 0; g < gates; ++g) {
      const bool flipped = static_cast<int64_t>(Next(state) % 1000) < flips;
      row[g] = (g % 3 == 0) != flipped;
    }
    slice.outcomes.Append(row);
  }
  trace.slices.push_back(std::move(slice));
  return trace;
}

void BM_Intern(benchmark::State& state) {
  const Trace trace =
      GatedTrace(state.range(0), state.range(1), state.range(2));
  for (auto _ : state) {
    benchmark::DoNotOptimize(FindDistinct(trace.slices[0].outcomes));
  }
  state.counters["distinct"] =
      static_cast<double>(FindDistinct(trace.slices[0].outcomes).first.size());
  state.SetItemsProcessed(state.iterations() * state.range(0));  // Samples.
}

// Interning and everything around it.
void BM_RealiseGates(benchmark::State& state) {
  const graph::Network network = GatedBy(state.range(1));
  const Source source =
      GatedTrace(state.range(0), state.range(1), state.range(2));
  for (auto _ : state) {
    benchmark::DoNotOptimize(Realise(source, network, {}));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));  // Samples.
}
#define DYNARCH_GATES               \
  Args({1'000'000, 110, 10})        \
      ->Args({1'000'000, 110, 500}) \
      ->Unit(benchmark::kMillisecond)
BENCHMARK(BM_Intern)->DYNARCH_GATES;
BENCHMARK(BM_RealiseGates)->DYNARCH_GATES;

// 12 exits with class, entropy and correctness: arguments: samples.
void BM_ReadCsv(benchmark::State& state) {
  std::string text = "# format: dynarch-trace 1\nsample,split,dtype";
  for (int e = 1; e <= 12; ++e) {
    const std::string exit = ",exit" + std::to_string(e);
    text += exit + "_class" + exit + "_entropy" + exit + "_correct";
  }
  uint64_t random = 1;
  for (int64_t i = 0; i < state.range(0); ++i) {
    text += "\n" + std::to_string(i) + ",select,fp32";
    for (int e = 0; e < 12; ++e) {
      text += ",3,0." + std::to_string(Next(random)) + ",1";
    }
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(io::ReadTraceCsv(text, "bench.csv"));
  }
  state.SetBytesProcessed(state.iterations() *
                          static_cast<int64_t>(text.size()));
  state.SetItemsProcessed(state.iterations() * state.range(0));  // Samples.
}
BENCHMARK(BM_ReadCsv)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace dynarch::behavior
