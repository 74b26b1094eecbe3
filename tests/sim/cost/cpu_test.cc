#include "sim/cost/cpu.h"

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

// PlainPlatform's cpu (1 GHz, memory of 4 B per cycle, 2 fJ per byte) with four
// cores and a runtime of half a cycle per MAC, 2 fJ per cycle.
platform::PlatformParts Board() {
  platform::PlatformParts parts = PlainPlatform();
  std::get<platform::Cpu>(parts.elements[0].kind).cores = 4;
  platform::Kernel kernel;
  kernel.kernel_class = platform::kOtherKernelClass;
  kernel.per_mac = Picocycles(kCycle / 2);
  kernel.per_op = Picocycles(kCycle);
  platform::Runtime runtime{"fast", "lib"};
  runtime.types.push_back(
      {.dtype = static_cast<int>(DataType::kInt8), .kernels = {kernel}});
  runtime.energy_per_cycle = platform::Attojoules(2'000);
  parts.elements[0].runtime = runtime;
  return parts;
}

platform::Cpu& CpuOf(platform::PlatformParts& parts) {
  return std::get<platform::Cpu>(parts.elements[0].kind);
}

absl::StatusOr<Cost> Firing(const platform::PlatformParts& parts,
                            const graph::OperatorWork& work,
                            DataType dtype = DataType::kInt8) {
  auto platform = platform::Platform::Create(parts);
  EXPECT_OK(platform);
  return CpuModel().Firing({.work = work,
                            .dtype = dtype,
                            .platform = *platform,
                            .element = 0,
                            .operating_point = 0});
}

graph::OperatorWork WorkOfOp(const graph::Operator& op, graph::Shape in) {
  auto shape = graph::InferShape(op, {in});
  EXPECT_OK(shape);
  return graph::WorkOf(op, {in}, *shape);
}

// 100 rows of 64 to 200: 1,280,000 MACs; 12,800 weights, 6,400 in, 20,000 out.
graph::OperatorWork Product() {
  return WorkOfOp(graph::Linear{.out_features = 200}, {100, 64});
}

TEST(CpuTest, ComputesInTheKernelsCycles) {
  ASSERT_OK_AND_ASSIGN(const Cost cost, Firing(Board(), Product()));
  // 640,000 cycles at 1 GHz; 39,200 B at 4 B/ns = 9.8 us.
  EXPECT_EQ(cost.time, Picoseconds(640'000'000));
  EXPECT_EQ(cost.bound, Bound::kCompute);
  EXPECT_EQ(cost.bytes, Bytes(39'200));
  // 640,000 x 2 fJ + 39,200 x 2 fJ.
  EXPECT_EQ(cost.energy, Femtojoules(1'280'000 + 78'400));
}

TEST(CpuTest, ThreadsShareWhatIsNotSerial) {
  platform::PlatformParts parts = Board();
  parts.elements[0].threads = 4;
  CpuOf(parts).serial_share = {1, 10};
  ASSERT_OK_AND_ASSIGN(const Cost cost, Firing(parts, Product()));
  // 4 / (1 + 0.1 x 3) = 3.077 times as fast: 640 us x 1.3 / 4 = 208 us, and at
  // most one cycle's thousandth more.
  EXPECT_GE(cost.time, Picoseconds(208'000'000));
  EXPECT_LE(cost.time, Picoseconds(208'000'001));
  // The cores' cycles are the same ones.
  EXPECT_EQ(cost.energy, Femtojoules(1'280'000 + 78'400));
}

TEST(CpuTest, PaysTheCallOverheadOnce) {
  platform::PlatformParts parts = Board();
  parts.elements[0].runtime->call_overhead = Picoseconds(1'000'000'000);
  ASSERT_OK_AND_ASSIGN(const Cost cost, Firing(parts, Product()));
  EXPECT_EQ(cost.time, Picoseconds(1'640'000'000));
  EXPECT_EQ(cost.bound, Bound::kOverhead);
}

TEST(CpuTest, ALevelThatIsTooSlowBounds) {
  platform::PlatformParts parts = Board();
  CpuOf(parts).caches = {{"l1", Bytes(768), {64, 1}},
                         {"l2", Bytes(1 << 20), {1, 2}}};
  ASSERT_OK_AND_ASSIGN(const Cost cost, Firing(parts, Product()));
  // Blocks of floor(sqrt(768 / 3)) = 16: 2 x 1,280,000 / 16 = 160,000 B into
  // l1, at half a byte per cycle.
  EXPECT_EQ(cost.time, Picoseconds(320'000'000 * 2));
  CpuOf(parts).caches[1].bytes_per_cycle = {1, 4};
  ASSERT_OK_AND_ASSIGN(const Cost slower, Firing(parts, Product()));
  EXPECT_EQ(slower.time, Picoseconds(640'000'000));
  EXPECT_EQ(slower.bound, Bound::kCompute);
  CpuOf(parts).caches[1].bytes_per_cycle = {1, 8};
  ASSERT_OK_AND_ASSIGN(const Cost slowest, Firing(parts, Product()));
  EXPECT_EQ(slowest.time, Picoseconds(1'280'000'000));
  EXPECT_EQ(slowest.bound, Bound::kMemory);
}

TEST(CpuTest, ActivationsThatFitTheLargestCacheStayThere) {
  platform::PlatformParts parts = Board();
  parts.elements[0].runtime->types[0].kernels[0].per_mac = Picocycles(0);
  CpuOf(parts).caches = {{"l2", Bytes(1 << 20), {64, 1}}};
  ASSERT_OK_AND_ASSIGN(const Cost cost, Firing(parts, Product()));
  // The weights alone: 12,800 B at 4 B/ns.
  EXPECT_EQ(cost.time, Picoseconds(3'200'000));
  CpuOf(parts).caches = {{"l2", Bytes(1'024), {64, 1}}};
  ASSERT_OK_AND_ASSIGN(const Cost spilled, Firing(parts, Product()));
  EXPECT_GT(spilled.time, Picoseconds(9'800'000 - 1));
}

TEST(CpuTest, WhatIsFoldedCostsNothing) {
  platform::PlatformParts parts = Board();
  parts.elements[0].runtime->fused =
      uint64_t{1} << static_cast<int>(graph::KernelClass::kActivation);
  graph::OperatorWork relu = WorkOfOp(graph::Elementwise{}, {1'000});
  ASSERT_OK_AND_ASSIGN(const Cost alone, Firing(parts, relu));
  EXPECT_EQ(alone.time, Picoseconds(1'000'000));  // A cycle per op.
  relu.follows_product = true;
  ASSERT_OK_AND_ASSIGN(const Cost folded, Firing(parts, relu));
  EXPECT_EQ(folded.time, Picoseconds(0));
  EXPECT_EQ(folded.energy, Femtojoules(0));
}

TEST(CpuTest, RefusesATypeWithoutKernels) {
  const auto reason =
      ReasonOf(Firing(Board(), Product(), DataType::kFp32).status());
  ASSERT_TRUE(reason.has_value());
  EXPECT_EQ(reason->code, reason::kUnsupportedDataType);
}

TEST(BlockedBytesTest, AreOnceWhereAllFits) {
  EXPECT_EQ(BlockedBytes(Product(), 1, Bytes(39'200)), 39'200);
  // Just not: blocks of floor(sqrt(39,199 / 3)) = 114: 22,456 B by the bound,
  // below what must be moved at least.
  EXPECT_EQ(BlockedBytes(Product(), 1, Bytes(39'199)), 39'200);
  EXPECT_EQ(BlockedBytes(Product(), 1, Bytes(300)), 2 * 1'280'000 / 10);
}

TEST(CpuTest, MoreBandwidthOrThreadsAreNeverSlower) {
  platform::PlatformParts parts = Board();
  CpuOf(parts).caches = {{"l1", Bytes(768), {8, 1}},
                         {"l2", Bytes(4'096), {1, 8}}};
  Picoseconds before = Firing(parts, Product())->time;
  for (const int threads : {2, 3, 4}) {
    parts.elements[0].threads = threads;
    const Picoseconds now = Firing(parts, Product())->time;
    EXPECT_LE(now, before);
    before = now;
  }
  for (int rate = 1; rate <= 64; rate *= 2) {
    CpuOf(parts).caches[1].bytes_per_cycle = {rate, 4};
    const Picoseconds now = Firing(parts, Product())->time;
    EXPECT_LE(now, before);
    before = now;
  }
}

}  // namespace
}  // namespace dynarch::cost
