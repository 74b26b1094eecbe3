#include "sim/graph/data_type.h"

#include <gtest/gtest.h>

namespace dynarch::graph {
namespace {

TEST(DataTypeTest, HasTheSizeOfItsElements) {
  EXPECT_EQ(BytesPerElement(DataType::kFp32), 4);
  EXPECT_EQ(BytesPerElement(DataType::kFp16), 2);
  EXPECT_EQ(BytesPerElement(DataType::kInt8), 1);
}

TEST(DataTypeTest, IsFoundByItsName) {
  for (int i = 0; i < kDataTypeCount; ++i) {
    const auto dtype = static_cast<DataType>(i);
    EXPECT_EQ(DataTypeNamed(NameOf(dtype)), dtype);
  }
  EXPECT_EQ(NameOf(DataType::kInt8), "int8");
  EXPECT_EQ(DataTypeNamed("int4"), std::nullopt);
  EXPECT_EQ(DataTypeNamed("FP32"), std::nullopt);
}

}  // namespace
}  // namespace dynarch::graph
