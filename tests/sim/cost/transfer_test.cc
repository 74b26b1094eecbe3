#include "sim/cost/transfer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/reason.h"
#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::cost {
namespace {

using ::dynarch::testing::PlainPlatform;
using ::dynarch::testing::PlainRoofline;
using ::dynarch::testing::StatusIs;
using graph::Signal;
using ::testing::HasSubstr;

platform::Link Bus() {
  return {"bus",
          0,
          1,
          Picoseconds(5'000),
          BytesPerSecond(3'000'000'000),
          platform::Attojoules(1'500)};
}

TEST(TransferCostTest, IsLatencyAndBytesOverBandwidth) {
  // 1000 B at 3 B/ns = 333.3 ns, rounded up; 1000 * 1.5 fJ.
  ASSERT_OK_AND_ASSIGN(const Cost cost, TransferCost(Bus(), Bytes(1000)));
  EXPECT_EQ(cost.time, Picoseconds(5'000 + 333'334));
  EXPECT_EQ(cost.energy, Femtojoules(1'500));
  EXPECT_EQ(cost.bytes, Bytes(1000));
  EXPECT_EQ(cost.bound, Bound::kLink);
  // A single byte: 333.3 ps and 1.5 fJ, each rounded up.
  ASSERT_OK_AND_ASSIGN(const Cost one, TransferCost(Bus(), Bytes(1)));
  EXPECT_EQ(one.time, Picoseconds(5'334));
  EXPECT_EQ(one.energy, Femtojoules(2));
}

TEST(TransferCostTest, PaysTheLatencyAloneWithoutBandwidth) {
  platform::Link link = Bus();
  link.bandwidth.reset();
  ASSERT_OK_AND_ASSIGN(const Cost cost, TransferCost(link, Bytes(1 << 20)));
  EXPECT_EQ(cost.time, Picoseconds(5'000));
  // 1048576 * 1.5 = 1572864.
  EXPECT_EQ(cost.energy, Femtojoules(1'572'864));
}

TEST(TransferCostTest, ConvertsThrough128BitsAndRefusesWhatIsTooLong) {
  // 2^33 B * 10^12 passes 64 bits; at 2^30 B/s it takes 8 s.
  platform::Link link = Bus();
  link.bandwidth = BytesPerSecond(int64_t{1} << 30);
  ASSERT_OK_AND_ASSIGN(const Cost cost,
                       TransferCost(link, Bytes(int64_t{1} << 33)));
  EXPECT_EQ(cost.time, Picoseconds(8'000'000'005'000));
  link.bandwidth = BytesPerSecond(1);
  const auto reason =
      ReasonOf(TransferCost(link, Bytes(int64_t{1} << 33)).status());
  ASSERT_TRUE(reason.has_value());
  EXPECT_EQ(reason->code, reason::kActivityLimit);
  EXPECT_THAT(reason->sentence, HasSubstr("link 'bus'"));
}

TEST(SynchronizeCostTest, IsTheTimeThatTheKindStates) {
  platform::Roofline roofline = PlainRoofline();
  roofline.synchronize = Picoseconds(123);
  platform::Systolic array;
  array.synchronize = Picoseconds(456);
  const auto time_of = [](platform::ElementKind kind) {
    platform::ProcessingElement element;
    element.kind = std::move(kind);
    const Cost cost = SynchronizeCost(element);
    EXPECT_EQ(cost.energy, Femtojoules(0));
    return cost.time;
  };
  EXPECT_EQ(time_of(platform::Gpu{1, roofline}), Picoseconds(123));
  EXPECT_EQ(time_of(platform::Mcu{1, roofline}), Picoseconds(123));
  EXPECT_EQ(time_of(array), Picoseconds(456));
  EXPECT_EQ(time_of(platform::Cpu{1, roofline}), Picoseconds(0));
  EXPECT_EQ(time_of(platform::Table{}), Picoseconds(0));
}

TEST(CheckCostTest, IsAnOtherOperatorOnTheHostInFp32) {
  EXPECT_EQ(CheckOps(Signal::kMaxProbability, 10), 10);
  EXPECT_EQ(CheckOps(Signal::kMargin, 10), 20);
  EXPECT_EQ(CheckOps(Signal::kEntropy, 10), 40);
  ASSERT_OK_AND_ASSIGN(const platform::Platform platform,
                       platform::Platform::Create(PlainPlatform()));
  // Entropy of 10: 40 ops = 40 ns, 40 B = 10 ns; 40 fJ + 80 fJ.
  ASSERT_OK_AND_ASSIGN(const Cost cost,
                       CheckCost(Signal::kEntropy, 10, platform, 0));
  EXPECT_EQ(cost.time, Picoseconds(40'000));
  EXPECT_EQ(cost.energy, Femtojoules(120));
  EXPECT_EQ(cost.bytes, Bytes(40));
  // Max-probability: 10 ns each way.
  ASSERT_OK_AND_ASSIGN(const Cost plain,
                       CheckCost(Signal::kMaxProbability, 10, platform, 0));
  EXPECT_EQ(plain.time, Picoseconds(10'000));
}

TEST(CheckCostTest, PaysTheHostsOverheadAndShareOfOtherOperators) {
  platform::PlatformParts parts = PlainPlatform();
  auto& roofline = std::get<platform::Cpu>(parts.elements[0].kind).roofline;
  roofline.call_overhead = Picoseconds(7'000);
  roofline.shares[static_cast<int>(graph::OperatorClass::kOther)] = {1, 4};
  ASSERT_OK_AND_ASSIGN(const platform::Platform platform,
                       platform::Platform::Create(parts));
  ASSERT_OK_AND_ASSIGN(const Cost cost,
                       CheckCost(Signal::kMargin, 10, platform, 0));
  EXPECT_EQ(cost.time, Picoseconds(7'000 + 80'000));
}

TEST(CheckCostTest, NeedsAHostWithFp32) {
  platform::PlatformParts parts = PlainPlatform();
  auto& rates = std::get<platform::Cpu>(parts.elements[0].kind).roofline.rates;
  rates.erase(rates.begin());
  ASSERT_OK_AND_ASSIGN(const platform::Platform platform,
                       platform::Platform::Create(parts));
  const auto reason =
      ReasonOf(CheckCost(Signal::kMargin, 10, platform, 0).status());
  ASSERT_TRUE(reason.has_value());
  EXPECT_EQ(reason->code, reason::kUnsupportedDataType);
}

}  // namespace
}  // namespace dynarch::cost
