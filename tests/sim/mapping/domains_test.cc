#include <gtest/gtest.h>

#include "sim/mapping/schedule.h"
#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::mapping {
namespace {

using ::dynarch::testing::AddElement;
using ::dynarch::testing::PlainDomain;
using ::dynarch::testing::PlainPlatform;
using ::dynarch::testing::PlainRoofline;

// Domains: 0 cpu (the host, whose memory is in 3), 1 gpu (on the host's
// memory), 2 npu with a memory of its own.
TEST(DomainsNeededTest, AreThoseOfElementMemoryAndHost) {
  platform::PlatformParts parts = PlainPlatform();
  const int gpu =
      AddElement(parts, "gpu", platform::Gpu{1, PlainRoofline()}, false);
  const int npu =
      AddElement(parts, "npu", platform::Mcu{1, PlainRoofline()}, true);
  parts.domains.push_back(PlainDomain("dram"));
  parts.operating_points[0].domains.push_back(
      parts.operating_points[0].domains[0]);
  parts.memories[0].domain = 3;
  ASSERT_OK_AND_ASSIGN(const platform::Platform platform,
                       platform::Platform::Create(parts));
  const auto needed = [&](ActivityKind kind, int element, int from) {
    return DomainsNeeded(
        {.kind = kind, .element = element, .from_element = from}, platform);
  };
  EXPECT_EQ(needed(ActivityKind::kCheck, 0, 0), 0b1001u);
  EXPECT_EQ(needed(ActivityKind::kFiring, gpu, gpu), 0b1011u);
  // The host's own memory may sleep while another element works apart.
  EXPECT_EQ(needed(ActivityKind::kFiring, npu, npu), 0b0101u);
  EXPECT_EQ(needed(ActivityKind::kTransfer, npu, gpu), 0b1111u);
  EXPECT_EQ(needed(ActivityKind::kTransfer, gpu, npu), 0b1111u);
  // The element that has finished stays awake until the host knows.
  EXPECT_EQ(needed(ActivityKind::kSynchronize, 0, npu), 0b1101u);
}

}  // namespace
}  // namespace dynarch::mapping
