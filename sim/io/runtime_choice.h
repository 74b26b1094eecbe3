// `PLATFORM@RUNTIME+RUNTIME:THREADS`: a platform of the catalogue with the
// runtimes that its elements use.
#ifndef DYNARCH_SIM_IO_RUNTIME_CHOICE_H_
#define DYNARCH_SIM_IO_RUNTIME_CHOICE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dynarch/v1/platform.pb.h"

namespace dynarch::io {

struct RuntimeChoice {
  std::string platform;
  std::vector<std::string> runtimes;  // None: every element's default.
  int threads = 0;                    // 0: the platform's own.
};

// InvalidArgument for a name that is empty or threads that are no number >= 1.
absl::StatusOr<RuntimeChoice> ParseRuntimeChoice(absl::string_view name);

// Leaves each element the runtime that was chosen, else its first; a choice is
// made for every element that has a runtime of that name. Threads are set
// where the runtime runs. NotFound, with the runtimes that there are, for one
// that no element has; InvalidArgument for threads without a runtime. The
// platform's name becomes the whole choice.
absl::Status ApplyRuntimeChoice(const RuntimeChoice& choice,
                                v1::Platform* platform);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_RUNTIME_CHOICE_H_
