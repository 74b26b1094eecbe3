// Chains as text, and a platform to build them on.
#ifndef DYNARCH_TESTS_SIM_MAPPING_CHAIN_TEXT_H_
#define DYNARCH_TESTS_SIM_MAPPING_CHAIN_TEXT_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/mapping/schedule.h"
#include "tests/testing/model_builders.h"

namespace dynarch::mapping {

// cpu 0 (host), gpu 1 on the same memory, npu 2 apart; links cpu-gpu 0 and
// cpu-npu 1, none between gpu and npu.
inline platform::PlatformParts ThreeElements() {
  platform::PlatformParts parts = testing::PlainPlatform();
  testing::AddElement(parts, "gpu", platform::Gpu{1, testing::PlainRoofline()},
                      false);
  testing::AddElement(parts, "npu", platform::Mcu{1, testing::PlainRoofline()},
                      true);
  parts.links.push_back({"copy", 0, 1, Picoseconds(1), {}, {}});
  parts.links.push_back({"bus", 0, 2, Picoseconds(1), {}, {}});
  return parts;
}

// One activity, such as `t1@gpu`, `x:cpu>gpu(6)`, `sync gpu`, `check(3)`.
inline std::string LineOf(const Activity& a, const graph::Network& network,
                          const platform::Platform& platform) {
  const auto element = [&](int i) { return platform.elements()[i].name; };
  switch (a.kind) {
    case ActivityKind::kFiring:
      return absl::StrCat(network.actors()[a.actor].name, "@",
                          element(a.element));
    case ActivityKind::kStage:
      return absl::StrCat("stage ", a.stage, "@", element(a.element));
    case ActivityKind::kTransfer:
      EXPECT_EQ(platform.LinkBetween(a.from_element, a.element), a.link);
      return absl::StrCat(a.result ? "result " : "",
                          network.endpoint_name(a.tensor), ":",
                          element(a.from_element), ">", element(a.element), "(",
                          a.elements, ")");
    case ActivityKind::kSynchronize:
      EXPECT_EQ(a.element, platform.host());
      return absl::StrCat("sync ", element(a.from_element));
    case ActivityKind::kCheck:
      EXPECT_EQ(a.element, platform.host());
      if (a.decision < 0) return absl::StrCat("check(", a.elements, ")");
      return absl::StrCat("decide ", network.decisions()[a.decision].name, "(",
                          a.elements, ")");
  }
  return "";
}

inline std::vector<std::string> LinesOf(const Chain& chain,
                                        const graph::Network& network,
                                        const platform::Platform& platform) {
  std::vector<std::string> lines;
  for (const Activity& activity : chain.activities) {
    lines.push_back(LineOf(activity, network, platform));
  }
  return lines;
}

}  // namespace dynarch::mapping

#endif  // DYNARCH_TESTS_SIM_MAPPING_CHAIN_TEXT_H_
