#include "sim/graph/resolve.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/graph/fusion.h"

namespace dynarch::graph {
namespace {

template <typename... Parts>
absl::Status Error(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

// Puts where it happened before a message.
absl::Status At(const std::string& place, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(place, status.message()));
}

bool IsMerge(const Operator& op) { return std::holds_alternative<Merge>(op); }

bool ClosesCycle(const Operator& op) {
  const auto* elementwise = std::get_if<Elementwise>(&op);
  return IsMerge(op) || (elementwise != nullptr &&
                         (elementwise->kind == Elementwise::Kind::kAdd ||
                          elementwise->kind == Elementwise::Kind::kMul));
}

// Goes through the actors in static order, decisions as they are reached.
class Resolver {
 public:
  Resolver(const NetworkParts& parts, const std::vector<int>& order,
           const OutcomeLayout& layout, const Network* network,
           Outcomes outcomes)
      : parts_(parts), order_(order), layout_(layout), network_(network) {
    const size_t actors = parts.actors.size();
    out_.outcomes = std::move(outcomes);
    out_.times.resize(actors);
    out_.shapes.resize(actors);
    out_.works.resize(actors);
    out_.origins.resize(actors);
    read_by_.resize(actors);
    if (nominal()) follows_ = FollowsProduct(parts, order);
    for (size_t d = 0; d < parts.decisions.size(); ++d) {
      const auto& from = parts.decisions[d].from;
      if (from.has_value()) read_by_[*from].push_back(static_cast<int>(d));
    }
  }

  absl::StatusOr<Resolved> Run() && {
    for (size_t d = 0; d < parts_.decisions.size(); ++d) {
      if (parts_.decisions[d].from.has_value()) continue;
      DYNARCH_RETURN_IF_ERROR(Reach(static_cast<int>(d), true));
    }
    DYNARCH_RETURN_IF_ERROR(InputShapes());
    for (const int actor : order_) DYNARCH_RETURN_IF_ERROR(Visit(actor));
    for (const int actor : order_) DYNARCH_RETURN_IF_ERROR(CheckState(actor));
    return std::move(out_);
  }

 private:
  bool nominal() const { return network_ == nullptr; }
  absl::Span<const int64_t> outcomes() const { return out_.outcomes; }

  // A decision becomes known, or moot.
  absl::Status Reach(int index, bool reached) {
    const Decision& decision = parts_.decisions[index];
    const absl::Span<int64_t> values =
        absl::MakeSpan(out_.outcomes)
            .subspan(layout_.first[index], layout_.count[index]);
    if (!reached) {
      if (!nominal()) std::fill(values.begin(), values.end(), kNotReached);
      return absl::OkStatus();
    }
    const absl::Status checked = CheckOutcome(decision, values);
    if (checked.ok()) return checked;
    return At(absl::StrCat("decisions.", decision.name, ": "), checked);
  }

  absl::Status CheckOutcome(const Decision& decision,
                            absl::Span<const int64_t> values) const {
    for (const int64_t value : values) {
      if (value < 0) return Error("is reached and has no outcome");
    }
    switch (decision.kind) {
      case Decision::Kind::kExperts:
        return CheckExperts(decision, values);
      case Decision::Kind::kActive: {
        DYNARCH_ASSIGN_OR_RETURN(const int64_t of,
                                 decision.of.Count(outcomes()));
        return CheckRange(values[0], 0, of);
      }
      case Decision::Kind::kRepeat:
        return CheckRange(values[0], 1, decision.max);
      case Decision::Kind::kSkip:
        return CheckRange(values[0], 0, 1);
      case Decision::Kind::kFrame:
        return CheckRange(values[0], 0, 2);
      case Decision::Kind::kBranch:
        return CheckRange(values[0], 0,
                          static_cast<int64_t>(decision.options.size()) - 1);
      default:
        return CheckRange(values[0], 0,
                          static_cast<int64_t>(decision.values.size()) - 1);
    }
  }

