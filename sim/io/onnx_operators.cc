// Operators of onnx_builder.h.
#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "sim/base/status_macros.h"
#include "sim/io/onnx_builder.h"

namespace dynarch::io {

using graph::Extent2d;
using graph::Shape;
using Integers = std::vector<int64_t>;

absl::StatusOr<Extent2d> NetworkBuilder::Extent(const std::string& name,
                                                Extent2d otherwise) const {
  const Integers values = Attribute(name, {otherwise.height, otherwise.width});
  if (values.size() != 2) {
    return Error(name, " has ", values.size(),
                 " numbers; only two-dimensional windows are supported");
  }
  return Extent2d{values[0], values[1]};
}

absl::StatusOr<graph::Padding2d> NetworkBuilder::Padding() const {
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

absl::Status NetworkBuilder::AddConv() {
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
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  if (conv.groups < 1 || input.shape.empty() ||
      input.shape[0] % conv.groups != 0 ||
      weight->shape[1] != input.shape[0] / conv.groups) {
    return Error("the weight [", weight->shape[0], ", ", weight->shape[1], ", ",
                 weight->shape[2], ", ", weight->shape[3],
                 "] does not fit the input ", graph::ToString(input.shape),
                 " in ", conv.groups, " groups");
  }
  return AddActor(conv, {input});
}

absl::Status NetworkBuilder::AddLinear(int64_t in, int64_t out, bool bias) {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  if (input.shape != Shape{in}) {
    return Error("the weight takes ", in, " features, the input is ",
                 graph::ToString(input.shape));
  }
  return AddActor(graph::Linear{out, bias}, {input});
}

absl::Status NetworkBuilder::AddGemm() {
  const OnnxConstant* weight = Constant(1);
  if (weight == nullptr || weight->shape.size() != 2 ||
      Attribute("transA", int64_t{0}) != 0) {
    return Error("needs a constant weight of two extents and no transA");
  }
  const bool transposed = Attribute("transB", int64_t{0}) != 0;
  return AddLinear(weight->shape[transposed ? 1 : 0],
                   weight->shape[transposed ? 0 : 1], HasInput(2));
}

absl::Status NetworkBuilder::AddMatMul() {
  const OnnxConstant* weight = Constant(1);
  if (weight == nullptr || weight->shape.size() != 2) {
    return Error("needs a constant second operand of two extents");
  }
  return AddLinear(weight->shape[0], weight->shape[1], false);
}

absl::Status NetworkBuilder::AddPool(graph::Pool::Kind kind) {
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

absl::Status NetworkBuilder::AddMaxPool() {
  return AddPool(graph::Pool::Kind::kMax);
}

absl::Status NetworkBuilder::AddAveragePool() {
  return AddPool(graph::Pool::Kind::kAverage);
}

absl::Status NetworkBuilder::AddGlobalAveragePool() {
  return AddUnary(graph::Pool{.kind = graph::Pool::Kind::kGlobalAverage});
}

absl::Status NetworkBuilder::AddGlobalMaxPool() {
  return AddUnary(graph::Pool{.kind = graph::Pool::Kind::kGlobalMax});
}

absl::Status NetworkBuilder::AddElementwise(graph::Elementwise::Kind kind) {
  return AddUnary(graph::Elementwise{kind});
}

absl::Status NetworkBuilder::AddRelu() {
  return AddElementwise(graph::Elementwise::Kind::kRelu);
}

absl::Status NetworkBuilder::AddSigmoid() {
  return AddElementwise(graph::Elementwise::Kind::kSigmoid);
}

absl::Status NetworkBuilder::AddTanh() {
  return AddElementwise(graph::Elementwise::Kind::kTanh);
}

std::optional<double> NetworkBuilder::ClipLimit(const std::string& name,
                                                size_t input) const {
  const auto found = node_->reals.find(name);
  if (found != node_->reals.end()) return found->second;
  const OnnxConstant* constant = Constant(input);
  if (constant == nullptr || constant->reals.size() != 1) return std::nullopt;
  return constant->reals[0];
}

absl::Status NetworkBuilder::AddClip() {
  if (ClipLimit("min", 1) != 0.0 || ClipLimit("max", 2) != 6.0) {
    return Error("only limits 0 and 6, constant, are supported");
  }
  return AddElementwise(graph::Elementwise::Kind::kRelu6);
}

absl::Status NetworkBuilder::AddBinary(graph::Elementwise::Kind kind) {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor left, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor right, Data(1));
  return AddActor(graph::Elementwise{kind}, {left, right});
}

absl::Status NetworkBuilder::AddMul() {
  return AddBinary(graph::Elementwise::Kind::kMul);
}

int64_t NetworkBuilder::ReaderCount(const std::string& tensor) const {
  int64_t count =
      std::count(graph_.outputs.begin(), graph_.outputs.end(), tensor);
  for (const OnnxNode& node : graph_.nodes) {
    count += std::count(node.inputs.begin(), node.inputs.end(), tensor);
  }
  return count;
}

absl::Status NetworkBuilder::AddAdd() {
  const bool first_is_constant = Constant(0) != nullptr;
  if (!first_is_constant && Constant(1) == nullptr) {
    return AddBinary(graph::Elementwise::Kind::kAdd);
  }
  const OnnxConstant& bias = *Constant(first_is_constant ? 0 : 1);
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor data,
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

absl::Status NetworkBuilder::AddNorm() { return AddUnary(graph::Norm{}); }

absl::StatusOr<int64_t> NetworkBuilder::Axis(const OnnxTensor& input,
                                             int64_t otherwise) const {
  const auto rank = static_cast<int64_t>(input.shape.size()) + 1;
  const int64_t axis = Attribute("axis", otherwise);
  if (axis < -rank || axis >= rank) {
    return Error("axis ", axis, " is outside the ", rank, " extents");
  }
  return axis < 0 ? axis + rank : axis;
}

absl::Status NetworkBuilder::AddSoftmax() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const int64_t axis, Axis(input, -1));
  if (axis != static_cast<int64_t>(input.shape.size())) {
    return Error("axis ", axis, " is not the last of ", input.shape.size(),
                 "; only the last extent is supported");
  }
  return AddUnary(graph::Softmax{});
}

absl::Status NetworkBuilder::AddConcat() {
  std::vector<OnnxTensor> inputs;
  for (size_t i = 0; i < node_->inputs.size(); ++i) {
    DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(i));
    inputs.push_back(input);
  }
  if (inputs.empty()) return Error("has no input");
  DYNARCH_ASSIGN_OR_RETURN(const int64_t axis, Axis(inputs[0], 1));
  if (axis != 1) {
    return Error("axis ", axis, "; only 1, the channels, is supported");
  }
  return AddActor(graph::Concat{}, inputs);
}

