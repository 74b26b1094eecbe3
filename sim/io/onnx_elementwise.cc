// Operators that go element by element, and reductions, of onnx_builder.h.
#include <algorithm>
#include <utility>
#include <variant>

#include "sim/base/status_macros.h"
#include "sim/io/onnx_builder.h"
#include "sim/io/onnx_fold.h"

namespace dynarch::io {

using graph::Elementwise;
using graph::Shape;

absl::Status NetworkBuilder::AddActivation() {
  using Kind = Elementwise::Kind;
  static const auto& kKinds = *new std::map<std::string, Kind>{
      {"Abs", Kind::kAbs},
      {"Erf", Kind::kErf},
      {"Exp", Kind::kExp},
      {"Gelu", Kind::kGelu},
      {"HardSigmoid", Kind::kHardSigmoid},
      {"HardSwish", Kind::kHardSwish},
      {"LeakyRelu", Kind::kLeakyRelu},
      {"Neg", Kind::kNeg},
      {"Relu", Kind::kRelu},
      {"Sigmoid", Kind::kSigmoid},
      {"Silu", Kind::kSilu},
      {"Sqrt", Kind::kSqrt},
      {"Tanh", Kind::kTanh},
  };
  return AddUnary(Elementwise{kKinds.at(node_->op)});
}

// Limits are attributes before opset 11, inputs since.
absl::Status NetworkBuilder::AddClip() {
  const auto limit = [&](const char* name, size_t input) {
    const auto attribute = node_->reals.find(name);
    if (attribute != node_->reals.end()) {
      return std::optional<double>(attribute->second);
    }
    const OnnxConstant* constant = Constant(input);
    if (constant == nullptr) return std::optional<double>();
    const std::vector<double> numbers = NumbersOf(*constant);
    return numbers.size() == 1 ? std::optional<double>(numbers[0])
                               : std::nullopt;
  };
  const auto least = limit("min", 1), most = limit("max", 2);
  if (least == 0.0 && most == 6.0) {
    return AddUnary(Elementwise{Elementwise::Kind::kRelu6});
  }
  if (least == 0.0 && !most.has_value() && !HasInput(2)) {
    return AddUnary(Elementwise{Elementwise::Kind::kRelu});
  }
  return AddUnary(Elementwise{Elementwise::Kind::kClip});
}

absl::Status NetworkBuilder::AddPrelu() {
  if (Constant(1) == nullptr) return Error("needs a constant slope");
  return AddUnary(Elementwise{Elementwise::Kind::kPrelu});
}

absl::Status NetworkBuilder::AddBinary() {
  using Kind = Elementwise::Kind;
  static const auto& kKinds = *new std::map<std::string, Kind>{
      {"Add", Kind::kAdd}, {"Div", Kind::kDiv},     {"Max", Kind::kMaximum},
      {"Mul", Kind::kMul}, {"Min", Kind::kMaximum}, {"Pow", Kind::kPow},
      {"Sub", Kind::kSub}, {"Sum", Kind::kAdd},
  };
  const Kind kind = kKinds.at(node_->op);
  std::vector<OnnxTensor> inputs;
  size_t data = 0;
  for (size_t i = 0; i < node_->inputs.size(); ++i) {
    if (Constant(i) != nullptr) continue;
    DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(i));
    inputs.push_back(input);
    data = i;
  }
  if (inputs.empty()) return Error("has no input that depends on the data");
  if (node_->inputs.size() == 1) return Give(inputs[0]);
  if (inputs.size() == 1 && node_->inputs.size() == 2) {
    return AddWithConstant(kind, data);
  }
  if (inputs.size() != node_->inputs.size()) return AddOpaqueElementwise();
  // Operands of fewer extents get ones in front.
  size_t rank = 0;
  for (const OnnxTensor& input : inputs) {
    rank = std::max(rank, input.full.size());
  }
  for (OnnxTensor& input : inputs) {
    if (input.full.size() == rank) continue;
    Integers full = input.full;
    full.insert(full.begin(), rank - full.size(), 1);
    DYNARCH_ASSIGN_OR_RETURN(input, Reshaped(input, std::move(full)));
  }
  // The batch is at one place in all of them.
  const auto most = std::max_element(inputs.begin(), inputs.end(),
                                     [](const auto& a, const auto& b) {
                                       return CountOf(a.full) < CountOf(b.full);
                                     });
  const std::optional<int> batch = most->batch;
  for (OnnxTensor& input : inputs) {
    if (input.batch == batch) continue;
    if (batch.has_value() && input.full[*batch] != 1) {
      return AddOpaqueElementwise();
    }
    DYNARCH_ASSIGN_OR_RETURN(input, Reshaped(input, input.full, batch));
  }
  return AddActor(Elementwise{kind}, inputs);
}

