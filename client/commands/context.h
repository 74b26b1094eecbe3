// What every command is given by main().
#ifndef DYNARCH_CLIENT_COMMANDS_CONTEXT_H_
#define DYNARCH_CLIENT_COMMANDS_CONTEXT_H_

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace dynarch::commands {

struct Context {
  std::string catalog;         // Folder; empty if none was found.
  std::string program_folder;  // Holds this program and its daemons.
  absl::Time start;            // Of the process.
  bool terminal = false;       // Standard error is one.
  std::ostream& out;           // What was asked for.
  std::ostream& err;           // Progress.
};

// 0 if OK; 2 if the input is wrong (InvalidArgument, NotFound, OutOfRange,
// AlreadyExists, PermissionDenied); 1 if the work failed.
int ExitCodeOf(const absl::Status& status);

}  // namespace dynarch::commands

#endif  // DYNARCH_CLIENT_COMMANDS_CONTEXT_H_
