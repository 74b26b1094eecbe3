// A dynamic network: actors, channels, decisions and the stages between exits.
#ifndef DYNARCH_SIM_GRAPH_NETWORK_H_
#define DYNARCH_SIM_GRAPH_NETWORK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/graph/decision.h"
#include "sim/graph/operator.h"

namespace dynarch::graph {

// Exits of one network; sets of exits are bits of a uint64_t.
inline constexpr int kMaxExits = 64;
// Decisions of one network that are no exits.
inline constexpr int kMaxDecisions = 1024;
// Experts of one decision; rounds of one loop.
inline constexpr int64_t kMaxExperts = 1024;
inline constexpr int64_t kMaxRounds = 4096;
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

// An extent of an operator or an input that scenarios decide: a field, the
// place in it where it is a list, and the expression.
struct ExtentExpression {
  OperatorField field = OperatorField::kShape;
  int index = 0;
  OutcomeExpression expression;
};

struct NetworkInput {
  std::string name;
  Shape shape;                            // Where no expression says.
  std::vector<ExtentExpression> extents;  // kShape only.
};

// One operator; fires once per inference that reaches it, or as its condition
// and its loop say.
struct Actor {
  std::string name;
  Operator op;
  std::vector<Channel> inputs;  // In argument order.
  std::vector<ExtentExpression> extents;
  std::optional<OutcomeExpression> when;   // Absent: always.
  std::optional<OutcomeExpression> times;  // Absent: once.
};

// What `Network::Create` is given.
struct NetworkParts {
  std::string name;
  std::string source;
  std::string weights_sha256;
  std::vector<NetworkInput> inputs;
  std::vector<Actor> actors;
  // Early exits and the last one, or the output where a network has no exit
  // at its end (`ends_in_output`).
  std::vector<Exit> exits;
  bool ends_in_output = false;
  ExitRule exit_rule;
  std::vector<Decision> decisions;  // In the order in which they are reached.
};

// What is computed between the exit before and this one: the actors that
// this exit needs and no earlier one does. An exit needs an actor if a path of
// channels, those with initial tokens included, leads to the exit's `from`.
struct Stage {
  std::string name;        // Of the exit that ends it.
  std::vector<int> trunk;  // Actors that later exits need too; static order.
  std::vector<int> head;   // Actors that only this exit needs; static order.
  int64_t classes = 0;     // Elements of what the exit delivers, nominally.
};

class ScenarioGraph;

// A checked network: names resolved, actors ordered, stages found, the nominal
// scenario inferred. Immutable.
class Network {
 public:
  // Errors (InvalidArgument, naming the actor or decision): no input, actor or
  // exit; more than kMaxExits exits, kMaxDecisions decisions or kMaxActors
  // actors; a name twice (actors and inputs share one set of names, exits and
  // decisions another); a channel from nowhere; an expression that does not
  // bind; shapes that do not fit in the nominal scenario; a cycle without
  // initial tokens (the cycle is printed); an actor that neither an exit nor a
  // decision needs; an exit that comes before one it depends on, or reads the
  // same actor as another; a decision that an actor before its `from` depends
  // on; a loop whose actors are apart.
  //
  // Shapes follow the order of the actors. Where a channel with initial tokens
  // closes a cycle, its shape is not known yet: add and mul take the shape of
  // their other operands, merge that of its other inputs, and the shape that
  // comes back must be that one. Any other operator at that place is refused.
  static absl::StatusOr<Network> Create(NetworkParts parts);

  const std::string& name() const { return parts_.name; }
  const NetworkParts& parts() const { return parts_; }
  const std::vector<NetworkInput>& inputs() const { return parts_.inputs; }
  const std::vector<Actor>& actors() const { return parts_.actors; }
  // In order; the last one is always taken.
  const std::vector<Exit>& exits() const { return parts_.exits; }
  // Those that are no exits.
  const std::vector<Decision>& decisions() const { return parts_.decisions; }
  const OutcomeLayout& layout() const { return layout_; }
  // One per exit, in order. Every actor is in exactly one stage.
  const std::vector<Stage>& stages() const { return stages_; }
  // All actors, each after the producers of its channels without initial
  // tokens and after the actors that its decisions read; of those that could
  // come next, the first of `actors()`. Static order on an element is this
  // order.
  const std::vector<int>& order() const { return order_; }
  int stage_of(int actor) const { return stage_of_[actor]; }
  // Exits that need the actor; bit s for exit s. A decision's `from` is needed
  // wherever what depends on the decision is.
  uint64_t exits_needing(int actor) const { return exits_needing_[actor]; }

  // Outcomes of the static network: blocks executed, last branch, even load of
  // experts, largest width and resolution, everything active, all rounds,
  // frames processed.
  const Outcomes& nominal() const { return nominal_; }
  // The network under them.
  const ScenarioGraph& full() const { return *full_; }
  // By actor, in the nominal scenario; known for actors whose condition does
  // not hold there, too, as if it did.
  const Shape& output_shape(int actor) const { return shapes_[actor]; }
  const OperatorWork& work(int actor) const { return works_[actor]; }
  // Elements of a channel's token, nominally.
  int64_t token_elements(const Endpoint& from) const;
  const std::string& endpoint_name(const Endpoint& from) const;
  std::optional<int> ActorNamed(absl::string_view name) const;
  std::optional<int> ExitNamed(absl::string_view name) const;
  std::optional<int> DecisionNamed(absl::string_view name) const;
  // Of the nominal scenario, loops included.
  Macs total_macs() const;
  // Over all actors, those of every branch and expert.
  int64_t total_weight_elements() const;

 private:
  NetworkParts parts_;
  OutcomeLayout layout_;
  std::vector<Stage> stages_;
  std::vector<Shape> shapes_;
  std::vector<OperatorWork> works_;
  std::vector<int> stage_of_;
  std::vector<int> order_;
  std::vector<uint64_t> exits_needing_;
  Outcomes nominal_;
  std::vector<Shape> input_shapes_;  // Nominal.
  std::shared_ptr<const ScenarioGraph> full_;
};

}  // namespace dynarch::graph

#endif  // DYNARCH_SIM_GRAPH_NETWORK_H_
