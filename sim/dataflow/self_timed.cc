#include "sim/dataflow/self_timed.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/dataflow/execution.h"

namespace dynarch::dataflow {
namespace {

struct TimeAlgebra {
  void Join(int64_t& into, int64_t other) const {
    into = std::max(into, other);
  }
  int64_t Later(int64_t time, int64_t ticks) const { return time + ticks; }
};

using Timed = Execution<int64_t, TimeAlgebra>;

// The part as a graph of its own.
Graph GraphOf(const Part& part) {
  Graph graph;
  graph.name = part.graph->name;
  for (const int actor : part.actors) {
    graph.actors.push_back(part.graph->actors[actor]);
  }
  for (const int index : part.channels) {
    Channel& channel = graph.channels.emplace_back(part.graph->channels[index]);
    channel.source = part.local[channel.source];
    channel.destination = part.local[channel.destination];
  }
  // Only those that no channel of their own orders need one.
  const std::vector<bool> ordered = FiresOneAtATime(graph);
  const Graph serial = OneFiringAtATime(graph);
  for (size_t i = 0; i < part.actors.size(); ++i) {
    if (!part.one_at_a_time[i] || ordered[i]) continue;
    graph.channels.push_back(serial.channels[part.channels.size() + i]);
  }
  return graph;
}

// The state of an execution, its latest token being at 0.
struct State {
  int64_t latest = 0;
  std::vector<TokenRun<int64_t>> runs;  // all channels, in order
  std::vector<int64_t> starts;          // of actors that keep theirs

  bool Recurs(const State& earlier) const {
    return runs == earlier.runs && starts == earlier.starts;
  }
};

State StateOf(const Graph& graph, const Program& program, Timed& execution) {
  State state;
  for (size_t i = 0; i < graph.channels.size(); ++i) {
    for (const TokenRun<int64_t>& run :
         execution.queue(static_cast<int>(i)).Runs()) {
      state.runs.push_back(run);
      state.latest = std::max(state.latest, run.stamp);
    }
  }
  for (TokenRun<int64_t>& run : state.runs) run.stamp -= state.latest;
  for (size_t i = 0; i < program.nodes.size(); ++i) {
    if (!program.nodes[i].keeps_start) continue;
    state.starts.push_back(execution.start(static_cast<int>(i)) - state.latest);
  }
  return state;
}

// The time of one iteration if its firings were one after the other.
absl::StatusOr<int64_t> LongestIteration(const Program& program) {
  __int128 total = 0;
  for (const Program::Node& node : program.nodes) {
    const int64_t phases = static_cast<int64_t>(node.times.size());
    for (const int64_t time : node.times) {
      total += static_cast<__int128>(time) * (node.goal / phases);
    }
    if (total > int64_t{1} << 61) {
      return absl::OutOfRangeError(
          "an iteration may take more than 2^61 ticks of the unit that all "
          "times share");
    }
  }
  return static_cast<int64_t>(total);
}

}  // namespace

absl::StatusOr<PartThroughput> SelfTimedThroughput(const Part& part,
                                                   int64_t max_firings) {
  const Graph graph = GraphOf(part);
  DYNARCH_ASSIGN_OR_RETURN(
      const Program program,
      Compile(graph, part.cycles, part.times, max_firings));
  DYNARCH_ASSIGN_OR_RETURN(const int64_t longest, LongestIteration(program));
  Timed execution(program, TimeAlgebra(), 0);
  for (size_t i = 0; i < graph.channels.size(); ++i) {
    execution.queue(static_cast<int>(i))
        .Push(graph.channels[i].initial_tokens, 0);
  }
  const auto ignore = [](int, int64_t, int64_t, int64_t) {};
  // Brent's cycle detection: one earlier state, replaced at powers of two.
  State saved;
  int64_t saved_at = 0;
  int64_t replace_at = 1;
  for (int64_t iteration = 1;; ++iteration) {
    if (iteration > max_firings / std::max<int64_t>(program.firings, 1)) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "graph '", graph.name, "': the state has not recurred after ",
          max_firings, " firings"));
    }
    if (!execution.RunIteration(ignore)) return PartThroughput();
    State state = StateOf(graph, program, execution);
    if (iteration > 1 && state.Recurs(saved)) {
      PartThroughput result;
      result.period = Rational(BigInt(state.latest - saved.latest),
                               BigInt(iteration - saved_at));
      return result;
    }
    if (state.latest > (int64_t{1} << 62) - longest) {
      return absl::OutOfRangeError(
          absl::StrCat("graph '", graph.name,
                       "': the state has not recurred by 2^62 ticks"));
    }
    if (iteration == replace_at) {
      saved = std::move(state);
      saved_at = iteration;
      replace_at *= 2;
    }
  }
}

}  // namespace dynarch::dataflow
