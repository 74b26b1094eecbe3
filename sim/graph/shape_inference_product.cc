// Operators that multiply by a matrix, or read rows of one.
#include <algorithm>
#include <cstdint>

#include "sim/base/status_macros.h"
#include "sim/graph/shape_inference.h"

namespace dynarch::graph::shapes {
namespace {

// The leading extents (all but the last two) of the right operand are those of
// the left, or there are none.
bool HeadsFit(const Shape& left, const Shape& right) {
  return right.size() == 2 ||
         (left.size() == right.size() &&
          std::equal(left.begin(), left.end() - 2, right.begin()));
}

// `state` ends in the output's extent.
absl::Status CheckState(const Shape& state, int64_t features) {
  if (state.size() <= 2 && state.back() == features) return absl::OkStatus();
  return Error("rnn_cell.inputs: got state ", ToString(state),
               "; takes one or two extents, the last ", features);
}

}  // namespace

absl::StatusOr<Shape> Infer(const Linear& op, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("linear", inputs));
  DYNARCH_RETURN_IF_ERROR(
      CheckRange("linear.out_features", op.out_features, 1));
  Shape out = inputs[0];
  out.back() = op.out_features;
  return out;
}

absl::StatusOr<Shape> Infer(const MatMul& op, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("matmul", inputs, 2, 2));
  const Shape& left = inputs[0];
  const Shape& right = inputs[1];
  const bool matrices = left.size() >= 2 && right.size() >= 2;
  if (!matrices || !HeadsFit(left, right)) {
    return Error("matmul.inputs: got shapes ", ToString(left), " and ",
                 ToString(right),
                 "; takes [.., m, k] and, with the same leading extents or "
                 "none, [.., k, n]");
  }
  const int64_t rows = right[right.size() - 2], columns = right.back();
  const int64_t inner = op.transpose_right ? columns : rows;
  if (left.back() != inner) {
    return Error("matmul.inputs: got shapes ", ToString(left), " and ",
                 ToString(right), op.transpose_right ? " (transposed)" : "",
                 "; the inner extents ", left.back(), " and ", inner,
                 " must be equal");
  }
  Shape out = left;
  out.back() = op.transpose_right ? rows : columns;
  return out;
}

absl::StatusOr<Shape> Infer(const RnnCell& op, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("rnn_cell", inputs, 1, 2));
  DYNARCH_RETURN_IF_ERROR(
      CheckRange("rnn_cell.hidden", op.hidden, 1, kMaxExtent / 2));
  Shape out = inputs[0];
  if (out.size() > 2) {
    return Error("rnn_cell.inputs: got shape ", ToString(out),
                 "; takes [features] or [steps, features]");
  }
  out.back() = op.bidirectional ? 2 * op.hidden : op.hidden;
  if (inputs.size() == 2) {
    DYNARCH_RETURN_IF_ERROR(CheckState(inputs[1], out.back()));
  }
  return out;
}

absl::StatusOr<Shape> Infer(const MixWeights& op, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("mix_weights", inputs));
  DYNARCH_RETURN_IF_ERROR(CheckRange("mix_weights.kernels", op.kernels, 1));
  if (op.shape.empty()) {
    return Error(
        "mix_weights.shape: is empty; the weights of one kernel are "
        "needed");
  }
  DYNARCH_RETURN_IF_ERROR(CheckShape("mix_weights.shape", op.shape));
  if (ElementCount(inputs[0]) != op.kernels) {
    return Error("mix_weights.inputs: got shape ", ToString(inputs[0]),
                 "; takes a coefficient for each of ", op.kernels, " kernels");
  }
  return op.shape;
}

absl::StatusOr<Shape> Infer(const Embedding& op, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("embedding", inputs));
  DYNARCH_RETURN_IF_ERROR(CheckRange("embedding.entries", op.entries, 1));
  DYNARCH_RETURN_IF_ERROR(CheckRange("embedding.features", op.features, 1));
  if (inputs[0].size() != 1) {
    return Error("embedding.inputs: got shape ", ToString(inputs[0]),
                 "; takes one extent [indices]");
  }
  return Shape{inputs[0][0], op.features};
}

}  // namespace dynarch::graph::shapes