  static absl::Status CheckRange(int64_t value, int64_t least, int64_t most) {
    if (value >= least && value <= most) return absl::OkStatus();
    return Error("outcome ", value, "; ", least, " to ", most, " is allowed");
  }

  // Every token goes to top_k experts, or is dropped there.
  absl::Status CheckExperts(const Decision& decision,
                            absl::Span<const int64_t> values) const {
    DYNARCH_ASSIGN_OR_RETURN(const int64_t tokens,
                             decision.of.Count(outcomes()));
    int64_t sum = 0;
    for (size_t e = 0; e < values.size(); ++e) {
      if (values[e] > tokens * decision.top_k) {
        return Error("outcome ", values[e], "; there are ", tokens, " tokens");
      }
      sum += values[e];
    }
    if (nominal() || sum == tokens * decision.top_k) return absl::OkStatus();
    return Error("tokens of the experts and those dropped sum to ", sum, "; ",
                 tokens, " tokens x top ", decision.top_k, " = ",
                 tokens * decision.top_k, " are routed");
  }

  absl::Status InputShapes() {
    for (const NetworkInput& input : parts_.inputs) {
      Shape shape = input.shape;
      for (const ExtentExpression& extent : input.extents) {
        const auto value = extent.expression.Count(outcomes());
        if (!value.ok()) {
          return At(absl::StrCat("inputs.", input.name, ".shape: "),
                    value.status());
        }
        shape[extent.index] = *value;
      }
      // An operator that keeps any shape checks it.
      if (!InferShape(Norm{}, {shape}).ok()) {
        return Error("inputs.", input.name, ".shape: got ", ToString(shape),
                     "; extents >= 1 and at most ", kMaxElements,
                     " elements are allowed");
      }
      out_.input_shapes.push_back(std::move(shape));
    }
    return absl::OkStatus();
  }

  absl::Status Visit(int actor) {
    const Actor& node = parts_.actors[actor];
    const absl::Status status = Fire(actor);
    if (!status.ok())
      return At(absl::StrCat("actors.", node.name, "."), status);
    for (const int decision : read_by_[actor]) {
      DYNARCH_RETURN_IF_ERROR(Reach(decision, out_.times[actor] > 0));
    }
    return absl::OkStatus();
  }

  absl::Status Fire(int actor) {
    const Actor& node = parts_.actors[actor];
    out_.origins[actor] = {.is_input = false, .index = actor};
    bool fires = true;
    if (node.when.has_value()) {
      DYNARCH_ASSIGN_OR_RETURN(fires, node.when->Holds(outcomes()));
    }
    if (fires) {
      out_.times[actor] = 1;
      if (node.times.has_value()) {
        DYNARCH_ASSIGN_OR_RETURN(out_.times[actor],
                                 node.times->Count(outcomes()));
      }
    }
    if (nominal()) return Compute(actor);
    if (out_.times[actor] == 0) {
      out_.shapes[actor] = network_->output_shape(actor);
      return absl::OkStatus();
    }
    return AsNominal(node) ? Copy(actor) : Compute(actor);
  }

  // True if the actor reads what it reads in the nominal scenario, so that
  // nothing has to be inferred.
  bool AsNominal(const Actor& node) const {
    if (!node.extents.empty() || TakesAbsentInputs(node.op)) return false;
    return std::all_of(
        node.inputs.begin(), node.inputs.end(), [&](const Channel& channel) {
          if (!Present(channel)) return false;
          return channel.initial_tokens > 0 ||
                 (channel.from.is_input
                      ? parts_.inputs[channel.from.index].extents.empty()
                      : out_.shapes[channel.from.index] ==
                            network_->output_shape(channel.from.index));
        });
  }

  absl::Status Copy(int actor) {
    out_.shapes[actor] = network_->output_shape(actor);
    out_.works[actor] = network_->work(actor);
    const Channel& first = parts_.actors[actor].inputs.front();
    if (out_.works[actor].moves_nothing) {
      out_.origins[actor] =
          first.from.is_input ? first.from : out_.origins[first.from.index];
    }
    return absl::OkStatus();
  }

