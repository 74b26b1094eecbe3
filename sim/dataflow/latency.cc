#include "sim/dataflow/latency.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/dataflow/execution.h"
#include "sim/dataflow/liveness.h"
#include "sim/dataflow/repetition.h"
#include "sim/dataflow/ticks.h"

namespace dynarch::dataflow {
namespace {

struct Busy {
  std::optional<int64_t> first_start;
  int64_t last_end = 0;
};

// By actor, in ticks; empty if the iteration deadlocks.
std::vector<Busy> ExecuteOnce(const Graph& graph, const Program& program) {
  Execution<int64_t, TimeAlgebra> execution(program, TimeAlgebra(), 0);
  for (size_t i = 0; i < graph.channels.size(); ++i) {
    execution.queue(static_cast<int>(i))
        .Push(graph.channels[i].initial_tokens, 0);
  }
  std::vector<Busy> busy(graph.actors.size());
  const bool live = execution.RunIteration(
      [&busy](int actor, int64_t, int64_t start, int64_t end) {
        Busy& one = busy[actor];
        one.first_start = std::min(one.first_start.value_or(start), start);
        one.last_end = std::max(one.last_end, end);
      });
  if (!live) busy.clear();
  return busy;
}

}  // namespace

absl::StatusOr<Latency> IterationLatency(const Graph& graph,
                                         const LatencyOptions& options) {
  DYNARCH_ASSIGN_OR_RETURN(const std::vector<BigInt> cycles,
                           RepetitionVector(graph));
  const Rational tick = CommonTick(graph);
  DYNARCH_ASSIGN_OR_RETURN(auto times, TimesInTicks(graph, tick));
  Graph executed = WithSpaceAsChannels(graph);
  if (!options.auto_concurrency) executed = OneFiringAtATime(executed);
  DYNARCH_ASSIGN_OR_RETURN(
      const Program program,
      Compile(executed, cycles, std::move(times), options.max_firings));
  DYNARCH_RETURN_IF_ERROR(LongestIteration(program).status());
  const std::vector<Busy> busy = ExecuteOnce(executed, program);
  if (busy.size() != graph.actors.size()) return DeadlockError(graph);
  Latency latency;
  for (const Busy& one : busy) {
    latency.actors.push_back({tick * Rational(one.first_start.value_or(0)),
                              tick * Rational(one.last_end)});
    latency.makespan =
        std::max(latency.makespan, latency.actors.back().last_end);
  }
  return latency;
}

absl::StatusOr<Rational> LatencyBetween(const Graph& graph, int source,
                                        int destination,
                                        const LatencyOptions& options) {
  const int actors = static_cast<int>(graph.actors.size());
  for (const int actor : {source, destination}) {
    if (actor < 0 || actor >= actors) {
      return absl::InvalidArgumentError(
          absl::StrCat("latency between actors number ", source, " and ",
                       destination, "; the graph has ", actors));
    }
  }
  DYNARCH_ASSIGN_OR_RETURN(const Latency latency,
                           IterationLatency(graph, options));
  return latency.actors[destination].last_end -
         latency.actors[source].first_start;
}

}  // namespace dynarch::dataflow