absl::Status NetworkBuilder::AddReshaped(const OnnxTensor& input, Shape shape) {
  if (shape == input.shape) {
    tensors_[node_->outputs[0]] = input;
    return absl::OkStatus();
  }
  graph::Reshape reshape;
  if (shape.size() != 1) reshape.shape = std::move(shape);
  return AddActor(reshape, {input});
}

absl::Status NetworkBuilder::AddFlatten() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const int64_t axis, Axis(input, 1));
  if (axis != 1) return Error("axis ", axis, "; only 1 is supported");
  return AddReshaped(input, {graph::ElementCount(input.shape)});
}

absl::Status NetworkBuilder::AddReshape() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
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
    if (extent != -1 && (extent < 1 || extent > count / known)) {
      return Error("extent ", i, " of the target is ", extent,
                   ", which does not fit ", count, " elements");
    }
    if (extent != -1) known *= extent;
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

absl::Status NetworkBuilder::AddSqueeze() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  const auto rank = static_cast<int64_t>(input.shape.size()) + 1;
  const OnnxConstant* given = Constant(1);
  Integers axes =
      given != nullptr ? given->integers : Attribute("axes", Integers{});
  std::set<int64_t> removed;
  for (const int64_t axis : axes) {
    removed.insert(axis < 0 ? axis + rank : axis);
  }
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

absl::Status NetworkBuilder::AddNothing() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  tensors_[node_->outputs[0]] = input;
  return absl::OkStatus();
}

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

}  // namespace dynarch::io
