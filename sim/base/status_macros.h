// Early return on a failed absl::Status, for functions that return a Status or
// a StatusOr.
//
//   DYNARCH_RETURN_IF_ERROR(Validate(pe));
//   DYNARCH_ASSIGN_OR_RETURN(const Bytes bytes, BytesOf(shape));
//
// A left side with a comma (`std::map<int, int> m`) needs a name for its type.
#ifndef DYNARCH_SIM_BASE_STATUS_MACROS_H_
#define DYNARCH_SIM_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Evaluates `expr`, an absl::Status, once; returns it when it is not OK.
#define DYNARCH_RETURN_IF_ERROR(expr)                                   \
  do {                                                                  \
    if (absl::Status dynarch_status_ = (expr); !dynarch_status_.ok()) { \
      return dynarch_status_;                                           \
    }                                                                   \
  } while (false)

// Evaluates `expr`, an absl::StatusOr<T>, once; returns its status when it is
// not OK, otherwise moves its value into `lhs`, a declaration or an lvalue.
#define DYNARCH_ASSIGN_OR_RETURN(lhs, ...)                          \
  DYNARCH_ASSIGN_OR_RETURN_IMPL_(                                   \
      DYNARCH_STATUS_CONCAT_(dynarch_status_or_, __COUNTER__), lhs, \
      __VA_ARGS__)

#define DYNARCH_ASSIGN_OR_RETURN_IMPL_(result, lhs, ...) \
  auto result = (__VA_ARGS__);                           \
  if (!result.ok()) return std::move(result).status();   \
  lhs = *std::move(result)

#define DYNARCH_STATUS_CONCAT_(a, b) DYNARCH_STATUS_CONCAT_INNER_(a, b)
#define DYNARCH_STATUS_CONCAT_INNER_(a, b) a##b

#endif  // DYNARCH_SIM_BASE_STATUS_MACROS_H_
