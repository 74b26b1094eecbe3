#include "sim/graph/shape_inference.h"

#include <algorithm>
#include <variant>

#include "absl/numeric/int128.h"
#include "sim/base/status_macros.h"

namespace dynarch::graph {
namespace shapes {
namespace {

// `what` is `inputs` or `output`.
absl::Status CheckTensor(absl::string_view op, absl::string_view what,
                         const Shape& shape) {
  if (shape.empty()) {
    return Error(op, ".", what, ": got a shape without extents");
  }
  for (const int64_t extent : shape) {
    if (extent < 1 || extent > kMaxExtent) {
      return Error(op, ".", what, ": got shape ", ToString(shape),
                   "; extents allowed: 1 to ", kMaxExtent);
    }
  }
  if (BoundedCount(shape) > kMaxElements) {
    return Error(op, ".", what, ": got shape ", ToString(shape), "; at most ",
                 kMaxElements, " elements are allowed");
  }
  return absl::OkStatus();
}

// Keeps every count of OperatorWork within int64, with room for sums; WorkOf
// stops counting just past kMaxOps.
absl::Status CheckSize(const Operator& op, Inputs inputs, const Shape& out) {
  DYNARCH_RETURN_IF_ERROR(CheckTensor(NameOf(op), "output", out));
  const OperatorWork work = WorkOf(op, inputs, out);
  if (std::max(work.macs.value(), work.vector_ops) > kMaxOps ||
      work.resident_weight_elements > kMaxElements) {
    return Error(NameOf(op), ": one firing must have at most ", kMaxOps,
                 " operations and ", kMaxElements, " weights");
  }
  return absl::OkStatus();
}

}  // namespace

int64_t BoundedCount(const Shape& shape) {
  absl::int128 count = 1;
  for (const int64_t extent : shape) {
    count = std::min<absl::int128>(count * extent, kMaxElements + 1);
  }
  return static_cast<int64_t>(count);
}

absl::Status CheckInputCount(absl::string_view op, Inputs inputs, size_t least,
                             size_t most) {
  if (inputs.size() >= least && inputs.size() <= most) return absl::OkStatus();
  if (least == most) {
    return Error(op, ".inputs: got ", inputs.size(), " inputs; takes exactly ",
                 least);
  }
  return Error(op, ".inputs: got ", inputs.size(), " inputs; takes ", least,
               " to ", most);
}

absl::Status CheckRange(absl::string_view field, int64_t value, int64_t low,
                        int64_t high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return Error(field, ": got ", value, "; allowed: ", low, " to ", high);
}

absl::Status CheckExtent(absl::string_view field, const Extent2d& extent,
                         int64_t low) {
  DYNARCH_RETURN_IF_ERROR(
      CheckRange(absl::StrCat(field, "[0]"), extent.height, low));
  return CheckRange(absl::StrCat(field, "[1]"), extent.width, low);
}

absl::Status CheckPadding(absl::string_view field, const Padding2d& padding) {
  const int64_t sides[] = {padding.top, padding.left, padding.bottom,
                           padding.right};
  for (int i = 0; i < 4; ++i) {
    DYNARCH_RETURN_IF_ERROR(
        CheckRange(absl::StrCat(field, "[", i, "]"), sides[i], 0));
  }
  return absl::OkStatus();
}

absl::Status CheckImage(absl::string_view op, const Shape& shape) {
  if (shape.size() == 3) return absl::OkStatus();
  return Error(op, ".inputs: got shape ", ToString(shape),
               "; takes an image [channels, height, width]");
}

absl::Status CheckAxis(absl::string_view field, int64_t axis,
                       const Shape& shape) {
  const auto rank = static_cast<int64_t>(shape.size());
  if (axis >= 0 && axis < rank) return absl::OkStatus();
  return Error(field, ": got ", axis, "; the input ", ToString(shape),
               " has axes 0 to ", rank - 1);
}

absl::Status CheckShape(absl::string_view field, const Shape& shape) {
  for (size_t i = 0; i < shape.size(); ++i) {
    DYNARCH_RETURN_IF_ERROR(
        CheckRange(absl::StrCat(field, "[", i, "]"), shape[i], 1));
  }
  if (BoundedCount(shape) <= kMaxElements) return absl::OkStatus();
  return Error(field, ": got ", ToString(shape), "; at most ", kMaxElements,
               " elements are allowed");
}

}  // namespace shapes

absl::StatusOr<Shape> InferShape(const Operator& op,
                                 absl::Span<const Shape> inputs) {
  for (const Shape& shape : inputs) {
    DYNARCH_RETURN_IF_ERROR(shapes::CheckTensor(NameOf(op), "inputs", shape));
  }
  DYNARCH_ASSIGN_OR_RETURN(
      Shape out,
      std::visit([&](const auto& kind) { return shapes::Infer(kind, inputs); },
                 op));
  DYNARCH_RETURN_IF_ERROR(shapes::CheckSize(op, inputs, out));
  return out;
}

}  // namespace dynarch::graph
