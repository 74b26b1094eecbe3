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
