#include "sim/graph/operator.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace dynarch::graph {

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
      "conv2d", "linear",  "pool",    "elementwise",
      "norm",   "softmax", "reshape", "concat"};
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

}  // namespace dynarch::graph
