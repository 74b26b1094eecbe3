// Seed and number of cases, set before any property runs.
#include "gtest/gtest.h"
#include "tests/testing/generators.h"

namespace dynarch::testing {
namespace {

class PropertyEnvironment : public ::testing::Environment {
 public:
  void SetUp() override { ConfigureRapidcheck(); }
};

[[maybe_unused]] const ::testing::Environment* const kEnvironment =
    ::testing::AddGlobalTestEnvironment(new PropertyEnvironment);

}  // namespace
}  // namespace dynarch::testing