// Adding a vector to a product or a convolution that nothing else reads is its
// bias.
bool NetworkBuilder::FuseBias(const OnnxTensor& data, const OnnxConstant& bias,
                              size_t input) {
  if (data.from.is_input || ReaderCount(node_->inputs[input]) != 1) {
    return false;
  }
  graph::Operator& op = parts_.actors[data.from.index].op;
  const int64_t count = CountOf(bias.shape);
  if (auto* linear = std::get_if<graph::Linear>(&op)) {
    if (linear->bias || bias.shape.empty() ||
        bias.shape.back() != linear->out_features ||
        count != linear->out_features ||
        data.full.back() != linear->out_features) {
      return false;
    }
    linear->bias = true;
    return true;
  }
  auto* conv = std::get_if<graph::Conv2d>(&op);
  if (conv == nullptr || conv->bias || count != conv->out_channels ||
      bias.shape.size() < 3 || bias.shape[bias.shape.size() - 3] != count) {
    return false;
  }
  conv->bias = true;
  return true;
}

absl::Status NetworkBuilder::AddWithConstant(Elementwise::Kind kind,
                                             size_t data) {
  using Kind = Elementwise::Kind;
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(data));
  const OnnxConstant& constant = *Constant(1 - data);
  if (kind == Kind::kAdd && FuseBias(input, constant, data)) {
    return Give(input);
  }
  const int64_t count = CountOf(constant.shape);
  const bool grows =
      constant.shape.size() > input.full.size() || count > CountOf(input.full);
  if (count == 1 && !grows) {
    const Kind scalar = kind == Kind::kPow       ? Kind::kPow
                        : kind == Kind::kMaximum ? Kind::kClip
                                                 : Kind::kScale;
    return AddActor(Elementwise{scalar}, {input});
  }
  return AddOpaqueElementwise();
}

// One operation per output element, and what constants there are as weights.
absl::Status NetworkBuilder::AddOpaqueElementwise() {
  std::vector<OnnxTensor> inputs;
  graph::Opaque opaque;
  opaque.name = CleanName(node_->op, "elementwise");
  Integers full;
  std::vector<Integers> shapes;
  for (size_t i = 0; i < node_->inputs.size(); ++i) {
    if (const OnnxConstant* constant = Constant(i)) {
      opaque.weight_elements += CountOf(constant->shape);
      shapes.push_back(constant->shape);
    } else {
      DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(i));
      inputs.push_back(input);
      shapes.push_back(input.full);
    }
  }
  if (inputs.empty()) return Error("has no input that depends on the data");
  for (const Integers& shape : shapes) {
    if (shape.size() > full.size()) {
      full.insert(full.begin(), shape.size() - full.size(), 1);
    }
    for (size_t i = 0; i < shape.size(); ++i) {
      int64_t& extent = full[full.size() - shape.size() + i];
      if (extent != shape[i] && extent != 1 && shape[i] != 1) {
        return Error("operands ", graph::ToString(shapes.front()), " and ",
                     graph::ToString(shape), " do not fit each other");
      }
      extent = std::max(extent, shape[i]);
    }
  }
  const OnnxTensor& first = inputs[0];
  OnnxTensor result = first;
  if (result.batch.has_value()) {
    *result.batch += static_cast<int>(full.size() - first.full.size());
    if (full[*result.batch] != 1) result.batch = std::nullopt;
  }
  result.full = full;
  opaque.shape = result.shape();
  if (CountOf(opaque.shape) > graph::kMaxElements) {
    return Error("the output ", graph::ToString(full), " is out of bounds");
  }
  opaque.ops = CountOf(opaque.shape);
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor made, NewActor(opaque, inputs));
  result.from = made.from;
  return Give(std::move(result));
}

