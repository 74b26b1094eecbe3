#include "sim/cost/roofline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/reason.h"
#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::cost {
namespace {

using ::dynarch::testing::PlainDomain;
using ::dynarch::testing::PlainPlatform;
using ::dynarch::testing::PlainRoofline;
using graph::DataType;
using ::testing::HasSubstr;

// PlainPlatform: 1 op per cycle and 4 B per cycle at 1 GHz; 1 fJ per op, 2 fJ
// per byte.

platform::Roofline& CpuOf(platform::PlatformParts& parts) {
  return std::get<platform::Cpu>(parts.elements[0].kind).roofline;
}

absl::StatusOr<Cost> Firing(const platform::PlatformParts& parts,
                            const graph::OperatorWork& work, DataType dtype,
                            int operating_point = 0) {
  auto platform = platform::Platform::Create(parts);
  EXPECT_OK(platform);
  return RooflineModel().Firing({.work = work,
                                 .dtype = dtype,
                                 .platform = *platform,
                                 .element = 0,
                                 .operating_point = operating_point});
}

graph::OperatorWork WorkOfOp(const graph::Operator& op, graph::Shape in) {
  auto shape = graph::InferShape(op, {in});
  EXPECT_OK(shape);
  return graph::WorkOf(op, {in}, *shape);
}

// 64 -> 10 with bias: 640 MACs, 650 weights, 64 in, 10 out.
graph::OperatorWork SmallLinear() {
  return WorkOfOp(graph::Linear{.out_features = 10, .bias = true}, {64});
}

TEST(RooflineTest, IsComputeBoundWhereArithmeticTakesLonger) {
  ASSERT_OK_AND_ASSIGN(const Cost cost,
                       Firing(PlainPlatform(), SmallLinear(), DataType::kFp32));
  // 2 * 640 ops = 1280 ns; (650 + 64 + 10) * 4 B = 2896 B = 724 ns.
  EXPECT_EQ(cost.time, Picoseconds(1'280'000));
  EXPECT_EQ(cost.bytes, Bytes(2'896));
  EXPECT_EQ(cost.bound, Bound::kCompute);
  // 1280 * 1 fJ + 2896 * 2 fJ.
  EXPECT_EQ(cost.energy, Femtojoules(7'072));
}

TEST(RooflineTest, IsMemoryBoundWhereBytesTakeLonger) {
  ASSERT_OK_AND_ASSIGN(
      const Cost cost,
      Firing(PlainPlatform(), WorkOfOp(graph::Elementwise{}, {1000}),
             DataType::kFp32));
  // 1000 ops = 1000 ns; 2 * 1000 * 4 B = 8000 B = 2000 ns.
  EXPECT_EQ(cost.time, Picoseconds(2'000'000));
  EXPECT_EQ(cost.bound, Bound::kMemory);
  EXPECT_EQ(cost.energy, Femtojoules(1'000 + 16'000));
  // In int8 a quarter of the bytes, 500 ns: compute-bound.
  ASSERT_OK_AND_ASSIGN(
      const Cost small,
      Firing(PlainPlatform(), WorkOfOp(graph::Elementwise{}, {1000}),
             DataType::kInt8));
  EXPECT_EQ(small.time, Picoseconds(1'000'000));
  EXPECT_EQ(small.bound, Bound::kCompute);
}

TEST(RooflineTest, PaysTheCallOverheadOncePerFiring) {
  platform::PlatformParts parts = PlainPlatform();
  CpuOf(parts).call_overhead = Picoseconds(5'000'000);
  ASSERT_OK_AND_ASSIGN(const Cost cost,
                       Firing(parts, SmallLinear(), DataType::kFp32));
  EXPECT_EQ(cost.time, Picoseconds(6'280'000));
  EXPECT_EQ(cost.bound, Bound::kOverhead);
  EXPECT_EQ(cost.energy, Femtojoules(7'072));  // It is time, not work.
}

TEST(RooflineTest, ReachesTheShareOfItsOperatorClass) {
  platform::PlatformParts parts = PlainPlatform();
  CpuOf(parts).shares[static_cast<int>(graph::OperatorClass::kLinear)] = {1, 2};
  ASSERT_OK_AND_ASSIGN(const Cost linear,
                       Firing(parts, SmallLinear(), DataType::kFp32));
  EXPECT_EQ(linear.time, Picoseconds(2'560'000));
  // Another class keeps its own; softmax of 10: 50 ops, 80 B = 20 ns.
  ASSERT_OK_AND_ASSIGN(
      const Cost other,
      Firing(parts, WorkOfOp(graph::Softmax{}, {10}), DataType::kFp32));
  EXPECT_EQ(other.time, Picoseconds(50'000));
}

TEST(RooflineTest, TakesEachDomainsOwnClockAndVoltage) {
  platform::PlatformParts parts = PlainPlatform();
  parts.domains.push_back(PlainDomain("dram"));
  parts.memories[0].domain = 1;
  parts.operating_points[0].domains = {
      {Hertz(2'000'000'000), Microvolts(1'200'000)},
      {Hertz(100'000'000), Microvolts(500'000)}};
  ASSERT_OK_AND_ASSIGN(const Cost cost,
                       Firing(parts, SmallLinear(), DataType::kFp32));
  // 1280 ops at 2 GHz = 640 ns; 2896 B at 4 B * 100 MHz = 7240 ns.
  EXPECT_EQ(cost.time, Picoseconds(7'240'000));
  EXPECT_EQ(cost.bound, Bound::kMemory);
  // 1280 fJ * 1.44 = 1843.2, so 1844; 5792 fJ * 0.25 = 1448.
  EXPECT_EQ(cost.energy, Femtojoules(1'844 + 1'448));
}

TEST(RooflineTest, ChargesNothingForAReshape) {
  platform::PlatformParts parts = PlainPlatform();
  CpuOf(parts).call_overhead = Picoseconds(5'000'000);
  ASSERT_OK_AND_ASSIGN(
      const Cost cost,
      Firing(parts, WorkOfOp(graph::Reshape{}, {4, 4}), DataType::kFp32));
  EXPECT_EQ(cost.time, Picoseconds(0));
  EXPECT_EQ(cost.energy, Femtojoules(0));
  EXPECT_EQ(cost.bytes, Bytes(0));
}

TEST(RooflineTest, LacksATypeThatIsNotListed) {
  platform::PlatformParts parts = PlainPlatform();
  CpuOf(parts).rates.resize(1);  // fp32 alone.
  const auto cost = Firing(parts, SmallLinear(), DataType::kInt8);
  const auto reason = ReasonOf(cost.status());
  ASSERT_TRUE(reason.has_value()) << cost.status();
  EXPECT_EQ(reason->code, reason::kUnsupportedDataType);
  EXPECT_THAT(reason->sentence,
              HasSubstr("element 'cpu' of platform 'plain' does not run int8, "
                        "only fp32"));
}

TEST(RooflineTest, CoversNoSystolicArray) {
  platform::PlatformParts parts = PlainPlatform();
  platform::Systolic array;
  array.types.push_back({0, {}, {}});
  array.vector_ops_per_cycle = {1, 1};
  parts.elements[0].kind = array;
  const auto reason =
      ReasonOf(Firing(parts, SmallLinear(), DataType::kFp32).status());
  ASSERT_TRUE(reason.has_value());
  EXPECT_EQ(reason->code, reason::kUnsupportedOperator);
}

TEST(RooflineTest, RefusesAnEnergyThatNoActivityTakes) {
  platform::PlatformParts parts = PlainPlatform();
  CpuOf(parts).rates[0].energy_per_op = platform::kMaxUnitEnergy;  // 1 uJ.
  graph::OperatorWork work;
  work.macs = Macs(5'000'000);  // 10^7 ops * 10^9 fJ = 10^16 fJ > 2^53.
  const auto reason = ReasonOf(Firing(parts, work, DataType::kFp32).status());
  ASSERT_TRUE(reason.has_value());
  EXPECT_EQ(reason->code, reason::kActivityLimit);
}

}  // namespace
}  // namespace dynarch::cost
