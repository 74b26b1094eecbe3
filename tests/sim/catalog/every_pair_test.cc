// Every network of the catalogue on every platform of it: a cost, or a reason
// why there is none (docs/semantics.md, 12).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/reason.h"
#include "sim/cost/network_cost.h"
#include "sim/graph/data_type.h"
#include "sim/graph/network.h"
#include "sim/io/catalog.h"
#include "sim/mapping/capacity.h"
#include "sim/platform/platform.h"
#include "sim/wire/platform_wire.h"
#include "tests/sim/catalog/catalog_network.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::catalog {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::Key;

// Codes that a pair may be refused with, and how often each was.
using Refusals = std::map<std::string, int>;

// The network as a whole on one element, in one data type.
absl::StatusOr<cost::NetworkCost> CostOn(const graph::Network& network,
                                         const platform::Platform& platform,
                                         const cost::Placement& placement) {
  const mapping::StageElements stages(network.stages().size(),
                                      placement.element);
  const absl::Status fits = mapping::CheckCapacity(
      network, network.full(), platform, stages, placement.dtype);
  if (!fits.ok()) return fits;
  const auto actors =
      cost::CostOfActors(network, network.full(), platform, placement);
  if (!actors.ok()) return actors.status();
  return cost::SumOf(*actors, platform.elements()[placement.element]);
}

// A finite cost > 0, or a reason.
void CheckPlacement(const graph::Network& network,
                    const platform::Platform& platform,
                    const cost::Placement& placement, int* costed,
                    Refusals* refusals) {
  const auto cost = CostOn(network, platform, placement);
  if (cost.ok()) {
    EXPECT_GT(cost->time.value(), 0);
    EXPECT_LT(cost->time.value(), int64_t{1000} * 1'000'000'000'000);
    ASSERT_TRUE(cost->energy.has_value());
    EXPECT_GT(cost->energy->value(), 0);
    ++*costed;
    return;
  }
  const auto reason = ReasonOf(cost.status());
  ASSERT_TRUE(reason.has_value()) << cost.status();
  EXPECT_THAT(std::string(reason->code),
              AnyOf("unsupported_data_type", "unsupported_operator",
                    "memory_capacity", "no_link", "activity_limit"))
      << reason->sentence;
  EXPECT_GT(reason->sentence.size(), 20u);
  ++(*refusals)[std::string(reason->code)];
}

// Read once for all platforms.
const std::vector<std::pair<std::string, graph::Network>>& Networks() {
  static const auto* const networks = [] {
    auto* all = new std::vector<std::pair<std::string, graph::Network>>;
    for (const std::string& name : NetworkNames()) {
      auto network = CatalogNetwork(name);
      EXPECT_OK(network);
      all->emplace_back(name, *std::move(network));
    }
    return all;
  }();
  return *networks;
}

// Every network on every element of the platform, in every data type.
void CheckNetworks(const platform::Platform& platform, int* costed,
                   Refusals* refusals) {
  for (const auto& [name, network] : Networks()) {
    for (int e = 0; e < static_cast<int>(platform.elements().size()); ++e) {
      for (int t = 0; t < graph::kDataTypeCount; ++t) {
        SCOPED_TRACE(absl::StrCat(name, " on ", platform.name(), ", ",
                                  platform.elements()[e].name, ", data type ",
                                  t));
        CheckPlacement(network, platform,
                       {.element = e,
                        .operating_point = 0,
                        .dtype = static_cast<graph::DataType>(t)},
                       costed, refusals);
      }
    }
  }
}

// `PLATFORM`, and `PLATFORM@RUNTIME` for each runtime of its elements.
std::vector<std::string> ChoicesOf(const v1::Platform& platform) {
  std::vector<std::string> choices = {platform.name()};
  for (const auto& element : platform.elements()) {
    for (const auto& use : element.runtimes()) {
      choices.push_back(absl::StrCat(platform.name(), "@", use.name()));
    }
  }
  return choices;
}

class EveryPairTest : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryPairTest, HasACostOrAReason) {
  ASSERT_OK_AND_ASSIGN(const io::Catalog catalog,
                       io::Catalog::Open(DYNARCH_SOURCE_DIR "/sim/catalog"));
  ASSERT_OK_AND_ASSIGN(const v1::Platform written,
                       catalog.PlatformAsWritten(GetParam()));
  for (const std::string& choice : ChoicesOf(written)) {
    ASSERT_OK_AND_ASSIGN(const v1::Platform message, catalog.Platform(choice));
    ASSERT_OK_AND_ASSIGN(const platform::Platform platform,
                         wire::PlatformFrom(message));
    int costed = 0;
    Refusals refusals;
    CheckNetworks(platform, &costed, &refusals);
    EXPECT_GT(costed, 0) << choice;
    // The largest networks need more than a microcontroller has.
    if (platform.memories()[0].name == "flash") {
      EXPECT_THAT(refusals, Contains(Key("memory_capacity"))) << choice;
    }
  }
}

std::vector<std::string> AllPlatforms() {
  const auto catalog = io::Catalog::Open(DYNARCH_SOURCE_DIR "/sim/catalog");
  EXPECT_OK(catalog);
  return catalog->platform_names();
}

INSTANTIATE_TEST_SUITE_P(All, EveryPairTest,
                         ::testing::ValuesIn(AllPlatforms()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace dynarch::catalog
