// Recurrence and control flow of onnx_builder.h: If, Loop and Scan as
// decisions.
#include <algorithm>
#include <utility>

#include "sim/base/status_macros.h"
#include "sim/io/onnx_builder.h"
#include "sim/io/onnx_fold.h"

namespace dynarch::io {
namespace {

std::string Both(const std::string& outer, const std::string& inner) {
  if (outer.empty()) return inner;
  return absl::StrCat(outer, " and ", inner);
}

// The tensor that `name` is a copy of, in the same graph.
std::string OriginIn(const OnnxGraph& graph, std::string name) {
  for (size_t round = 0; round < graph.nodes.size(); ++round) {
    const auto maker = std::find_if(
        graph.nodes.begin(), graph.nodes.end(), [&](const OnnxNode& node) {
          return (node.op == "Identity" || node.op == "Cast") &&
                 !node.inputs.empty() && node.outputs.size() == 1 &&
                 node.outputs[0] == name;
        });
    if (maker == graph.nodes.end()) return name;
    name = maker->inputs[0];
  }
  return name;
}

}  // namespace

absl::Status NetworkBuilder::AddRecurrent() {
  const OnnxConstant* recurrence = Constant(2);
  if (recurrence == nullptr || recurrence->shape.size() != 3) {
    return Error("needs a constant recurrence weight of three extents");
  }
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor data, Data(0));
  const int64_t directions = recurrence->shape[0];
  const bool batch_first = Attribute("layout", int64_t{0}) != 0;
  const int batch = batch_first ? 0 : 1;
  if (data.full.size() != 3 || data.full[batch] != 1 || directions < 1 ||
      directions > 2) {
    return Error("the input is ", graph::ToString(data.full), ", in ",
                 directions, " directions; ",
                 batch_first ? "[1, steps, features]" : "[steps, 1, features]",
                 " is needed");
  }
  graph::RnnCell cell;
  cell.kind = node_->op == "LSTM"  ? graph::RnnCell::Kind::kLstm
              : node_->op == "GRU" ? graph::RnnCell::Kind::kGru
                                   : graph::RnnCell::Kind::kSimple;
  cell.hidden = recurrence->shape[2];
  cell.bias = HasInput(3);
  cell.bidirectional = directions == 2;
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor sequence,
                           Reshaped(data, data.full, batch));
  std::vector<OnnxTensor> inputs = {sequence};
  if (HasData(5)) {
    DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor state, Data(5));
    DYNARCH_ASSIGN_OR_RETURN(
        const OnnxTensor flat,
        Reshaped(state, Integers{CountOf(state.full)}, std::nullopt));
    inputs.push_back(flat);
  }
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor made, NewActor(cell, inputs));
  const int64_t steps = data.full[1 - batch], hidden = cell.hidden;
  DYNARCH_ASSIGN_OR_RETURN(
      OnnxTensor all,
      Reshaped(made,
               batch_first ? Integers{1, steps, directions, hidden}
                           : Integers{steps, directions, 1, hidden},
               batch_first ? 0 : 2));
  if (!node_->outputs[0].empty() && ReaderCount(node_->outputs[0]) > 0) {
    DYNARCH_RETURN_IF_ERROR(Give(std::move(all), 0));
  }
  for (size_t output = 1; output < node_->outputs.size(); ++output) {
    if (ReaderCount(node_->outputs[output]) == 0) continue;
    DYNARCH_ASSIGN_OR_RETURN(
        const OnnxTensor last,
        Sliced(made, 1 - batch, steps - 1, 1, absl::StrCat("_last", output)));
    DYNARCH_ASSIGN_OR_RETURN(
        OnnxTensor state,
        Reshaped(last,
                 batch_first ? Integers{1, directions, hidden}
                             : Integers{directions, 1, hidden},
                 batch));
    DYNARCH_RETURN_IF_ERROR(Give(std::move(state), output));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> NetworkBuilder::NewDecision(
    graph::Decision decision, absl::string_view wanted) {
  if (parts_.decisions.size() >= graph::kMaxDecisions) {
    return Error("the network would have more than ", graph::kMaxDecisions,
                 " decisions");
  }
  const std::string base = CleanName(NodeName(), std::string(wanted));
  decision.name = base;
  for (int i = 2; !decision_names_.insert(decision.name).second; ++i) {
    decision.name = absl::StrCat(base, "_", i);
  }
  parts_.decisions.push_back(decision);
  return decision.name;
}

absl::StatusOr<OnnxTensor> NetworkBuilder::ResultOf(const OnnxGraph& graph,
                                                    const std::string& name) {
  const auto found = tensors_.find(name);
  if (found != tensors_.end()) return found->second;
  return Error("'", name, "', which graph '", graph.name, "' gives, is ",
               ConstantOf(graph, name) != nullptr
                   ? "a constant; only tensors that depend on the input are "
                     "allowed"
                   : "made by no node");
}

const OnnxConstant* NetworkBuilder::ConstantOf(const OnnxGraph& graph,
                                               const std::string& name) const {
  const auto own = graph.constants.find(name);
  return own != graph.constants.end() ? &own->second : Constant(name);
}

// An actor needs an input to fire: the condition, a truth value.
absl::StatusOr<OnnxTensor> NetworkBuilder::ConstantTensor(
    const OnnxConstant& constant, const OnnxTensor& condition) {
  graph::Opaque copy;
  copy.name = "constant";
  OnnxTensor result{.from = {}, .full = constant.shape, .batch = std::nullopt};
  copy.shape = result.shape();
  copy.weight_elements = CountOf(copy.shape);
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor made,
                           NewActor(copy, {condition}, "_constant"));
  result.from = made.from;
  return result;
}

