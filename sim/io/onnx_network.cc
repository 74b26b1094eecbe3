#include "sim/io/onnx_network.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/graph/network.h"
#include "sim/graph/operator.h"
#include "sim/wire/network_wire.h"

namespace dynarch::io {
namespace {

using graph::Endpoint;
using graph::Extent2d;
using graph::Shape;
using Integers = std::vector<int64_t>;

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

// A tensor that some input or actor makes.
struct Tensor {
  Endpoint from;
  Shape shape;
};

class NetworkBuilder {
 public:
  explicit NetworkBuilder(const OnnxGraph& graph) : graph_(graph) {}

  absl::StatusOr<v1::Network> Build() {
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

 private:
  using Handler = absl::Status (NetworkBuilder::*)();
  static const std::map<std::string, Handler>& Handlers();
  friend const std::vector<std::string>& SupportedNames();

  // --- Errors, attributes and tensors of the current node.

  template <typename... Parts>
  absl::Status Error(const Parts&... parts) const {
    return absl::InvalidArgumentError(
        absl::StrCat("node '", NodeName(), "' (", node_->op, "): ", parts...));
  }
  const std::string& NodeName() const {
    return node_->name.empty() && !node_->outputs.empty() ? node_->outputs[0]
                                                          : node_->name;
  }
  Integers Attribute(const std::string& name, Integers otherwise) const {
    const auto found = node_->integers.find(name);
    return found == node_->integers.end() ? otherwise : found->second;
  }
  int64_t Attribute(const std::string& name, int64_t otherwise) const {
    const Integers values = Attribute(name, Integers{otherwise});
    return values.empty() ? otherwise : values[0];
  }
  const OnnxConstant* Constant(size_t input) const {
    if (input >= node_->inputs.size()) return nullptr;
    const auto found = graph_.constants.find(node_->inputs[input]);
    return found == graph_.constants.end() ? nullptr : &found->second;
  }
  bool HasInput(size_t input) const {
    return input < node_->inputs.size() && !node_->inputs[input].empty();
  }
  absl::StatusOr<Tensor> Data(size_t input) const {
    if (!HasInput(input)) return Error("input ", input, " is missing");
    const auto found = tensors_.find(node_->inputs[input]);
    if (found != tensors_.end()) return found->second;
    return Error("input '", node_->inputs[input], "' is ",
                 Constant(input) != nullptr
                     ? "a constant; only tensors that depend on the input are "
                       "allowed here"
                     : "made by no node before");
  }

  // --- Building.

  std::string FreshName(absl::string_view wanted) {
    std::string name(wanted);
    for (int i = 2; !names_.insert(name).second; ++i) {
      name = absl::StrCat(wanted, "_", i);
    }
    return name;
  }

  absl::Status AddInput(const OnnxInput& input) {
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
    const int index = static_cast<int>(parts_.inputs.size());
    parts_.inputs.push_back({FreshName(CleanName(input.name, "input")), shape});
    tensors_[input.name] = {Endpoint{true, index}, shape};
    return absl::OkStatus();
  }

  absl::Status AddNode() {
    const auto handler = Handlers().find(node_->op);
    if (handler == Handlers().end()) {
      return Error("the operator is not supported; supported: ",
                   NameList(SupportedOperators(), 100),
                   DidYouMean(node_->op, SupportedOperators()));
    }
    if (node_->outputs.empty()) return Error("has no output");
    return (this->*handler->second)();
  }

  absl::Status AddActor(graph::Operator op, const std::vector<Tensor>& inputs) {
    std::vector<Shape> shapes;
    graph::Actor actor;
    for (const Tensor& input : inputs) {
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

  absl::Status AddUnary(graph::Operator op) {
    DYNARCH_ASSIGN_OR_RETURN(const Tensor input, Data(0));
    return AddActor(std::move(op), {input});
  }

  absl::Status AddExit(const std::string& output) {
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
    graph::Decision decision;
    decision.name = CleanName(output, "exit");
    decision.from = from.index;
    parts_.decisions.push_back(std::move(decision));
    return absl::OkStatus();
  }

  // --- Operators.

  // [height, width] of an attribute with two numbers.
  absl::StatusOr<Extent2d> Extent(const std::string& name,
                                  Extent2d otherwise) const {
    const Integers values =
        Attribute(name, {otherwise.height, otherwise.width});
    if (values.size() != 2) {
      return Error(name, " has ", values.size(),
                   " numbers; only two-dimensional windows are supported");
    }
    return Extent2d{values[0], values[1]};
  }

  absl::StatusOr<graph::Padding2d> Padding() const {
    const auto automatic = node_->texts.find("auto_pad");
    if (automatic != node_->texts.end() && automatic->second != "NOTSET" &&
        automatic->second != "VALID") {
      return Error("auto_pad ", automatic->second,
                   " is not supported; export with explicit pads");
    }
    const Integers pads = Attribute("pads", Integers{0, 0, 0, 0});
    if (pads.size() != 4) {
      return Error("pads has ", pads.size(), " numbers; 4 are needed");
    }
    return graph::Padding2d{pads[0], pads[1], pads[2], pads[3]};
  }

  absl::Status AddConv() {
    const OnnxConstant* weight = Constant(1);
    if (weight == nullptr || weight->shape.size() != 4) {
      return Error("needs a constant weight of four extents");
    }
    graph::Conv2d conv;
    conv.out_channels = weight->shape[0];
    conv.kernel = {weight->shape[2], weight->shape[3]};
    DYNARCH_ASSIGN_OR_RETURN(conv.stride, Extent("strides", {}));
    DYNARCH_ASSIGN_OR_RETURN(conv.dilation, Extent("dilations", {}));
    DYNARCH_ASSIGN_OR_RETURN(conv.padding, Padding());
    conv.groups = Attribute("group", int64_t{1});
    conv.bias = HasInput(2);
    DYNARCH_ASSIGN_OR_RETURN(const Tensor input, Data(0));
    if (conv.groups < 1 || input.shape.empty() ||
        input.shape[0] % conv.groups != 0 ||
        weight->shape[1] != input.shape[0] / conv.groups) {
      return Error("the weight [", weight->shape[0], ", ", weight->shape[1],
                   ", ", weight->shape[2], ", ", weight->shape[3],
                   "] does not fit the input ", graph::ToString(input.shape),
                   " in ", conv.groups, " groups");
    }
    return AddActor(conv, {input});
  }

  // A product of the flat input with a constant [features in, features out].
  absl::Status AddLinear(int64_t in, int64_t out, bool bias) {
    DYNARCH_ASSIGN_OR_RETURN(const Tensor input, Data(0));
    if (input.shape != Shape{in}) {
      return Error("the weight takes ", in, " features, the input is ",
                   graph::ToString(input.shape));
    }
    return AddActor(graph::Linear{out, bias}, {input});
  }

  absl::Status AddGemm() {
    const OnnxConstant* weight = Constant(1);
    if (weight == nullptr || weight->shape.size() != 2 ||
        Attribute("transA", int64_t{0}) != 0) {
      return Error("needs a constant weight of two extents and no transA");
    }
    const bool transposed = Attribute("transB", int64_t{0}) != 0;
    return AddLinear(weight->shape[transposed ? 1 : 0],
                     weight->shape[transposed ? 0 : 1], HasInput(2));
  }

  absl::Status AddMatMul() {
    const OnnxConstant* weight = Constant(1);
    if (weight == nullptr || weight->shape.size() != 2) {
      return Error("needs a constant second operand of two extents");
    }
    return AddLinear(weight->shape[0], weight->shape[1], false);
  }

  absl::Status AddPool(graph::Pool::Kind kind) {
    graph::Pool pool;
    pool.kind = kind;
    if (node_->integers.count("kernel_shape") == 0) {
      return Error("kernel_shape is missing");
    }
    if (Attribute("ceil_mode", int64_t{0}) != 0) {
      return Error("ceil_mode is not supported; export with floor");
    }
    DYNARCH_ASSIGN_OR_RETURN(const Extent2d dilation, Extent("dilations", {}));
    if (dilation != Extent2d{}) return Error("dilations are not supported");
    DYNARCH_ASSIGN_OR_RETURN(pool.kernel, Extent("kernel_shape", {}));
    DYNARCH_ASSIGN_OR_RETURN(pool.stride, Extent("strides", {}));
    DYNARCH_ASSIGN_OR_RETURN(pool.padding, Padding());
    return AddUnary(pool);
  }
  absl::Status AddMaxPool() { return AddPool(graph::Pool::Kind::kMax); }
  absl::Status AddAveragePool() { return AddPool(graph::Pool::Kind::kAverage); }
  absl::Status AddGlobalAveragePool() {
    return AddUnary(graph::Pool{graph::Pool::Kind::kGlobalAverage, {}, {}, {}});
  }
  absl::Status AddGlobalMaxPool() {
    return AddUnary(graph::Pool{graph::Pool::Kind::kGlobalMax, {}, {}, {}});
  }

  absl::Status AddElementwise(graph::Elementwise::Kind kind) {
    return AddUnary(graph::Elementwise{kind});
  }
  absl::Status AddRelu() {
    return AddElementwise(graph::Elementwise::Kind::kRelu);
  }
  absl::Status AddSigmoid() {
    return AddElementwise(graph::Elementwise::Kind::kSigmoid);
  }
  absl::Status AddTanh() {
    return AddElementwise(graph::Elementwise::Kind::kTanh);
  }

  // A limit of Clip: an attribute before opset 11, an input since.
  std::optional<double> ClipLimit(const std::string& name, size_t input) const {
    const auto found = node_->reals.find(name);
    if (found != node_->reals.end()) return found->second;
    const OnnxConstant* constant = Constant(input);
    if (constant == nullptr || constant->reals.size() != 1) return std::nullopt;
    return constant->reals[0];
  }
  absl::Status AddClip() {
    if (ClipLimit("min", 1) != 0.0 || ClipLimit("max", 2) != 6.0) {
      return Error("only limits 0 and 6, constant, are supported");
    }
    return AddElementwise(graph::Elementwise::Kind::kRelu6);
  }

  absl::Status AddBinary(graph::Elementwise::Kind kind) {
    DYNARCH_ASSIGN_OR_RETURN(const Tensor left, Data(0));
    DYNARCH_ASSIGN_OR_RETURN(const Tensor right, Data(1));
    return AddActor(graph::Elementwise{kind}, {left, right});
  }
  absl::Status AddMul() { return AddBinary(graph::Elementwise::Kind::kMul); }

  // Readers of a tensor, graph outputs included.
  int64_t ReaderCount(const std::string& tensor) const {
    int64_t count =
        std::count(graph_.outputs.begin(), graph_.outputs.end(), tensor);
    for (const OnnxNode& node : graph_.nodes) {
      count += std::count(node.inputs.begin(), node.inputs.end(), tensor);
    }
    return count;
  }

  // Add of a constant vector to a MatMul that nothing else reads is its bias.
  absl::Status AddAdd() {
    const bool first_is_constant = Constant(0) != nullptr;
    if (!first_is_constant && Constant(1) == nullptr) {
      return AddBinary(graph::Elementwise::Kind::kAdd);
    }
    const OnnxConstant& bias = *Constant(first_is_constant ? 0 : 1);
    DYNARCH_ASSIGN_OR_RETURN(const Tensor data,
                             Data(first_is_constant ? 1 : 0));
    graph::Linear* linear =
        data.from.is_input
            ? nullptr
            : std::get_if<graph::Linear>(&parts_.actors[data.from.index].op);
    if (linear == nullptr || linear->bias || bias.shape.empty() ||
        bias.shape.back() != linear->out_features ||
        graph::ElementCount(bias.shape) != linear->out_features ||
        ReaderCount(node_->inputs[first_is_constant ? 1 : 0]) != 1) {
      return Error(
          "adding a constant is supported only as the bias of a "
          "MatMul that nothing else reads");
    }
    linear->bias = true;
    tensors_[node_->outputs[0]] = data;
    return absl::OkStatus();
  }

  absl::Status AddNorm() { return AddUnary(graph::Norm{}); }

  // Axis of an operator over [batch, ...], counted from 0.
  absl::StatusOr<int64_t> Axis(const Tensor& input, int64_t otherwise) const {
    const auto rank = static_cast<int64_t>(input.shape.size()) + 1;
    const int64_t axis = Attribute("axis", otherwise);
    if (axis < -rank || axis >= rank) {
      return Error("axis ", axis, " is outside the ", rank, " extents");
    }
    return axis < 0 ? axis + rank : axis;
  }
  absl::Status AddSoftmax() {
    DYNARCH_ASSIGN_OR_RETURN(const Tensor input, Data(0));
    DYNARCH_ASSIGN_OR_RETURN(const int64_t axis, Axis(input, -1));
    if (axis != static_cast<int64_t>(input.shape.size())) {
      return Error("axis ", axis, " is not the last of ", input.shape.size(),
                   "; only the last extent is supported");
    }
    return AddUnary(graph::Softmax{});
  }
  absl::Status AddConcat() {
    std::vector<Tensor> inputs;
    for (size_t i = 0; i < node_->inputs.size(); ++i) {
      DYNARCH_ASSIGN_OR_RETURN(const Tensor input, Data(i));
      inputs.push_back(input);
    }
    if (inputs.empty()) return Error("has no input");
    DYNARCH_ASSIGN_OR_RETURN(const int64_t axis, Axis(inputs[0], 1));
    if (axis != 1) {
      return Error("axis ", axis, "; only 1, the channels, is supported");
    }
    return AddActor(graph::Concat{}, inputs);
  }

  // --- Shapes only.

  // Adds a reshape; one extent needs no shape of its own.
  absl::Status AddReshaped(const Tensor& input, Shape shape) {
    if (shape == input.shape) {
      tensors_[node_->outputs[0]] = input;
      return absl::OkStatus();
    }
    graph::Reshape reshape;
    if (shape.size() != 1) reshape.shape = std::move(shape);
    return AddActor(reshape, {input});
  }
  absl::Status AddFlatten() {
    DYNARCH_ASSIGN_OR_RETURN(const Tensor input, Data(0));
    DYNARCH_ASSIGN_OR_RETURN(const int64_t axis, Axis(input, 1));
    if (axis != 1) return Error("axis ", axis, "; only 1 is supported");
    return AddReshaped(input, {graph::ElementCount(input.shape)});
  }
  absl::Status AddReshape() {
    DYNARCH_ASSIGN_OR_RETURN(const Tensor input, Data(0));
    const OnnxConstant* target = Constant(1);
    if (target == nullptr || target->integers.size() < 2) {
      return Error(
          "needs a constant target with the batch and at least one "
          "more extent");
    }
    const int64_t count = graph::ElementCount(input.shape);
    Shape shape;
    int64_t known = 1;
    for (size_t i = 1; i < target->integers.size(); ++i) {
      int64_t extent = target->integers[i];
      if (extent == 0 && i <= input.shape.size()) extent = input.shape[i - 1];
      if (extent != -1 && (extent < 1 || extent > count)) {
        return Error("extent ", i, " of the target is ", extent,
                     ", which does not fit ", count, " elements");
      }
      if (extent != -1) known = std::min(known * extent, count + 1);
      shape.push_back(extent);
    }
    const int64_t batch = target->integers[0];
    if (batch != 1 && batch != 0 && batch != -1) {
      return Error("the batch of the target is ", batch, "; 1 is needed");
    }
    for (int64_t& extent : shape) {
      if (extent == -1) extent = count / known;
    }
    return AddReshaped(input, std::move(shape));
  }
  // Squeeze: removes extents of 1; `axes` count the batch, which stays.
  absl::Status AddSqueeze() {
    DYNARCH_ASSIGN_OR_RETURN(const Tensor input, Data(0));
    const auto rank = static_cast<int64_t>(input.shape.size()) + 1;
    const OnnxConstant* given = Constant(1);
    Integers axes =
        given != nullptr ? given->integers : Attribute("axes", Integers{});
    std::set<int64_t> removed;
    for (const int64_t axis : axes)
      removed.insert(axis < 0 ? axis + rank : axis);
    if (removed.empty()) {
      return Error("needs axes, or it would remove the batch");
    }
    Shape shape;
    for (int64_t i = 1; i < rank; ++i) {
      const bool is_removed = removed.erase(i) > 0;
      if (!is_removed) shape.push_back(input.shape[i - 1]);
      if (is_removed && input.shape[i - 1] != 1) {
        return Error("extent ", i, " is ", input.shape[i - 1],
                     "; only extents of 1 can be removed");
      }
    }
    if (!removed.empty()) {
      return Error("axis ", *removed.begin(), " cannot be removed");
    }
    if (shape.empty()) return Error("would leave no extent");
    return AddReshaped(input, std::move(shape));
  }
  absl::Status AddNothing() {
    DYNARCH_ASSIGN_OR_RETURN(const Tensor input, Data(0));
    tensors_[node_->outputs[0]] = input;
    return absl::OkStatus();
  }

  const OnnxGraph& graph_;
  const OnnxNode* node_ = nullptr;
  graph::NetworkParts parts_;
  std::map<std::string, Tensor> tensors_;
  std::set<std::string> names_;
};

const std::map<std::string, NetworkBuilder::Handler>&
NetworkBuilder::Handlers() {
  using B = NetworkBuilder;
  static const auto& handlers = *new std::map<std::string, Handler>{
      {"Add", &B::AddAdd},
      {"AveragePool", &B::AddAveragePool},
      {"BatchNormalization", &B::AddNorm},
      {"Clip", &B::AddClip},
      {"Concat", &B::AddConcat},
      {"Conv", &B::AddConv},
      {"Dropout", &B::AddNothing},
      {"Flatten", &B::AddFlatten},
      {"Gemm", &B::AddGemm},
      {"GlobalAveragePool", &B::AddGlobalAveragePool},
      {"GlobalMaxPool", &B::AddGlobalMaxPool},
      {"Identity", &B::AddNothing},
      {"MatMul", &B::AddMatMul},
      {"MaxPool", &B::AddMaxPool},
      {"Mul", &B::AddMul},
      {"Relu", &B::AddRelu},
      {"Reshape", &B::AddReshape},
      {"Sigmoid", &B::AddSigmoid},
      {"Softmax", &B::AddSoftmax},
      {"Squeeze", &B::AddSqueeze},
      {"Tanh", &B::AddTanh},
  };
  return handlers;
}

const std::vector<std::string>& SupportedNames() {
  static const auto& names = *[] {
    auto* list = new std::vector<std::string>();
    for (const auto& [name, handler] : NetworkBuilder::Handlers()) {
      list->push_back(name);
    }
    return list;
  }();
  return names;
}

}  // namespace

const std::vector<std::string>& SupportedOperators() {
  return SupportedNames();
}

absl::StatusOr<v1::Network> BuildNetwork(const OnnxGraph& graph) {
  return NetworkBuilder(graph).Build();
}

}  // namespace dynarch::io
