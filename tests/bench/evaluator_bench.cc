// Candidates a second, by the sweep's form and by the long one.
#include <vector>

#include "benchmark/benchmark.h"
#include "sim/analysis/analysis.h"
#include "sim/analysis/queue.h"
#include "sim/engine/engine.h"
#include "sim/evaluator.h"
#include "sim/evaluator/replays.h"
#include "sim/evaluator/run.h"
#include "tests/testing/example_study.h"

namespace dynarch {
namespace {

using testing::ExampleOptions;
using testing::ExampleStudy;

// Every valid candidate in turn, after one pass has costed all machines.
// Argument: the period in microseconds. At 50 ms every inference of every
// platform is alone; at 2 ms the slow platforms queue.
void BM_EvaluateRow(benchmark::State& state) {
  ExampleOptions options;
  options.period_us = state.range(0);
  options.deadline_us = state.range(0);
  const auto spec = ExampleStudy(options);
  const auto evaluator = *Evaluator::Create(spec);
  std::vector<double> row(spec->metrics.size());
  absl::string_view reason;
  const auto& ranges = spec->space.valid_ranges();
  const bool warm = state.range(0) >= 50'000;
  for (size_t r = 0; warm && r < ranges.size(); ++r) {
    for (int64_t i = ranges[r].begin; i < ranges[r].end; ++i) {
      evaluator->EvaluateRow(i, absl::MakeSpan(row), &reason);
    }
  }
  size_t range = 0;
  int64_t index = ranges[0].begin;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        evaluator->EvaluateRow(index, absl::MakeSpan(row), &reason));
    if (++index == ranges[range].end) {
      range = (range + 1) % ranges.size();
      index = ranges[range].begin;
    }
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["candidates"] = static_cast<double>(spec->space.valid_count());
}
BENCHMARK(BM_EvaluateRow)->Arg(50'000)->Arg(2'000);

// Valid candidates far apart, as a random sample asks for them.
void BM_EvaluateRowScattered(benchmark::State& state) {
  ExampleOptions options;
  options.period_us = 50'000;
  const auto spec = ExampleStudy(options);
  const auto evaluator = *Evaluator::Create(spec);
  std::vector<double> row(spec->metrics.size());
  absl::string_view reason;
  const int64_t valid = spec->space.valid_count();
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < valid; ++i) {
    indices.push_back(spec->space.ValidIndexAt(i * 7'919 % valid));
  }
  for (const int64_t index : indices) {
    evaluator->EvaluateRow(index, absl::MakeSpan(row), &reason);
  }
  size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        evaluator->EvaluateRow(indices[next], absl::MakeSpan(row), &reason));
    if (++next == indices.size()) next = 0;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_EvaluateRowScattered);

// A candidate's samples on `select`, and its machine for what occurs in them.
struct Prepared {
  Prepared(const study::StudySpec& spec, const study::BoundCandidate& bound)
      : replayer(spec),
        slice(*replayer.Replay("select", bound)),
        model(*evaluator::BuildModel(
            spec, bound, *slice.scenarios,
            evaluator::WantedScenarios(spec, bound, slice.Occurring()))) {}
  evaluator::Replayer replayer;
  evaluator::ReplayedSlice slice;
  analysis::Model model;
};

// The first candidate of each machine: everything is costed.
void BM_BuildModel(benchmark::State& state) {
  const auto spec = ExampleStudy();
  const int64_t valid = spec->space.valid_count();
  std::vector<study::BoundCandidate> bound;
  for (int64_t i = 0; i < valid; i += 97) {
    bound.push_back(
        study::Bind(*spec, spec->space.At(spec->space.ValidIndexAt(i))));
  }
  evaluator::Replayer replayer(*spec);
  const auto slice = replayer.Replay("select", bound.front());
  size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(evaluator::BuildModel(
        *spec, bound[next], *slice->scenarios,
        evaluator::WantedScenarios(*spec, bound[next], slice->Occurring())));
    if (++next == bound.size()) next = 0;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_BuildModel);

void BM_EvaluateWithBreakdown(benchmark::State& state) {
  const auto spec = ExampleStudy();
  const auto evaluator = *Evaluator::Create(spec);
  const space::Candidate candidate =
      spec->space.At(spec->space.ValidIndexAt(1'000));
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        evaluator->Evaluate(candidate, study::Fidelity::kAnalytical));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_EvaluateWithBreakdown);

// The last platform but one, everything on the array, both exits at 0.95.
study::BoundCandidate BindArray(const study::StudySpec& spec, int64_t power) {
  const auto candidate = spec.space.Parse(
      {{"platform", "array"},
       {"network.dtype", "int8"},
       {"mapping.stages.exit1", "cpu"},
       {"mapping.stages.exit2", "npu"},
       {"mapping.stages.exit3", "npu"},
       {"policy.operating_point", "fast"},
       {"policy.power", spec.space.parameters()[6].values[power]},
       {"decisions.exit1.threshold", "0.95"},
       {"decisions.exit2.threshold", "0.50"}});
  return study::Bind(spec, *candidate);
}

// 10,000 inferences by events. Argument: 0 always on, 1 clock gating, 2 power
// gating. Items are inferences; the counter says events a second.
void BM_EventDriven(benchmark::State& state) {
  const auto spec = ExampleStudy();
  const study::BoundCandidate bound = BindArray(*spec, state.range(0));
  const Prepared prepared(*spec, bound);
  const engine::Program program = engine::Compile(prepared.model.system());
  int64_t events = 0;
  for (auto _ : state) {
    engine::RunCounters counters;
    benchmark::DoNotOptimize(engine::Run(
        program, spec->workload, prepared.slice.samples(), {}, &counters));
    events += counters.events;
  }
  state.SetItemsProcessed(state.iterations() * spec->workload.inferences);
  state.counters["events"] = benchmark::Counter(static_cast<double>(events),
                                                benchmark::Counter::kIsRate);
}
BENCHMARK(BM_EventDriven)->DenseRange(0, 2);

// The same inferences by the recursion, each one walked.
void BM_Recursion(benchmark::State& state) {
  const auto spec = ExampleStudy();
  const study::BoundCandidate bound = BindArray(*spec, state.range(0));
  const Prepared prepared(*spec, bound);
  analysis::QueueScratch scratch;
  for (auto _ : state) {
    benchmark::DoNotOptimize(analysis::Queue(prepared.model, spec->workload,
                                             prepared.slice.samples(),
                                             {.keep_sequence = true}, scratch));
  }
  state.SetItemsProcessed(state.iterations() * spec->workload.inferences);
}
BENCHMARK(BM_Recursion)->DenseRange(0, 2);

// As many inferences in closed form.
void BM_Analytical(benchmark::State& state) {
  const auto spec = ExampleStudy();
  const study::BoundCandidate bound =
      study::Bind(*spec, spec->space.At(spec->space.ValidIndexAt(1'000)));
  const Prepared prepared(*spec, bound);
  for (auto _ : state) {
    benchmark::DoNotOptimize(analysis::Run(prepared.model, spec->workload,
                                           prepared.slice.samples()));
  }
  state.SetItemsProcessed(state.iterations() * spec->workload.inferences);
}
BENCHMARK(BM_Analytical);

}  // namespace
}  // namespace dynarch
