#include "sim/cost/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/reason.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::cost {
namespace {

using graph::DataType;
using ::testing::HasSubstr;

platform::ProcessingElement Measured() {
  platform::Table table;
  table.entries.push_back(
      {"net", "exit1", 0, Picoseconds(5'000), Femtojoules(70)});
  table.entries.push_back({"net", "exit2", 0, Picoseconds(9'000), {}});
  platform::ProcessingElement element;
  element.name = "host";
  element.kind = table;
  return element;
}

TEST(StageCostTest, IsWhatWasMeasured) {
  ASSERT_OK_AND_ASSIGN(const Cost first,
                       StageCost(Measured(), "net", "exit1", DataType::kFp32));
  EXPECT_EQ(first.time, Picoseconds(5'000));
  EXPECT_EQ(first.energy, Femtojoules(70));
  EXPECT_EQ(first.bound, Bound::kMeasured);
  ASSERT_OK_AND_ASSIGN(const Cost second,
                       StageCost(Measured(), "net", "exit2", DataType::kFp32));
  EXPECT_EQ(second.energy, std::nullopt);  // Unknown is not zero.
}

TEST(StageCostTest, SaysWhatWasMeasuredWhereThisWasNot) {
  const auto expect_reason = [](const absl::StatusOr<Cost>& cost,
                                const char* sentence) {
    const auto reason = ReasonOf(cost.status());
    ASSERT_TRUE(reason.has_value()) << cost.status();
    EXPECT_EQ(reason->code, reason::kNoTableEntry);
    EXPECT_THAT(reason->sentence, HasSubstr(sentence));
  };
  expect_reason(StageCost(Measured(), "net", "exit1", DataType::kInt8),
                "no measurement of net/exit1/int8; measured: net/exit1/fp32, "
                "net/exit2/fp32");
  expect_reason(StageCost(Measured(), "other", "exit1", DataType::kFp32),
                "no measurement of other/exit1/fp32");
  platform::ProcessingElement cpu;
  cpu.name = "cpu";
  expect_reason(StageCost(cpu, "net", "exit1", DataType::kFp32),
                "measured: nothing");
}

}  // namespace
}  // namespace dynarch::cost
