// docs/semantics.md, law 5: raising one bandwidth or frequency never raises a
// time, on random work and random platforms. Seed fixed below.
#include <gtest/gtest.h>

#include <cstdint>

#include "sim/cost/all_models.h"
#include "sim/cost/transfer.h"
#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::cost {
namespace {

using ::dynarch::testing::AddElement;
using ::dynarch::testing::PlainPlatform;
using ::dynarch::testing::PlainRoofline;

class Random {
 public:
  int64_t Below(int64_t n) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<int64_t>((state_ >> 20) % static_cast<uint64_t>(n));
  }
  // Between 1 and 10^`digits`, small ones as likely as large ones.
  int64_t Scaled(int digits) {
    int64_t limit = 10;
    for (int64_t i = Below(digits); i > 0; --i) limit *= 10;
    return 1 + Below(limit);
  }

 private:
  uint64_t state_ = 20260102;
};

graph::OperatorWork RandomWork(Random& random) {
  graph::OperatorWork work;
  if (random.Below(2) == 0) {
    work.operator_class = graph::OperatorClass::kConv2d;
    work.matmul = {.m = random.Scaled(3),
                   .n = random.Scaled(2),
                   .k = random.Scaled(3),
                   .groups = random.Scaled(1)};
    work.macs = Macs(work.matmul.m * work.matmul.n * work.matmul.k *
                     work.matmul.groups);
  } else {
    work.vector_ops = random.Scaled(6);
  }
  work.weight_elements = random.Scaled(6);
  work.input_elements = random.Scaled(6);
  work.output_elements = random.Scaled(6);
  return work;
}

// A gpu with a kernel library, on the first memory.
void AddGpu(Random& random, platform::PlatformParts& parts) {
  platform::Gpu gpu;
  gpu.multiprocessors = static_cast<int>(random.Scaled(1));
  gpu.roofline.rates.push_back({0, {random.Scaled(4), random.Scaled(2)}, {}});
  gpu.l2 = Bytes(random.Scaled(6));
  gpu.blocks_per_multiprocessor = static_cast<int>(random.Scaled(1));
  platform::Kernel kernel;
  kernel.kernel_class = platform::kOtherKernelClass;
  kernel.per_mac = platform::Picocycles(random.Scaled(12));
  kernel.per_output = platform::Picocycles(random.Scaled(12));
  platform::Runtime runtime{"gpu_runtime", "lib"};
  runtime.types.push_back({.dtype = 0, .kernels = {kernel}});
  runtime.blocking = {.tiles = {{128, 64}, {32, 32}},
                      .macs_per_operand = random.Below(32),
                      .fill_words = random.Below(512),
                      .max_splits = 4};
  parts.elements[AddElement(parts, "gpu", gpu, false)].runtime = runtime;
}

// cpu, npu and gpu in domains of their own, memory in a fourth.
platform::PlatformParts RandomPlatform(Random& random) {
  platform::PlatformParts parts = PlainPlatform();
  platform::Systolic array{.rows = random.Scaled(2),
                           .columns = random.Scaled(2)};
  array.types.push_back({0, {}, {}});
  array.vector_ops_per_cycle = {random.Scaled(4), random.Scaled(2)};
  AddElement(parts, "npu", array, false);
  AddGpu(random, parts);
  parts.domains.push_back(testing::PlainDomain("dram"));
  parts.operating_points[0].domains.push_back(
      parts.operating_points[0].domains[0]);
  parts.memories[0].domain = 3;
  parts.memories[0].bytes_per_cycle = {random.Scaled(4), random.Scaled(2)};
  auto& roofline = std::get<platform::Cpu>(parts.elements[0].kind).roofline;
  roofline.rates[0].ops_per_cycle = {random.Scaled(4), random.Scaled(2)};
  roofline.call_overhead = Picoseconds(random.Scaled(6));
  for (auto& point : parts.operating_points[0].domains) {
    point.frequency = Hertz(100'000'000 + random.Scaled(9));
  }
  return parts;
}

Picoseconds TimeOf(const platform::PlatformParts& parts,
                   const graph::OperatorWork& work, int element) {
  auto platform = platform::Platform::Create(parts);
  EXPECT_OK(platform);
  auto cost = FiringCost({.work = work,
                          .dtype = graph::DataType::kFp32,
                          .platform = *platform,
                          .element = element,
                          .operating_point = 0});
  EXPECT_OK(cost);
  return cost->time;
}

TEST(MonotoneTest, AFasterClockOrMemoryNeverTakesLonger) {
  Random random;
  int strictly = 0, equal = 0;
  for (int round = 0; round < 3000; ++round) {
    const platform::PlatformParts slow = RandomPlatform(random);
    const graph::OperatorWork work = RandomWork(random);
    const int element = static_cast<int>(random.Below(3));
    platform::PlatformParts fast = slow;
    if (random.Below(4) == 0) {
      fast.memories[0].bytes_per_cycle.numerator += random.Scaled(4);
    } else {
      auto& frequency =
          fast.operating_points[0].domains[random.Below(4)].frequency;
      frequency += Hertz(random.Scaled(9));
    }
    const Picoseconds before = TimeOf(slow, work, element);
    const Picoseconds after = TimeOf(fast, work, element);
    ASSERT_LE(after, before) << "round " << round;
    ++(after < before ? strictly : equal);
  }
  // The raised figure mattered in many cases, and did not in many others.
  EXPECT_GT(strictly, 600);
  EXPECT_GT(equal, 600);
}

TEST(MonotoneTest, AFasterLinkNeverTakesLonger) {
  Random random;
  for (int round = 0; round < 3000; ++round) {
    platform::Link link{"bus",
                        0,
                        1,
                        Picoseconds(random.Scaled(6)),
                        BytesPerSecond(1'000'000 + random.Scaled(10)),
                        {}};
    const Bytes bytes(random.Scaled(7));
    ASSERT_OK_AND_ASSIGN(const Cost slow, TransferCost(link, bytes));
    *link.bandwidth += BytesPerSecond(random.Scaled(9));
    ASSERT_OK_AND_ASSIGN(const Cost fast, TransferCost(link, bytes));
    ASSERT_LE(fast.time, slow.time);
  }
}

}  // namespace
}  // namespace dynarch::cost
