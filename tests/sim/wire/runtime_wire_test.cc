#include "sim/wire/runtime_wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/graph/operator.h"
#include "sim/wire/platform_wire.h"
#include "tests/sim/wire/study_text.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::wire {
namespace {

using ::dynarch::testing::StatusIs;
using platform::Picocycles;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr int64_t kCycle = 1'000'000'000'000;

v1::RuntimeUse Use() {
  return Parse<v1::RuntimeUse>(R"pb(
    name: "fast"
    library: "lib"
    cycle_scale: "1.5"
    call_overhead_ps: 7
    cycle_energy_aj_per_op: 8
    mac_energy_aj_per_op: 9
    definition {
      name: "lib"
      types {
        dtype: INT8
        ops_per_cycle: "13.5"
        rate_of: FP32
        kernels {
          kernel_class: CONV2D
          cycles_per_mac: "0.25"
          cycles_per_call: "1000"
          filter_block: 4
        }
        kernels { kernel_class: OTHER cycles_per_op: "2" }
      }
      fuses: NORM
      fuses: ACTIVATION
    })pb");
}

TEST(RuntimeWireTest, CoefficientsAreTimesTheSystemsScale) {
  ASSERT_OK_AND_ASSIGN(const platform::Runtime runtime,
                       RuntimeFrom(Use(), "here"));
  EXPECT_EQ(runtime.name, "fast");
  EXPECT_EQ(runtime.library, "lib");
  EXPECT_EQ(runtime.call_overhead, Picoseconds(7));
  EXPECT_EQ(runtime.energy_per_cycle, platform::Attojoules(8));
  EXPECT_EQ(runtime.energy_per_mac, platform::Attojoules(9));
  const platform::RuntimeType* type =
      runtime.Find(static_cast<int>(graph::DataType::kInt8));
  ASSERT_NE(type, nullptr);
  EXPECT_EQ(runtime.Find(static_cast<int>(graph::DataType::kFp32)), nullptr);
  EXPECT_EQ(type->ops_per_cycle, (platform::PerCycle{135, 10}));
  EXPECT_EQ(type->rate_of, static_cast<int>(graph::DataType::kFp32));
  const platform::Kernel* conv =
      type->Find(static_cast<int>(graph::KernelClass::kConv2d));
  ASSERT_NE(conv, nullptr);
  EXPECT_EQ(conv->per_mac, Picocycles(kCycle * 3 / 8));
  EXPECT_EQ(conv->per_call, Picocycles(1500 * kCycle));
  EXPECT_EQ(conv->filter_block, 4);
  EXPECT_EQ(conv->pixel_block, 1);
  // Norm is the ninth class, activation the tenth.
  EXPECT_EQ(runtime.fused, (uint64_t{1} << 8) | (uint64_t{1} << 9));
}

TEST(RuntimeWireTest, TheMessageOfARuntimeIsThatRuntime) {
  ASSERT_OK_AND_ASSIGN(const platform::Runtime runtime,
                       RuntimeFrom(Use(), "here"));
  const v1::RuntimeUse message = RuntimeMessage(runtime);
  ASSERT_OK_AND_ASSIGN(const platform::Runtime again,
                       RuntimeFrom(message, "here"));
  EXPECT_EQ(RuntimeMessage(again).DebugString(), message.DebugString());
  EXPECT_EQ(again.types[0].kernels, runtime.types[0].kernels);
  EXPECT_EQ(again.types[0].ops_per_cycle, runtime.types[0].ops_per_cycle);
  EXPECT_EQ(again.types[0].rate_of, runtime.types[0].rate_of);
}

v1::RuntimeUse UseOfGpu() {
  return Parse<v1::RuntimeUse>(R"pb(
    name: "trt"
    library: "lib"
    synchronize_ps: 11
    definition {
      name: "lib"
      types {
        dtype: FP32
        kernels { kernel_class: OTHER cycles_per_mac: "1" }
      }
      types { dtype: FP16 like: FP32 }
      tensor_types {
        dtype: FP16
        kernels { kernel_class: OTHER cycles_per_mac: "3" }
      }
      tensor_types { dtype: INT8 like: FP16 }
      blocking {
        tiles { pixels: 128 filters: 64 }
        macs_per_operand: 16
        fill_words: 256
        max_splits: 8
      }
    })pb");
}

// Cycles per MAC of a type's one kernel; 0 if there is no such type.
int64_t CyclesPerMac(const platform::Runtime& runtime, graph::DataType dtype) {
  const platform::RuntimeType* type = runtime.Find(static_cast<int>(dtype));
  return type == nullptr ? 0 : type->kernels.at(0).per_mac.value() / kCycle;
}

TEST(RuntimeWireTest, KernelsForTensorCoresTakeThePlaceOfTheOthers) {
  ASSERT_OK_AND_ASSIGN(const platform::Runtime plain,
                       RuntimeFrom(UseOfGpu(), "here"));
  EXPECT_EQ(CyclesPerMac(plain, graph::DataType::kFp32), 1);
  EXPECT_EQ(CyclesPerMac(plain, graph::DataType::kFp16), 1);
  EXPECT_EQ(CyclesPerMac(plain, graph::DataType::kInt8), 0);
  ASSERT_OK_AND_ASSIGN(const platform::Runtime tensor,
                       RuntimeFrom(UseOfGpu(), "here", true));
  EXPECT_EQ(CyclesPerMac(tensor, graph::DataType::kFp32), 1);
  EXPECT_EQ(CyclesPerMac(tensor, graph::DataType::kFp16), 3);
  EXPECT_EQ(CyclesPerMac(tensor, graph::DataType::kInt8), 3);
  EXPECT_EQ(tensor.synchronize, Picoseconds(11));
  EXPECT_EQ(tensor.blocking, (platform::Blocking{.tiles = {{128, 64}},
                                                 .macs_per_operand = 16,
                                                 .fill_words = 256,
                                                 .max_splits = 8}));
  // What a message holds are the kernels that were chosen.
  const v1::RuntimeUse message = RuntimeMessage(tensor);
  ASSERT_OK_AND_ASSIGN(const platform::Runtime again,
                       RuntimeFrom(message, "here", true));
  EXPECT_EQ(CyclesPerMac(again, graph::DataType::kInt8), 3);
  EXPECT_EQ(again.blocking, tensor.blocking);
  EXPECT_EQ(again.synchronize, tensor.synchronize);
}

TEST(RuntimeWireTest, ATypeIsLikeOneOfTheSameListWithKernels) {
  v1::RuntimeUse use = UseOfGpu();
  use.mutable_definition()->mutable_types(1)->set_like(v1::INT8);
  EXPECT_THAT(RuntimeFrom(use, "here"),
              StatusIs(kInvalid, HasSubstr("here.types.fp16.like: got 'int8'; "
                                           "a type of the same list")));
  use = UseOfGpu();
  use.mutable_definition()->mutable_types(1)->add_kernels();
  EXPECT_THAT(RuntimeFrom(use, "here"),
              StatusIs(kInvalid, HasSubstr("here.types.fp16.like: the type has "
                                           "kernels of its own")));
}

TEST(RuntimeWireTest, ErrorsNameTheField) {
  v1::RuntimeUse use = Use();
  use.clear_definition();
  EXPECT_THAT(RuntimeFrom(use, "here"),
              StatusIs(kInvalid, HasSubstr("here.library: the kernel library "
                                           "'lib' has not been looked up")));
  use = Use();
  use.set_cycle_scale("0");
  EXPECT_THAT(RuntimeFrom(use, "here"),
              StatusIs(kInvalid, HasSubstr("here.cycle_scale: got '0'")));
  use = Use();
  use.mutable_definition()->mutable_types(0)->set_ops_per_cycle("many");
  EXPECT_THAT(RuntimeFrom(use, "here"),
              StatusIs(kInvalid, HasSubstr("here.types.int8.ops_per_cycle: got "
                                           "'many'")));
  use = Use();
  use.mutable_definition()
      ->mutable_types(0)
      ->mutable_kernels(0)
      ->set_cycles_per_mac("-1");
  EXPECT_THAT(
      RuntimeFrom(use, "here"),
      StatusIs(kInvalid, HasSubstr("here.types.int8.kernels.conv2d."
                                   "cycles_per_mac: got '-1'; allowed: 0 to")));
}

}  // namespace
}  // namespace dynarch::wire
