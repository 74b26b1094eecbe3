#include "sim/io/onnx_network.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/io/onnx_builder.h"
#include "sim/io/onnx_fold.h"
#include "sim/io/onnx_patterns.h"
#include "sim/wire/network_wire.h"

namespace dynarch::io {

using graph::Endpoint;
using graph::Shape;

std::string CleanName(absl::string_view text, absl::string_view otherwise) {
  std::string name;
  for (const char c : absl::AsciiStrToLower(text)) {
    if (absl::ascii_isalnum(c)) {
      name += c;
    } else if (!name.empty() && name.back() != '_') {
      name += '_';
    }
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  if (name.empty()) return std::string(otherwise);
  return absl::ascii_isdigit(name.front()) ? absl::StrCat("n", name) : name;
}

int64_t CountOf(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t extent : shape) {
    if (extent < 1) return 0;
    if (extent > graph::kMaxElements / count) return graph::kMaxElements + 1;
    count *= extent;
  }
  return count;
}

absl::StatusOr<v1::Network> NetworkBuilder::Build() {
  parts_.name = CleanName(root_.name, "network");
  for (const OnnxInput& input : root_.inputs) {
    DYNARCH_RETURN_IF_ERROR(AddInput(input));
  }
  DYNARCH_RETURN_IF_ERROR(AddNodes(root_));
  DYNARCH_RETURN_IF_ERROR(AddOutputs());
  Prune();
  return wire::ToMessage(parts_);
}

void NetworkBuilder::Warn(std::string text) {
  if (warnings_ != nullptr) warnings_->push_back(std::move(text));
}

const std::string& NetworkBuilder::NodeName() const {
  return node_->name.empty() && !node_->outputs.empty() ? node_->outputs[0]
                                                        : node_->name;
}

NetworkBuilder::Integers NetworkBuilder::Attribute(const std::string& name,
                                                   Integers otherwise) const {
  const auto found = node_->integers.find(name);
  return found == node_->integers.end() ? otherwise : found->second;
}

int64_t NetworkBuilder::Attribute(const std::string& name,
                                  int64_t otherwise) const {
  const Integers values = Attribute(name, Integers{otherwise});
  return values.empty() ? otherwise : values[0];
}

std::string NetworkBuilder::Attribute(const std::string& name,
                                      const char* otherwise) const {
  const auto found = node_->texts.find(name);
  return found == node_->texts.end() ? otherwise : found->second;
}

const OnnxConstant* NetworkBuilder::Constant(const std::string& name) const {
  const auto folded = folded_.find(name);
  if (folded != folded_.end()) return &folded->second;
  for (size_t i = scopes_.size(); i-- > 0;) {
    const auto found = scopes_[i]->constants.find(name);
    if (found != scopes_[i]->constants.end()) return &found->second;
  }
  return nullptr;
}

const OnnxConstant* NetworkBuilder::Constant(size_t input) const {
  return HasInput(input) ? Constant(node_->inputs[input]) : nullptr;
}

bool NetworkBuilder::HasInput(size_t input) const {
  return input < node_->inputs.size() && !node_->inputs[input].empty();
}

absl::StatusOr<std::optional<NetworkBuilder::Integers>> NetworkBuilder::Listed(
    const std::string& name, size_t input) const {
  const auto attribute = node_->integers.find(name);
  if (attribute != node_->integers.end()) {
    return std::optional<Integers>(attribute->second);
  }
  if (!HasInput(input)) return std::optional<Integers>();
  const OnnxConstant* constant = Constant(input);
  if (constant == nullptr || !HasNumbers(*constant)) {
    return Error(name, " depends on the data; a constant is needed");
  }
  return std::optional<Integers>(constant->integers);
}

bool NetworkBuilder::HasData(size_t input) const {
  return HasInput(input) && tensors_.count(node_->inputs[input]) > 0;
}

absl::StatusOr<OnnxTensor> NetworkBuilder::Data(size_t input) const {
  if (!HasInput(input)) return Error("input ", input, " is missing");
  const auto found = tensors_.find(node_->inputs[input]);
  if (found != tensors_.end()) return found->second;
  return Error("input '", node_->inputs[input], "' is ",
               Constant(input) != nullptr
                   ? "a constant; only tensors that depend on the input are "
                     "allowed here"
                   : "made by no node before");
}

absl::StatusOr<int64_t> NetworkBuilder::FileAxis(
    int64_t axis, const OnnxTensor& tensor) const {
  const auto rank = static_cast<int64_t>(tensor.full.size());
  if (axis < -rank || axis >= rank) {
    return Error("axis ", axis, " is outside the ", rank, " extents");
  }
  return axis < 0 ? axis + rank : axis;
}

absl::StatusOr<std::optional<int64_t>> NetworkBuilder::Axis(
    int64_t axis, const OnnxTensor& tensor) const {
  DYNARCH_ASSIGN_OR_RETURN(const int64_t full, FileAxis(axis, tensor));
  if (!tensor.batch.has_value()) return std::optional<int64_t>(full);
  if (full == *tensor.batch) return std::optional<int64_t>();
  return std::optional<int64_t>(full > *tensor.batch ? full - 1 : full);
}

int64_t NetworkBuilder::ReaderCount(const std::string& tensor) const {
  int64_t count =
      std::count(graph_->outputs.begin(), graph_->outputs.end(), tensor);
  for (const OnnxNode& node : graph_->nodes) {
    count += std::count(node.inputs.begin(), node.inputs.end(), tensor);
    // What a graph within it reads is not looked up: once is enough.
    if (!node.graphs.empty()) ++count;
  }
  return count;
}

std::string NetworkBuilder::FreshName(absl::string_view wanted) {
  std::string name(wanted);
  for (int i = 2; !names_.insert(name).second; ++i) {
    name = absl::StrCat(wanted, "_", i);
  }
  return name;
}

absl::Status NetworkBuilder::AddInput(const OnnxInput& input) {
  const auto wrong = [&](absl::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat("input '", input.name, "': ", what));
  };
  if (input.shape.size() < 2) {
    return wrong("a batch and at least one more extent are needed");
  }
  // The batch is the first extent, or the second of a sequence [steps, 1, ..].
  size_t batch = 0;
  if (input.shape[0].value_or(1) != 1 && input.shape.size() == 3 &&
      input.shape[1].value_or(1) == 1) {
    batch = 1;
  }
  if (input.shape[batch].value_or(1) != 1) {
    return wrong(absl::StrCat("the batch is ", *input.shape[batch],
                              "; 1 or a symbol is allowed"));
  }
  Shape shape;
  for (size_t i = 0; i < input.shape.size(); ++i) {
    if (i == batch) continue;
    if (!input.shape[i].has_value()) {
      return wrong(absl::StrCat("extent ", i,
                                " is symbolic; only the batch "
                                "may be: export with fixed extents"));
    }
    shape.push_back(*input.shape[i]);
  }
  // An operator that keeps any shape bounds it.
  const auto bounded = graph::InferShape(graph::Norm{}, {shape});
  if (!bounded.ok()) return wrong(bounded.status().message());
  const int index = static_cast<int>(parts_.inputs.size());
  parts_.inputs.push_back({.name = FreshName(CleanName(input.name, "input")),
                           .shape = shape,
                           .extents = {}});
  shape.insert(shape.begin() + static_cast<int>(batch), 1);
  tensors_[input.name] = {.from = Endpoint{true, index},
                          .full = std::move(shape),
                          .batch = static_cast<int>(batch)};
  return absl::OkStatus();
}

