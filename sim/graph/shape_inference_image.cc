// Operators over images [channels, height, width].
#include <algorithm>
#include <cstdint>

#include "absl/numeric/int128.h"
#include "sim/base/status_macros.h"
#include "sim/graph/shape_inference.h"

namespace dynarch::graph::shapes {
namespace {

// What windows move over along one axis.
struct Axis {
  const char* name = "height";
  int64_t extent = 1;
  int64_t before = 0, after = 0;  // Padding.
  int64_t kernel = 1, stride = 1, dilation = 1;
};

// floor((padded - span) / stride) + 1; `ceil` rounds up, except for a window
// that would begin in the padding after the input.
absl::StatusOr<int64_t> WindowCount(absl::string_view op, const Axis& axis,
                                    bool ceil) {
  const int64_t padded = axis.extent + axis.before + axis.after;
  const int64_t span = axis.dilation * (axis.kernel - 1) + 1;
  if (span > padded) {
    return Error(op, ".kernel: a window spans ", span, " along the ", axis.name,
                 " and does not fit the padded input of ", padded,
                 "; a smaller kernel or dilation, or more padding, fits");
  }
  const int64_t steps = (padded - span) / axis.stride;
  const bool more = ceil && (padded - span) % axis.stride != 0 &&
                    (steps + 1) * axis.stride < axis.extent + axis.before;
  return steps + 1 + (more ? 1 : 0);
}

// The windows of a Conv2d or Pool over `in`.
absl::StatusOr<Extent2d> WindowCounts(absl::string_view op, const Shape& in,
                                      const Extent2d& kernel,
                                      const Extent2d& stride,
                                      const Padding2d& padding,
                                      const Extent2d& dilation, bool ceil) {
  const Axis height{"height",       in[1],         padding.top,
                    padding.bottom, kernel.height, stride.height,
                    dilation.height};
  const Axis width{"width",      in[2],        padding.left,  padding.right,
                   kernel.width, stride.width, dilation.width};
  Extent2d out;
  DYNARCH_ASSIGN_OR_RETURN(out.height, WindowCount(op, height, ceil));
  DYNARCH_ASSIGN_OR_RETURN(out.width, WindowCount(op, width, ceil));
  return out;
}

absl::Status CheckGroups(absl::string_view op, int64_t groups,
                         int64_t in_channels, int64_t out_channels) {
  DYNARCH_RETURN_IF_ERROR(CheckRange(absl::StrCat(op, ".groups"), groups, 1));
  if (in_channels % groups == 0 && out_channels % groups == 0) {
    return absl::OkStatus();
  }
  return Error(op, ".groups: got ", groups, "; must divide the ", in_channels,
               " input channels and the ", out_channels, " output channels");
}

absl::Status CheckFields(const Conv2d& op) {
  DYNARCH_RETURN_IF_ERROR(
      CheckRange("conv2d.out_channels", op.out_channels, 1));
  DYNARCH_RETURN_IF_ERROR(CheckExtent("conv2d.kernel", op.kernel));
  DYNARCH_RETURN_IF_ERROR(CheckExtent("conv2d.stride", op.stride));
  DYNARCH_RETURN_IF_ERROR(CheckExtent("conv2d.dilation", op.dilation));
  return CheckPadding("conv2d.padding", op.padding);
}

// The weights that are a second input.
absl::Status CheckGivenWeights(const Conv2d& op, Inputs inputs) {
  if (inputs.size() < 2) return absl::OkStatus();
  const absl::int128 needed = absl::int128(op.kernel.height) * op.kernel.width *
                              (inputs[0][0] / op.groups) * op.out_channels;
  if (ElementCount(inputs[1]) == needed) return absl::OkStatus();
  return Error("conv2d.inputs: got weights ", ToString(inputs[1]),
               "; must have out_channels x (input channels / groups) x kernel "
               "= ",
               op.out_channels, " x ", inputs[0][0] / op.groups, " x ",
               op.kernel.height, " x ", op.kernel.width, " elements");
}

// (extent - 1) * stride - padding + kernel + output_padding.
absl::StatusOr<int64_t> TransposedExtent(const Axis& axis, int64_t extra) {
  const int64_t out = (axis.extent - 1) * axis.stride - axis.before -
                      axis.after + axis.kernel + extra;
  if (out >= 1) return out;
  return Error("conv_transpose2d.padding: got ", axis.before, " and ",
               axis.after, "; leaves nothing of the ", axis.name, " of ",
               out + axis.before + axis.after);
}

}  // namespace

absl::StatusOr<Shape> Infer(const Conv2d& op, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("conv2d", inputs, 1, 2));
  DYNARCH_RETURN_IF_ERROR(CheckFields(op));
  const Shape& in = inputs[0];
  DYNARCH_RETURN_IF_ERROR(CheckImage("conv2d", in));
  DYNARCH_RETURN_IF_ERROR(
      CheckGroups("conv2d", op.groups, in[0], op.out_channels));
  DYNARCH_RETURN_IF_ERROR(CheckGivenWeights(op, inputs));
  DYNARCH_ASSIGN_OR_RETURN(
      const Extent2d out,
      WindowCounts("conv2d", in, op.kernel, op.stride, op.padding, op.dilation,
                   /*ceil=*/false));
  if (op.positions.has_value()) {
    DYNARCH_RETURN_IF_ERROR(CheckRange("conv2d.positions", *op.positions, 1,
                                       BoundedCount({out.height, out.width})));
  }
  return Shape{op.out_channels, out.height, out.width};
}

