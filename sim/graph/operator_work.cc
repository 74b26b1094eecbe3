#include <cstdint>
#include <variant>

#include "sim/graph/operator.h"

namespace dynarch::graph {
namespace {

using Inputs = absl::Span<const Shape>;

// Each adds what is its own to the counts of tensors that WorkOf has filled.

void Add(const Conv2d& op, Inputs inputs, const Shape& out,
         OperatorWork& work) {
  const int64_t in_channels = inputs[0][0];
  const int64_t window =
      op.kernel.height * op.kernel.width * (in_channels / op.groups);
  const bool depthwise = op.groups > 1 && op.groups == in_channels;
  work.operator_class =
      depthwise ? OperatorClass::kDepthwise : OperatorClass::kConv2d;
  work.macs = Macs(work.output_elements * window);
  work.weight_elements =
      op.out_channels * window + (op.bias ? op.out_channels : 0);
  work.matmul = {.m = out[1] * out[2],
                 .n = op.out_channels / op.groups,
                 .k = window,
                 .groups = op.groups};
}

void Add(const Linear& op, Inputs inputs, const Shape& out,
         OperatorWork& work) {
  const int64_t in_features = inputs[0][0];
  work.operator_class = OperatorClass::kLinear;
  work.macs = Macs(in_features * op.out_features);
  work.weight_elements =
      in_features * op.out_features + (op.bias ? op.out_features : 0);
  work.matmul = {.m = 1, .n = op.out_features, .k = in_features, .groups = 1};
}

void Add(const Pool& op, Inputs, const Shape&, OperatorWork& work) {
  const bool global = op.kind == Pool::Kind::kGlobalAverage ||
                      op.kind == Pool::Kind::kGlobalMax;
  work.vector_ops =
      global ? work.input_elements
             : work.output_elements * op.kernel.height * op.kernel.width;
}

void Add(const Elementwise&, Inputs inputs, const Shape&, OperatorWork& work) {
  // One operation per element and operand after the first: 1 for relu.
  const int64_t operands = static_cast<int64_t>(inputs.size());
  work.vector_ops = work.output_elements * (operands > 1 ? operands - 1 : 1);
}

void Add(const Norm&, Inputs inputs, const Shape&, OperatorWork& work) {
  work.vector_ops = 2 * work.output_elements;  // Scale, shift.
  work.weight_elements = 2 * inputs[0][0];
}

void Add(const Softmax&, Inputs, const Shape&, OperatorWork& work) {
  work.vector_ops = 5 * work.output_elements;
}

void Add(const Reshape&, Inputs, const Shape&, OperatorWork& work) {
  work.moves_nothing = true;
}

// Copies, without arithmetic.
void Add(const Concat&, Inputs, const Shape&, OperatorWork&) {}

}  // namespace

OperatorWork WorkOf(const Operator& op, absl::Span<const Shape> inputs,
                    const Shape& output) {
  OperatorWork work;
  for (const Shape& shape : inputs) work.input_elements += ElementCount(shape);
  work.output_elements = ElementCount(output);
  std::visit([&](const auto& kind) { Add(kind, inputs, output, work); }, op);
  return work;
}

}  // namespace dynarch::graph
