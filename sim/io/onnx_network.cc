#include "sim/io/onnx_network.h"

#include <utility>
#include <variant>

#include "absl/strings/ascii.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/io/onnx_builder.h"
#include "sim/wire/network_wire.h"

namespace dynarch::io {
namespace {

// A name that field paths and expressions allow.
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

}  // namespace

using graph::Endpoint;
using graph::Shape;
using Integers = std::vector<int64_t>;

absl::StatusOr<v1::Network> NetworkBuilder::Build() {
  parts_.name = CleanName(graph_.name, "network");
  for (const OnnxInput& input : graph_.inputs) {
    DYNARCH_RETURN_IF_ERROR(AddInput(input));
  }
  for (const OnnxNode& node : graph_.nodes) {
    node_ = &node;
    DYNARCH_RETURN_IF_ERROR(AddNode());
  }
  for (const std::string& output : graph_.outputs) {
    DYNARCH_RETURN_IF_ERROR(AddExit(output));
  }
  return wire::ToMessage(parts_);
}

const std::string& NetworkBuilder::NodeName() const {
  return node_->name.empty() && !node_->outputs.empty() ? node_->outputs[0]
                                                        : node_->name;
}

Integers NetworkBuilder::Attribute(const std::string& name,
                                   Integers otherwise) const {
  const auto found = node_->integers.find(name);
  return found == node_->integers.end() ? otherwise : found->second;
}

int64_t NetworkBuilder::Attribute(const std::string& name,
                                  int64_t otherwise) const {
  const Integers values = Attribute(name, Integers{otherwise});
  return values.empty() ? otherwise : values[0];
}

const OnnxConstant* NetworkBuilder::Constant(size_t input) const {
  if (input >= node_->inputs.size()) return nullptr;
  const auto found = graph_.constants.find(node_->inputs[input]);
  return found == graph_.constants.end() ? nullptr : &found->second;
}

bool NetworkBuilder::HasInput(size_t input) const {
  return input < node_->inputs.size() && !node_->inputs[input].empty();
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
  if (input.shape[0].value_or(1) != 1) {
    return wrong(absl::StrCat("the batch is ", *input.shape[0],
                              "; 1 or a symbol is allowed"));
  }
  Shape shape;
  for (size_t i = 1; i < input.shape.size(); ++i) {
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
  tensors_[input.name] = {Endpoint{true, index}, shape};
  return absl::OkStatus();
}

absl::Status NetworkBuilder::AddNode() {
  const auto handler = Handlers().find(node_->op);
  if (handler == Handlers().end()) {
    return Error("the operator is not supported; supported: ",
                 NameList(SupportedOperators(), 100),
                 DidYouMean(node_->op, SupportedOperators()));
  }
  if (node_->outputs.empty()) return Error("has no output");
  return (this->*handler->second)();
}

absl::Status NetworkBuilder::AddActor(graph::Operator op,
                                      const std::vector<OnnxTensor>& inputs) {
  std::vector<Shape> shapes;
  graph::Actor actor;
  for (const OnnxTensor& input : inputs) {
    shapes.push_back(input.shape);
    actor.inputs.push_back({input.from, 0});
  }
  auto shape = graph::InferShape(op, shapes);
  if (!shape.ok()) return Error(shape.status().message());
  const std::string otherwise = absl::AsciiStrToLower(node_->op);
  actor.name = FreshName(CleanName(NodeName(), otherwise));
  actor.op = std::move(op);
  const int index = static_cast<int>(parts_.actors.size());
  parts_.actors.push_back(std::move(actor));
  tensors_[node_->outputs[0]] = {Endpoint{false, index}, *std::move(shape)};
  return absl::OkStatus();
}

absl::Status NetworkBuilder::AddUnary(graph::Operator op) {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  return AddActor(std::move(op), {input});
}

absl::Status NetworkBuilder::AddExit(const std::string& output) {
  const auto wrong = [&](absl::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat("output '", output, "': ", what));
  };
  const auto found = tensors_.find(output);
  if (found == tensors_.end()) return wrong("no node makes it");
  const Endpoint& from = found->second.from;
  if (from.is_input ||
      !std::holds_alternative<graph::Softmax>(parts_.actors[from.index].op)) {
    return wrong(
        "is no Softmax; each output is an exit and must be its "
        "class probabilities");
  }
  parts_.exits.push_back(
      {.name = CleanName(output, "exit"), .from = from.index});
  return absl::OkStatus();
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

absl::StatusOr<v1::Network> BuildNetwork(const OnnxGraph& graph) {
  return NetworkBuilder(graph).Build();
}

}  // namespace dynarch::io
