#include "sim/evaluator/cycles.h"

#include <algorithm>
#include <utility>

#include "sim/engine/engine.h"

namespace dynarch::evaluator {
namespace {

using measurement::ActivityTotals;
using measurement::DomainTotals;
using measurement::LatencyCount;
using measurement::RunResult;
using measurement::RunTotals;

void Add(const DomainTotals& part, int64_t times, DomainTotals& sum) {
  sum.active += part.active * times;
  sum.entering += part.entering * times;
  sum.idle_state += part.idle_state * times;
  sum.exiting += part.exiting * times;
  sum.active_energy += part.active_energy * times;
  sum.idle_state_energy += part.idle_state_energy * times;
  sum.transition_energy += part.transition_energy * times;
}

void Add(const ActivityTotals& part, int64_t times, ActivityTotals& sum) {
  sum.count += part.count * times;
  sum.time += part.time * times;
  sum.energy += part.energy * times;
}

// `sum` += `times` x `part`. The scenarios of `part` occur in `sum` too, so
// every line of `part` does, in the same order.
void Add(const RunTotals& part, int64_t times, RunTotals& sum) {
  sum.offered += part.offered * times;
  sum.completed += part.completed * times;
  sum.missed += part.missed * times;
  sum.correct_on_time += part.correct_on_time * times;
  sum.on_time += part.on_time * times;
  for (size_t i = 0; i < part.outcome_counts.size(); ++i) {
    sum.outcome_counts[i] += part.outcome_counts[i] * times;
  }
  sum.window += part.window * times;
  sum.busy += part.busy * times;
  for (size_t i = 0; i < part.domains.size(); ++i) {
    Add(part.domains[i], times, sum.domains[i]);
  }
  auto line = sum.activities.begin();
  for (const ActivityTotals& activity : part.activities) {
    while (line->label != activity.label || line->element != activity.element) {
      ++line;
    }
    Add(activity, times, *line);
  }
  sum.overhead_energy += part.overhead_energy * times;
  sum.total_energy += part.total_energy * times;
}

void Add(const RunResult& part, int64_t times, RunResult& sum) {
  Add(part.totals, times, sum.totals);
  for (const LatencyCount& entry : part.latencies) {
    sum.latencies.push_back({entry.latency, entry.count * times});
  }
  measurement::Normalise(sum.latencies);
}

}  // namespace

RunResult RunByCycles(const analysis::Model& model,
                      const workload::Workload& workload,
                      const mapping::Samples& samples) {
  const engine::Program program = engine::Compile(model.system());
  const auto cycle = static_cast<int64_t>(samples.exits.size());
  if (workload.inferences <= cycle) {
    return engine::Run(program, workload, samples);
  }
  workload::Workload part = workload;
  part.inferences = cycle;
  RunResult once = engine::Run(program, part, samples, {.keep_sequence = true});
  if (!model.EndsIdle(once.sequence.back(), workload.period)) {
    return engine::Run(program, workload, samples);
  }
  once.sequence.clear();
  RunResult result = once;
  Add(once, workload.inferences / cycle - 1, result);
  part.inferences = workload.inferences % cycle;
  if (part.inferences > 0) {
    Add(engine::Run(program, part, samples), 1, result);
  }
  return result;
}

}  // namespace dynarch::evaluator
