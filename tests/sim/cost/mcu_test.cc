#include "sim/cost/mcu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/reason.h"
#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::cost {
namespace {

using ::dynarch::testing::PlainPlatform;
using graph::DataType;
using platform::Picocycles;

constexpr int64_t kCycle = 1'000'000'000'000;

// An mcu at 1 GHz with SRAM of 4 B per cycle and a flash of 2 B per cycle with
// three wait states above 500 MHz, both 2 fJ per byte; 2 cycles per MAC.
platform::PlatformParts Board(bool dma) {
  platform::PlatformParts parts = PlainPlatform();
  platform::Mcu mcu{.cores = 8, .roofline = dynarch::testing::PlainRoofline()};
  mcu.dma = dma;
  parts.elements[0].kind = mcu;
  parts.memories.push_back(parts.memories[0]);
  parts.memories[1].name = "flash";
  parts.memories[1].bytes_per_cycle = {2, 1};
  parts.memories[1].wait_states = {{Hertz(500'000'000), 3}};
  parts.elements[0].weight_memory = 1;
  platform::Kernel kernel;
  kernel.kernel_class = platform::kOtherKernelClass;
  kernel.per_mac = Picocycles(2 * kCycle);
  platform::Runtime runtime{"nn", "lib"};
  runtime.types.push_back(
      {.dtype = static_cast<int>(DataType::kInt8), .kernels = {kernel}});
  runtime.energy_per_cycle = platform::Attojoules(3'000);
  parts.elements[0].runtime = runtime;
  return parts;
}

// 1,000 weights: 1,000 MACs, 100 in, 10 out.
absl::StatusOr<Cost> Firing(const platform::PlatformParts& parts) {
  auto platform = platform::Platform::Create(parts);
  EXPECT_OK(platform);
  const graph::Operator op = graph::Linear{.out_features = 10};
  return McuModel().Firing({.work = graph::WorkOf(op, {{100}}, {10}),
                            .dtype = DataType::kInt8,
                            .platform = *platform,
                            .element = 0,
                            .operating_point = 0});
}

TEST(McuTest, WithoutDmaTheCoreWaitsForItsFlash) {
  ASSERT_OK_AND_ASSIGN(const Cost cost, Firing(Board(false)));
  // 2,000 cycles; 500 accesses of 2 B, each three cycles longer.
  EXPECT_EQ(cost.time, Picoseconds(2'000'000 + 1'500'000));
  EXPECT_EQ(cost.bound, Bound::kCompute);
  // 2,000 cycles x 3 fJ + 1,110 B x 2 fJ.
  EXPECT_EQ(cost.energy, Femtojoules(6'000 + 2'220));
}

TEST(McuTest, BelowTheClockThereAreNoWaitStates) {
  platform::PlatformParts parts = Board(false);
  parts.memories[1].wait_states[0].above = Hertz(1'000'000'000);
  ASSERT_OK_AND_ASSIGN(const Cost cost, Firing(parts));
  EXPECT_EQ(cost.time, Picoseconds(2'000'000));
}

TEST(McuTest, WithDmaMovingOverlapsComputing) {
  platform::PlatformParts parts = Board(true);
  ASSERT_OK_AND_ASSIGN(const Cost computing, Firing(parts));
  // 1,000 B at 2/4 B per cycle = 2,000 cycles, 110 B at 4 = 28 (27.5).
  EXPECT_EQ(computing.time, Picoseconds(2'027'500));
  EXPECT_EQ(computing.bound, Bound::kMemory);
  parts.memories[1].bytes_per_cycle = {8, 1};
  ASSERT_OK_AND_ASSIGN(const Cost fast, Firing(parts));
  EXPECT_EQ(fast.time, Picoseconds(2'000'000));
  EXPECT_EQ(fast.bound, Bound::kCompute);
}

TEST(McuTest, ThreadsShareTheCycles) {
  platform::PlatformParts parts = Board(true);
  parts.memories[1].bytes_per_cycle = {64, 1};
  parts.elements[0].threads = 8;
  ASSERT_OK_AND_ASSIGN(const Cost cost, Firing(parts));
  EXPECT_EQ(cost.time, Picoseconds(250'000));
  EXPECT_EQ(cost.energy, Femtojoules(6'000 + 2'220));
}

TEST(McuTest, NeedsARuntime) {
  platform::PlatformParts parts = Board(false);
  parts.elements[0].runtime.reset();
  const auto reason = ReasonOf(Firing(parts).status());
  ASSERT_TRUE(reason.has_value());
  EXPECT_EQ(reason->code, reason::kUnsupportedOperator);
}

}  // namespace
}  // namespace dynarch::cost
