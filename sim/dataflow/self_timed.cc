#include "sim/dataflow/self_timed.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/dataflow/execution.h"

namespace dynarch::dataflow {
namespace {

constexpr int64_t kNoFiring = -1;
constexpr int64_t kMostHistory = 4'000'000;

// When a token was put in, and by which firing of the history.
struct Stamp {
  int64_t time = 0;
  int64_t firing = kNoFiring;
  // Any of the firings that ended at the same time will do.
  friend bool operator==(const Stamp& a, const Stamp& b) {
    return a.time == b.time;
  }
};

struct StampAlgebra {
  int64_t* next_firing;

  void Join(Stamp& into, const Stamp& other) const {
    if (other.time > into.time) into = other;
  }
  Stamp Later(const Stamp& start, int64_t ticks) const {
    return {start.time + ticks, (*next_firing)++};
  }
};

using Timed = Execution<Stamp, StampAlgebra>;

// One firing that was executed. As every iteration has the same number of them,
// its number tells its iteration.
struct Past {
  int64_t start;
  int64_t waited_for;  // the firing whose token came last
};

// The part as a graph of its own.
Graph GraphOf(const Part& part) {
  Graph graph;
  graph.name = part.graph->name;
  for (const int actor : part.actors) {
    graph.actors.push_back(part.graph->actors[actor]);
  }
  for (const int index : part.channels) {
    Channel& channel = graph.channels.emplace_back(part.graph->channels[index]);
    channel.source = (*part.local)[channel.source];
    channel.destination = (*part.local)[channel.destination];
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

// The state after an iteration: its tokens in order of channel and age, and as
// one run each the starts of actors that keep theirs.
struct State {
  int64_t latest = 0;
  std::vector<TokenRun<Stamp>> runs;

  void Add(const TokenRun<Stamp>& run) {
    runs.push_back(run);
    latest = std::max(latest, run.stamp.time);
  }
};

// The largest delay of a token from one state to a later one.
struct Delay {
  int64_t time = 0;
  int64_t firing = kNoFiring;  // that put the delayed token in
  bool same_for_all = true;    // the state has recurred
};

Delay LargestDelay(const State& from, const State& to) {
  Delay delay;
  bool first = true;
  size_t i = 0;
  int64_t used = 0;  // tokens of from.runs[i]
  for (const TokenRun<Stamp>& run : to.runs) {
    for (int64_t left = run.count; left > 0;) {
      const int64_t count = std::min(left, from.runs[i].count - used);
      const int64_t time = run.stamp.time - from.runs[i].stamp.time;
      if (!first && time != delay.time) delay.same_for_all = false;
      if (first || time > delay.time) {
        delay.time = time;
        delay.firing = run.stamp.firing;
      }
      first = false;
      left -= count;
      used += count;
      if (used == from.runs[i].count) {
        ++i;
        used = 0;
      }
    }
  }
  return delay;
}

// Time by iterations: a cycle of firings, or a bound.
struct Ratio {
  int64_t time = 0;
  int64_t iterations = 1;

  // Below 2^62 ticks and some million iterations.
  bool Below(const Ratio& other) const {
    return static_cast<__int128>(time) * other.iterations <
           static_cast<__int128>(other.time) * iterations;
  }
};

class Run {
 public:
  Run(const Part& part, const Graph& graph, const Program& program,
      bool use_bounds)
      : part_(part),
        graph_(graph),
        program_(program),
        use_bounds_(use_bounds),
        execution_(program, StampAlgebra{&next_firing_}, Stamp()) {
    for (size_t i = 0; i < graph.channels.size(); ++i) {
      execution_.queue(static_cast<int>(i))
          .Push(graph.channels[i].initial_tokens, Stamp());
    }
    for (const Program::Node& node : program.nodes) {
      first_.push_back(first_.back() + node.goal);
    }
  }

  absl::StatusOr<PartThroughput> ToTheEnd(int64_t max_firings,
                                          int64_t longest) {
    const int64_t max_iterations =
        max_firings / std::max<int64_t>(program_.firings, 1);
    // Brent's cycle detection: one earlier state, replaced at powers of two.
    State saved;
    State previous;
    int64_t saved_at = 0;
    int64_t replace_at = 1;
    for (int64_t iteration = 1; iteration <= max_iterations; ++iteration) {
      if (!RunIteration()) return PartThroughput();
      State state = Current();
      if (iteration > 1) {
        if (Closed(saved, state, iteration - saved_at) ||
            (saved_at + 1 < iteration && Closed(previous, state, 1))) {
          return Result();
        }
      }
      if (state.latest > (int64_t{1} << 62) - longest) {
        return absl::OutOfRangeError(
            absl::StrCat("graph '", graph_.name,
                         "': no end of the execution by 2^62 "
                         "ticks"));
      }
      if (iteration == replace_at) {
        saved = state;
        saved_at = iteration;
        replace_at *= 2;
      }
      previous = std::move(state);
    }
    return absl::ResourceExhaustedError(absl::StrCat(
        "graph '", graph_.name, "': the period is not known after ",
        max_firings, " firings"));
  }

 private:
  bool RunIteration() {
    Forget();
    return execution_.RunIteration(
        [&](int actor, int64_t firing, const Stamp& start, const Stamp&) {
          if (!use_bounds_) return;
          history_.push_back({start.time, start.firing});
          nodes_.push_back(static_cast<int32_t>(first_[actor] + firing));
        });
  }

  // Keeps the history short: no cycle is looked for across so many firings.
  void Forget() {
    if (static_cast<int64_t>(history_.size()) <= kMostHistory) return;
    forgotten_ += static_cast<int64_t>(history_.size());
    history_.clear();
    nodes_.clear();
    cycle_.clear();
  }

  State Current() {
    State state;
    for (size_t i = 0; i < graph_.channels.size(); ++i) {
      for (const TokenRun<Stamp>& run :
           execution_.queue(static_cast<int>(i)).Runs()) {
        state.Add(run);
      }
    }
    for (size_t i = 0; i < program_.nodes.size(); ++i) {
      if (!program_.nodes[i].keeps_start) continue;
      state.Add({1, execution_.start(static_cast<int>(i))});
    }
    return state;
  }

  // Whether what happened between two states gives the period, `best_`.
  bool Closed(const State& from, const State& to, int64_t iterations) {
    const Delay delay = LargestDelay(from, to);
    const Ratio bound{delay.time, iterations};
    if (delay.same_for_all) {
      if (best_.Below(bound)) {
        best_ = bound;
        cycle_.clear();
      }
      return true;
    }
    if (!use_bounds_) return false;
    FollowBack(delay.firing);
    return !best_.Below(bound);
  }

  // Goes back from a firing along what was waited for. Where the same firing of
  // another iteration comes again, a cycle closes: the best one is kept.
  void FollowBack(int64_t firing) {
    std::vector<int64_t> path;                        // places in the history
    std::vector<int64_t> seen(program_.firings, -1);  // places in the path
    for (; firing >= forgotten_; firing = history_[path.back()].waited_for) {
      const int64_t place = firing - forgotten_;
      path.push_back(place);
      const int64_t first = std::exchange(
          seen[nodes_[place]], static_cast<int64_t>(path.size()) - 1);
      if (first < 0) continue;
      const int64_t later = path[first];
      const Ratio ratio{history_[later].start - history_[place].start,
                        later / program_.firings - place / program_.firings};
      if (!best_.Below(ratio)) continue;
      best_ = ratio;
      cycle_.clear();
      for (int64_t i = static_cast<int64_t>(path.size()) - 1; i > first; --i) {
        cycle_.push_back(nodes_[path[i]]);
      }
    }
  }

  PartThroughput Result() const {
    PartThroughput result;
    result.period = Rational(BigInt(best_.time), BigInt(best_.iterations));
    for (const int32_t node : cycle_) {
      const auto past = std::upper_bound(first_.begin(), first_.end(), node);
      const int64_t place = past - first_.begin() - 1;
      result.critical_cycle.push_back(
          {.actor = part_.actors[place], .firing = node - first_[place]});
    }
    return result;
  }

  const Part& part_;
  const Graph& graph_;
  const Program& program_;
  const bool use_bounds_;
  std::vector<int64_t> first_ = {0};  // by actor: its first firing's number
  int64_t next_firing_ = 0;
  Timed execution_;
  // Firings that were executed, from number `forgotten_` on, and which of an
  // iteration's they are.
  int64_t forgotten_ = 0;
  std::vector<Past> history_;
  std::vector<int32_t> nodes_;
  Ratio best_;
  std::vector<int32_t> cycle_;  // that attains best_, as in nodes_
};

}  // namespace

absl::StatusOr<PartThroughput> SelfTimedThroughput(const Part& part,
                                                   int64_t max_firings,
                                                   bool use_bounds) {
  const Graph graph = GraphOf(part);
  DYNARCH_ASSIGN_OR_RETURN(
      const Program program,
      Compile(graph, part.cycles, part.times, max_firings));
  DYNARCH_ASSIGN_OR_RETURN(const int64_t longest, LongestIteration(program));
  return Run(part, graph, program, use_bounds).ToTheEnd(max_firings, longest);
}

}  // namespace dynarch::dataflow