  absl::Status Compute(int actor) {
    const Actor& node = parts_.actors[actor];
    Operator op = node.op;
    for (const ExtentExpression& extent : node.extents) {
      DYNARCH_ASSIGN_OR_RETURN(const int64_t value,
                               extent.expression.Count(outcomes()));
      DYNARCH_RETURN_IF_ERROR(SetField(op, extent.field, extent.index, value));
    }
    DYNARCH_ASSIGN_OR_RETURN(const std::vector<const Channel*> channels,
                             InputsOf(actor));
    DYNARCH_ASSIGN_OR_RETURN(const std::vector<Shape> inputs,
                             ShapesOf(actor, op, channels));
    DYNARCH_ASSIGN_OR_RETURN(out_.shapes[actor], InferShape(op, inputs));
    out_.works[actor] = WorkOf(op, inputs, out_.shapes[actor]);
    out_.works[actor].follows_product =
        nominal() ? follows_[actor] : network_->work(actor).follows_product;
    const Channel& first = *channels.front();
    const bool own_state = IsMerge(op) && first.initial_tokens > 0;
    if (out_.works[actor].moves_nothing && !own_state) {
      out_.origins[actor] =
          first.from.is_input ? first.from : out_.origins[first.from.index];
    }
    return absl::OkStatus();
  }

  bool Present(const Channel& channel) const {
    return channel.from.is_input || channel.initial_tokens > 0 ||
           out_.times[channel.from.index] > 0;
  }

  // The inputs that the actor reads here, in order.
  absl::StatusOr<std::vector<const Channel*>> InputsOf(int actor) const {
    const Actor& node = parts_.actors[actor];
    const bool takes_absent = TakesAbsentInputs(node.op);
    std::vector<const Channel*> all, present;
    for (const Channel& channel : node.inputs) {
      all.push_back(&channel);
      if (Present(channel)) {
        present.push_back(&channel);
      } else if (!takes_absent && out_.times[actor] > 0) {
        return Error("inputs: '", parts_.actors[channel.from.index].name,
                     "' does not fire in ", Scenario(),
                     "; let a merge choose, or give both the same condition");
      }
    }
    // As if it fired, with all inputs of which a shape is known.
    if (out_.times[actor] == 0) present = takes_absent ? Known(all) : all;
    if (present.empty()) {
      return Error("inputs: none of them fires in ", Scenario());
    }
    if (IsMerge(node.op)) present.resize(1);
    return present;
  }

  std::vector<const Channel*> Known(
      const std::vector<const Channel*>& channels) const {
    std::vector<const Channel*> known;
    for (const Channel* channel : channels) {
      if (!ShapeOf(*channel).empty()) known.push_back(channel);
    }
    return known.empty() ? channels : known;
  }

  // Empty where it is not known yet.
  const Shape& ShapeOf(const Channel& channel) const {
    if (channel.from.is_input) return out_.input_shapes[channel.from.index];
    if (channel.initial_tokens > 0 && !nominal()) {
      return network_->output_shape(channel.from.index);
    }
    return out_.shapes[channel.from.index];
  }

  // A token that comes round a cycle has no shape at first; add, mul and merge
  // take that of another operand, a recurrent cell that of what it gives.
  absl::StatusOr<std::vector<Shape>> ShapesOf(
      int actor, const Operator& op,
      const std::vector<const Channel*>& channels) const {
    const Actor& node = parts_.actors[actor];
    std::vector<Shape> shapes;
    for (const Channel* channel : channels) {
      shapes.push_back(ShapeOf(*channel));
      if (!shapes.back().empty()) continue;
      const Shape taken = StateShape(node, op);
      if (taken.empty()) {
        return Error("inputs: the shape of '",
                     parts_.actors[channel->from.index].name,
                     "', which comes round a cycle, is not known here; close "
                     "the cycle at an add, mul, merge or rnn_cell with another "
                     "operand");
      }
      shapes.back() = taken;
    }
    return shapes;
  }

