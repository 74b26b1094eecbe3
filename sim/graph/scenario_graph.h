// A network in one scenario: which actors fire, how often, with which shapes.
#ifndef DYNARCH_SIM_GRAPH_SCENARIO_GRAPH_H_
#define DYNARCH_SIM_GRAPH_SCENARIO_GRAPH_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sim/graph/network.h"

namespace dynarch::graph {

struct Resolved;

// All actors of a network under given outcomes. Exits are not looked at: an
// actor that fires here may still come after the exit that is taken.
class ScenarioGraph {
 public:
  // Concrete shapes and work of every actor whose condition holds. Inputs that
  // do not fire are left out of add, concat and merge; of any other operator
  // all must fire.
  //
  // Errors (InvalidArgument, naming actor and scenario): an input that is not
  // there, shapes that do not fit, an extent that is not whole or depends on a
  // decision that is not reached, an outcome out of range, a decision that is
  // reached without outcome (a decision is reached if its `from` fires, or it
  // has none).
  static absl::StatusOr<ScenarioGraph> Create(const Network& network,
                                              Outcomes outcomes);

  const Outcomes& outcomes() const { return outcomes_; }
  bool fires(int actor) const { return times_[actor] > 0; }
  // Firings per inference.
  int64_t times(int actor) const { return times_[actor]; }
  // The nominal one where the actor does not fire.
  const Shape& output_shape(int actor) const { return shapes_[actor]; }
  const OperatorWork& work(int actor) const { return works_[actor]; }
  // The tensor behind reshapes and merges; moves nothing.
  Endpoint origin(Endpoint endpoint) const;
  // True if the channel has a token: its producer fires, or an earlier
  // inference left one.
  bool present(const Channel& channel) const {
    return channel.from.is_input || channel.initial_tokens > 0 ||
           fires(channel.from.index);
  }
  // Elements of a token of an input or an actor.
  int64_t token_elements(const Endpoint& endpoint) const;
  // Sum over all firings, loops included.
  Macs total_macs() const;

 private:
  friend class Network;
  explicit ScenarioGraph(Resolved resolved);

  Outcomes outcomes_;
  std::vector<int64_t> times_;
  std::vector<Shape> input_shapes_;
  std::vector<Shape> shapes_;
  std::vector<OperatorWork> works_;
  std::vector<Endpoint> origins_;  // By actor; itself unless it moves nothing.
};

}  // namespace dynarch::graph

#endif  // DYNARCH_SIM_GRAPH_SCENARIO_GRAPH_H_
