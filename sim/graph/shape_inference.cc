#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/graph/operator.h"

namespace dynarch::graph {
namespace {

using Inputs = absl::Span<const Shape>;

template <typename... Parts>
absl::Status Error(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

absl::Status CheckInputCount(absl::string_view op, Inputs inputs) {
  if (inputs.size() == 1) return absl::OkStatus();
  return Error(op, ".inputs: got ", inputs.size(), " inputs; takes exactly 1");
}

// Extents of an operator's own fields.
absl::Status CheckRange(absl::string_view field, int64_t value, int64_t low) {
  if (value >= low && value <= kMaxExtent) return absl::OkStatus();
  return Error(field, ": got ", value, "; allowed: ", low, " to ", kMaxExtent);
}
absl::Status CheckExtent(absl::string_view field, const Extent2d& extent) {
  DYNARCH_RETURN_IF_ERROR(
      CheckRange(absl::StrCat(field, "[0]"), extent.height, 1));
  return CheckRange(absl::StrCat(field, "[1]"), extent.width, 1);
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

// Windows along one axis: floor((padded - span) / stride) + 1.
absl::StatusOr<int64_t> WindowCount(absl::string_view op, const char* axis,
                                    int64_t extent, int64_t before,
                                    int64_t after, int64_t kernel,
                                    int64_t stride, int64_t dilation) {
  const int64_t padded = extent + before + after;
  const int64_t span = dilation * (kernel - 1) + 1;
  if (span > padded) {
    return Error(op, ".kernel: a window spans ", span, " along the ", axis,
                 " and does not fit the padded input of ", padded,
                 "; a smaller kernel or dilation, or more padding, fits");
  }
  return (padded - span) / stride + 1;
}

absl::StatusOr<Extent2d> WindowCounts(absl::string_view op, const Shape& in,
                                      const Extent2d& kernel,
                                      const Extent2d& stride,
                                      const Padding2d& padding,
                                      const Extent2d& dilation) {
  Extent2d out;
  DYNARCH_ASSIGN_OR_RETURN(
      out.height, WindowCount(op, "height", in[1], padding.top, padding.bottom,
                              kernel.height, stride.height, dilation.height));
  DYNARCH_ASSIGN_OR_RETURN(
      out.width, WindowCount(op, "width", in[2], padding.left, padding.right,
                             kernel.width, stride.width, dilation.width));
  return out;
}

absl::StatusOr<Shape> Infer(const Conv2d& op, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("conv2d", inputs));
  DYNARCH_RETURN_IF_ERROR(
      CheckRange("conv2d.out_channels", op.out_channels, 1));
  DYNARCH_RETURN_IF_ERROR(CheckExtent("conv2d.kernel", op.kernel));
  DYNARCH_RETURN_IF_ERROR(CheckExtent("conv2d.stride", op.stride));
  DYNARCH_RETURN_IF_ERROR(CheckExtent("conv2d.dilation", op.dilation));
  DYNARCH_RETURN_IF_ERROR(CheckPadding("conv2d.padding", op.padding));
  DYNARCH_RETURN_IF_ERROR(CheckRange("conv2d.groups", op.groups, 1));
  const Shape& in = inputs[0];
  DYNARCH_RETURN_IF_ERROR(CheckImage("conv2d", in));
  if (in[0] % op.groups != 0 || op.out_channels % op.groups != 0) {
    return Error("conv2d.groups: got ", op.groups, "; must divide the ", in[0],
                 " input channels and the ", op.out_channels,
                 " output channels");
  }
  DYNARCH_ASSIGN_OR_RETURN(const Extent2d out,
                           WindowCounts("conv2d", in, op.kernel, op.stride,
                                        op.padding, op.dilation));
  return Shape{op.out_channels, out.height, out.width};
}

absl::StatusOr<Shape> Infer(const Linear& op, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("linear", inputs));
  DYNARCH_RETURN_IF_ERROR(
      CheckRange("linear.out_features", op.out_features, 1));
  if (inputs[0].size() != 1) {
    return Error("linear.inputs: got shape ", ToString(inputs[0]),
                 "; takes one extent [features]: put a reshape in front");
  }
  return Shape{op.out_features};
}

absl::StatusOr<Shape> Infer(const Pool& op, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("pool", inputs));
  const Shape& in = inputs[0];
  DYNARCH_RETURN_IF_ERROR(CheckImage("pool", in));
  if (op.kind == Pool::Kind::kGlobalAverage ||
      op.kind == Pool::Kind::kGlobalMax) {
    return Shape{in[0], 1, 1};
  }
  DYNARCH_RETURN_IF_ERROR(CheckExtent("pool.kernel", op.kernel));
  DYNARCH_RETURN_IF_ERROR(CheckExtent("pool.stride", op.stride));
  DYNARCH_RETURN_IF_ERROR(CheckPadding("pool.padding", op.padding));
  const Padding2d& pad = op.padding;
  if (std::max(pad.top, pad.bottom) >= op.kernel.height ||
      std::max(pad.left, pad.right) >= op.kernel.width) {
    return Error("pool.padding: got [", pad.top, ", ", pad.left, ", ",
                 pad.bottom, ", ", pad.right, "]; must be below the kernel [",
                 op.kernel.height, ", ", op.kernel.width,
                 "], or a window would hold padding only");
  }
  DYNARCH_ASSIGN_OR_RETURN(
      const Extent2d out,
      WindowCounts("pool", in, op.kernel, op.stride, pad, Extent2d{}));
  return Shape{in[0], out.height, out.width};
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

absl::StatusOr<Shape> Infer(const Elementwise& op, Inputs inputs) {
  const bool joins =
      op.kind == Elementwise::Kind::kAdd || op.kind == Elementwise::Kind::kMul;
  if (!joins) {
    DYNARCH_RETURN_IF_ERROR(CheckInputCount("elementwise", inputs));
    return inputs[0];
  }
  if (inputs.size() < 2) {
    return Error("elementwise.inputs: got ", inputs.size(),
                 " inputs; add and mul take 2 or more");
  }
  return Broadcast(inputs);
}

absl::StatusOr<Shape> Infer(const Norm&, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("norm", inputs));
  return inputs[0];
}

absl::StatusOr<Shape> Infer(const Softmax&, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("softmax", inputs));
  return inputs[0];
}

