#include "sim/cost/all_models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testing/model_builders.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::cost {
namespace {

using ::dynarch::testing::AddElement;
using ::dynarch::testing::PlainPlatform;
using ::dynarch::testing::PlainRoofline;
using ::dynarch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::NotNull;

TEST(AllModelsTest, AreStoredByNameAndVersion) {
  std::vector<std::string> versions;
  for (const ModelVersion& version : AllModelVersions()) {
    versions.push_back(version.ToString());
  }
  EXPECT_THAT(versions, ElementsAre("cpu@1", "gpu@1", "link@1", "mcu@1",
                                    "roofline@1", "systolic@1", "table@1"));
}

TEST(AllModelsTest, RegisterOnceAndOnlyOnce) {
  CostModelRegistry registry;
  EXPECT_OK(RegisterAllModels(registry));
  EXPECT_THAT(RegisterAllModels(registry),
              StatusIs(absl::StatusCode::kAlreadyExists));
  for (const platform::ElementKind& kind : std::vector<platform::ElementKind>{
           platform::Cpu{}, platform::Mcu{}, platform::Gpu{},
           platform::Systolic{}, platform::Table{}}) {
    platform::ProcessingElement element;
    element.kind = kind;
    EXPECT_THAT(registry.Find(ModelNameFor(element)), NotNull());
  }
}

TEST(FiringCostTest, TakesTheModelOfTheElement) {
  platform::PlatformParts parts = PlainPlatform();
  platform::Systolic array{.rows = 4, .columns = 4};
  array.types.push_back({0, {}, platform::Attojoules(1000)});
  array.vector_ops_per_cycle = {2, 1};
  AddElement(parts, "gpu", platform::Gpu{1, PlainRoofline()}, false);
  AddElement(parts, "npu", array, false);
  AddElement(parts, "measured", platform::Table{}, false);
  ASSERT_OK_AND_ASSIGN(const platform::Platform platform,
                       platform::Platform::Create(parts));
  // 1000 operations, no traffic: 1 an op on cpu and gpu, 2 on the vector unit.
  graph::OperatorWork work;
  work.vector_ops = 1000;
  const auto time_on = [&](int element) {
    return FiringCost({.work = work,
                       .dtype = graph::DataType::kFp32,
                       .platform = platform,
                       .element = element,
                       .operating_point = 0});
  };
  EXPECT_EQ(time_on(0)->time, Picoseconds(1'000'000));
  EXPECT_EQ(time_on(1)->time, Picoseconds(1'000'000));
  EXPECT_EQ(time_on(2)->time, Picoseconds(500'000));
  EXPECT_THAT(time_on(3), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(BoundTest, HasAName) {
  EXPECT_EQ(NameOf(Bound::kCompute), "compute");
  EXPECT_EQ(NameOf(Bound::kMemory), "memory");
  EXPECT_EQ(NameOf(Bound::kOverhead), "overhead");
  EXPECT_EQ(NameOf(Bound::kLink), "link");
  EXPECT_EQ(NameOf(Bound::kMeasured), "measured");
}

}  // namespace
}  // namespace dynarch::cost
