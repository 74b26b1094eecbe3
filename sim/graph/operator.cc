#include "sim/graph/operator.h"

#include <cstddef>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace dynarch::graph {
namespace {

// Where `field` is in an operator; null if it has no such field.
template <typename Kind>
int64_t* Place(Kind&, OperatorField, int) {
  return nullptr;
}
int64_t* Place(Conv2d& op, OperatorField field, int) {
  if (field == OperatorField::kOutChannels) return &op.out_channels;
  if (field == OperatorField::kGroups) return &op.groups;
  if (field == OperatorField::kPositions) return &op.positions.emplace();
  return nullptr;
}
int64_t* Place(ConvTranspose2d& op, OperatorField field, int) {
  return field == OperatorField::kOutChannels ? &op.out_channels : nullptr;
}
int64_t* Place(Linear& op, OperatorField field, int) {
  return field == OperatorField::kOutFeatures ? &op.out_features : nullptr;
}
int64_t* Place(Shape& shape, OperatorField field, int index) {
  const bool fits = field == OperatorField::kShape && index >= 0 &&
                    static_cast<size_t>(index) < shape.size();
  return fits ? &shape[index] : nullptr;
}
int64_t* Place(Reshape& op, OperatorField field, int index) {
  return Place(op.shape, field, index);
}
int64_t* Place(Opaque& op, OperatorField field, int index) {
  return Place(op.shape, field, index);
}
int64_t* Place(Slice& op, OperatorField field, int) {
  if (field == OperatorField::kBegin) return &op.begin;
  return field == OperatorField::kLength ? &op.length : nullptr;
}
int64_t* Place(Resize& op, OperatorField field, int) {
  if (field == OperatorField::kHeight) return &op.height;
  return field == OperatorField::kWidth ? &op.width : nullptr;
}
int64_t* Place(RnnCell& op, OperatorField field, int) {
  return field == OperatorField::kHidden ? &op.hidden : nullptr;
}
int64_t* Place(Gather& op, OperatorField field, int) {
  return field == OperatorField::kCount ? &op.count : nullptr;
}
int64_t* Place(Scatter& op, OperatorField field, int) {
  return field == OperatorField::kCount ? &op.count : nullptr;
}

}  // namespace

int64_t ElementCount(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t extent : shape) count *= extent;
  return count;
}

std::string ToString(const Shape& shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ", "), "]");
}

absl::string_view NameOf(const Operator& op) {
  // In the order of the variant.
  static constexpr absl::string_view kNames[] = {
      "conv2d",      "linear",   "pool",   "elementwise",      "norm",
      "softmax",     "reshape",  "concat", "conv_transpose2d", "matmul",
      "transpose",   "slice",    "pad",    "resize",           "depth_to_space",
      "embedding",   "rnn_cell", "gather", "scatter",          "reduce",
      "mix_weights", "merge",    "opaque"};
  static_assert(std::variant_size_v<Operator> == std::size(kNames));
  return kNames[op.index()];
}

absl::string_view NameOf(OperatorClass operator_class) {
  switch (operator_class) {
    case OperatorClass::kConv2d:
      return "conv2d";
    case OperatorClass::kDepthwise:
      return "depthwise";
    case OperatorClass::kLinear:
      return "linear";
    case OperatorClass::kOther:
      return "other";
  }
  return "";
}

absl::string_view NameOf(KernelClass kernel_class) {
  static constexpr absl::string_view kNames[] = {
      "conv2d", "pointwise",  "depthwise", "linear",
      "matmul", "recurrent",  "pool",      "elementwise",
      "norm",   "activation", "softmax",   "other"};
  static_assert(std::size(kNames) == kKernelClassCount);
  return kNames[static_cast<int>(kernel_class)];
}

absl::string_view NameOf(OperatorField field) {
  switch (field) {
    case OperatorField::kShape:
      return "shape";
    case OperatorField::kOutChannels:
      return "out_channels";
    case OperatorField::kGroups:
      return "groups";
    case OperatorField::kPositions:
      return "positions";
    case OperatorField::kOutFeatures:
      return "out_features";
    case OperatorField::kBegin:
      return "begin";
    case OperatorField::kLength:
      return "length";
    case OperatorField::kHeight:
      return "height";
    case OperatorField::kWidth:
      return "width";
    case OperatorField::kHidden:
      return "hidden";
    case OperatorField::kCount:
      return "count";
  }
  return "";
}

absl::Status SetField(Operator& op, OperatorField field, int index,
                      int64_t value) {
  int64_t* const place =
      std::visit([&](auto& kind) { return Place(kind, field, index); }, op);
  if (place != nullptr) {
    *place = value;
    return absl::OkStatus();
  }
  if (field == OperatorField::kShape) {
    return absl::InvalidArgumentError(
        absl::StrCat(NameOf(op), ": has no shape[", index, "]"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat(NameOf(op), ": has no field ", NameOf(field)));
}

bool TakesAbsentInputs(const Operator& op) {
  const auto* elementwise = std::get_if<Elementwise>(&op);
  return std::holds_alternative<Concat>(op) ||
         std::holds_alternative<Merge>(op) ||
         (elementwise != nullptr &&
          elementwise->kind == Elementwise::Kind::kAdd);
}

}  // namespace dynarch::graph
