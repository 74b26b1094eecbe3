#include "sim/dataflow/scenario_automaton.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/dataflow/cycle_ratio.h"

namespace dynarch::dataflow {
namespace {

template <typename... Args>
absl::Status Invalid(const Args&... args) {
  return absl::InvalidArgumentError(absl::StrCat("automaton: ", args...));
}

absl::Status CheckMatrices(const ScenarioAutomaton& automaton) {
  if (automaton.matrices.empty()) return Invalid("no matrix");
  const int size = automaton.matrices[0].rows();
  for (size_t s = 0; s < automaton.matrices.size(); ++s) {
    const MaxPlusMatrix& matrix = automaton.matrices[s];
    if (matrix.rows() != size || matrix.columns() != size) {
      return Invalid("matrix ", s, " is ", matrix.rows(), " x ",
                     matrix.columns(), "; all must be ", size, " x ", size);
    }
    for (int i = 0; i < size; ++i) {
      for (const int64_t entry : matrix.row(i)) {
        if (entry < 0 && entry != kNever) {
          return Invalid("matrix ", s, ", row ", i, " has entry ", entry,
                         "; entries are >= 0");
        }
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckCounters(const ScenarioAutomaton& automaton) {
  if (automaton.counters.empty()) return absl::OkStatus();
  if (automaton.counters.size() != automaton.matrices.size()) {
    return Invalid(automaton.counters.size(), " rows of counters for ",
                   automaton.matrices.size(), " scenarios");
  }
  for (const std::vector<int64_t>& row : automaton.counters) {
    if (row.size() != automaton.counters[0].size()) {
      return Invalid("rows of ", row.size(), " and ",
                     automaton.counters[0].size(), " counters");
    }
    for (const int64_t count : row) {
      if (count < 0) return Invalid("counter ", count, "; they are >= 0");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckState(const ScenarioAutomaton& automaton, size_t s) {
  const AutomatonState& state = automaton.states[s];
  if (state.scenario < 0 ||
      state.scenario >= static_cast<int>(automaton.matrices.size())) {
    return Invalid("state ", s, " has scenario ", state.scenario, " of ",
                   automaton.matrices.size());
  }
  if (state.transitions.empty()) {
    return Invalid("state ", s, " has no transition");
  }
  for (const AutomatonTransition& transition : state.transitions) {
    if (transition.to < 0 ||
        transition.to >= static_cast<int>(automaton.states.size())) {
      return Invalid("state ", s, " leads to state ", transition.to, " of ",
                     automaton.states.size());
    }
    if (transition.weight <= Rational(0)) {
      return Invalid("the transition from state ", s, " to ", transition.to,
                     " has weight ", transition.weight.ToString(),
                     "; weights are > 0");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckReached(const ScenarioAutomaton& automaton) {
  std::vector<uint8_t> reached(automaton.states.size(), 0);
  std::vector<int> open = {automaton.initial};
  reached[automaton.initial] = 1;
  while (!open.empty()) {
    const int s = open.back();
    open.pop_back();
    for (const AutomatonTransition& t : automaton.states[s].transitions) {
      if (reached[t.to]) continue;
      reached[t.to] = 1;
      open.push_back(t.to);
    }
  }
  for (size_t s = 0; s < reached.size(); ++s) {
    if (!reached[s]) {
      return Invalid("state ", s, " cannot be reached from the initial state ",
                     automaton.initial);
    }
  }
  return absl::OkStatus();
}

int64_t CounterOf(const ScenarioAutomaton& automaton, int scenario,
                  size_t counter) {
  return automaton.counters.empty() ? 1 : automaton.counters[scenario][counter];
}

// Calls edge(from, to, scenario, time) for every finite entry of the scenario
// that a transition executes; nodes are state * size + token.
template <typename Edge>
void ForEachEdge(const ScenarioAutomaton& automaton, Edge edge) {
  const int size = automaton.matrices[0].rows();
  for (size_t s = 0; s < automaton.states.size(); ++s) {
    for (const AutomatonTransition& transition :
         automaton.states[s].transitions) {
      const int scenario = automaton.states[transition.to].scenario;
      const MaxPlusMatrix& matrix = automaton.matrices[scenario];
      for (int i = 0; i < size; ++i) {
        for (int j = 0; j < size; ++j) {
          if (matrix.at(i, j) == kNever) continue;
          edge(static_cast<int>(s) * size + j, transition.to * size + i,
               scenario, matrix.at(i, j));
        }
      }
    }
  }
}

using Int128 = __int128;
constexpr Int128 kNoPath = -(Int128{1} << 126);

// Largest weight of a path from the initial tokens to each node, in units of
// 1/denominator ticks, or none if some cycle gains.
absl::StatusOr<std::optional<std::vector<Int128>>> LongestPaths(
    const ScenarioAutomaton& automaton, const Rational& period) {
  const int size = automaton.matrices[0].rows();
  const size_t nodes = automaton.states.size() * size;
  int64_t most_time = 0;
  ForEachEdge(automaton, [&](int, int, int, int64_t time) {
    most_time = std::max(most_time, time);
  });
  const BigInt most =
      period.denominator() * most_time + abs(period.numerator()) + 1;
  const std::optional<int64_t> step = ToInt64(period.numerator());
  const std::optional<int64_t> scale = ToInt64(period.denominator());
  if (!step.has_value() || !scale.has_value() ||
      most * (BigInt(nodes) + 2) >= (BigInt(1) << 125)) {
    return absl::OutOfRangeError(absl::StrCat(
        "automaton: sums of times against the period ", period.ToString(),
        " ticks pass 125 bits; use a coarser unit of time"));
  }
  std::vector<Int128> longest(nodes, kNoPath);
  std::fill_n(longest.begin() + automaton.initial * size, size, Int128{0});
  for (size_t pass = 0; pass <= nodes; ++pass) {
    bool moved = false;
    ForEachEdge(automaton, [&](int from, int to, int, int64_t time) {
      if (longest[from] == kNoPath) return;
      const Int128 weight = longest[from] + Int128{time} * *scale - *step;
      if (weight <= longest[to]) return;
      longest[to] = weight;
      moved = true;
    });
    if (!moved) return longest;
  }
  return std::nullopt;
}

}  // namespace

absl::Status Check(const ScenarioAutomaton& automaton) {
  DYNARCH_RETURN_IF_ERROR(CheckMatrices(automaton));
  DYNARCH_RETURN_IF_ERROR(CheckCounters(automaton));
  if (automaton.tick <= Rational(0)) {
    return Invalid("tick ", automaton.tick.ToString(), "; it is > 0");
  }
  if (automaton.initial < 0 ||
      automaton.initial >= static_cast<int>(automaton.states.size())) {
    return Invalid("initial state ", automaton.initial, " of ",
                   automaton.states.size());
  }
  for (size_t s = 0; s < automaton.states.size(); ++s) {
    DYNARCH_RETURN_IF_ERROR(CheckState(automaton, s));
  }
  return CheckReached(automaton);
}

ScenarioAutomaton AnyOrder(std::vector<MaxPlusMatrix> matrices,
                           const std::vector<Rational>& weights) {
  ScenarioAutomaton automaton;
  automaton.matrices = std::move(matrices);
  std::vector<AutomatonTransition> transitions;
  for (size_t s = 0; s < automaton.matrices.size(); ++s) {
    transitions.push_back(
        {static_cast<int>(s), weights.empty() ? Rational(1) : weights[s]});
  }
  for (size_t s = 0; s < automaton.matrices.size(); ++s) {
    automaton.states.push_back({static_cast<int>(s), transitions});
  }
  return automaton;
}

absl::StatusOr<std::vector<std::optional<Rational>>> WorstCaseThroughput(
    const ScenarioAutomaton& automaton) {
  DYNARCH_RETURN_IF_ERROR(Check(automaton));
  const size_t counters =
      automaton.counters.empty() ? 1 : automaton.counters[0].size();
  const int nodes =
      static_cast<int>(automaton.states.size()) * automaton.matrices[0].rows();
  std::vector<std::optional<Rational>> worst;
  for (size_t c = 0; c < counters; ++c) {
    std::vector<RatioEdge> edges;
    ForEachEdge(automaton, [&](int from, int to, int scenario, int64_t time) {
      edges.push_back({from, to, CounterOf(automaton, scenario, c), time});
    });
    DYNARCH_ASSIGN_OR_RETURN(const CycleRatio ratio,
                             LeastCycleRatio(nodes, edges));
    worst.push_back(ratio.least);
    if (worst.back().has_value()) *worst.back() /= automaton.tick;
  }
  return worst;
}

absl::StatusOr<std::optional<Rational>> WorstCaseLatency(
    const ScenarioAutomaton& automaton, const Rational& period,
    absl::Span<const MaxPlusMatrix> outputs) {
  DYNARCH_RETURN_IF_ERROR(Check(automaton));
  if (!outputs.empty() && outputs.size() != automaton.matrices.size()) {
    return Invalid(outputs.size(), " output matrices for ",
                   automaton.matrices.size(), " scenarios");
  }
  const int size = automaton.matrices[0].rows();
  for (const MaxPlusMatrix& output : outputs) {
    if (output.columns() != size) {
      return Invalid("an output matrix has ", output.columns(),
                     " columns; there are ", size, " tokens");
    }
  }
  const Rational ticks = period / automaton.tick;
  DYNARCH_ASSIGN_OR_RETURN(const std::optional<std::vector<Int128>> longest,
                           LongestPaths(automaton, ticks));
  if (!longest.has_value()) return std::optional<Rational>();
  std::optional<Rational> latest;
  for (size_t s = 0; s < automaton.states.size(); ++s) {
    for (const AutomatonTransition& transition :
         automaton.states[s].transitions) {
      const int scenario = automaton.states[transition.to].scenario;
      const MaxPlusMatrix& output =
          outputs.empty() ? automaton.matrices[scenario] : outputs[scenario];
      for (int i = 0; i < output.rows(); ++i) {
        for (int j = 0; j < size; ++j) {
          const Int128 before = (*longest)[s * size + j];
          if (output.at(i, j) == kNever || before == kNoPath) continue;
          const Rational late = Rational(BigInt(before), ticks.denominator()) +
                                Rational(output.at(i, j));
          latest = latest.has_value() ? std::max(*latest, late) : late;
        }
      }
    }
  }
  if (latest.has_value()) *latest *= automaton.tick;
  return latest;
}

absl::StatusOr<BlockBound> WorstCaseOfBlocks(
    absl::Span<const std::vector<MaxPlusMatrix>> blocks, bool independent) {
  if (blocks.empty()) return absl::InvalidArgumentError("no block");
  BlockBound bound;
  for (size_t b = 0; b < blocks.size(); ++b) {
    if (blocks[b].empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("block ", b, " has no alternative"));
    }
    MaxPlusMatrix worst = blocks[b][0];
    for (const MaxPlusMatrix& alternative : blocks[b]) {
      DYNARCH_ASSIGN_OR_RETURN(worst, EntrywiseMax(worst, alternative));
    }
    if (blocks[b].size() > 1 && !independent) bound.exact = false;
    if (b == 0) {
      bound.matrix = std::move(worst);
    } else {
      DYNARCH_ASSIGN_OR_RETURN(bound.matrix, Product(worst, bound.matrix));
    }
  }
  DYNARCH_ASSIGN_OR_RETURN(bound.period, Eigenvalue(bound.matrix));
  return bound;
}

}  // namespace dynarch::dataflow
