// Time as an argument, so that tests need not wait.
#ifndef DYNARCH_SERVER_STUDY_CLOCK_H_
#define DYNARCH_SERVER_STUDY_CLOCK_H_

#include <functional>

#include "absl/time/time.h"

namespace dynarch::server {

// Callable from any thread.
using Clock = std::function<absl::Time()>;

}  // namespace dynarch::server

#endif  // DYNARCH_SERVER_STUDY_CLOCK_H_
