// Exact expectation of scenario-aware graphs, by states.
#include <benchmark/benchmark.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/dataflow/sadf_analysis.h"

namespace dynarch::dataflow {
namespace {

SadfScenario Scenario(const std::string& name, std::vector<SadfRate> consume,
                      std::vector<SadfRate> produce, int64_t time) {
  SadfScenario scenario;
  scenario.name = name;
  scenario.consume = std::move(consume);
  scenario.produce = std::move(produce);
  scenario.profiles = {{Rational(time)}};
  return scenario;
}

// A decoder of frames of `kinds` kinds, each with its own number of blocks and
// times, `depth` frames at once: the detector tells parser, transform and
// composer the kind; the next kind depends on this one.
ScenarioAwareGraph FrameDecoder(int kinds, int depth) {
  ScenarioAwareGraph graph;
  graph.name = "frames";
  for (const char* name : {"detect", "parse", "transform", "compose"}) {
    graph.processes.emplace_back().name = name;
  }
  MarkovChain chain;
  chain.initial_state = "f0";
  for (int kind = 0; kind < kinds; ++kind) {
    const std::string name = absl::StrCat("f", kind);
    const int64_t blocks = 3 + 2 * kind;
    graph.processes[0].scenarios.push_back(Scenario(
        name, {{"done", 1}},
        {{"do_parse", blocks}, {"do_transform", blocks}, {"do_compose", 1}},
        0));
    graph.processes[1].scenarios.push_back(
        Scenario(name, {}, {{"blocks", 1}}, 7));
    graph.processes[2].scenarios.push_back(
        Scenario(name, {{"blocks", 1}}, {{"pixels", 1}}, 5 + kind % 3));
    graph.processes[3].scenarios.push_back(
        Scenario(name, {{"pixels", blocks}}, {{"done", 1}}, 41 + 13 * kind));
    SadfState state = {name, name, {}};
    for (int next = 0; next < kinds; ++next) {
      state.transitions.push_back(
          {absl::StrCat("f", next), Rational(1 + (kind + 2 * next) % 5)});
    }
    chain.states.push_back(std::move(state));
  }
  graph.processes[0].detector = true;
  graph.processes[0].chains = {std::move(chain)};
  const auto connect = [&](const char* name, const char* from, const char* to) {
    SadfChannel& channel = graph.channels.emplace_back();
    channel.name = name;
    channel.source = from;
    channel.destination = to;
    channel.control = absl::string_view(name).substr(0, 3) == "do_";
  };
  connect("do_parse", "detect", "parse");
  connect("do_transform", "detect", "transform");
  connect("do_compose", "detect", "compose");
  connect("blocks", "parse", "transform");
  connect("pixels", "transform", "compose");
  connect("done", "compose", "detect");
  graph.channels.back().initial_tokens = depth;
  return graph;
}

// Worst case and expectation together. Arguments: kinds, depth.
void Analyse(benchmark::State& state, SadfMethod method) {
  const ScenarioAwareGraph graph = FrameDecoder(
      static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
  int64_t states = 0;
  for (auto _ : state) {
    const auto result = AnalyseThroughput(graph, {.method = method});
    if (!result.ok() || !result->processes[0].expected_exact) {
      state.SkipWithError("not exact");
      return;
    }
    states = result->states;
  }
  state.counters["states"] = static_cast<double>(states);
  state.SetItemsProcessed(state.iterations() * states);
}

void BM_SadfByTimedStates(benchmark::State& state) {
  Analyse(state, SadfMethod::kTimedStates);
}
void BM_SadfByIterations(benchmark::State& state) {
  Analyse(state, SadfMethod::kIterations);
}
BENCHMARK(BM_SadfByTimedStates)
    ->Args({4, 3})
    ->Args({6, 3})
    ->Args({9, 3})  // 41,778 states
    ->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SadfByIterations)
    ->Args({4, 3})
    ->Args({6, 3})
    ->Args({9, 3})  // 38,088 states
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace dynarch::dataflow
