// A study swept by a server and workers of our own.
#ifndef DYNARCH_CLIENT_COMMANDS_SWEEP_H_
#define DYNARCH_CLIENT_COMMANDS_SWEEP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/commands/context.h"
#include "client/commands/local_study.h"
#include "client/embedded/embedded_system.h"
#include "client/embedded/interrupt.h"
#include "dynarch/v1/trial.pb.h"

namespace dynarch::commands {

struct Sweep {
  v1::Study study;               // At its end.
  std::vector<v1::Trial> front;  // As stored.
  int64_t done_before = 0;       // Results that were there already.
  absl::Duration wall;           // From process start to the last commit.
  absl::Duration client_cpu;     // Of this process until then.
  embedded::SystemUsage usage;
};

// Starts the system, submits the study, waits for its end, fetches the front
// and stops the system again. Cancelled, with everything stopped and every
// acknowledged result kept, if `guard` saw an interruption; ResourceExhausted
// likewise if the database cannot be written.
absl::StatusOr<Sweep> RunSweep(const Context& context,
                               const embedded::SystemOptions& system,
                               const LocalStudy& study,
                               const embedded::InterruptGuard& guard);

}  // namespace dynarch::commands

#endif  // DYNARCH_CLIENT_COMMANDS_SWEEP_H_
