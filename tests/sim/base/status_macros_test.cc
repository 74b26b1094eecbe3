#include "sim/base/status_macros.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/testing/status_matchers.h"

namespace dynarch {
namespace {

using ::dynarch::testing::IsOk;
using ::dynarch::testing::IsOkAndHolds;
using ::dynarch::testing::StatusIs;
using ::testing::HasSubstr;

absl::Status Fail() { return absl::InvalidArgumentError("no good"); }

absl::StatusOr<std::unique_ptr<int>> Boxed(int value) {
  if (value < 0) return absl::OutOfRangeError("negative");
  return std::make_unique<int>(value);
}

absl::StatusOr<int> Sum(int a, int b) {
  DYNARCH_ASSIGN_OR_RETURN(const std::unique_ptr<int> left, Boxed(a));
  DYNARCH_ASSIGN_OR_RETURN(auto right, Boxed(b));
  return *left + *right;
}

TEST(ReturnIfErrorTest, ReturnsTheErrorAndRunsNothingAfterIt) {
  bool reached = false;
  const auto run = [&]() -> absl::Status {
    DYNARCH_RETURN_IF_ERROR(absl::OkStatus());
    DYNARCH_RETURN_IF_ERROR(Fail());
    reached = true;
    return absl::OkStatus();
  };
  EXPECT_THAT(run(), StatusIs(absl::StatusCode::kInvalidArgument, "no good"));
  EXPECT_FALSE(reached);
}

TEST(ReturnIfErrorTest, EvaluatesItsExpressionOnce) {
  int calls = 0;
  const auto run = [&]() -> absl::Status {
    DYNARCH_RETURN_IF_ERROR((++calls, absl::OkStatus()));
    return absl::OkStatus();
  };
  EXPECT_THAT(run(), IsOk());
  EXPECT_EQ(calls, 1);
}

TEST(AssignOrReturnTest, MovesTheValueOut) {
  EXPECT_THAT(Sum(2, 3), IsOkAndHolds(5));
}

TEST(AssignOrReturnTest, ReturnsTheFirstError) {
  EXPECT_THAT(Sum(2, -1), StatusIs(absl::StatusCode::kOutOfRange));
}

TEST(StatusMatchersTest, TellOkFromError) {
  EXPECT_THAT(absl::OkStatus(), IsOk());
  EXPECT_THAT(Fail(), ::testing::Not(IsOk()));
  EXPECT_THAT(Sum(-1, 0), ::testing::Not(IsOkAndHolds(0)));
  EXPECT_THAT(Sum(1, 1), ::testing::Not(IsOkAndHolds(3)));
  EXPECT_THAT(Fail(), ::testing::Not(StatusIs(absl::StatusCode::kInternal)));
  EXPECT_THAT(Fail(), ::testing::Not(StatusIs(
                          absl::StatusCode::kInvalidArgument, HasSubstr("x"))));
}

TEST(StatusMatchersTest, AssertOkAndAssignDeclares) {
  ASSERT_OK_AND_ASSIGN(const int sum, Sum(40, 2));
  EXPECT_EQ(sum, 42);
}

}  // namespace
}  // namespace dynarch