absl::StatusOr<std::vector<OnnxTensor>> NetworkBuilder::AddBranch(
    const OnnxGraph& graph, const std::string& when,
    const OnnxTensor& condition) {
  const auto first = static_cast<int>(parts_.actors.size());
  const std::string outer = std::exchange(when_, Both(when_, when));
  DYNARCH_RETURN_IF_ERROR(AddNodes(graph));
  std::vector<OnnxTensor> results;
  for (const std::string& output : graph.outputs) {
    const OnnxConstant* constant = ConstantOf(graph, output);
    if (constant != nullptr) {  // A weight that the branch gives as it is.
      DYNARCH_ASSIGN_OR_RETURN(OnnxTensor copy,
                               ConstantTensor(*constant, condition));
      results.push_back(std::move(copy));
      continue;
    }
    DYNARCH_ASSIGN_OR_RETURN(OnnxTensor result, ResultOf(graph, output));
    // What comes from outside is there in the other branch too; seen through
    // an actor of this one it is not.
    if (result.from.is_input || result.from.index < first) {
      const graph::Shape shape = result.shape();
      DYNARCH_ASSIGN_OR_RETURN(
          const OnnxTensor seen,
          NewActor(shape.size() == 1 ? graph::Reshape{} : graph::Reshape{shape},
                   {result}, "_pass"));
      result.from = seen.from;
    }
    results.push_back(std::move(result));
  }
  when_ = outer;
  return results;
}

absl::Status NetworkBuilder::AddIf() {
  const auto then_graph = node_->graphs.find("then_branch");
  const auto else_graph = node_->graphs.find("else_branch");
  if (then_graph == node_->graphs.end() || else_graph == node_->graphs.end()) {
    return Error("needs a then_branch and an else_branch");
  }
  if (const OnnxConstant* known = Constant(0)) {
    if (!HasNumbers(*known) || NumbersOf(*known).size() != 1) {
      return Error("the condition is a constant of unknown value");
    }
    const OnnxGraph& graph =
        NumbersOf(*known)[0] != 0 ? *then_graph->second : *else_graph->second;
    DYNARCH_RETURN_IF_ERROR(AddNodes(graph));
    for (size_t i = 0; i < graph.outputs.size(); ++i) {
      DYNARCH_ASSIGN_OR_RETURN(OnnxTensor result,
                               ResultOf(graph, graph.outputs[i]));
      DYNARCH_RETURN_IF_ERROR(Give(std::move(result), i));
    }
    return absl::OkStatus();
  }
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor condition, Data(0));
  graph::Decision decision;
  decision.kind = graph::Decision::Kind::kBranch;
  decision.options = {"then", "else"};
  if (!condition.from.is_input) decision.from = condition.from.index;
  DYNARCH_ASSIGN_OR_RETURN(const std::string name,
                           NewDecision(std::move(decision), "if"));
  DYNARCH_ASSIGN_OR_RETURN(
      const std::vector<OnnxTensor> then_results,
      AddBranch(*then_graph->second, absl::StrCat(name, " == then"),
                condition));
  DYNARCH_ASSIGN_OR_RETURN(
      const std::vector<OnnxTensor> else_results,
      AddBranch(*else_graph->second, absl::StrCat(name, " == else"),
                condition));
  if (then_results.size() != else_results.size() ||
      then_results.size() < node_->outputs.size()) {
    return Error("the branches give ", then_results.size(), " and ",
                 else_results.size(), " tensors for ", node_->outputs.size(),
                 " outputs");
  }
  for (size_t i = 0; i < node_->outputs.size(); ++i) {
    const OnnxTensor& a = then_results[i];
    DYNARCH_ASSIGN_OR_RETURN(
        OnnxTensor merged,
        NewActor(graph::Merge{}, {a, else_results[i]},
                 node_->outputs.size() > 1 ? absl::StrCat("_", i) : ""));
    merged.full = a.full;
    merged.batch = a.batch;
    DYNARCH_RETURN_IF_ERROR(Give(std::move(merged), i));
  }
  return absl::OkStatus();
}