absl::StatusOr<Shape> Infer(const Reshape& op, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("reshape", inputs));
  const int64_t elements = ElementCount(inputs[0]);
  if (op.shape.empty()) return Shape{elements};
  absl::int128 count = 1;
  for (size_t i = 0; i < op.shape.size(); ++i) {
    DYNARCH_RETURN_IF_ERROR(
        CheckRange(absl::StrCat("reshape.shape[", i, "]"), op.shape[i], 1));
    count = std::min<absl::int128>(count * op.shape[i], kMaxElements + 1);
  }
  if (count != elements) {
    return Error("reshape.shape: got ", ToString(op.shape), "; must have the ",
                 elements, " elements of the input ", ToString(inputs[0]));
  }
  return op.shape;
}

absl::StatusOr<Shape> Infer(const Concat&, Inputs inputs) {
  if (inputs.empty()) {
    return Error("concat.inputs: got none; takes 1 or more");
  }
  Shape out = inputs[0];
  for (const Shape& in : inputs.subspan(1)) {
    if (in.empty() || in.size() != out.size() ||
        !std::equal(in.begin() + 1, in.end(), out.begin() + 1)) {
      return Error("concat.inputs: got shapes ", ToString(inputs[0]), " and ",
                   ToString(in), "; all extents but the first must be equal");
    }
    out[0] += in[0];
  }
  return out;
}

// `what` is `inputs` or `output`.
absl::Status CheckTensor(absl::string_view op, absl::string_view what,
                         const Shape& shape) {
  if (shape.empty()) {
    return Error(op, ".", what, ": got a shape without extents");
  }
  absl::int128 count = 1;
  for (const int64_t extent : shape) {
    if (extent < 1 || extent > kMaxExtent) {
      return Error(op, ".", what, ": got shape ", ToString(shape),
                   "; extents allowed: 1 to ", kMaxExtent);
    }
    count = std::min<absl::int128>(count * extent, kMaxElements + 1);
  }
  if (count > kMaxElements) {
    return Error(op, ".", what, ": got shape ", ToString(shape), "; at most ",
                 kMaxElements, " elements are allowed");
  }
  return absl::OkStatus();
}

// Keeps every count of OperatorWork within int64, with room for sums.
absl::Status CheckSize(const Operator& op, Inputs inputs, const Shape& out) {
  DYNARCH_RETURN_IF_ERROR(CheckTensor(NameOf(op), "output", out));
  absl::int128 per_output = static_cast<int64_t>(inputs.size()) + 5;
  absl::int128 weights = 0;
  if (const auto* conv = std::get_if<Conv2d>(&op)) {
    per_output = absl::int128(conv->kernel.height) * conv->kernel.width *
                 (inputs[0][0] / conv->groups);
    weights = std::min<absl::int128>(per_output, kMaxElements + 1) *
              conv->out_channels;
  } else if (std::holds_alternative<Linear>(op)) {
    per_output = inputs[0][0];
    weights = per_output * out[0];
  } else if (const auto* pool = std::get_if<Pool>(&op)) {
    const bool global = pool->kind == Pool::Kind::kGlobalAverage ||
                        pool->kind == Pool::Kind::kGlobalMax;
    per_output = global
                     ? absl::int128(inputs[0][1]) * inputs[0][2]
                     : absl::int128(pool->kernel.height) * pool->kernel.width;
  }
  per_output = std::min<absl::int128>(per_output, kMaxOps + 1);
  if (per_output * ElementCount(out) > kMaxOps || weights > kMaxElements) {
    return Error(NameOf(op), ": one firing must have at most ", kMaxOps,
                 " operations and ", kMaxElements, " weights");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Shape> InferShape(const Operator& op,
                                 absl::Span<const Shape> inputs) {
  for (const Shape& shape : inputs) {
    DYNARCH_RETURN_IF_ERROR(CheckTensor(NameOf(op), "inputs", shape));
  }
  DYNARCH_ASSIGN_OR_RETURN(
      Shape out,
      std::visit([&](const auto& kind) { return Infer(kind, inputs); }, op));
  DYNARCH_RETURN_IF_ERROR(CheckSize(op, inputs, out));
  return out;
}

}  // namespace dynarch::graph
