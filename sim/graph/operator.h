// Operators: what an actor computes, with shape inference and counts.
#ifndef DYNARCH_SIM_GRAPH_OPERATOR_H_
#define DYNARCH_SIM_GRAPH_OPERATOR_H_

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sim/base/units.h"

namespace dynarch::graph {

// Extents without the batch, outermost first; images are [channels, height,
// width]. Every extent is >= 1.
using Shape = std::vector<int64_t>;
// Product of the extents.
int64_t ElementCount(const Shape& shape);
// `[3, 32, 32]`.
std::string ToString(const Shape& shape);

// Limits of what InferShape accepts; they keep every count, and sums over a
// network of them, within int64.
inline constexpr int64_t kMaxExtent = int64_t{1} << 31;    // One extent.
inline constexpr int64_t kMaxElements = int64_t{1} << 40;  // One tensor.
inline constexpr int64_t kMaxOps = int64_t{1} << 50;       // One firing.

struct Extent2d {
  int64_t height = 1;
  int64_t width = 1;
  bool operator==(const Extent2d&) const = default;
};
struct Padding2d {
  int64_t top = 0, left = 0, bottom = 0, right = 0;
  bool operator==(const Padding2d&) const = default;
};

struct Conv2d {
  int64_t out_channels = 1;
  Extent2d kernel{};
  Extent2d stride{};
  Padding2d padding{};
  Extent2d dilation{};
  int64_t groups = 1;
  bool bias = false;
};
struct Linear {
  int64_t out_features = 1;
  bool bias = false;
};
struct Pool {
  enum class Kind : uint8_t { kMax, kAverage, kGlobalAverage, kGlobalMax };
  Kind kind = Kind::kMax;
  Extent2d kernel{};
  Extent2d stride{};
  Padding2d padding{};
};
struct Elementwise {
  enum class Kind : uint8_t { kRelu, kRelu6, kSigmoid, kTanh, kAdd, kMul };
  Kind kind = Kind::kRelu;
};
struct Norm {};
struct Softmax {};
struct Reshape {
  Shape shape;  // Empty: flatten.
};
struct Concat {};

using Operator = std::variant<Conv2d, Linear, Pool, Elementwise, Norm, Softmax,
                              Reshape, Concat>;

// Classes that platforms state efficiencies for.
enum class OperatorClass : uint8_t { kConv2d, kDepthwise, kLinear, kOther };
inline constexpr int kOperatorClassCount = 4;

// Name as in YAML: `conv2d`, `linear`, ...
absl::string_view NameOf(const Operator& op);
absl::string_view NameOf(OperatorClass operator_class);

// Shape of the output. InvalidArgument if the inputs do not fit the operator;
// the message names the extent, what came and what is allowed.
//
// Windows: floor((extent + padding - dilation * (kernel - 1) - 1) / stride) + 1
// along each axis. Linear takes one extent (a Reshape flattens). Add and mul
// take two or more operands of one rank whose extents are equal or 1. Concat
// joins the first extent, all others equal.
absl::StatusOr<Shape> InferShape(const Operator& op,
                                 absl::Span<const Shape> inputs);

// The matrix product that a Conv2d or Linear is, per group, as a systolic
// array sees it: M output pixels, N filters, K window words.
struct MatMulShape {
  int64_t m = 0, n = 0, k = 0;
  int64_t groups = 1;  // Independent products of this shape.
  bool operator==(const MatMulShape&) const = default;
};

// Work of one firing, in counts; bytes follow from the data type.
struct OperatorWork {
  OperatorClass operator_class = OperatorClass::kOther;
  Macs macs;                    // Multiply-accumulates; 0 for kOther.
  int64_t vector_ops = 0;       // Elementary operations that are not MACs.
  int64_t weight_elements = 0;  // Including bias.
  int64_t input_elements = 0;
  int64_t output_elements = 0;
  MatMulShape matmul;          // All zero if there is no product.
  bool moves_nothing = false;  // Reshape: no time, no energy.
};

// Counts of one firing; `output` is what InferShape gave. Conventions
// (docs/semantics.md): one MAC per weight application, padding included, bias
// not counted; pooling: one op per window element, padding included (global:
// one per input element); softmax: 5 ops per element (max, subtract, exp, sum,
// divide); norm: 2 per element, and 2 weights per channel; add and mul: one op
// per output element and operand after the first; concat: none, it only copies.
// Depthwise: as many groups as input channels, and more than one.
OperatorWork WorkOf(const Operator& op, absl::Span<const Shape> inputs,
                    const Shape& output);

}  // namespace dynarch::graph

#endif  // DYNARCH_SIM_GRAPH_OPERATOR_H_
