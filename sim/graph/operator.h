// Operators: what an actor computes, with shape inference and counts.
#ifndef DYNARCH_SIM_GRAPH_OPERATOR_H_
#define DYNARCH_SIM_GRAPH_OPERATOR_H_

#include <array>
#include <cstdint>
#include <optional>
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
  std::optional<int64_t> positions{};  // Output pixels computed; absent: all.
};
struct ConvTranspose2d {
  int64_t out_channels = 1;
  Extent2d kernel{};
  Extent2d stride{};
  Padding2d padding{};
  Extent2d output_padding{0, 0};
  int64_t groups = 1;
  bool bias = false;
};
struct Linear {
  int64_t out_features = 1;
  bool bias = false;
};
struct MatMul {
  bool transpose_right = false;
};
struct Pool {
  enum class Kind : uint8_t { kMax, kAverage, kGlobalAverage, kGlobalMax };
  Kind kind = Kind::kMax;
  Extent2d kernel{};
  Extent2d stride{};
  Padding2d padding{};
  bool ceil_mode = false;
};
struct Elementwise {
  enum class Kind : uint8_t {
    kRelu,
    kRelu6,
    kSigmoid,
    kTanh,
    kAdd,
    kMul,
    kSub,
    kDiv,
    kMaximum,
    kGelu,
    kSilu,
    kHardSigmoid,
    kHardSwish,
    kLeakyRelu,
    kPrelu,
    kExp,
    kSqrt,
    kPow,
    kErf,
    kNeg,
    kAbs,
    kClip,
    kCompare,
    kScale
  };
  Kind kind = Kind::kRelu;
};
struct Norm {
  enum class Kind : uint8_t {
    kBatch,
    kLayer,
    kGroup,
    kInstance,
    kRms,
    kLocalResponse
  };
  Kind kind = Kind::kBatch;
  int64_t size = 0;  // kLocalResponse only.
};
struct Softmax {};
struct Reshape {
  Shape shape{};  // Empty: flatten.
};
struct Concat {
  int64_t axis = 0;
};
struct Transpose {
  std::vector<int64_t> order{};
};
struct Slice {
  int64_t axis = 0;
  int64_t begin = 0;
  int64_t length = 1;
};
struct Pad {
  Padding2d padding{};
};
struct Resize {
  enum class Kind : uint8_t { kNearest, kBilinear, kBicubic };
  Kind kind = Kind::kBilinear;
  int64_t height = 1, width = 1;
};
struct DepthToSpace {
  int64_t block = 1;
};
struct Embedding {
  int64_t entries = 1, features = 1;
};
struct RnnCell {
  enum class Kind : uint8_t { kLstm, kGru, kSimple };
  Kind kind = Kind::kLstm;
  int64_t hidden = 1;
  bool bias = false;
  bool bidirectional = false;
};
struct Gather {
  int64_t count = 1;
  int64_t axis = 0;
};
struct Scatter {
  int64_t count = 1;
  int64_t axis = 0;
};
struct Reduce {
  enum class Kind : uint8_t { kMean, kSum, kMax, kArgMax, kTopK };
  Kind kind = Kind::kMean;
  std::vector<int64_t> axes{};  // Empty: the last.
  bool keep = false;
  int64_t k = 1;  // kTopK only.
};
struct MixWeights {
  int64_t kernels = 1;
  Shape shape{};
};
struct Merge {};
struct Opaque {
  std::string name{};
  Shape shape{};  // Empty: the input's.
  int64_t ops = 0;
  int64_t weight_elements = 0;
};

using Operator =
    std::variant<Conv2d, Linear, Pool, Elementwise, Norm, Softmax, Reshape,
                 Concat, ConvTranspose2d, MatMul, Transpose, Slice, Pad, Resize,
                 DepthToSpace, Embedding, RnnCell, Gather, Scatter, Reduce,
                 MixWeights, Merge, Opaque>;

// Fields of operators that an expression may give (`extent` in the schema).
enum class OperatorField : uint8_t {
  kShape,  // Reshape, Opaque, network inputs; by index.
  kOutChannels,
  kGroups,
  kPositions,
  kOutFeatures,
  kBegin,
  kLength,
  kHeight,
  kWidth,
  kHidden,
  kCount,
};
// Name as in YAML: `shape`, `out_channels`, ...
absl::string_view NameOf(OperatorField field);
// Sets a field; `index` only for kShape. InvalidArgument if the operator has no
// such field, or no such place in it.
absl::Status SetField(Operator& op, OperatorField field, int index,
                      int64_t value);

// True for operators that take what inputs are there: add, concat, merge.
bool TakesAbsentInputs(const Operator& op);

// Classes that platforms state efficiencies for. Transposed convolutions are
// kConv2d or kDepthwise; products of activations, recurrent cells and mixed
// weights are kLinear.
enum class OperatorClass : uint8_t { kConv2d, kDepthwise, kLinear, kOther };
inline constexpr int kOperatorClassCount = 4;

