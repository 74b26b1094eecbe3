// A dynamic network: actors, channels, decisions and the stages between exits.
#ifndef DYNARCH_SIM_GRAPH_NETWORK_H_
#define DYNARCH_SIM_GRAPH_NETWORK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/graph/operator.h"

namespace dynarch::graph {

// Decisions of one network; sets of exits are bits of a uint32_t.
inline constexpr int kMaxDecisions = 32;
// Actors of one network; keeps sums of counts within int64.
inline constexpr int kMaxActors = 4096;

// Where a channel starts: an actor or a network input.
struct Endpoint {
  bool is_input = false;
  int index = 0;  // Into `actors` or `inputs`.
  bool operator==(const Endpoint&) const = default;
};

// A channel with initial tokens carries its producer's output of an earlier
// inference, so it orders nothing within one.
struct Channel {
  Endpoint from;
  int initial_tokens = 0;
};

struct NetworkInput {
  std::string name;
  Shape shape;
};

// One operator; fires once per inference that reaches it.
struct Actor {
  std::string name;
  Operator op;
  std::vector<Channel> inputs;  // In argument order.
};

enum class Signal : uint8_t { kMaxProbability, kEntropy, kMargin };
// `max_probability`, `entropy`, `margin`.
absl::string_view NameOf(Signal signal);

// An early exit. The last decision of a network is always taken.
struct Decision {
  std::string name;
  int from = 0;  // Actor whose output is the class probabilities.
  Signal signal = Signal::kMaxProbability;
};

// What `Network::Create` is given.
struct NetworkParts {
  std::string name;
  std::string source;
  std::string weights_sha256;
  std::vector<NetworkInput> inputs;
  std::vector<Actor> actors;
  std::vector<Decision> decisions;
};

// What is computed between the decision before and this one: the actors that
// this exit needs and no earlier one does. An exit needs an actor if a path of
// channels, those with initial tokens included, leads to the exit's `from`.
struct Stage {
  std::string name;        // Of the decision that ends it.
  std::vector<int> trunk;  // Actors that later exits need too; static order.
  std::vector<int> head;   // Actors that only this exit needs; static order.
  int64_t classes = 0;     // Elements of the exit's probabilities.
};

// A checked network: shapes inferred, actors ordered, stages found.
// Immutable.
class Network {
 public:
  // Errors (InvalidArgument, naming the actor): no input, actor or decision;
  // more than kMaxDecisions decisions or kMaxActors actors; a name twice
  // (actors and inputs share one set of names); a channel from nowhere; shapes
  // that do not fit; a cycle without initial tokens (the cycle is printed); an
  // actor that no exit needs; an exit that comes before one it depends on, or
  // reads the same actor as another.
  //
  // Shapes follow the order of the actors. Where a channel with initial tokens
  // closes a cycle, its shape is not known yet: add and mul take the shape of
  // their other operands, and the shape that comes back must be that one. Any
  // other operator at that place is refused.
  static absl::StatusOr<Network> Create(NetworkParts parts);

  const std::string& name() const { return parts_.name; }
  const NetworkParts& parts() const { return parts_; }
  const std::vector<NetworkInput>& inputs() const { return parts_.inputs; }
  const std::vector<Actor>& actors() const { return parts_.actors; }
  const std::vector<Decision>& decisions() const { return parts_.decisions; }
  // One per decision, in order. Every actor is in exactly one stage.
  const std::vector<Stage>& stages() const { return stages_; }
  // All actors, each after the producers of its channels without initial
  // tokens; of those that could come next, the first of `actors()`. Static
  // order on an element is this order.
  const std::vector<int>& order() const { return order_; }
  // By actor.
  const Shape& output_shape(int actor) const { return shapes_[actor]; }
  const OperatorWork& work(int actor) const { return works_[actor]; }
  int stage_of(int actor) const { return stage_of_[actor]; }
  // Exits that need the actor; bit s for decision s.
  uint32_t exits_needing(int actor) const { return exits_needing_[actor]; }
  // Elements of a channel's token.
  int64_t token_elements(const Endpoint& from) const;
  const std::string& endpoint_name(const Endpoint& from) const;
  std::optional<int> ActorNamed(absl::string_view name) const;
  std::optional<int> DecisionNamed(absl::string_view name) const;
  // Sums over all actors.
  Macs total_macs() const;
  int64_t total_weight_elements() const;

 private:
  NetworkParts parts_;
  std::vector<Stage> stages_;
  std::vector<Shape> shapes_;
  std::vector<OperatorWork> works_;
  std::vector<int> stage_of_;
  std::vector<int> order_;
  std::vector<uint32_t> exits_needing_;
};

}  // namespace dynarch::graph

#endif  // DYNARCH_SIM_GRAPH_NETWORK_H_
