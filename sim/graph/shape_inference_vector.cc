// Operators that compute element by element, or along one extent.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/base/status_macros.h"
#include "sim/graph/shape_inference.h"

namespace dynarch::graph::shapes {
namespace {

struct Operands {
  size_t least = 1, most = 1;
  absl::string_view text;  // What is allowed.
};
Operands OperandsOf(Elementwise::Kind kind) {
  constexpr size_t kAny = SIZE_MAX;
  switch (kind) {
    case Elementwise::Kind::kAdd:
      return {1, kAny, "add takes 1 or more"};
    case Elementwise::Kind::kMul:
    case Elementwise::Kind::kMaximum:
      return {2, kAny, "mul and maximum take 2 or more"};
    case Elementwise::Kind::kSub:
    case Elementwise::Kind::kDiv:
      return {2, 2, "sub and div take exactly 2"};
    case Elementwise::Kind::kPow:
    case Elementwise::Kind::kCompare:
      return {1, 2, "pow and compare take 1 to 2"};
    default:
      return {1, 1, "takes exactly 1"};
  }
}

// Shape of operands of one rank whose extents are equal or 1.
absl::StatusOr<Shape> Broadcast(Inputs inputs) {
  Shape out = inputs[0];
  for (const Shape& in : inputs.subspan(1)) {
    bool fits = in.size() == out.size();
    for (size_t i = 0; fits && i < in.size(); ++i) {
      fits = in[i] == out[i] || in[i] == 1 || out[i] == 1;
      if (fits) out[i] = std::max(in[i], out[i]);
    }
    if (!fits) {
      return Error("elementwise.inputs: got shapes ", ToString(inputs[0]),
                   " and ", ToString(in),
                   "; extents must be equal, or 1 to be repeated");
    }
  }
  return out;
}

// The k largest of the last extent, then their places.
absl::StatusOr<Shape> InferTopK(const Reduce& op, const Shape& in) {
  const auto last = static_cast<int64_t>(in.size()) - 1;
  if (!op.axes.empty() && op.axes != std::vector<int64_t>{last}) {
    return Error("reduce.axes: top_k is along the last extent, axis ", last,
                 ", only");
  }
  DYNARCH_RETURN_IF_ERROR(CheckRange("reduce.k", op.k, 1, in.back()));
  Shape out = in;
  out.back() = 2 * op.k;
  return out;
}

}  // namespace

absl::StatusOr<Shape> Infer(const Elementwise& op, Inputs inputs) {
  const Operands allowed = OperandsOf(op.kind);
  if (inputs.size() < allowed.least || inputs.size() > allowed.most) {
    return Error("elementwise.inputs: got ", inputs.size(), " inputs; ",
                 allowed.text);
  }
  return Broadcast(inputs);
}

absl::StatusOr<Shape> Infer(const Norm& op, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("norm", inputs));
  if (op.kind == Norm::Kind::kLocalResponse) {
    DYNARCH_RETURN_IF_ERROR(CheckRange("norm.size", op.size, 1));
  }
  return inputs[0];
}

absl::StatusOr<Shape> Infer(const Softmax&, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("softmax", inputs));
  return inputs[0];
}

absl::StatusOr<Shape> Infer(const Reduce& op, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("reduce", inputs));
  const Shape& in = inputs[0];
  if (op.kind == Reduce::Kind::kTopK) return InferTopK(op, in);
  std::vector<bool> reduced(in.size(), false);
  if (op.axes.empty()) reduced.back() = true;
  for (size_t i = 0; i < op.axes.size(); ++i) {
    DYNARCH_RETURN_IF_ERROR(
        CheckAxis(absl::StrCat("reduce.axes[", i, "]"), op.axes[i], in));
    reduced[op.axes[i]] = true;
  }
  Shape out;
  for (size_t i = 0; i < in.size(); ++i) {
    if (!reduced[i]) out.push_back(in[i]);
    if (reduced[i] && op.keep) out.push_back(1);
  }
  return out.empty() ? Shape{1} : out;
}

absl::StatusOr<Shape> Infer(const Opaque& op, Inputs inputs) {
  if (inputs.empty()) return Error("opaque.inputs: got none; takes 1 or more");
  DYNARCH_RETURN_IF_ERROR(CheckRange("opaque.ops", op.ops, 0, kMaxOps));
  DYNARCH_RETURN_IF_ERROR(CheckRange("opaque.weight_elements",
                                     op.weight_elements, 0, kMaxElements));
  DYNARCH_RETURN_IF_ERROR(CheckShape("opaque.shape", op.shape));
  return op.shape.empty() ? inputs[0] : op.shape;
}

}  // namespace dynarch::graph::shapes
