#include "sim/io/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "sim/io/file.h"
#include "sim/io/yaml_reader.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::io {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kCatalog[] = DYNARCH_SOURCE_DIR "/sim/catalog";

// The issue's list; more platforms may come.
TEST(CatalogTest, HasThePlatformsOfTheExample) {
  ASSERT_OK_AND_ASSIGN(const Catalog catalog, Catalog::Open(kCatalog));
  EXPECT_THAT(
      catalog.platform_names(),
      ::testing::IsSupersetOf({"gap9", "jetson_tx2", "jetson_xavier_nx",
                               "npu_16x16", "raspberry_pi_4", "stm32l4r5"}));
}

TEST(CatalogTest, EveryNumberOfEveryPlatformHasASource) {
  ASSERT_OK_AND_ASSIGN(const Catalog catalog, Catalog::Open(kCatalog));
  for (const std::string& name : catalog.platform_names()) {
    ASSERT_OK_AND_ASSIGN(const v1::Platform platform, catalog.Platform(name));
    EXPECT_THAT(UncoveredNumbers(platform), IsEmpty()) << name;
  }
}

TEST(CatalogTest, AnUnknownPlatformIsNotFoundWithTheNearest) {
  ASSERT_OK_AND_ASSIGN(const Catalog catalog, Catalog::Open(kCatalog));
  EXPECT_THAT(catalog.Platform("jetson_tx"),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("did you mean 'jetson_tx2'?")));
}

TEST(CatalogTest, AFolderThatIsMissingIsNotFound) {
  EXPECT_THAT(Catalog::Open("/nowhere"),
              StatusIs(absl::StatusCode::kNotFound,
                       "/nowhere/platforms: no catalogue there: No such file "
                       "or directory"));
}

TEST(CatalogTest, AFileMustHoldThePlatformItIsNamedAfter) {
  const std::string folder = absl::StrCat(::testing::TempDir(), "catalog/");
  std::filesystem::create_directories(folder + "platforms");
  std::filesystem::copy_file(absl::StrCat(kCatalog, "/platforms/gap9.yaml"),
                             folder + "platforms/other.yaml",
                             std::filesystem::copy_options::overwrite_existing);
  ASSERT_OK_AND_ASSIGN(const Catalog catalog, Catalog::Open(folder));
  EXPECT_THAT(catalog.Platform("other"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       absl::StrCat(folder,
                                    "platforms/other.yaml: name: got "
                                    "'gap9'; allowed: 'other', the "
                                    "name of its file")));
}

TEST(UncoveredNumbersTest, ASourceCoversItsFieldAndWhatIsBelow) {
  v1::Platform platform;
  ASSERT_OK(ReadYaml(R"(
name: p
scope: soc
host: cpu
overhead_power: 1 W
elements:
  cpu:
    domain: core
    memory: ram
    cpu:
      cores: 4
      rates: {fp32: {ops_per_cycle: 8, energy: 1 pJ/op}}
      efficiencies: {conv2d: 0.5}
memories:
  ram: {capacity: 1 KiB, domain: core, bytes_per_cycle: 4}
sources:
  elements.cpu.cpu.rates: a paper
  memories.ram.capacity: a data sheet
  memories.r: covers nothing, it is only a part of a name
)",
                     "p.yaml", &platform));
  EXPECT_THAT(UncoveredNumbers(platform),
              ElementsAre("elements.cpu.cpu.cores",
                          "elements.cpu.cpu.efficiencies.conv2d",
                          "memories.ram.bytes_per_cycle", "overhead_power"));
}

}  // namespace
}  // namespace dynarch::io
