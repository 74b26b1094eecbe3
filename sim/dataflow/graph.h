// Static dataflow graphs: SDF and CSDF, as plain values.
//
// An actor fires again and again, its phases in turn; a synchronous (SDF) actor
// has one phase. Firing in phase p it waits for, and at its start takes,
// `consumption[p]` tokens from every channel that it reads, and `times[p]`
// later puts `production[p]` tokens into every channel that it writes (Bilsen
// et al., "Cyclo-static dataflow", IEEE Trans. Signal Processing 44(2), 1996).
// Which of an actor's firings may overlap is an option of an analysis, not of
// the graph: sim/dataflow/throughput.h.
#ifndef DYNARCH_SIM_DATAFLOW_GRAPH_H_
#define DYNARCH_SIM_DATAFLOW_GRAPH_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/dataflow/rational.h"

namespace dynarch::dataflow {

struct Actor {
  std::string name;
  // Duration of each phase, in the graph's own unit of time; >= 0. At least
  // one.
  std::vector<Rational> times;

  int phases() const { return static_cast<int>(times.size()); }
};

struct Channel {
  std::string name;
  int source = 0;       // index into Graph::actors
  int destination = 0;  // index into Graph::actors; may be the source
  std::vector<int64_t> production;   // tokens, by phase of the source
  std::vector<int64_t> consumption;  // tokens, by phase of the destination
  int64_t initial_tokens = 0;
  // Tokens the channel can hold, initial ones included; none: unbounded. Space
  // is claimed when the source starts and freed when the destination ends.
  std::optional<int64_t> capacity = std::nullopt;
  int64_t token_size = 1;  // bytes, or any other unit; buffer sizing sums it
};

struct Graph {
  std::string name;
  std::vector<Actor> actors;
  std::vector<Channel> channels;
};

// OK if the graph means something: indices within range, as many times and
// rates as phases, no negative time, rate, token count or size, a channel's
// production and consumption not all zero, initial tokens within the capacity,
// and no name used twice among the actors or among the channels.
// InvalidArgument names the actor or channel, what it has and what is allowed;
// OutOfRange if the rates of one cycle of an actor add up to more than int64.
absl::Status Check(const Graph& graph);

// Sum over one cycle of phases. The graph must have passed Check.
int64_t TotalProduction(const Channel& channel);
int64_t TotalConsumption(const Channel& channel);

// Index of the actor of that name, or NotFound with the nearest name.
absl::StatusOr<int> ActorNamed(const Graph& graph, absl::string_view name);

// The same behaviour without capacities: each bounded channel gets a channel
// back, named `NAME.space`, that holds its free space (the source takes what it
// will produce when it starts, the destination returns what it consumed when it
// ends). The added channels follow the given ones, in their order. A bounded
// channel from an actor to itself is bounded in the same way.
// The graph must have passed Check.
Graph WithSpaceAsChannels(const Graph& graph);

// The same behaviour with every actor firing one at a time, in phase order:
// each actor gets a channel to itself, named `ACTOR.one_at_a_time`, with one
// token that every phase takes and returns. The added channels follow the given
// ones. The graph must have passed Check.
Graph OneFiringAtATime(const Graph& graph);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_GRAPH_H_
