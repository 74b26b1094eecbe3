#include "sim/dataflow/iteration_matrix.h"

#include <algorithm>
#include <memory>
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

// One entry per initial token; none stands for all kNever.
using Dependence = std::shared_ptr<const MaxPlusVector>;

struct DependenceAlgebra {
  bool* past_limit;  // set when an entry passes kMaxPlusLimit

  void Join(Dependence& into, const Dependence& other) const {
    if (other == nullptr || into == other) return;
    if (into == nullptr) {
      into = other;
      return;
    }
    auto joined = std::make_shared<MaxPlusVector>(*into);
    for (size_t i = 0; i < joined->size(); ++i) {
      (*joined)[i] = std::max((*joined)[i], (*other)[i]);
    }
    into = std::move(joined);
  }

  Dependence Later(const Dependence& stamp, int64_t ticks) const {
    if (stamp == nullptr || ticks == 0) return stamp;
    auto later = std::make_shared<MaxPlusVector>(*stamp);
    for (int64_t& entry : *later) {
      if (entry == kNever) continue;
      entry += ticks;  // Both are at most 2^62.
      if (entry > kMaxPlusLimit) *past_limit = true;
      entry = std::min(entry, kMaxPlusLimit);
    }
    return later;
  }
};

// The rows and columns of the matrix.
absl::StatusOr<std::vector<TokenPlace>> PlacesOf(const Graph& graph,
                                                 const Program& program,
                                                 int64_t max_tokens) {
  std::vector<TokenPlace> places;
  for (size_t i = 0; i < graph.channels.size(); ++i) {
    const int64_t count = graph.channels[i].initial_tokens;
    if (count > max_tokens - static_cast<int64_t>(places.size())) {
      return absl::ResourceExhaustedError(
          absl::StrCat("graph '", graph.name, "' has more than ", max_tokens,
                       " initial tokens (free places included), one row each"));
    }
    for (int64_t k = 0; k < count; ++k) {
      places.push_back({.channel = static_cast<int>(i), .index = k});
    }
  }
  for (size_t i = 0; i < program.nodes.size(); ++i) {
    if (program.nodes[i].keeps_start) {
      places.push_back(
          {.channel = std::nullopt, .index = static_cast<int64_t>(i)});
    }
  }
  return places;
}

// A vector of one entry per token may have to be kept for every firing.
absl::Status CheckWork(const IterationMatrix& matrix, const Program& program) {
  constexpr int64_t kMostEntries = 100'000'000;
  const int64_t tokens = static_cast<int64_t>(matrix.tokens.size());
  if (program.firings <= kMostEntries / std::max<int64_t>(tokens, 1)) {
    return absl::OkStatus();
  }
  return absl::ResourceExhaustedError(
      absl::StrCat("graph '", matrix.graph.name, "': an iteration of ",
                   program.firings, " firings over ", tokens,
                   " initial tokens; their product may be ", kMostEntries));
}

using Symbolic = Execution<Dependence, DependenceAlgebra>;

Dependence Unit(size_t size, size_t index) {
  auto unit = std::make_shared<MaxPlusVector>(size, kNever);
  (*unit)[index] = 0;
  return unit;
}

void SetRow(const Dependence& from, int row, MaxPlusMatrix& matrix) {
  if (from == nullptr) return;
  for (size_t j = 0; j < from->size(); ++j) {
    matrix.at(row, static_cast<int>(j)) = (*from)[j];
  }
}

// Puts the initial tokens and starts of a symbolic execution in place.
void Initialise(const std::vector<TokenPlace>& places, Symbolic& execution) {
  for (size_t i = 0; i < places.size(); ++i) {
    const Dependence unit = Unit(places.size(), i);
    if (places[i].channel.has_value()) {
      execution.queue(*places[i].channel).Push(1, unit);
    } else {
      execution.start(static_cast<int>(places[i].index)) = unit;
    }
  }
}

// The matrix: what the tokens of the initial places depend on afterwards.
MaxPlusMatrix Collect(const std::vector<TokenPlace>& places,
                      Symbolic& execution) {
  const int size = static_cast<int>(places.size());
  MaxPlusMatrix matrix(size, size);
  for (int i = 0; i < size; ++i) {
    Dependence stamp;
    if (places[i].channel.has_value()) {
      execution.queue(*places[i].channel).Take(1, execution.algebra(), stamp);
    } else {
      stamp = execution.start(static_cast<int>(places[i].index));
    }
    SetRow(stamp, i, matrix);
  }
  return matrix;
}

}  // namespace

absl::StatusOr<IterationMatrix> MatrixOfIteration(
    const Graph& graph, const IterationMatrixOptions& options) {
  DYNARCH_ASSIGN_OR_RETURN(const std::vector<BigInt> cycles,
                           RepetitionVector(graph));
  IterationMatrix result;
  result.graph = WithSpaceAsChannels(graph);
  if (!options.auto_concurrency) result.graph = OneFiringAtATime(result.graph);
  result.tick = options.tick.has_value() ? *options.tick : CommonTick(graph);
  DYNARCH_ASSIGN_OR_RETURN(auto times, TimesInTicks(graph, result.tick));
  DYNARCH_ASSIGN_OR_RETURN(
      const Program program,
      Compile(result.graph, cycles, std::move(times), options.max_firings));
  DYNARCH_ASSIGN_OR_RETURN(result.tokens,
                           PlacesOf(result.graph, program, options.max_tokens));
  DYNARCH_RETURN_IF_ERROR(CheckWork(result, program));
  bool past_limit = false;
  Symbolic execution(program, {&past_limit}, nullptr);
  Initialise(result.tokens, execution);
  std::vector<Dependence> ends(graph.actors.size());
  const bool live = execution.RunIteration(
      [&](int actor, int64_t, const Dependence&, const Dependence& end) {
        execution.algebra().Join(ends[actor], end);
      });
  if (!live) return DeadlockError(graph);
  if (past_limit) {
    return absl::OutOfRangeError(absl::StrCat(
        "graph '", graph.name, "': an iteration takes more than 2^62 ticks of ",
        result.tick.ToString()));
  }
  result.ends = MaxPlusMatrix(static_cast<int>(ends.size()),
                              static_cast<int>(result.tokens.size()));
  for (size_t i = 0; i < ends.size(); ++i) {
    SetRow(ends[i], static_cast<int>(i), result.ends);
  }
  result.matrix = Collect(result.tokens, execution);
  return result;
}

}  // namespace dynarch::dataflow
