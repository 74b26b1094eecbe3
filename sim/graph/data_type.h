// Arithmetic of weights and activations.
#ifndef DYNARCH_SIM_GRAPH_DATA_TYPE_H_
#define DYNARCH_SIM_GRAPH_DATA_TYPE_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace dynarch::graph {

enum class DataType : uint8_t { kFp32, kFp16, kInt8 };
inline constexpr int kDataTypeCount = 3;

// Bytes of one element: 4, 2, 1.
int BytesPerElement(DataType dtype);
// `fp32`, `fp16`, `int8`.
absl::string_view NameOf(DataType dtype);
std::optional<DataType> DataTypeNamed(absl::string_view name);

}  // namespace dynarch::graph

#endif  // DYNARCH_SIM_GRAPH_DATA_TYPE_H_
