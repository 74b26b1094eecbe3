// Shape inference by operator, and the checks they share. Internal to
// sim/graph; InferShape (sim/graph/operator.h) is what others call.
#ifndef DYNARCH_SIM_GRAPH_SHAPE_INFERENCE_H_
#define DYNARCH_SIM_GRAPH_SHAPE_INFERENCE_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sim/graph/operator.h"

namespace dynarch::graph::shapes {

using Inputs = absl::Span<const Shape>;

template <typename... Parts>
absl::Status Error(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

// Elements, stopped just past kMaxElements.
int64_t BoundedCount(const Shape& shape);

// `op.inputs: got 3 inputs; takes exactly 1`, `takes 1 to 2`.
absl::Status CheckInputCount(absl::string_view op, Inputs inputs,
                             size_t least = 1, size_t most = 1);
// An operator's own extents: `low` to kMaxExtent, or to `high`.
absl::Status CheckRange(absl::string_view field, int64_t value, int64_t low,
                        int64_t high = kMaxExtent);
absl::Status CheckExtent(absl::string_view field, const Extent2d& extent,
                         int64_t low = 1);
absl::Status CheckPadding(absl::string_view field, const Padding2d& padding);
// [channels, height, width].
absl::Status CheckImage(absl::string_view op, const Shape& shape);
// An axis of `shape`.
absl::Status CheckAxis(absl::string_view field, int64_t axis,
                       const Shape& shape);
// A shape among an operator's fields: extents of 1 to kMaxExtent, at most
// kMaxElements of them in all.
absl::Status CheckShape(absl::string_view field, const Shape& shape);

// shape_inference_image.cc
absl::StatusOr<Shape> Infer(const Conv2d& op, Inputs inputs);
absl::StatusOr<Shape> Infer(const ConvTranspose2d& op, Inputs inputs);
absl::StatusOr<Shape> Infer(const Pool& op, Inputs inputs);
absl::StatusOr<Shape> Infer(const Pad& op, Inputs inputs);
absl::StatusOr<Shape> Infer(const Resize& op, Inputs inputs);
absl::StatusOr<Shape> Infer(const DepthToSpace& op, Inputs inputs);

// shape_inference_product.cc
absl::StatusOr<Shape> Infer(const Linear& op, Inputs inputs);
absl::StatusOr<Shape> Infer(const MatMul& op, Inputs inputs);
absl::StatusOr<Shape> Infer(const RnnCell& op, Inputs inputs);
absl::StatusOr<Shape> Infer(const MixWeights& op, Inputs inputs);
absl::StatusOr<Shape> Infer(const Embedding& op, Inputs inputs);

// shape_inference_vector.cc
absl::StatusOr<Shape> Infer(const Elementwise& op, Inputs inputs);
absl::StatusOr<Shape> Infer(const Norm& op, Inputs inputs);
absl::StatusOr<Shape> Infer(const Softmax& op, Inputs inputs);
absl::StatusOr<Shape> Infer(const Reduce& op, Inputs inputs);
absl::StatusOr<Shape> Infer(const Opaque& op, Inputs inputs);

// shape_inference_copy.cc
absl::StatusOr<Shape> Infer(const Reshape& op, Inputs inputs);
absl::StatusOr<Shape> Infer(const Concat& op, Inputs inputs);
absl::StatusOr<Shape> Infer(const Merge& op, Inputs inputs);
absl::StatusOr<Shape> Infer(const Transpose& op, Inputs inputs);
absl::StatusOr<Shape> Infer(const Slice& op, Inputs inputs);
absl::StatusOr<Shape> Infer(const Gather& op, Inputs inputs);
absl::StatusOr<Shape> Infer(const Scatter& op, Inputs inputs);

}  // namespace dynarch::graph::shapes

#endif  // DYNARCH_SIM_GRAPH_SHAPE_INFERENCE_H_
