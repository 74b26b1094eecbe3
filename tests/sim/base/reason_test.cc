#include "sim/base/reason.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/testing/status_matchers.h"

namespace dynarch {
namespace {

using ::dynarch::testing::StatusIs;

TEST(ReasonTest, ComesBackFromItsStatus) {
  for (const absl::string_view code : reason::All()) {
    const absl::Status status = Infeasible(code, "gpu: too small");
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition,
                                 std::string(code) + ": gpu: too small"));
    const auto reason = ReasonOf(status);
    ASSERT_TRUE(reason.has_value());
    EXPECT_EQ(reason->code, code);
    EXPECT_EQ(reason->sentence, "gpu: too small");
  }
}

TEST(ReasonTest, CodesDiffer) {
  std::set<std::string> codes;
  for (const absl::string_view code : reason::All()) codes.emplace(code);
  EXPECT_EQ(codes.size(), reason::All().size());
}

TEST(ReasonTest, OtherStatusesHaveNone) {
  EXPECT_FALSE(ReasonOf(absl::OkStatus()).has_value());
  EXPECT_FALSE(ReasonOf(absl::InvalidArgumentError("no_link: x")).has_value());
  EXPECT_FALSE(
      ReasonOf(absl::FailedPreconditionError("no_linkage: x")).has_value());
  EXPECT_FALSE(ReasonOf(absl::FailedPreconditionError("closed")).has_value());
}

}  // namespace
}  // namespace dynarch