absl::StatusOr<Shape> Infer(const ConvTranspose2d& op, Inputs inputs) {
  constexpr absl::string_view kOp = "conv_transpose2d";
  DYNARCH_RETURN_IF_ERROR(CheckInputCount(kOp, inputs));
  DYNARCH_RETURN_IF_ERROR(
      CheckRange("conv_transpose2d.out_channels", op.out_channels, 1));
  DYNARCH_RETURN_IF_ERROR(CheckExtent("conv_transpose2d.kernel", op.kernel));
  DYNARCH_RETURN_IF_ERROR(CheckExtent("conv_transpose2d.stride", op.stride));
  DYNARCH_RETURN_IF_ERROR(CheckPadding("conv_transpose2d.padding", op.padding));
  const Extent2d& extra = op.output_padding;
  DYNARCH_RETURN_IF_ERROR(CheckRange("conv_transpose2d.output_padding[0]",
                                     extra.height, 0, op.stride.height - 1));
  DYNARCH_RETURN_IF_ERROR(CheckRange("conv_transpose2d.output_padding[1]",
                                     extra.width, 0, op.stride.width - 1));
  const Shape& in = inputs[0];
  DYNARCH_RETURN_IF_ERROR(CheckImage(kOp, in));
  DYNARCH_RETURN_IF_ERROR(CheckGroups(kOp, op.groups, in[0], op.out_channels));
  const Axis height{"height",         in[1],
                    op.padding.top,   op.padding.bottom,
                    op.kernel.height, op.stride.height};
  const Axis width{"width",          in[2],           op.padding.left,
                   op.padding.right, op.kernel.width, op.stride.width};
  Shape out = {op.out_channels, 1, 1};
  DYNARCH_ASSIGN_OR_RETURN(out[1], TransposedExtent(height, extra.height));
  DYNARCH_ASSIGN_OR_RETURN(out[2], TransposedExtent(width, extra.width));
  return out;
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
  DYNARCH_ASSIGN_OR_RETURN(const Extent2d out,
                           WindowCounts("pool", in, op.kernel, op.stride, pad,
                                        Extent2d{}, op.ceil_mode));
  return Shape{in[0], out.height, out.width};
}

absl::StatusOr<Shape> Infer(const Pad& op, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("pad", inputs));
  DYNARCH_RETURN_IF_ERROR(CheckPadding("pad.padding", op.padding));
  const Shape& in = inputs[0];
  DYNARCH_RETURN_IF_ERROR(CheckImage("pad", in));
  return Shape{in[0], in[1] + op.padding.top + op.padding.bottom,
               in[2] + op.padding.left + op.padding.right};
}

absl::StatusOr<Shape> Infer(const Resize& op, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("resize", inputs));
  DYNARCH_RETURN_IF_ERROR(CheckImage("resize", inputs[0]));
  DYNARCH_RETURN_IF_ERROR(CheckRange("resize.height", op.height, 1));
  DYNARCH_RETURN_IF_ERROR(CheckRange("resize.width", op.width, 1));
  return Shape{inputs[0][0], op.height, op.width};
}

absl::StatusOr<Shape> Infer(const DepthToSpace& op, Inputs inputs) {
  DYNARCH_RETURN_IF_ERROR(CheckInputCount("depth_to_space", inputs));
  const Shape& in = inputs[0];
  DYNARCH_RETURN_IF_ERROR(CheckImage("depth_to_space", in));
  DYNARCH_RETURN_IF_ERROR(
      CheckRange("depth_to_space.block", op.block, 1, int64_t{1} << 15));
  if (in[0] % (op.block * op.block) != 0) {
    return Error("depth_to_space.block: got ", op.block,
                 "; its square must divide the ", in[0], " input channels");
  }
  return Shape{in[0] / (op.block * op.block), in[1] * op.block,
               in[2] * op.block};
}

}  // namespace dynarch::graph::shapes
