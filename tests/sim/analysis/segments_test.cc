#include "sim/analysis/segments.h"

#include "gtest/gtest.h"
#include "tests/testing/hand_system.h"

namespace dynarch::analysis {
namespace {

using dynarch::testing::HandSystem;

// Exit 1: prepare (host, 40), compute (both, 100), check (host, 10), finish
// (both, 200): four stretches. Slowest wakes: 2 + 3 for the host alone, 20 + 30
// with the accelerator, each twice.
TEST(SegmentsOfTest, AStretchEndsWhereTheDomainsChange) {
  const mapping::System system = HandSystem(/*gates=*/true);
  const SegmentedChain chain = SegmentsOf(system, *system.scenarios[1]);
  ASSERT_EQ(chain.segments.size(), 4u);
  EXPECT_EQ(chain.segments[0].gating, 1u);
  EXPECT_EQ(chain.segments[1].gating, 3u);
  EXPECT_EQ(chain.segments[3].time, Picoseconds(200));
  EXPECT_EQ(chain.longest, Picoseconds(350 + 2 * 5 + 2 * 50));
}

// Only the accelerator gates, so it is number 0, and the host ends nothing.
TEST(SegmentsOfTest, DomainsThatStayAwakeEndNoStretch) {
  mapping::System system = HandSystem(/*gates=*/true);
  system.domains[0].gates = false;
  const SegmentedChain chain = SegmentsOf(system, *system.scenarios[0]);
  ASSERT_EQ(chain.segments.size(), 3u);
  EXPECT_EQ(chain.segments[0].gating, 0u);
  EXPECT_EQ(chain.segments[1].gating, 1u);
  const mapping::System ungated = HandSystem(/*gates=*/false);
  const SegmentedChain one = SegmentsOf(ungated, *ungated.scenarios[1]);
  ASSERT_EQ(one.segments.size(), 1u);
  EXPECT_EQ(one.segments[0].time, Picoseconds(350));
  EXPECT_EQ(one.longest, Picoseconds(350));
}

}  // namespace
}  // namespace dynarch::analysis
