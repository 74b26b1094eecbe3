#include "sim/cost/kernels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "sim/base/reason.h"
#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::cost {
namespace {

using ::dynarch::testing::PlainPlatform;
using graph::KernelClass;
using platform::Picocycles;
using ::testing::HasSubstr;

constexpr int64_t kCycle = 1'000'000'000'000;

graph::OperatorWork WorkOfOp(const graph::Operator& op, graph::Shape in) {
  auto shape = graph::InferShape(op, {in});
  EXPECT_OK(shape);
  return graph::WorkOf(op, {in}, *shape);
}

// 3 channels of 5 x 5 to 6, 3 x 3 windows: 25 pixels of 27 words.
graph::OperatorWork SmallConv() {
  return WorkOfOp(graph::Conv2d{.out_channels = 6,
                                .kernel = {3, 3},
                                .padding = {1, 1, 1, 1},
                                .bias = true},
                  {3, 5, 5});
}

platform::Kernel KernelOf(KernelClass kernel_class) {
  platform::Kernel kernel;
  kernel.kernel_class = static_cast<int>(kernel_class);
  return kernel;
}

TEST(KernelCountsTest, WithoutBlocksAreTheOperatorsOwn) {
  const KernelCounts counts =
      CountsOf(SmallConv(), KernelOf(KernelClass::kConv2d));
  EXPECT_EQ(counts, (KernelCounts{.macs = 25 * 27 * 6,
                                  .ops = 0,
                                  .outputs = 150,
                                  .windows = 25 * 27,
                                  .inputs = 75,
                                  .weights = 27 * 6 + 6}));
}

TEST(KernelCountsTest, BlocksRoundTheProductUp) {
  platform::Kernel kernel = KernelOf(KernelClass::kConv2d);
  kernel.pixel_block = 4;   // 25 -> 28
  kernel.window_block = 8;  // 27 -> 32
  kernel.filter_block = 4;  // 6 -> 8
  EXPECT_EQ(CountsOf(SmallConv(), kernel).macs, 28 * 32 * 8);
}

TEST(KernelCountsTest, ADepthwiseRoundsItsChannelsUp) {
  const graph::OperatorWork work =
      WorkOfOp(graph::Conv2d{.out_channels = 6, .kernel = {3, 3}, .groups = 6},
               {6, 5, 5});
  platform::Kernel kernel = KernelOf(KernelClass::kDepthwise);
  kernel.filter_block = 4;  // 6 channels -> 8, each with one filter.
  EXPECT_EQ(CountsOf(work, kernel).macs, 9 * 9 * 8);
}

TEST(PicocyclesTest, AreTheSumOfCoefficientTimesCount) {
  platform::Kernel kernel;
  kernel.per_mac = Picocycles(kCycle / 2);
  kernel.per_op = Picocycles(kCycle);
  kernel.per_output = Picocycles(3 * kCycle);
  kernel.per_window = Picocycles(kCycle / 4);
  kernel.per_input = Picocycles(5 * kCycle);
  kernel.per_weight = Picocycles(2 * kCycle);
  kernel.per_call = Picocycles(100 * kCycle);
  // 8/2 + 7 + 2*3 + 12/4 + 1*5 + 4*2 + 100.
  EXPECT_EQ(PicocyclesOf({.macs = 8,
                          .ops = 7,
                          .outputs = 2,
                          .windows = 12,
                          .inputs = 1,
                          .weights = 4},
                         kernel),
            absl::int128(133) * kCycle);
}

TEST(TimeOfCyclesTest, RoundsUpToThePicosecond) {
  // 1 cycle at 3 GHz: 333.3 ps.
  ASSERT_OK_AND_ASSIGN(const Picoseconds time,
                       TimeOfCycles(kCycle, Hertz(3'000'000'000)));
  EXPECT_EQ(time, Picoseconds(334));
  const auto longer = TimeOfCycles(absl::int128(kMaxActivity) * 2, Hertz(1));
  EXPECT_EQ(ReasonOf(longer.status())->code, reason::kActivityLimit);
}

// PlainPlatform's cpu at 1 GHz, with a runtime of one type and one kernel.
platform::Platform WithRuntime(KernelClass kernel_class) {
  platform::PlatformParts parts = PlainPlatform();
  platform::Runtime runtime;
  runtime.name = "fast";
  runtime.library = "lib";
  runtime.types.push_back({.dtype = static_cast<int>(graph::DataType::kInt8),
                           .kernels = {KernelOf(kernel_class)}});
  runtime.fused = uint64_t{1} << static_cast<int>(KernelClass::kActivation);
  runtime.energy_per_cycle = platform::Attojoules(2'000);
  runtime.energy_per_mac = platform::Attojoules(1'000);
  parts.elements[0].runtime = runtime;
  auto made = platform::Platform::Create(parts);
  EXPECT_OK(made);
  return *made;
}

FiringContext ContextOf(const graph::OperatorWork& work,
                        const platform::Platform& platform,
                        graph::DataType dtype = graph::DataType::kInt8) {
  return {.work = work,
          .dtype = dtype,
          .platform = platform,
          .element = 0,
          .operating_point = 0};
}

TEST(KernelForTest, TakesTheClassOrOther) {
  const graph::OperatorWork work = SmallConv();
  const platform::Platform own = WithRuntime(KernelClass::kConv2d);
  ASSERT_OK_AND_ASSIGN(const platform::Kernel* kernel,
                       KernelFor(ContextOf(work, own)));
  EXPECT_EQ(kernel->kernel_class, static_cast<int>(KernelClass::kConv2d));
  const platform::Platform other = WithRuntime(KernelClass::kOther);
  ASSERT_OK_AND_ASSIGN(kernel, KernelFor(ContextOf(work, other)));
  EXPECT_EQ(kernel->kernel_class, static_cast<int>(KernelClass::kOther));
}

TEST(KernelForTest, SaysWhatIsMissing) {
  const graph::OperatorWork work = SmallConv();
  const platform::Platform linear = WithRuntime(KernelClass::kLinear);
  const auto no_kernel = KernelFor(ContextOf(work, linear)).status();
  EXPECT_EQ(ReasonOf(no_kernel)->code, reason::kUnsupportedOperator);
  EXPECT_THAT(ReasonOf(no_kernel)->sentence,
              HasSubstr("has no int8 kernel for conv2d"));
  const auto no_type =
      KernelFor(ContextOf(work, linear, graph::DataType::kFp32)).status();
  EXPECT_EQ(ReasonOf(no_type)->code, reason::kUnsupportedDataType);
  EXPECT_THAT(ReasonOf(no_type)->sentence,
              HasSubstr("does not run fp32, only int8"));
}

TEST(CyclesOfTest, GoWithTheRateOfACore) {
  const graph::OperatorWork work = SmallConv();
  platform::PlatformParts parts = WithRuntime(KernelClass::kConv2d).parts();
  platform::RuntimeType& type = parts.elements[0].runtime->types[0];
  type.kernels[0].per_mac = Picocycles(kCycle);
  auto& cpu = std::get<platform::Cpu>(parts.elements[0].kind);
  cpu.cores = 2;
  for (platform::ComputeRate& rate : cpu.roofline.rates) {
    rate.ops_per_cycle = {27, 1};  // 13.5 per core.
  }
  const auto cycles = [&](std::optional<platform::PerCycle> stated) {
    type.ops_per_cycle = stated;
    auto platform = platform::Platform::Create(parts);
    EXPECT_OK(platform);
    const auto got =
        CyclesOf(ContextOf(work, *platform),
                 platform->elements()[0].runtime->types[0].kernels[0]);
    EXPECT_OK(got);
    return *got;
  };
  EXPECT_EQ(cycles(std::nullopt), absl::int128(4050) * kCycle);
  // 4050 x 20 / 13.5 = 6000; 4050 x 6.75 / 13.5 = 2025.
  EXPECT_EQ(cycles(platform::PerCycle{20, 1}), absl::int128(6000) * kCycle);
  EXPECT_EQ(cycles(platform::PerCycle{675, 100}), absl::int128(2025) * kCycle);
  // A third of 13.5 ops: 1350 cycles.
  EXPECT_EQ(cycles(platform::PerCycle{45, 10}), absl::int128(1350) * kCycle);
  // 4050 / 13.5 = 300 cycles; 1e-12 of an operation is 300 picocycles.
  EXPECT_EQ(cycles(platform::PerCycle{1, kCycle}), absl::int128(300));
}

TEST(CyclesOfTest, GoWithTheRateOfAnotherTypeWhereTheLibrarySaysSo) {
  const graph::OperatorWork work = SmallConv();
  platform::PlatformParts parts = WithRuntime(KernelClass::kConv2d).parts();
  platform::RuntimeType& type = parts.elements[0].runtime->types[0];
  type.kernels[0].per_mac = Picocycles(kCycle);
  type.ops_per_cycle = platform::PerCycle{8, 1};
  type.rate_of = static_cast<int>(graph::DataType::kFp32);
  for (platform::ComputeRate& rate :
       std::get<platform::Cpu>(parts.elements[0].kind).roofline.rates) {
    const bool fp32 = rate.dtype == static_cast<int>(graph::DataType::kFp32);
    rate.ops_per_cycle = {fp32 ? 16 : 64, 1};
  }
  const platform::Platform platform = *platform::Platform::Create(parts);
  ASSERT_OK_AND_ASSIGN(
      const absl::int128 cycles,
      CyclesOf(ContextOf(work, platform),
               platform.elements()[0].runtime->types[0].kernels[0]));
  EXPECT_EQ(cycles, absl::int128(2025) * kCycle);  // 4050 x 8 / 16.
}

TEST(CyclesOfTest, NeedARateOfTheTypeWhereTheLibraryStatesOne) {
  platform::PlatformParts parts = WithRuntime(KernelClass::kConv2d).parts();
  platform::Runtime& runtime = *parts.elements[0].runtime;
  runtime.types.push_back({.dtype = static_cast<int>(graph::DataType::kFp16),
                           .kernels = {KernelOf(KernelClass::kConv2d)}});
  runtime.types[1].ops_per_cycle = platform::PerCycle{16, 1};
  std::get<platform::Cpu>(parts.elements[0].kind).roofline.rates = {
      {.dtype = static_cast<int>(graph::DataType::kInt8),
       .ops_per_cycle = {1, 1},
       .energy_per_op = {}}};
  const platform::Platform platform = *platform::Platform::Create(parts);
  const graph::OperatorWork work = SmallConv();
  const auto status =
      CyclesOf(ContextOf(work, platform, graph::DataType::kFp16),
               platform.elements()[0].runtime->types[1].kernels[0])
          .status();
  EXPECT_EQ(ReasonOf(status)->code, reason::kUnsupportedDataType);
}

TEST(IsFusedTest, NeedsTheClassAndAProductBefore) {
  const platform::Platform platform = WithRuntime(KernelClass::kOther);
  const platform::Runtime& runtime = *platform.elements()[0].runtime;
  graph::OperatorWork relu = WorkOfOp(graph::Elementwise{}, {10});
  EXPECT_FALSE(IsFused(relu, runtime));
  relu.follows_product = true;
  EXPECT_TRUE(IsFused(relu, runtime));
  graph::OperatorWork softmax = WorkOfOp(graph::Softmax{}, {10});
  softmax.follows_product = true;
  EXPECT_FALSE(IsFused(softmax, runtime));
}

TEST(CoreEnergyTest, IsOfCyclesAndOfProducts) {
  const graph::OperatorWork work = SmallConv();
  const platform::Platform platform = WithRuntime(KernelClass::kOther);
  // 9.5 cycles count as 10, of 2 fJ; 4050 MACs of 1 fJ.
  ASSERT_OK_AND_ASSIGN(
      const Femtojoules energy,
      CoreEnergy(ContextOf(work, platform), absl::int128(kCycle) * 19 / 2));
  EXPECT_EQ(energy, Femtojoules(20 + 4050));
}

}  // namespace
}  // namespace dynarch::cost
