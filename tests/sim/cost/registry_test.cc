#include "sim/cost/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "sim/cost/roofline.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::cost {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::unique_ptr<CostModel> AnyModel() {
  return std::make_unique<RooflineModel>();
}

TEST(RegistryTest, FindsWhatWasRegistered) {
  CostModelRegistry registry;
  EXPECT_EQ(registry.Find("b"), nullptr);
  EXPECT_OK(registry.Register({"b", 2}, &AnyModel));
  EXPECT_OK(registry.Register({"a", 1}, &AnyModel));
  EXPECT_NE(registry.Find("b"), nullptr);
  EXPECT_NE(registry.Find("b"), registry.Find("a"));
  EXPECT_THAT(registry.Versions(),
              ElementsAre(ModelVersion{"a", 1}, ModelVersion{"b", 2}));
  EXPECT_EQ((ModelVersion{"b", 2}.ToString()), "b@2");
}

TEST(RegistryTest, RefusesANameTwiceAndNoName) {
  CostModelRegistry registry;
  EXPECT_OK(registry.Register({"a", 1}, &AnyModel));
  EXPECT_THAT(registry.Register({"a", 2}, &AnyModel),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       HasSubstr("'a' is registered already")));
  EXPECT_THAT(registry.Register({"", 1}, &AnyModel),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(registry.Register({"b", 0}, &AnyModel),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace dynarch::cost