absl::Status NetworkBuilder::AddReduce() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const auto axes, Listed("axes", 1));
  const bool keep = Attribute("keepdims", int64_t{1}) != 0;
  graph::Reduce reduce;
  reduce.kind = node_->op == "ReduceMax"   ? graph::Reduce::Kind::kMax
                : node_->op == "ReduceSum" ? graph::Reduce::Kind::kSum
                                           : graph::Reduce::Kind::kMean;
  reduce.keep = keep;
  std::set<int64_t> reduced;
  for (size_t i = 0; !axes.has_value() && i < input.full.size(); ++i) {
    reduced.insert(static_cast<int64_t>(i));
  }
  for (const int64_t axis : axes.value_or(Integers{})) {
    DYNARCH_ASSIGN_OR_RETURN(const int64_t at, FileAxis(axis, input));
    reduced.insert(at);
  }
  OnnxTensor result;
  result.batch = std::nullopt;
  for (size_t i = 0; i < input.full.size(); ++i) {
    const bool gone = reduced.count(static_cast<int64_t>(i)) > 0;
    if (gone) {
      DYNARCH_ASSIGN_OR_RETURN(const auto inner,
                               Axis(static_cast<int64_t>(i), input));
      if (inner.has_value()) reduce.axes.push_back(*inner);
    }
    if (gone && !keep) continue;
    if (input.batch == static_cast<int>(i)) {
      result.batch = static_cast<int>(result.full.size());
    }
    result.full.push_back(gone ? 1 : input.full[i]);
  }
  if (reduce.axes.empty()) {
    DYNARCH_ASSIGN_OR_RETURN(OnnxTensor same,
                             Reshaped(input, result.full, result.batch));
    return Give(std::move(same));
  }
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor made, NewActor(reduce, {input}));
  result.from = made.from;
  return Give(std::move(result));
}

absl::Status NetworkBuilder::AddArgMax() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const int64_t axis,
                           FileAxis(Attribute("axis", int64_t{0}), input));
  DYNARCH_ASSIGN_OR_RETURN(const auto inner, Axis(axis, input));
  if (!inner.has_value()) return Error("goes along the batch");
  const bool keep = Attribute("keepdims", int64_t{1}) != 0;
  DYNARCH_ASSIGN_OR_RETURN(
      OnnxTensor result,
      NewActor(graph::Reduce{.kind = graph::Reduce::Kind::kArgMax,
                             .axes = {*inner},
                             .keep = keep},
               {input}));
  result.full = input.full;
  result.full[axis] = 1;
  result.batch = input.batch;
  if (!keep) {
    result.full.erase(result.full.begin() + axis);
    if (result.batch.has_value() && *result.batch > axis) --*result.batch;
  }
  return Give(std::move(result));
}

absl::Status NetworkBuilder::AddTopK() {
  DYNARCH_ASSIGN_OR_RETURN(const OnnxTensor input, Data(0));
  DYNARCH_ASSIGN_OR_RETURN(const int64_t axis,
                           FileAxis(Attribute("axis", int64_t{-1}), input));
  DYNARCH_ASSIGN_OR_RETURN(const auto k, Listed("k", 1));
  if (axis + 1 != static_cast<int64_t>(input.full.size()) || !k.has_value() ||
      k->size() != 1) {
    return Error("needs a constant k, along the last extent");
  }
  DYNARCH_ASSIGN_OR_RETURN(
      const OnnxTensor both,
      NewActor(graph::Reduce{.kind = graph::Reduce::Kind::kTopK, .k = (*k)[0]},
               {input}));
  for (size_t output = 0; output < 2 && output < node_->outputs.size();
       ++output) {
    if (ReaderCount(node_->outputs[output]) == 0) continue;
    DYNARCH_ASSIGN_OR_RETURN(
        OnnxTensor part,
        Sliced(both, axis, static_cast<int64_t>(output) * (*k)[0], (*k)[0],
               output == 0 ? "_values" : "_places"));
    DYNARCH_RETURN_IF_ERROR(Give(std::move(part), output));
  }
  return absl::OkStatus();
}

}  // namespace dynarch::io