absl::Status NetworkBuilder::AddNodes(const OnnxGraph& graph) {
  constexpr int kMaxDepth = 16;
  if (++depth_ > kMaxDepth) {
    return Error("graphs lie ", depth_, " deep in each other; at most ",
                 kMaxDepth, " are allowed");
  }
  const OnnxGraph* outer_graph = std::exchange(graph_, &graph);
  const OnnxNode* outer_node = node_;
  scopes_.push_back(&graph);
  for (const OnnxNode& node : graph.nodes) {
    node_ = &node;
    DYNARCH_RETURN_IF_ERROR(AddNode());
  }
  scopes_.pop_back();
  node_ = outer_node;
  graph_ = outer_graph;
  --depth_;
  return absl::OkStatus();
}

// True if the node was computed from constants and shapes.
bool NetworkBuilder::TryFold() {
  if (node_->outputs.size() != 1 || !node_->graphs.empty()) return false;
  std::vector<OnnxConstant> shapes(node_->inputs.size());
  std::vector<const OnnxConstant*> inputs;
  const bool of_shape = node_->op == "Shape" || node_->op == "Size";
  for (size_t i = 0; i < node_->inputs.size(); ++i) {
    const OnnxConstant* constant = Constant(i);
    if (constant == nullptr && HasInput(i)) {
      if (!of_shape || !HasData(i)) return false;
      shapes[i].shape = tensors_[node_->inputs[i]].full;
      constant = &shapes[i];
    }
    inputs.push_back(constant);
  }
  std::optional<OnnxConstant> result = Fold(*node_, inputs);
  if (!result.has_value()) return false;
  folded_[node_->outputs[0]] = *std::move(result);
  return true;
}