// Finer classes, that kernel libraries have kernels for. proto: Kernel.Class.
enum class KernelClass : uint8_t {
  kConv2d,
  kPointwise,
  kDepthwise,
  kLinear,
  kMatMul,
  kRecurrent,
  kPool,
  kElementwise,
  kNorm,
  kActivation,
  kSoftmax,
  kOther,
};
inline constexpr int kKernelClassCount = 12;

// Name as in YAML: `conv2d`, `linear`, ...
absl::string_view NameOf(const Operator& op);
absl::string_view NameOf(OperatorClass operator_class);
absl::string_view NameOf(KernelClass kernel_class);

// Shape of the output. InvalidArgument if the inputs do not fit the operator;
// the message names the extent, what came and what is allowed. `inputs` are
// those that are there, in argument order.
//
// conv2d, pool: floor((extent + padding - dilation * (kernel - 1) - 1) /
//   stride) + 1 windows along each axis; with ceil_mode the quotient rounds up,
//   and a last window that would begin past the input is left out.
// conv_transpose2d: (extent - 1) * stride - padding + kernel + output_padding,
//   output_padding below the stride.
// conv2d takes its weights, as many as it needs, as a second input; rnn_cell
//   its state (the last extent is that of the output), scatter what the other
//   places keep (the shape of the output).
// elementwise: add, mul and maximum take two or more operands (add: one or
//   more), sub and div two, pow and compare one or two, the others one; of one
//   rank, extents equal or 1.
// reduce: nothing left is [1]; top_k is [.., 2 k], the values and then their
//   places.
// merge: the shape of the first input.
absl::StatusOr<Shape> InferShape(const Operator& op,
                                 absl::Span<const Shape> inputs);

// The matrix product that an operator is, per group, as a systolic array sees
// it: M rows (output pixels, tokens), N filters, K window words.
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
  int64_t weight_elements = 0;  // Read by a firing, including bias.
  int64_t input_elements = 0;   // Read.
  int64_t output_elements = 0;  // Written.
  // Weights that a memory must hold, whatever a firing reads of them; at least
  // weight_elements, and more for embedding only.
  int64_t resident_weight_elements = 0;
  MatMulShape matmul;  // All zero if there is no product.
  KernelClass kernel_class = KernelClass::kOther;
  // Elements gathered into windows (im2col): m k groups of a convolution that
  // is not pointwise, else 0.
  int64_t window_elements = 0;
  // The result of a product that goes nowhere else, through nothing but such
  // actors: what follows may be folded into that product.
  bool follows_product = false;
  bool moves_nothing = false;  // No time, no energy: the output is the input.
};

// Counts of one firing; `output` is what InferShape gave. Conventions
// (docs/semantics.md, 2): every tensor and weight is moved once; one MAC per
// weight application, padding included; bias is a weight, its addition is not
// counted.
//
//   conv2d            MACs: computed pixels x filters x window. With
//                     `positions`, that many pixels are computed and written,
//                     and of the input no more is read than their windows hold.
//                     Weights that are an input count as input. Depthwise: as
//                     many groups as input channels, and more than one.
//   conv_transpose2d  MACs: input pixels x weights (of a group and channel).
//   linear            MACs: rows x in x out.
//   matmul            MACs: heads x m x k x n; a group per head, or one group
//   of
//                     heads x m rows where the heads share the right operand.
//   rnn_cell          MACs: steps x gates x hidden x (in + hidden), twice if
//                     bidirectional; two biases per gate and unit (of input and
//                     of state); beside them, per unit and step, 9 ops for lstm
//                     (4 gates, 2 products and a sum, tanh, a product), 8 for
//                     gru (3 gates, 3 products, 1 - z, a sum), 1 for simple.
//   mix_weights       MACs: kernels x elements: coefficients times a matrix.
//   pool              1 op per window element, padding included (global: per
//                     input element).
//   elementwise       1 op per output element and operand after the first, 1
//                     with one operand; prelu has a weight per channel.
//   norm              ops per element: batch 2 (scale, shift); layer, group,
//                     instance 7 (sum; subtract, square, sum; times 1/sigma;
//                     scale, shift); rms 4 (square, sum, times 1/rms, scale);
//                     local_response 2 size + 3 (`size` squares and sums, times
//                     alpha, power, divide). Weights: 2 per channel (first
//                     extent); layer 2 and rms 1 per feature (last extent);
//                     local_response none. Roots of one sigma are not counted.
//   softmax           5 ops per element (max, subtract, exp, sum, divide).
//   resize            ops per output element: nearest 0, bilinear 7 (4
//   products,
//                     3 sums), bicubic 31 (16 products, 15 sums).
//   reduce            1 op per input element; top_k: k.
//   embedding         0 ops; reads one row per index, no more than there are;
//                     all rows are resident.
//   concat, transpose, slice, pad, depth_to_space, gather, scatter: 0 ops, they
//                     copy. Slice and gather read what they keep, scatter of
//                     its second input what it does not replace.
//   reshape, merge, add and concat of one input: move nothing.
//   opaque            as it states.
OperatorWork WorkOf(const Operator& op, absl::Span<const Shape> inputs,
                    const Shape& output);

}  // namespace dynarch::graph

#endif  // DYNARCH_SIM_GRAPH_OPERATOR_H_
