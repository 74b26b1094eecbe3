// Operators that copy elements, or only see them differently.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "sim/base/status_macros.h"
#include "sim/graph/shape_inference.h"

namespace dynarch::graph::shapes {

absl::StatusOr<Shape> Infer(const Reshape& op, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("reshape", inputs));
  const int64_t elements = ElementCount(inputs[0]);
  if (op.shape.empty()) return Shape{elements};
  DYNARCH_RETURN_IF_ERROR(CheckShape("reshape.shape", op.shape));
  if (ElementCount(op.shape) != elements) {
    return Error("reshape.shape: got ", ToString(op.shape), "; must have the ",
                 elements, " elements of the input ", ToString(inputs[0]));
  }
  return op.shape;
}

absl::StatusOr<Shape> Infer(const Concat& op, Inputs inputs) {
  if (inputs.empty()) {
    return Error("concat.inputs: got none; takes 1 or more");
  }
  Shape out = inputs[0];
  DYNARCH_RETURN_IF_ERROR(CheckAxis("concat.axis", op.axis, out));
  for (const Shape& in : inputs.subspan(1)) {
    Shape alike = in;  // With the extent along the axis of what is there.
    if (in.size() == out.size()) alike[op.axis] = out[op.axis];
    if (alike != out) {
      return Error("concat.inputs: got shapes ", ToString(inputs[0]), " and ",
                   ToString(in), "; all extents but that of axis ", op.axis,
                   " must be equal");
    }
    out[op.axis] += in[op.axis];
  }
  return out;
}

absl::StatusOr<Shape> Infer(const Merge&, Inputs inputs) {
  if (inputs.empty()) return Error("merge.inputs: got none; takes 1 or more");
  return inputs[0];
}

absl::StatusOr<Shape> Infer(const Transpose& op, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("transpose", inputs));
  const Shape& in = inputs[0];
  std::vector<int64_t> axes(in.size());
  std::iota(axes.begin(), axes.end(), 0);
  if (op.order.size() != in.size() ||
      !std::is_permutation(op.order.begin(), op.order.end(), axes.begin())) {
    return Error("transpose.order: got ", ToString(op.order),
                 "; must name each axis of ", ToString(in), ", 0 to ",
                 in.size() - 1, ", once");
  }
  Shape out;
  for (const int64_t axis : op.order) out.push_back(in[axis]);
  return out;
}

absl::StatusOr<Shape> Infer(const Slice& op, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("slice", inputs));
  Shape out = inputs[0];
  DYNARCH_RETURN_IF_ERROR(CheckAxis("slice.axis", op.axis, out));
  const int64_t extent = out[op.axis];
  DYNARCH_RETURN_IF_ERROR(CheckRange("slice.begin", op.begin, 0, extent - 1));
  DYNARCH_RETURN_IF_ERROR(
      CheckRange("slice.length", op.length, 1, extent - op.begin));
  out[op.axis] = op.length;
  return out;
}

absl::StatusOr<Shape> Infer(const Gather& op, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("gather", inputs));
  Shape out = inputs[0];
  DYNARCH_RETURN_IF_ERROR(CheckAxis("gather.axis", op.axis, out));
  DYNARCH_RETURN_IF_ERROR(
      CheckRange("gather.count", op.count, 1, out[op.axis]));
  out[op.axis] = op.count;
  return out;
}

absl::StatusOr<Shape> Infer(const Scatter& op, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("scatter", inputs, 1, 2));
  Shape out = inputs[0];
  DYNARCH_RETURN_IF_ERROR(CheckAxis("scatter.axis", op.axis, out));
  DYNARCH_RETURN_IF_ERROR(CheckRange("scatter.count", op.count, out[op.axis]));
  out[op.axis] = op.count;
  if (inputs.size() == 2 && inputs[1] != out) {
    return Error("scatter.inputs: got ", ToString(inputs[1]),
                 " for the other places; takes the shape of the output, ",
                 ToString(out));
  }
  return out;
}

}  // namespace dynarch::graph::shapes