absl::StatusOr<OnnxTensor> NetworkBuilder::Stacked(const OnnxTensor& step,
                                                   int64_t rounds,
                                                   size_t output) {
  graph::Opaque stack;
  stack.name = "stack";
  stack.shape = step.shape();
  stack.shape.insert(stack.shape.begin(), rounds);
  DYNARCH_ASSIGN_OR_RETURN(
      OnnxTensor result,
      NewActor(stack, {step}, absl::StrCat("_stack_", output)));
  result.full = step.full;
  result.full.insert(result.full.begin(), rounds);
  result.batch = step.batch;
  if (result.batch.has_value()) ++*result.batch;
  return result;
}

absl::StatusOr<NetworkBuilder::Rounds> NetworkBuilder::RoundsOf(
    const OnnxGraph& body) const {
  Rounds rounds;
  const OnnxConstant* trips = Constant(0);
  std::optional<int64_t> most;
  if (trips != nullptr && trips->integers.size() == 1 &&
      trips->integers[0] <= graph::kMaxRounds) {
    most = trips->integers[0];
  }
  const std::string stop = OriginIn(body, body.outputs[0]);
  rounds.stops_itself =
      stop != body.inputs[1].name && ConstantOf(body, stop) == nullptr;
  rounds.decided = rounds.stops_itself || !most.has_value();
  if (!most.has_value()) most = options_.max_rounds;
  if (!most.has_value() || *most < 1 || *most > graph::kMaxRounds) {
    return Error(
        "the file does not say how many rounds there are at most; "
        "give --max-rounds, 1 to ",
        graph::kMaxRounds);
  }
  rounds.most = *most;
  return rounds;
}

absl::StatusOr<std::string> NetworkBuilder::NewLoopDecision(
    const Rounds& rounds) {
  graph::Decision decision;
  decision.kind = graph::Decision::Kind::kRepeat;
  decision.max = rounds.most;
  if (!rounds.stops_itself && HasData(0)) {
    DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor count, Data(0));
    if (!count.from.is_input) decision.from = count.from.index;
  }
  return NewDecision(std::move(decision), "loop");
}

// What the body's formal inputs stand for.
absl::Status NetworkBuilder::BindBody(const OnnxGraph& body) {
  for (size_t i = 0; i < body.inputs.size(); ++i) {
    // The round's number and the condition are no tensors of the network.
    if (i >= 2 && HasData(i)) {
      DYNARCH_ASSIGN_OR_RETURN(tensors_[body.inputs[i].name], Data(i));
    } else if (i >= 2 && Constant(i) != nullptr) {
      folded_[body.inputs[i].name] = {Constant(i)->shape, {}, {}};
    } else {
      folded_[body.inputs[i].name] = {};
    }
  }
  return absl::OkStatus();
}

absl::Status NetworkBuilder::GiveLoopOutputs(const OnnxGraph& body,
                                             int64_t most) {
  const size_t carried = body.inputs.size() - 2;
  for (size_t i = 0; i + 1 < body.outputs.size(); ++i) {
    if (i >= node_->outputs.size() || node_->outputs[i].empty()) continue;
    const OnnxConstant* counter = ConstantOf(body, body.outputs[i + 1]);
    if (counter != nullptr) {  // Counts the rounds: no tensor of the network.
      folded_[node_->outputs[i]] = {counter->shape, {}, {}};
      continue;
    }
    DYNARCH_ASSIGN_OR_RETURN(OnnxTensor result,
                             ResultOf(body, body.outputs[i + 1]));
    if (i >= carried) {
      DYNARCH_ASSIGN_OR_RETURN(result, Stacked(result, most, i));
    }
    DYNARCH_RETURN_IF_ERROR(Give(std::move(result), i));
  }
  return absl::OkStatus();
}

