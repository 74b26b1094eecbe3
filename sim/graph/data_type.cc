#include "sim/graph/data_type.h"

namespace dynarch::graph {

int BytesPerElement(DataType dtype) {
  switch (dtype) {
    case DataType::kFp32:
      return 4;
    case DataType::kFp16:
      return 2;
    case DataType::kInt8:
      return 1;
  }
  return 4;
}

absl::string_view NameOf(DataType dtype) {
  switch (dtype) {
    case DataType::kFp32:
      return "fp32";
    case DataType::kFp16:
      return "fp16";
    case DataType::kInt8:
      return "int8";
  }
  return "";
}

std::optional<DataType> DataTypeNamed(absl::string_view name) {
  for (int i = 0; i < kDataTypeCount; ++i) {
    const auto dtype = static_cast<DataType>(i);
    if (NameOf(dtype) == name) return dtype;
  }
  return std::nullopt;
}

}  // namespace dynarch::graph
