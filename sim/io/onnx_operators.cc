// Convolutions, products, pooling and normalisation of onnx_builder.h.
#include <algorithm>
#include <utility>
#include <variant>

#include "sim/base/status_macros.h"
#include "sim/io/onnx_builder.h"
#include "sim/io/onnx_fold.h"

namespace dynarch::io {

using graph::Extent2d;
using graph::Shape;

// One number is the width of a window over a sequence.
absl::StatusOr<Extent2d> NetworkBuilder::Extent(const std::string& name,
                                                Extent2d otherwise) const {
  const Integers values = Attribute(name, {otherwise.height, otherwise.width});
  if (values.size() == 1) return Extent2d{otherwise.height, values[0]};
  if (values.size() == 2) return Extent2d{values[0], values[1]};
  return Error(name, " has ", values.size(),
               " numbers; only windows of one or two extents are supported");
}

absl::StatusOr<graph::Padding2d> NetworkBuilder::Padding(
    Extent2d input, Extent2d kernel, Extent2d stride, Extent2d dilation) const {
  const std::string automatic = Attribute("auto_pad", "NOTSET");
  if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
    // As much as lets the output be ceil(input / stride).
    const auto total = [](int64_t in, int64_t k, int64_t s, int64_t d) {
      if (s < 1 || in < 1 || k < 1 || d < 1 || k > graph::kMaxExtent / d) {
        return int64_t{-1};
      }
      const int64_t out = (in - 1) / s + 1;
      return std::max<int64_t>(0, (out - 1) * s + (k - 1) * d + 1 - in);
    };
    const int64_t y =
        total(input.height, kernel.height, stride.height, dilation.height);
    const int64_t x =
        total(input.width, kernel.width, stride.width, dilation.width);
    if (x < 0 || y < 0) return Error("strides or kernel are out of bounds");
    const int64_t upper = automatic == "SAME_UPPER" ? 0 : 1;
    const int64_t top = (y + upper) / 2, left = (x + upper) / 2;
    return graph::Padding2d{top, left, y - top, x - left};
  }
  if (automatic != "NOTSET" && automatic != "VALID") {
    return Error("auto_pad ", automatic, " is not known");
  }
  const Integers pads = Attribute("pads", Integers{0, 0, 0, 0});
  if (pads.size() == 2) return graph::Padding2d{0, pads[0], 0, pads[1]};
  if (pads.size() != 4) {
    return Error("pads has ", pads.size(), " numbers; 2 or 4 are needed");
  }
  return graph::Padding2d{pads[0], pads[1], pads[2], pads[3]};
}

// [1, channels, steps] as an image one pixel high.
absl::StatusOr<OnnxTensor> NetworkBuilder::AsImage(const OnnxTensor& input) {
  if (input.full.size() == 4 && input.batch == 0) return input;
  Integers full = input.full;
  if (full.size() == 3 && (input.batch == 0 || full[0] == 1)) {
    full.insert(full.begin() + 2, 1);
  }
  if (full.size() != 4 || full[0] != 1) {
    return Error("the input is ", graph::ToString(input.full),
                 "; [1, channels, height, width] or [1, channels, steps] is "
                 "needed");
  }
  return Reshaped(input, std::move(full), 0);
}

absl::Status NetworkBuilder::GiveAsFile(const OnnxTensor& image, size_t rank) {
  if (rank == 4) return Give(image);
  Integers full = image.full;
  full.erase(full.begin() + 2);
  DYNARCH_ASSIGN_OR_RETURN(OnnxTensor sequence,
                           Reshaped(image, std::move(full), 0));
  return Give(std::move(sequence));
}

absl::Status NetworkBuilder::AddConv() {
  const OnnxConstant* weight = Constant(1);
  const size_t rank = weight == nullptr ? 0 : weight->shape.size();
  if (rank != 3 && rank != 4) {
    return Error("needs a constant weight of three or four extents");
  }
  graph::Conv2d conv;
  conv.out_channels = weight->shape[0];
  conv.kernel = {rank == 4 ? weight->shape[2] : 1, weight->shape[rank - 1]};
  DYNARCH_ASSIGN_OR_RETURN(conv.stride, Extent("strides", {}));
  DYNARCH_ASSIGN_OR_RETURN(conv.dilation, Extent("dilations", {}));
  conv.groups = Attribute("group", int64_t{1});
  conv.bias = HasInput(2);
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor data, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, AsImage(data));
  DYNARCH_ASSIGN_OR_RETURN(conv.padding,
                           Padding({input.full[2], input.full[3]}, conv.kernel,
                                   conv.stride, conv.dilation));
  if (conv.groups < 1 || input.full[1] % conv.groups != 0 ||
      weight->shape[1] != input.full[1] / conv.groups) {
    return Error("the weight ", graph::ToString(weight->shape),
                 " does not fit the input ", graph::ToString(input.shape()),
                 " in ", conv.groups, " groups");
  }
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor output, NewActor(conv, {input}));
  return GiveAsFile(output, data.full.size());
}