absl::Status NetworkBuilder::AddNode() {
  if (node_->outputs.empty()) return Error("has no output");
  if (TryFold()) return absl::OkStatus();
  const auto handler = Handlers().find(node_->op);
  if (handler != Handlers().end()) return (this->*handler->second)();
  if (options_.strict) {
    return Error("the operator is not supported; supported: ",
                 NameList(SupportedOperators(), 100),
                 DidYouMean(node_->op, SupportedOperators()));
  }
  return AddOpaque();
}

absl::StatusOr<OnnxTensor> NetworkBuilder::NewActor(
    graph::Operator op, const std::vector<OnnxTensor>& inputs,
    absl::string_view suffix) {
  std::vector<Shape> shapes;
  graph::Actor actor;
  for (const OnnxTensor& input : inputs) {
    shapes.push_back(input.shape());
    actor.inputs.push_back({input.from, 0});
  }
  auto shape = graph::InferShape(op, shapes);
  if (!shape.ok()) return Error(shape.status().message());
  if (parts_.actors.size() >= graph::kMaxActors) {
    return Error("the network would have more than ", graph::kMaxActors,
                 " actors");
  }
  const std::string otherwise = absl::AsciiStrToLower(node_->op);
  actor.name =
      FreshName(absl::StrCat(CleanName(NodeName(), otherwise), suffix));
  actor.op = std::move(op);
  if (!when_.empty()) {
    DYNARCH_ASSIGN_OR_RETURN(actor.when,
                             graph::OutcomeExpression::Parse(when_));
  }
  if (!times_.empty()) {
    DYNARCH_ASSIGN_OR_RETURN(actor.times,
                             graph::OutcomeExpression::Parse(times_));
  }
  const int index = static_cast<int>(parts_.actors.size());
  parts_.actors.push_back(std::move(actor));
  OnnxTensor result{.from = Endpoint{false, index},
                    .full = *std::move(shape),
                    .batch = inputs[0].batch};
  if (result.batch.has_value()) {
    const auto rank = static_cast<int>(result.full.size());
    result.batch = std::min(*result.batch, rank);
    result.full.insert(result.full.begin() + *result.batch, 1);
  }
  return result;
}

absl::StatusOr<OnnxTensor> NetworkBuilder::Reshaped(const OnnxTensor& input,
                                                    Integers full,
                                                    std::optional<int> batch) {
  OnnxTensor result{
      .from = input.from, .full = std::move(full), .batch = batch};
  const Shape shape = result.shape();
  if (shape == input.shape()) return result;
  graph::Reshape reshape;
  if (shape.size() != 1) reshape.shape = shape;
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor made, NewActor(reshape, {input}));
  result.from = made.from;
  return result;
}

absl::StatusOr<OnnxTensor> NetworkBuilder::Reshaped(const OnnxTensor& input,
                                                    Integers full) {
  std::optional<int> batch = input.batch;
  const auto is_one = [&](int axis) {
    return axis < static_cast<int>(full.size()) && full[axis] == 1;
  };
  if (!batch.has_value() || !is_one(*batch)) {
    const auto one = std::find(full.begin(), full.end(), 1);
    batch = std::nullopt;
    if (one != full.end()) batch = static_cast<int>(one - full.begin());
  }
  return Reshaped(input, std::move(full), batch);
}

absl::Status NetworkBuilder::Give(OnnxTensor tensor, size_t output) {
  if (output < node_->outputs.size() && !node_->outputs[output].empty()) {
    tensors_[node_->outputs[output]] = std::move(tensor);
  }
  return absl::OkStatus();
}

absl::Status NetworkBuilder::AddActor(graph::Operator op,
                                      const std::vector<OnnxTensor>& inputs) {
  DYNARCH_ASSIGN_OR_RETURN(OnnxTensor tensor, NewActor(std::move(op), inputs));
  return Give(std::move(tensor));
}

absl::Status NetworkBuilder::AddUnary(graph::Operator op) {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  return AddActor(std::move(op), {input});
}

const std::vector<std::string>& SupportedOperators() {
  static const auto& names = *[] {
    auto* list = new std::vector<std::string>();
    for (const auto& [name, handler] : NetworkBuilder::Handlers()) {
      list->push_back(name);
    }
    return list;
  }();
  return names;
}

absl::StatusOr<v1::Network> BuildNetwork(const OnnxGraph& graph,
                                         const OnnxOptions& options,
                                         std::vector<std::string>* warnings) {
  const OnnxGraph fused = FusePatterns(graph);
  return NetworkBuilder(fused, options, warnings).Build();
}

}  // namespace dynarch::io