absl::Status NetworkBuilder::AddLoop() {
  const auto graph = node_->graphs.find("body");
  if (graph == node_->graphs.end()) return Error("needs a body");
  const OnnxGraph& body = *graph->second;
  if (!times_.empty()) return Error("a loop within a loop is not supported");
  if (body.inputs.size() < 2 || body.inputs.size() > node_->inputs.size() ||
      body.outputs.size() + 1 < body.inputs.size()) {
    return Error("the body takes ", body.inputs.size(), " tensors and gives ",
                 body.outputs.size(), ", which does not fit the node");
  }
  DYNARCH_ASSIGN_OR_RETURN(const Rounds rounds, RoundsOf(body));
  times_ = absl::StrCat(rounds.most);
  if (rounds.decided) {
    times_.clear();
    DYNARCH_ASSIGN_OR_RETURN(times_, NewLoopDecision(rounds));
  }
  const size_t place = parts_.decisions.size() - 1;
  DYNARCH_RETURN_IF_ERROR(BindBody(body));
  DYNARCH_RETURN_IF_ERROR(AddNodes(body));
  times_.clear();
  if (rounds.stops_itself) {
    DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor condition,
                             ResultOf(body, body.outputs[0]));
    if (!condition.from.is_input) {
      parts_.decisions[place].from = condition.from.index;
    }
  }
  return GiveLoopOutputs(body, rounds.most);
}

absl::Status NetworkBuilder::AddScan() {
  const auto graph = node_->graphs.find("body");
  if (graph == node_->graphs.end()) return Error("needs a body");
  const OnnxGraph& body = *graph->second;
  if (!times_.empty()) return Error("a loop within a loop is not supported");
  const int64_t scanned = Attribute("num_scan_inputs", int64_t{0});
  const auto inputs = static_cast<int64_t>(node_->inputs.size());
  if (scanned < 1 || scanned > inputs ||
      static_cast<int64_t>(body.inputs.size()) != inputs) {
    return Error("num_scan_inputs is ", scanned, " of ", inputs,
                 " inputs; the body takes ", body.inputs.size());
  }
  for (const char* name : {"scan_input_axes", "scan_output_axes"}) {
    for (const int64_t axis : Attribute(name, Integers{})) {
      if (axis != 0) return Error(name, " other than 0 are not supported");
    }
  }
  const size_t states = static_cast<size_t>(inputs - scanned);
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor first, Data(states));
  if (first.full.empty() || first.full[0] > graph::kMaxRounds) {
    return Error("needs a sequence of at most ", graph::kMaxRounds, " steps");
  }
  const int64_t steps = first.full[0];
  times_ = absl::StrCat(steps);
  for (size_t i = 0; i < body.inputs.size(); ++i) {
    const std::string& name = body.inputs[i].name;
    if (i < states && Constant(i) != nullptr) {
      folded_[name] = {Constant(i)->shape, {}, {}};
      continue;
    }
    DYNARCH_ASSIGN_OR_RETURN(OnnxTensor tensor, Data(i));
    if (i >= states) {
      DYNARCH_ASSIGN_OR_RETURN(
          tensor, Sliced(tensor, 0, 0, 1, absl::StrCat("_step_", i - states)));
      Integers full(tensor.full.begin() + 1, tensor.full.end());
      DYNARCH_ASSIGN_OR_RETURN(tensor, Reshaped(tensor, std::move(full)));
    }
    tensors_[name] = std::move(tensor);
  }
  DYNARCH_RETURN_IF_ERROR(AddNodes(body));
  times_.clear();
  for (size_t i = 0; i < body.outputs.size() && i < node_->outputs.size();
       ++i) {
    if (node_->outputs[i].empty()) continue;
    DYNARCH_ASSIGN_OR_RETURN(OnnxTensor result,
                             ResultOf(body, body.outputs[i]));
    if (i >= states) {
      DYNARCH_ASSIGN_OR_RETURN(result, Stacked(result, steps, i));
    }
    DYNARCH_RETURN_IF_ERROR(Give(std::move(result), i));
  }
  return absl::OkStatus();
}

}  // namespace dynarch::io