absl::Status NetworkBuilder::AddConvTranspose() {
  const OnnxConstant* weight = Constant(1);
  const size_t rank = weight == nullptr ? 0 : weight->shape.size();
  if (rank != 3 && rank != 4) {
    return Error("needs a constant weight of three or four extents");
  }
  graph::ConvTranspose2d conv;
  conv.groups = Attribute("group", int64_t{1});
  if (conv.groups < 1 || weight->shape[1] < 1 ||
      conv.groups > graph::kMaxExtent / weight->shape[1]) {
    return Error("group is out of bounds");
  }
  conv.out_channels = weight->shape[1] * conv.groups;
  conv.kernel = {rank == 4 ? weight->shape[2] : 1, weight->shape[rank - 1]};
  DYNARCH_ASSIGN_OR_RETURN(conv.stride, Extent("strides", {}));
  DYNARCH_ASSIGN_OR_RETURN(const Extent2d dilation, Extent("dilations", {}));
  if (dilation != Extent2d{}) return Error("dilations are not supported");
  DYNARCH_ASSIGN_OR_RETURN(conv.output_padding,
                           Extent("output_padding", {0, 0}));
  conv.bias = HasInput(2);
  if (node_->integers.count("output_shape") > 0) {
    return Error("output_shape is not supported; export with explicit pads");
  }
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor data, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, AsImage(data));
  DYNARCH_ASSIGN_OR_RETURN(conv.padding, Padding({input.full[2], input.full[3]},
                                                 conv.kernel, conv.stride, {}));
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor output, NewActor(conv, {input}));
  return GiveAsFile(output, data.full.size());
}

absl::Status NetworkBuilder::AddLinear(int64_t in, int64_t out, bool bias) {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  if (input.full.empty() || input.full.back() != in ||
      input.batch == static_cast<int>(input.full.size()) - 1) {
    return Error("the weight takes ", in, " features, the input is ",
                 graph::ToString(input.shape()));
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
  if (weight != nullptr) {
    if (weight->shape.size() != 2) {
      return Error("needs a constant second operand of two extents");
    }
    return AddLinear(weight->shape[0], weight->shape[1], false);
  }
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor left, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor right, Data(1));
  return AddActor(graph::MatMul{}, {left, right});
}

absl::Status NetworkBuilder::AddPool(graph::Pool::Kind kind) {
  graph::Pool pool;
  pool.kind = kind;
  if (node_->integers.count("kernel_shape") == 0) {
    return Error("kernel_shape is missing");
  }
  pool.ceil_mode = Attribute("ceil_mode", int64_t{0}) != 0;
  DYNARCH_ASSIGN_OR_RETURN(const Extent2d dilation, Extent("dilations", {}));
  if (dilation != Extent2d{}) return Error("dilations are not supported");
  DYNARCH_ASSIGN_OR_RETURN(pool.kernel, Extent("kernel_shape", {}));
  DYNARCH_ASSIGN_OR_RETURN(pool.stride, Extent("strides", {}));
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor data, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, AsImage(data));
  DYNARCH_ASSIGN_OR_RETURN(pool.padding,
                           Padding({input.full[2], input.full[3]}, pool.kernel,
                                   pool.stride, dilation));
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor output, NewActor(pool, {input}));
  return GiveAsFile(output, data.full.size());
}

absl::Status NetworkBuilder::AddMaxPool() {
  if (node_->outputs.size() > 1 && !node_->outputs[1].empty()) {
    return Error("the places of the maxima are not supported");
  }
  return AddPool(graph::Pool::Kind::kMax);
}

absl::Status NetworkBuilder::AddAveragePool() {
  return AddPool(graph::Pool::Kind::kAverage);
}

absl::Status NetworkBuilder::AddGlobalAveragePool() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor data, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, AsImage(data));
  DYNARCH_ASSIGN_OR_RETURN(
      const OnnxTensor output,
      NewActor(graph::Pool{.kind = graph::Pool::Kind::kGlobalAverage},
               {input}));
  return GiveAsFile(output, data.full.size());
}

absl::Status NetworkBuilder::AddGlobalMaxPool() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor data, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, AsImage(data));
  DYNARCH_ASSIGN_OR_RETURN(
      const OnnxTensor output,
      NewActor(graph::Pool{.kind = graph::Pool::Kind::kGlobalMax}, {input}));
  return GiveAsFile(output, data.full.size());
}

absl::Status NetworkBuilder::AddBatchNorm() { return AddUnary(graph::Norm{}); }

absl::Status NetworkBuilder::AddLayerNorm() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const int64_t axis,
                           FileAxis(Attribute("axis", int64_t{-1}), input));
  if (axis + 1 != static_cast<int64_t>(input.full.size())) {
    return Error("axis ", axis, " is not the last of ", input.full.size(),
                 "; only the last extent is supported");
  }
  return AddUnary(graph::Norm{.kind = graph::Norm::Kind::kLayer});
}

absl::Status NetworkBuilder::AddInstanceNorm() {
  return AddUnary(graph::Norm{.kind = graph::Norm::Kind::kInstance});
}

