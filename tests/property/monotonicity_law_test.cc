// Law 5 (docs/semantics.md, 11): with everything else fixed and power always
// on, raising a frequency or a bandwidth never raises an analytical latency.
#include <algorithm>
#include <memory>
#include <utility>

#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "sim/evaluator/run.h"
#include "tests/property/law_cases.h"
#include "tests/testing/draw.h"

namespace dynarch::testing {
namespace {

using platform::PlatformParts;

// Makes one thing of a platform `factor` times as fast; `pick` says which.
void RaiseOne(PlatformParts& parts, int64_t pick, int64_t factor) {
  const auto faster = [factor](platform::PerCycle& rate) {
    rate.numerator *= factor;
  };
  switch (pick % 3) {
    case 0: {  // The clock of one domain, at every operating point.
      const size_t domain = (pick / 3) % parts.domains.size();
      for (platform::OperatingPoint& point : parts.operating_points) {
        Hertz& frequency = point.domains[domain].frequency;
        frequency = frequency * factor;
      }
      return;
    }
    case 1:
      return faster(
          parts.memories[(pick / 3) % parts.memories.size()].bytes_per_cycle);
    default:
      for (platform::Link& link : parts.links) {
        if (link.bandwidth) link.bandwidth = *link.bandwidth * factor;
      }
  }
}

// The candidate always on, on a platform that `change` was applied to; absent
// where it cannot be built.
template <typename Change>
std::optional<analysis::Model> ModelAfter(const StudyCase& c, Change change) {
  auto spec = std::make_shared<study::StudySpec>(*c.spec);
  study::BoundCandidate bound = study::Bind(*spec, c.candidate);
  bound.power = mapping::PowerPolicy{};
  PlatformParts parts = spec->platforms[bound.platform].parts();
  change(parts);
  auto platform = platform::Platform::Create(std::move(parts));
  if (!platform.ok()) return std::nullopt;
  spec->platforms[bound.platform] = *std::move(platform);
  auto model = ModelOf(*spec, bound);
  if (!model.ok()) return std::nullopt;
  return *std::move(model);
}

// True if some scenario of `after` takes longer than in `before`.
bool SomeLatencyRises(const analysis::Model& before,
                      const analysis::Model& after) {
  const auto& scenarios = before.system().scenarios;
  for (size_t s = 0; s < scenarios.size(); ++s) {
    if (!scenarios[s].has_value()) continue;
    if (after.profile(s).latency > before.profile(s).latency) return true;
  }
  return false;
}

TEST(MonotonicityLaw, RaisingAFrequencyOrBandwidthNeverRaisesALatency) {
  int64_t faster = 0;
  int64_t cases = 0;
  EXPECT_TRUE(rc::check("raising a rate raises no latency", [&] {
    const StudyCase c = DrawStudy(kEverything);
    const int64_t pick = Draw(0, 35);
    const int64_t factor = Draw(1, 7);
    const auto before = ModelAfter(c, [](PlatformParts&) {});
    RC_PRE(before.has_value());
    const auto after = ModelAfter(
        c, [&](PlatformParts& parts) { RaiseOne(parts, pick, factor); });
    RC_ASSERT(after.has_value());
    RC_ASSERT(!SomeLatencyRises(*before, *after));
    ++cases;
    faster += SomeLatencyRises(*after, *before);
  }));
  // What is raised often matters.
  EXPECT_GE(faster * 4, cases);
}

// Whether the law sees that what should get faster, gets slower elsewhere.
bool Sees(void (*fault)(PlatformParts&)) {
  return SomeCase([fault](const RunnableCase& c) {
    const auto before = ModelAfter(c.study, [](PlatformParts&) {});
    const auto after = ModelAfter(c.study, [fault](PlatformParts& parts) {
      RaiseOne(parts, 0, 2);
      fault(parts);
    });
    return after.has_value() && SomeLatencyRises(*before, *after);
  });
}

TEST(MonotonicityLaw, SeesNoFaultWhereThereIsNone) {
  EXPECT_FALSE(Sees([](PlatformParts&) {}));
}

TEST(MonotonicityLaw, SeesAClockThatIsDividedTwice) {
  EXPECT_TRUE(Sees([](PlatformParts& parts) {
    for (auto& point : parts.operating_points) {
      Hertz& frequency = point.domains[0].frequency;
      frequency = Hertz(std::max<int64_t>(1, frequency.value() / 4));
    }
  }));
}

TEST(MonotonicityLaw, SeesABandwidthThatIsHalved) {
  EXPECT_TRUE(Sees([](PlatformParts& parts) {
    for (auto& memory : parts.memories) memory.bytes_per_cycle.denominator *= 8;
  }));
}

TEST(MonotonicityLaw, SeesALinkThatGetsSlower) {
  EXPECT_TRUE(Sees([](PlatformParts& parts) {
    for (auto& link : parts.links) {
      link.latency = link.latency * 9 + Picoseconds(1'000'000);
    }
  }));
}

}  // namespace
}  // namespace dynarch::testing