  // Shape of an operand that is not known yet; empty if nothing tells.
  Shape StateShape(const Actor& node, const Operator& op) const {
    if (std::holds_alternative<RnnCell>(op)) {
      const auto given = InferShape(op, {ShapeOf(node.inputs.front())});
      return given.ok() ? *given : Shape();
    }
    if (!ClosesCycle(op)) return {};
    Shape known;
    for (const Channel& channel : node.inputs) {
      if (!ShapeOf(channel).empty()) known = ShapeOf(channel);
    }
    return known;
  }

  // What an actor leaves for later inferences always has one shape: that which
  // their reader took.
  absl::Status CheckState(int actor) const {
    const Actor& node = parts_.actors[actor];
    for (const Channel& channel : node.inputs) {
      if (channel.from.is_input || channel.initial_tokens == 0) continue;
      DYNARCH_RETURN_IF_ERROR(CheckToken(actor, channel));
    }
    return absl::OkStatus();
  }

  absl::Status CheckToken(int actor, const Channel& channel) const {
    const int producer = channel.from.index;
    const Shape& now = out_.shapes[producer];
    if (!nominal()) {
      const Shape& before = network_->output_shape(producer);
      if (out_.times[producer] == 0 || now == before) return absl::OkStatus();
      return Error("actors.", parts_.actors[producer].name, ": leaves ",
                   ToString(now), " for later inferences in ", Scenario(),
                   ", else ", ToString(before), "; a state keeps its shape");
    }
    std::vector<Shape> inputs;
    for (const Channel& other : parts_.actors[actor].inputs) {
      inputs.push_back(ShapeOf(other));
    }
    if (IsMerge(parts_.actors[actor].op)) inputs = {now};
    if (!parts_.actors[actor].extents.empty()) return absl::OkStatus();
    auto shape = InferShape(parts_.actors[actor].op, inputs);
    if (!shape.ok()) {
      return At(absl::StrCat("actors.", parts_.actors[actor].name, "."),
                shape.status());
    }
    if (*shape == out_.shapes[actor]) return absl::OkStatus();
    return Error("actors.", parts_.actors[actor].name, ": a cycle turns shape ",
                 ToString(out_.shapes[actor]), " into ", ToString(*shape),
                 "; it must come back as it was");
  }

  // `scenario block1 skip, router hard`: the decisions that say something.
  std::string Scenario() const {
    std::string text = "scenario";
    const char* separator = " ";
    for (size_t d = 0; d < parts_.decisions.size(); ++d) {
      const auto values =
          outcomes().subspan(layout_.first[d], layout_.count[d]);
      if (values.front() == kNotReached) continue;
      absl::StrAppend(&text, separator, parts_.decisions[d].name, " ",
                      OutcomeText(parts_.decisions[d], values));
      separator = ", ";
    }
    return text;
  }

  const NetworkParts& parts_;
  const std::vector<int>& order_;
  const OutcomeLayout& layout_;
  const Network* network_;  // Null: this is the nominal scenario.
  std::vector<std::vector<int>> read_by_;  // Decisions, by actor.
  std::vector<bool> follows_;  // OperatorWork::follows_product, if nominal.
  Resolved out_;
};

}  // namespace

absl::StatusOr<Resolved> ResolveNominal(const NetworkParts& parts,
                                        const std::vector<int>& order,
                                        const OutcomeLayout& layout,
                                        Outcomes outcomes) {
  return Resolver(parts, order, layout, nullptr, std::move(outcomes)).Run();
}

absl::StatusOr<Resolved> ResolveScenario(const Network& network,
                                         Outcomes outcomes) {
  return Resolver(network.parts(), network.order(), network.layout(), &network,
                  std::move(outcomes))
      .Run();
}

}  // namespace dynarch::graph