absl::Status NetworkBuilder::AddGroupNorm() {
  return AddUnary(graph::Norm{.kind = graph::Norm::Kind::kGroup});
}

absl::Status NetworkBuilder::AddLocalResponseNorm() {
  return AddUnary(graph::Norm{.kind = graph::Norm::Kind::kLocalResponse,
                              .size = Attribute("size", int64_t{1})});
}

absl::Status NetworkBuilder::AddSoftmax() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const int64_t axis,
                           FileAxis(Attribute("axis", int64_t{-1}), input));
  if (axis + 1 != static_cast<int64_t>(input.full.size())) {
    return Error("axis ", axis, " is not the last of ", input.full.size(),
                 "; only the last extent is supported");
  }
  return AddUnary(graph::Softmax{});
}

// Long because: it is one table.
const std::map<std::string, NetworkBuilder::Handler>&
NetworkBuilder::Handlers() {
  using B = NetworkBuilder;
  static const auto& handlers = *new std::map<std::string, Handler>{
      {"Abs", &B::AddActivation},
      {"Add", &B::AddBinary},
      {"ArgMax", &B::AddArgMax},
      {"AveragePool", &B::AddAveragePool},
      {"BatchNormalization", &B::AddBatchNorm},
      {"Cast", &B::AddNothing},
      {"Celu", &B::AddOpaqueElementwise},
      {"Clip", &B::AddClip},
      {"Concat", &B::AddConcat},
      {"Conv", &B::AddConv},
      {"ConvTranspose", &B::AddConvTranspose},
      {"DepthToSpace", &B::AddDepthToSpace},
      {"Div", &B::AddBinary},
      {"Dropout", &B::AddNothing},
      {"Elu", &B::AddOpaqueElementwise},
      {"Equal", &B::AddOpaqueElementwise},
      {"Erf", &B::AddActivation},
      {"Exp", &B::AddActivation},
      {"Expand", &B::AddExpand},
      {"Flatten", &B::AddFlatten},
      {"GRU", &B::AddRecurrent},
      {"Gather", &B::AddGather},
      {"Gelu", &B::AddActivation},
      {"Gemm", &B::AddGemm},
      {"GlobalAveragePool", &B::AddGlobalAveragePool},
      {"GlobalMaxPool", &B::AddGlobalMaxPool},
      {"Greater", &B::AddOpaqueElementwise},
      {"GreaterOrEqual", &B::AddOpaqueElementwise},
      {"GroupNormalization", &B::AddGroupNorm},
      {"HardSigmoid", &B::AddActivation},
      {"HardSwish", &B::AddActivation},
      {"Identity", &B::AddNothing},
      {"If", &B::AddIf},
      {"InstanceNormalization", &B::AddInstanceNorm},
      {"LRN", &B::AddLocalResponseNorm},
      {"LSTM", &B::AddRecurrent},
      {"LayerNormalization", &B::AddLayerNorm},
      {"LeakyRelu", &B::AddActivation},
      {"Less", &B::AddOpaqueElementwise},
      {"LessOrEqual", &B::AddOpaqueElementwise},
      {"LogSoftmax", &B::AddSoftmax},
      {"Loop", &B::AddLoop},
      {"MatMul", &B::AddMatMul},
      {"Max", &B::AddBinary},
      {"MaxPool", &B::AddMaxPool},
      {"Min", &B::AddBinary},
      {"Mul", &B::AddBinary},
      {"Neg", &B::AddActivation},
      {"Not", &B::AddOpaqueElementwise},
      {"PRelu", &B::AddPrelu},
      {"Pad", &B::AddPad},
      {"Pow", &B::AddBinary},
      {"RNN", &B::AddRecurrent},
      {"Reciprocal", &B::AddOpaqueElementwise},
      {"ReduceMax", &B::AddReduce},
      {"ReduceMean", &B::AddReduce},
      {"ReduceSum", &B::AddReduce},
      {"Relu", &B::AddActivation},
      {"Reshape", &B::AddReshape},
      {"Resize", &B::AddResize},
      {"Scan", &B::AddScan},
      {"Selu", &B::AddOpaqueElementwise},
      {"Shape", &B::AddShape},
      {"Sigmoid", &B::AddActivation},
      {"Silu", &B::AddActivation},
      {"Slice", &B::AddSlice},
      {"Softmax", &B::AddSoftmax},
      {"Softplus", &B::AddOpaqueElementwise},
      {"Split", &B::AddSplit},
      {"Sqrt", &B::AddActivation},
      {"Squeeze", &B::AddSqueeze},
      {"Sub", &B::AddBinary},
      {"Sum", &B::AddBinary},
      {"Tanh", &B::AddActivation},
      {"Tile", &B::AddExpand},
      {"TopK", &B::AddTopK},
      {"Transpose", &B::AddTranspose},
      {"Unsqueeze", &B::AddUnsqueeze},
      {"Upsample", &B::AddResize},
      {"Where", &B::AddOpaqueElementwise},
  };
  return handlers;
}

}  // namespace dynarch::io
