#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <variant>

#include "absl/numeric/int128.h"
#include "sim/graph/operator.h"

namespace dynarch::graph {
namespace {

using Inputs = absl::Span<const Shape>;

// Product of counts, stopped just past kMaxOps: InferShape refuses an operator
// whose counts go there.
int64_t Product(std::initializer_list<int64_t> factors) {
  absl::int128 product = 1;
  for (const int64_t factor : factors) {
    product = std::min<absl::int128>(product * factor, kMaxOps + 1);
  }
  return static_cast<int64_t>(product);
}

int64_t WindowOf(const Extent2d& kernel) {
  return Product({kernel.height, kernel.width});
}

OperatorClass ClassOfConv(int64_t in_channels, int64_t groups) {
  const bool depthwise = groups > 1 && groups == in_channels;
  return depthwise ? OperatorClass::kDepthwise : OperatorClass::kConv2d;
}

// The work of `groups` products and nothing else.
void SetProduct(const MatMulShape& shape, OperatorWork& work) {
  work.matmul = shape;
  work.macs = Macs(Product({shape.m, shape.n, shape.k, shape.groups}));
}

// A convolution's kernel class and what it gathers.
void SetWindows(const Extent2d& kernel, const Extent2d& stride,
                OperatorWork& work) {
  const MatMulShape& shape = work.matmul;
  if (work.operator_class == OperatorClass::kDepthwise) {
    work.kernel_class = KernelClass::kDepthwise;
  } else {
    const bool pointwise =
        WindowOf(kernel) == 1 && WindowOf(stride) == 1 && shape.groups == 1;
    work.kernel_class =
        pointwise ? KernelClass::kPointwise : KernelClass::kConv2d;
  }
  if (work.kernel_class == KernelClass::kPointwise) return;
  work.window_elements = Product({shape.m, shape.k, shape.groups});
}

// Each adds what is its own to the counts of tensors that WorkOf has filled.

void Add(const Conv2d& op, Inputs inputs, const Shape& out,
         OperatorWork& work) {
  const Shape& in = inputs[0];
  const int64_t window = Product({WindowOf(op.kernel), in[0] / op.groups});
  const int64_t weights = Product({op.out_channels, window});
  const int64_t pixels = op.positions.value_or(out[1] * out[2]);
  work.operator_class = ClassOfConv(in[0], op.groups);
  SetProduct({.m = pixels,
              .n = op.out_channels / op.groups,
              .k = window,
              .groups = op.groups},
             work);
  SetWindows(op.kernel, op.stride, work);
  const bool given = inputs.size() > 1;  // The weights are a tensor.
  work.weight_elements =
      (given ? 0 : weights) + (op.bias ? op.out_channels : 0);
  if (op.positions.has_value()) {
    const int64_t whole = ElementCount(in);
    const int64_t read = Product({pixels, WindowOf(op.kernel), in[0]});
    work.input_elements -= whole - std::min(whole, read);
    work.output_elements = pixels * op.out_channels;
  }
}

void Add(const ConvTranspose2d& op, Inputs inputs, const Shape&,
         OperatorWork& work) {
  const Shape& in = inputs[0];
  const int64_t filters =
      Product({WindowOf(op.kernel), op.out_channels / op.groups});
  work.operator_class = ClassOfConv(in[0], op.groups);
  SetProduct({.m = in[1] * in[2],
              .n = filters,
              .k = in[0] / op.groups,
              .groups = op.groups},
             work);
  SetWindows(op.kernel, op.stride, work);
  work.weight_elements =
      Product({in[0], filters}) + (op.bias ? op.out_channels : 0);
}

void Add(const Linear& op, Inputs inputs, const Shape&, OperatorWork& work) {
  const int64_t in_features = inputs[0].back();
  work.operator_class = OperatorClass::kLinear;
  work.kernel_class = KernelClass::kLinear;
  SetProduct({.m = work.input_elements / in_features,
              .n = op.out_features,
              .k = in_features},
             work);
  work.weight_elements =
      Product({in_features, op.out_features}) + (op.bias ? op.out_features : 0);
}

void Add(const MatMul&, Inputs inputs, const Shape& out, OperatorWork& work) {
  const Shape& left = inputs[0];
  const int64_t m = out[out.size() - 2], n = out.back();
  const int64_t heads = work.output_elements / (m * n);
  const bool shared = inputs[1].size() < left.size();
  work.operator_class = OperatorClass::kLinear;
  work.kernel_class = KernelClass::kMatMul;
  SetProduct({.m = shared ? heads * m : m,
              .n = n,
              .k = left.back(),
              .groups = shared ? 1 : heads},
             work);
}

struct CellCounts {
  int64_t gates = 1;
  int64_t unit_ops = 1;  // Beside the products, per unit and step.
};
CellCounts CountsOf(RnnCell::Kind kind) {
  switch (kind) {
    case RnnCell::Kind::kLstm:
      return {.gates = 4, .unit_ops = 9};
    case RnnCell::Kind::kGru:
      return {.gates = 3, .unit_ops = 8};
    case RnnCell::Kind::kSimple:
      break;
  }
  return {};
}

void Add(const RnnCell& op, Inputs inputs, const Shape&, OperatorWork& work) {
  const CellCounts cell = CountsOf(op.kind);
  const int64_t directions = op.bidirectional ? 2 : 1;
  const int64_t steps = inputs[0].size() == 1 ? 1 : inputs[0][0];
  const int64_t rows = Product({cell.gates, op.hidden});
  const int64_t columns = inputs[0].back() + op.hidden;
  work.operator_class = OperatorClass::kLinear;
  work.kernel_class = KernelClass::kRecurrent;
  SetProduct({.m = 1, .n = rows, .k = columns, .groups = steps * directions},
             work);
  work.vector_ops = Product({steps, directions, op.hidden, cell.unit_ops});
  work.weight_elements =
      Product({directions, rows, columns + (op.bias ? 2 : 0)});
}

void Add(const MixWeights& op, Inputs, const Shape&, OperatorWork& work) {
  work.operator_class = OperatorClass::kLinear;
  work.kernel_class = KernelClass::kMatMul;
  SetProduct({.m = 1, .n = work.output_elements, .k = op.kernels}, work);
  work.weight_elements = work.macs.value();
}

void Add(const Pool& op, Inputs, const Shape&, OperatorWork& work) {
  work.kernel_class = KernelClass::kPool;
  const bool global = op.kind == Pool::Kind::kGlobalAverage ||
                      op.kind == Pool::Kind::kGlobalMax;
  work.vector_ops = global
                        ? work.input_elements
                        : Product({work.output_elements, WindowOf(op.kernel)});
}

void Add(const Elementwise& op, Inputs inputs, const Shape& out,
         OperatorWork& work) {
  const int64_t operands = static_cast<int64_t>(inputs.size());
  work.kernel_class =
      operands > 1 ? KernelClass::kElementwise : KernelClass::kActivation;
  if (op.kind == Elementwise::Kind::kAdd && operands == 1) {
    work.moves_nothing = true;
    return;
  }
  work.vector_ops =
      Product({work.output_elements, std::max<int64_t>(operands - 1, 1)});
  if (op.kind == Elementwise::Kind::kPrelu) work.weight_elements = out[0];
}

void Add(const Norm& op, Inputs, const Shape& out, OperatorWork& work) {
  int64_t ops = 7;
  work.kernel_class = KernelClass::kNorm;
  work.weight_elements = 2 * out[0];
  switch (op.kind) {
    case Norm::Kind::kBatch:
      ops = 2;
      break;
    case Norm::Kind::kGroup:
    case Norm::Kind::kInstance:
      break;
    case Norm::Kind::kLayer:
      work.weight_elements = 2 * out.back();
      break;
    case Norm::Kind::kRms:
      ops = 4;
      work.weight_elements = out.back();
      break;
    case Norm::Kind::kLocalResponse:
      ops = 2 * op.size + 3;
      work.weight_elements = 0;
      break;
  }
  work.vector_ops = Product({work.output_elements, ops});
}

void Add(const Softmax&, Inputs, const Shape&, OperatorWork& work) {
  work.kernel_class = KernelClass::kSoftmax;
  work.vector_ops = Product({work.output_elements, 5});
}

void Add(const Resize& op, Inputs, const Shape&, OperatorWork& work) {
  constexpr int64_t kBilinear = 4 + 3, kBicubic = 16 + 15;
  if (op.kind == Resize::Kind::kNearest) return;
  const bool bilinear = op.kind == Resize::Kind::kBilinear;
  work.vector_ops =
      Product({work.output_elements, bilinear ? kBilinear : kBicubic});
}

void Add(const Reduce& op, Inputs, const Shape&, OperatorWork& work) {
  const bool top = op.kind == Reduce::Kind::kTopK;
  work.vector_ops = Product({work.input_elements, top ? op.k : 1});
}

void Add(const Embedding& op, Inputs, const Shape&, OperatorWork& work) {
  const int64_t rows = std::min(work.input_elements, op.entries);
  work.weight_elements = Product({rows, op.features});
  work.resident_weight_elements = Product({op.entries, op.features});
}

void Add(const Opaque& op, Inputs, const Shape&, OperatorWork& work) {
  work.vector_ops = op.ops;
  work.weight_elements = op.weight_elements;
}

void Add(const Reshape&, Inputs, const Shape&, OperatorWork& work) {
  work.moves_nothing = true;
}

void Add(const Merge&, Inputs inputs, const Shape&, OperatorWork& work) {
  work.moves_nothing = true;
  work.input_elements = ElementCount(inputs[0]);
}

// What follows copies, without arithmetic.

void Add(const Concat&, Inputs inputs, const Shape&, OperatorWork& work) {
  work.moves_nothing = inputs.size() == 1;
}
void Add(const Slice&, Inputs, const Shape&, OperatorWork& work) {
  work.input_elements = work.output_elements;
}
void Add(const Gather&, Inputs, const Shape&, OperatorWork& work) {
  work.input_elements = work.output_elements;
}
void Add(const Scatter&, Inputs inputs, const Shape&, OperatorWork& work) {
  if (inputs.size() > 1) work.input_elements = work.output_elements;
}
void Add(const Transpose&, Inputs, const Shape&, OperatorWork&) {}
void Add(const Pad&, Inputs, const Shape&, OperatorWork&) {}
void Add(const DepthToSpace&, Inputs, const Shape&, OperatorWork&) {}

}  // namespace

OperatorWork WorkOf(const Operator& op, absl::Span<const Shape> inputs,
                    const Shape& output) {
  OperatorWork work;
  for (const Shape& shape : inputs) work.input_elements += ElementCount(shape);
  work.output_elements = ElementCount(output);
  std::visit([&](const auto& kind) { Add(kind, inputs, output, work); }, op);
  work.resident_weight_elements =
      std::max(work.resident_weight_elements, work.weight_elements);
  return work;
}

}  // namespace dynarch::graph
