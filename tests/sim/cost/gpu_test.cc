#include "sim/cost/gpu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "sim/base/reason.h"
#include "sim/cost/all_models.h"
#include "sim/cost/transfer.h"
#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::cost {
namespace {

using ::dynarch::testing::PlainPlatform;
using graph::DataType;
using graph::KernelClass;
using platform::Picocycles;
using ::testing::HasSubstr;

constexpr int64_t kCycle = 1'000'000'000'000;

platform::Gpu FourMultiprocessors() {
  platform::Gpu gpu;
  gpu.multiprocessors = 4;
  // 256 MACs per cycle in fp32, 2,048 in int8; 1 fJ per operation.
  gpu.roofline.rates = {{0, {512, 1}, platform::Attojoules(1000)},
                        {2, {4096, 1}, platform::Attojoules(1000)}};
  return gpu;
}

platform::Kernel KernelOf(KernelClass kernel_class, int64_t per_mac) {
  platform::Kernel kernel;
  kernel.kernel_class = static_cast<int>(kernel_class);
  kernel.per_mac = Picocycles(per_mac);
  kernel.per_input = Picocycles(kCycle / 4);
  return kernel;
}

// The gpu at 1 GHz on a memory of 4 B per cycle and 2 fJ per byte: pointwise
// products at 1.5 times their time at the peak, an output word in half a cycle;
// 5 us a call.
platform::PlatformParts Board() {
  platform::PlatformParts parts = PlainPlatform();
  parts.elements[0].kind = FourMultiprocessors();
  platform::Runtime runtime{"trt", "lib"};
  platform::Kernel pointwise =
      KernelOf(KernelClass::kPointwise, kCycle * 3 / 2);
  pointwise.per_input = Picocycles(0);
  pointwise.per_output = Picocycles(kCycle / 2);
  const std::vector<platform::Kernel> kernels = {
      pointwise, KernelOf(KernelClass::kDepthwise, kCycle),
      KernelOf(KernelClass::kOther, kCycle)};
  for (const DataType dtype : {DataType::kFp32, DataType::kInt8}) {
    runtime.types.push_back(
        {.dtype = static_cast<int>(dtype), .kernels = kernels});
  }
  runtime.fused = uint64_t{1} << static_cast<int>(KernelClass::kActivation) |
                  uint64_t{1} << static_cast<int>(KernelClass::kElementwise);
  runtime.blocking = {.tiles = {{64, 64}}, .fill_words = 64};
  runtime.call_overhead = Picoseconds(5'000'000);
  parts.elements[0].runtime = runtime;
  return parts;
}

absl::StatusOr<platform::Platform> Create(const platform::PlatformParts& p) {
  return platform::Platform::Create(p);
}

absl::StatusOr<Cost> Firing(const platform::PlatformParts& parts,
                            const graph::OperatorWork& work,
                            DataType dtype = DataType::kFp32) {
  auto platform = Create(parts);
  EXPECT_OK(platform);
  return FiringCost({.work = work,
                     .dtype = dtype,
                     .platform = *platform,
                     .element = 0,
                     .operating_point = 0});
}

// 256 pixels, 64 filters, 256 words: 65,536 elements in, 16,384 out, 16,384
// weights; one 64 x 64 tile for each multiprocessor.
graph::OperatorWork Pointwise() {
  return graph::WorkOf(graph::Conv2d{.out_channels = 64}, {{256, 16, 16}},
                       {64, 16, 16});
}

TEST(GridOfTest, TakesTheTileWhoseBusiestMultiprocessorHasLeastToDo) {
  const platform::Gpu gpu = FourMultiprocessors();
  // 2 x 1 blocks of 128 x 128 leave one for the busiest, 128 x 128 x 64 MACs;
  // 4 x 2 blocks of 64 x 64 leave two, 2 x 64 x 64 x 64.
  EXPECT_EQ(GridOf({.m = 200, .n = 100, .k = 64}, 1,
                   {.tiles = {{128, 128}, {64, 64}}}, gpu),
            (GpuGrid{{64, 64}, 1, 8, 2 * 64 * 64 * 64}));
  // Where both have 2^20 MACs, the first.
  EXPECT_EQ(GridOf({.m = 256, .n = 256, .k = 64}, 1,
                   {.tiles = {{128, 128}, {64, 64}}}, gpu),
            (GpuGrid{{128, 128}, 1, 4, 1 << 20}));
}

TEST(GridOfTest, ChargesTheLastWaveWhole) {
  platform::Gpu gpu = FourMultiprocessors();
  gpu.blocks_per_multiprocessor = 4;
  const platform::Blocking blocking{.tiles = {{16, 16}}};
  // 8 blocks on 4 multiprocessors: two each, of one wave that is not full.
  EXPECT_EQ(GridOf({.m = 128, .n = 16, .k = 10}, 1, blocking, gpu).busiest_macs,
            2 * 16 * 16 * 10);
  // 24 blocks: six each, two waves of four.
  EXPECT_EQ(GridOf({.m = 384, .n = 16, .k = 10}, 1, blocking, gpu).busiest_macs,
            8 * 16 * 16 * 10);
}

TEST(GridOfTest, SplitsTheWindowOfASmallGrid) {
  const platform::Gpu gpu = FourMultiprocessors();
  platform::Blocking blocking{
      .tiles = {{32, 32}}, .fill_words = 256, .max_splits = 8};
  // One tile and four multiprocessors: four blocks of 256 words; eight would
  // have 128, below the fill.
  EXPECT_EQ(GridOf({.m = 32, .n = 32, .k = 1024}, 1, blocking, gpu),
            (GpuGrid{{32, 32}, 4, 4, 32 * 32 * 256}));
  blocking.max_splits = 1;
  EXPECT_EQ(GridOf({.m = 32, .n = 32, .k = 1024}, 1, blocking, gpu),
            (GpuGrid{{32, 32}, 1, 1, 32 * 32 * 1024}));
}

TEST(GridOfTest, CountsTheLoadsOfOperandsAndPadsTheWindow) {
  // (64 x 64 + 16 (64 + 64)) MACs for each of 32 words, 27 rounded up to 8.
  EXPECT_EQ(GridOf({.m = 64, .n = 64, .k = 27}, 8,
                   {.tiles = {{64, 64}}, .macs_per_operand = 16},
                   FourMultiprocessors())
                .busiest_macs,
            (4096 + 2048) * 32);
}

TEST(GpuTest, AFiringWaitsForItsMemoryAndTheFirstLoads) {
  ASSERT_OK_AND_ASSIGN(const Cost cost, Firing(Board(), Pointwise()));
  // 64 x 64 x 256 MACs of the busiest of 4 multiprocessors at 256 per cycle of
  // all: 16,384 cycles, half as long again 24,576; 16,384 / 4 words out in half
  // a cycle each: 2,048. Together 26.624 us. Memory: (65,536 + 2 x 16,384) x
  // 4 B at 4 B per cycle, 98.304 us. A quarter of the window, 64 of 256 words,
  // is loaded before a block computes: 6.656 us.
  EXPECT_EQ(cost.time, Picoseconds(5'000'000 + 98'304'000 + 6'656'000));
  EXPECT_EQ(cost.bound, Bound::kMemory);
  EXPECT_EQ(cost.bytes, Bytes(393'216));
  // 2 x 256 x 64 x 256 operations of 1 fJ, 393,216 B of 2 fJ.
  EXPECT_EQ(cost.energy, Femtojoules(8'388'608 + 786'432));
}

TEST(GpuTest, ActivationsThatFitTheSecondLevelCacheStayThere) {
  platform::PlatformParts parts = Board();
  // 65,536 + 16,384 elements of 4 B fit exactly.
  std::get<platform::Gpu>(parts.elements[0].kind).l2 = Bytes(327'680);
  ASSERT_OK_AND_ASSIGN(const Cost cost, Firing(parts, Pointwise()));
  // Weights alone: 16.384 us, a quarter of which is not hidden.
  EXPECT_EQ(cost.time, Picoseconds(5'000'000 + 26'624'000 + 4'096'000));
  EXPECT_EQ(cost.bound, Bound::kCompute);
  EXPECT_EQ(cost.bytes, Bytes(65'536));
}

TEST(GpuTest, ADepthwiseTakesTheRateOfFp32) {
  const graph::OperatorWork work = graph::WorkOf(
      graph::Conv2d{.out_channels = 64, .kernel = {3, 3}, .groups = 64},
      {{64, 18, 18}}, {64, 16, 16});
  auto platform = Create(Board());
  ASSERT_OK(platform);
  ASSERT_OK_AND_ASSIGN(const KernelCounts counts,
                       GpuCountsOf({.work = work,
                                    .dtype = DataType::kInt8,
                                    .platform = *platform,
                                    .element = 0,
                                    .operating_point = 0}));
  // 16,384 x 9 MACs at 256 per cycle, though int8 has 2,048.
  EXPECT_EQ(counts.macs, 576);
  // Bytes in words of four, over four multiprocessors.
  EXPECT_EQ(counts.outputs, 16'384 / 16);
  EXPECT_EQ(counts.inputs, 64 * 18 * 18 / 16);
}

TEST(GpuTest, AFewElementsKeepFewMultiprocessorsBusy) {
  graph::OperatorWork work;
  work.kernel_class = KernelClass::kPool;
  work.input_elements = 1025;  // Two blocks of 1,024.
  work.output_elements = 4;
  ASSERT_OK_AND_ASSIGN(const Cost cost, Firing(Board(), work));
  // ceil(1,025 / 2) words in, a quarter of a cycle each: 128.25 ns, below the
  // memory's 4 x 1,029 B at 4 B per cycle.
  EXPECT_EQ(cost.time, Picoseconds(5'000'000 + 1'029'000));
  work.output_elements = 0;
  platform::PlatformParts parts = Board();
  std::get<platform::Gpu>(parts.elements[0].kind).l2 = Bytes(1 << 20);
  ASSERT_OK_AND_ASSIGN(const Cost cached, Firing(parts, work));
  EXPECT_EQ(cached.time, Picoseconds(5'000'000 + 128'250));
  EXPECT_EQ(cached.bound, Bound::kOverhead);
}

TEST(GpuTest, AFoldedAddReadsItsOtherOperandAndIsNotCalled) {
  graph::OperatorWork work;
  work.kernel_class = KernelClass::kElementwise;
  work.follows_product = true;
  work.vector_ops = 16'384;
  work.input_elements = 2 * 16'384;
  work.output_elements = 16'384;
  ASSERT_OK_AND_ASSIGN(const Cost cost, Firing(Board(), work));
  EXPECT_EQ(cost.time, Picoseconds(16'384'000));  // 65,536 B at 4 GB/s.
  EXPECT_EQ(cost.bytes, Bytes(65'536));
  EXPECT_EQ(cost.energy, Femtojoules(16'384 + 2 * 65'536));
}

TEST(GpuTest, AFoldedActivationIsFree) {
  graph::OperatorWork work;
  work.kernel_class = KernelClass::kActivation;
  work.follows_product = true;
  work.vector_ops = work.input_elements = work.output_elements = 100;
  ASSERT_OK_AND_ASSIGN(const Cost cost, Firing(Board(), work));
  EXPECT_EQ(cost.time, Picoseconds(0));
  EXPECT_EQ(cost.energy, Femtojoules(0));
  work.follows_product = false;
  ASSERT_OK_AND_ASSIGN(const Cost own, Firing(Board(), work));
  EXPECT_GT(own.time, Picoseconds(5'000'000));
}

TEST(GpuTest, RefusesATypeWithoutARate) {
  const auto reason =
      ReasonOf(Firing(Board(), Pointwise(), DataType::kFp16).status());
  ASSERT_TRUE(reason.has_value());
  EXPECT_EQ(reason->code, reason::kUnsupportedDataType);
  EXPECT_THAT(reason->sentence, HasSubstr("does not run fp16"));
}

TEST(GpuTest, NeedsARuntime) {
  platform::PlatformParts parts = Board();
  parts.elements[0].runtime.reset();
  auto platform = Create(parts);
  ASSERT_OK(platform);
  const graph::OperatorWork work = Pointwise();
  const auto reason = ReasonOf(GpuModel()
                                   .Firing({.work = work,
                                            .dtype = DataType::kFp32,
                                            .platform = *platform,
                                            .element = 0,
                                            .operating_point = 0})
                                   .status());
  ASSERT_TRUE(reason.has_value());
  EXPECT_EQ(reason->code, reason::kUnsupportedOperator);
}

TEST(GpuTest, TheRuntimesSynchronisationTakesThePlaceOfTheElements) {
  platform::PlatformParts parts = Board();
  platform::ProcessingElement& element = parts.elements[0];
  std::get<platform::Gpu>(element.kind).roofline.synchronize = Picoseconds(7);
  EXPECT_EQ(SynchronizeCost(element).time, Picoseconds(7));
  element.runtime->synchronize = Picoseconds(9);
  EXPECT_EQ(SynchronizeCost(element).time, Picoseconds(9));
}

}  // namespace
}  // namespace dynarch::cost
