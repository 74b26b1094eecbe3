#include "sim/graph/network.h"

#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/numeric/bits.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/graph/stages.h"
#include "sim/graph/topology.h"

namespace dynarch::graph {
namespace {

template <typename... Parts>
absl::Status Error(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

absl::Status AddName(absl::string_view field, const std::string& name,
                     std::set<std::string>& names) {
  if (name.empty()) return Error(field, ": a name is empty");
  if (!names.insert(name).second) {
    return Error(field, ".", name, ": the name is used twice");
  }
  return absl::OkStatus();
}

absl::Status CheckNames(const NetworkParts& parts) {
  if (parts.inputs.empty()) return Error("inputs: at least one is needed");
  if (parts.actors.empty()) return Error("actors: at least one is needed");
  if (parts.decisions.empty()) {
    return Error("decisions: at least one exit is needed: the network's end");
  }
  if (parts.decisions.size() > kMaxDecisions) {
    return Error("decisions: got ", parts.decisions.size(), "; at most ",
                 kMaxDecisions, " are allowed");
  }
  if (parts.actors.size() > kMaxActors) {
    return Error("actors: got ", parts.actors.size(), "; at most ", kMaxActors,
                 " are allowed");
  }
  std::set<std::string> names, decision_names;
  for (const NetworkInput& input : parts.inputs) {
    DYNARCH_RETURN_IF_ERROR(AddName("inputs", input.name, names));
  }
  for (const Actor& actor : parts.actors) {
    DYNARCH_RETURN_IF_ERROR(AddName("actors", actor.name, names));
  }
  for (const Decision& decision : parts.decisions) {
    DYNARCH_RETURN_IF_ERROR(
        AddName("decisions", decision.name, decision_names));
  }
  return absl::OkStatus();
}

absl::Status CheckChannels(const NetworkParts& parts) {
  const int actors = static_cast<int>(parts.actors.size());
  const int inputs = static_cast<int>(parts.inputs.size());
  for (const Actor& actor : parts.actors) {
    for (size_t i = 0; i < actor.inputs.size(); ++i) {
      const Channel& channel = actor.inputs[i];
      const int limit = channel.from.is_input ? inputs : actors;
      if (channel.from.index < 0 || channel.from.index >= limit) {
        return Error("actors.", actor.name, ".inputs[", i,
                     "]: comes from nowhere: ",
                     channel.from.is_input ? "input" : "actor", " number ",
                     channel.from.index, " of ", limit);
      }
      if (channel.initial_tokens < 0) {
        return Error("actors.", actor.name, ".inputs[", i,
                     "].initial_tokens: got ", channel.initial_tokens,
                     "; allowed: 0 or more");
      }
    }
  }
  for (const Decision& decision : parts.decisions) {
    if (decision.from < 0 || decision.from >= actors) {
      return Error("decisions.", decision.name,
                   ".from: comes from nowhere: actor number ", decision.from,
                   " of ", actors);
    }
  }
  return absl::OkStatus();
}

absl::Status CheckInputShapes(const NetworkParts& parts) {
  for (const NetworkInput& input : parts.inputs) {
    // An operator that keeps any shape checks it.
    const auto shape = InferShape(Norm{}, {input.shape});
    if (!shape.ok()) {
      return Error("inputs.", input.name, ".shape: got ", ToString(input.shape),
                   "; extents >= 1 and at most ", kMaxElements,
                   " elements are allowed");
    }
  }
  return absl::OkStatus();
}

bool JoinsOperands(const Operator& op) {
  const auto* elementwise = std::get_if<Elementwise>(&op);
  return elementwise != nullptr &&
         (elementwise->kind == Elementwise::Kind::kAdd ||
          elementwise->kind == Elementwise::Kind::kMul);
}

// Shapes by actor, empty where not known yet.
class ShapeTable {
 public:
  explicit ShapeTable(const NetworkParts& parts)
      : parts_(parts), shapes_(parts.actors.size()) {}

  const Shape& Of(const Endpoint& from) const {
    return from.is_input ? parts_.inputs[from.index].shape
                         : shapes_[from.index];
  }
  std::vector<Shape> InputsOf(int actor) const {
    std::vector<Shape> inputs;
    for (const Channel& channel : parts_.actors[actor].inputs) {
      inputs.push_back(Of(channel.from));
    }
    return inputs;
  }

  // First pass, in order: a token that comes round a cycle has no shape yet;
  // add and mul take that of their other operands.
  absl::Status Infer(int actor) {
    const Actor& node = parts_.actors[actor];
    std::vector<Shape> inputs;
    const Shape* known = nullptr;
    for (const Channel& channel : node.inputs) {
      if (!Of(channel.from).empty()) known = &Of(channel.from);
    }
    for (const Channel& channel : node.inputs) {
      const Shape& shape = Of(channel.from);
      if (shape.empty() && (known == nullptr || !JoinsOperands(node.op))) {
        return Error("actors.", node.name, ".inputs: the shape of '",
                     parts_.actors[channel.from.index].name,
                     "', which comes round a cycle, is not known here; close "
                     "the cycle at an add or mul with another operand");
      }
      inputs.push_back(shape.empty() ? *known : shape);
    }
    return Set(actor, InferShape(node.op, inputs));
  }

  // Second pass: the shapes that came round fit those that were taken.
  absl::Status Check(int actor) {
    const Shape before = shapes_[actor];
    DYNARCH_RETURN_IF_ERROR(
        Set(actor, InferShape(parts_.actors[actor].op, InputsOf(actor))));
    if (shapes_[actor] == before) return absl::OkStatus();
    return Error("actors.", parts_.actors[actor].name, ": a cycle turns shape ",
                 ToString(before), " into ", ToString(shapes_[actor]),
                 "; it must come back as it was");
  }

  std::vector<Shape> Take() && { return std::move(shapes_); }

 private:
  absl::Status Set(int actor, absl::StatusOr<Shape> shape) {
    if (!shape.ok()) {
      return Error("actors.", parts_.actors[actor].name, ".",
                   shape.status().message());
    }
    shapes_[actor] = *std::move(shape);
    return absl::OkStatus();
  }

  const NetworkParts& parts_;
  std::vector<Shape> shapes_;
};

}  // namespace

absl::string_view NameOf(Signal signal) {
  switch (signal) {
    case Signal::kMaxProbability:
      return "max_probability";
    case Signal::kEntropy:
      return "entropy";
    case Signal::kMargin:
      return "margin";
  }
  return "";
}

absl::StatusOr<Network> Network::Create(NetworkParts parts) {
  DYNARCH_RETURN_IF_ERROR(CheckNames(parts));
  DYNARCH_RETURN_IF_ERROR(CheckChannels(parts));
  DYNARCH_RETURN_IF_ERROR(CheckInputShapes(parts));
  Network network;
  DYNARCH_ASSIGN_OR_RETURN(network.order_, TopologicalOrder(parts.actors));
  DYNARCH_ASSIGN_OR_RETURN(network.exits_needing_, ExitsNeeding(parts));

  ShapeTable shapes(parts);
  for (const int actor : network.order_) {
    DYNARCH_RETURN_IF_ERROR(shapes.Infer(actor));
  }
  for (const int actor : network.order_) {
    DYNARCH_RETURN_IF_ERROR(shapes.Check(actor));
  }
  for (size_t actor = 0; actor < parts.actors.size(); ++actor) {
    const int index = static_cast<int>(actor);
    network.works_.push_back(
        WorkOf(parts.actors[actor].op, shapes.InputsOf(index),
               shapes.Of({.is_input = false, .index = index})));
    network.stage_of_.push_back(
        absl::countr_zero(network.exits_needing_[actor]));
  }
  network.shapes_ = std::move(shapes).Take();
  network.stages_ = StagesOf(parts, network.order_, network.exits_needing_);
  for (size_t exit = 0; exit < parts.decisions.size(); ++exit) {
    network.stages_[exit].classes =
        ElementCount(network.shapes_[parts.decisions[exit].from]);
  }
  network.parts_ = std::move(parts);
  return network;
}

int64_t Network::token_elements(const Endpoint& from) const {
  return ElementCount(from.is_input ? inputs()[from.index].shape
                                    : shapes_[from.index]);
}

const std::string& Network::endpoint_name(const Endpoint& from) const {
  return from.is_input ? inputs()[from.index].name : actors()[from.index].name;
}

std::optional<int> Network::ActorNamed(absl::string_view name) const {
  for (size_t i = 0; i < actors().size(); ++i) {
    if (actors()[i].name == name) return static_cast<int>(i);
  }
  return std::nullopt;
}

std::optional<int> Network::DecisionNamed(absl::string_view name) const {
  for (size_t i = 0; i < decisions().size(); ++i) {
    if (decisions()[i].name == name) return static_cast<int>(i);
  }
  return std::nullopt;
}

Macs Network::total_macs() const {
  Macs total;
  for (const OperatorWork& work : works_) total += work.macs;
  return total;
}

int64_t Network::total_weight_elements() const {
  int64_t total = 0;
  for (const OperatorWork& work : works_) total += work.weight_elements;
  return total;
}

}  // namespace dynarch::graph
