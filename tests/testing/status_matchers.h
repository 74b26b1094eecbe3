// gMock matchers for absl::Status and absl::StatusOr:
//
//   EXPECT_THAT(Check(), IsOk());
//   EXPECT_THAT(Parse("3 ms"), IsOkAndHolds(3'000'000'000));
//   EXPECT_THAT(Parse("3"), StatusIs(absl::StatusCode::kInvalidArgument,
//                                    HasSubstr("unit")));
#ifndef DYNARCH_TESTS_TESTING_STATUS_MATCHERS_H_
#define DYNARCH_TESTS_TESTING_STATUS_MATCHERS_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace dynarch::testing {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

// The status, or the status of the StatusOr, is OK.
MATCHER(IsOk, "is OK") {
  *result_listener << "whose status is " << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// The status has `code`, and its message matches.
MATCHER_P2(StatusIs, code, message,
           "has code " + absl::StatusCodeToString(code) +
               " and a message that " +
               ::testing::DescribeMatcher<std::string>(message)) {
  const absl::Status& status = StatusOf(arg);
  *result_listener << "whose status is " << status.ToString();
  return status.code() == code &&
         ::testing::Matches(message)(std::string(status.message()));
}
inline auto StatusIs(absl::StatusCode code) {
  return StatusIs(code, ::testing::An<std::string>());
}

// The StatusOr is OK and its value matches.
MATCHER_P(IsOkAndHolds, value, "is OK and holds a matching value") {
  if (!arg.ok()) {
    *result_listener << "whose status is " << arg.status().ToString();
    return false;
  }
  using Value = typename std::decay_t<decltype(arg)>::value_type;
  return ::testing::ExplainMatchResult(
      ::testing::SafeMatcherCast<const Value&>(value), *arg, result_listener);
}

}  // namespace dynarch::testing

// EXPECT_THAT(expr, IsOk()) and its fatal form, in fewer words.
#define EXPECT_OK(expr) EXPECT_THAT(expr, ::dynarch::testing::IsOk())
#define ASSERT_OK(expr) ASSERT_THAT(expr, ::dynarch::testing::IsOk())

// Declares or sets `lhs` from a StatusOr, or fails the test.
#define ASSERT_OK_AND_ASSIGN(lhs, ...)                                        \
  ASSERT_OK_AND_ASSIGN_IMPL_(ASSERT_OK_CONCAT_(status_or_, __COUNTER__), lhs, \
                             __VA_ARGS__)
#define ASSERT_OK_AND_ASSIGN_IMPL_(result, lhs, ...) \
  auto result = (__VA_ARGS__);                       \
  ASSERT_OK(result);                                 \
  lhs = *std::move(result)
#define ASSERT_OK_CONCAT_(a, b) ASSERT_OK_CONCAT_INNER_(a, b)
#define ASSERT_OK_CONCAT_INNER_(a, b) a##b

#endif  // DYNARCH_TESTS_TESTING_STATUS_MATCHERS_H_
