// The command line of `dynarch` as a value.
#ifndef DYNARCH_CLIENT_COMMANDS_COMMAND_LINE_H_
#define DYNARCH_CLIENT_COMMANDS_COMMAND_LINE_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/commands/commands.h"

namespace dynarch::commands {

struct CommandLine {
  std::string help;     // Not empty: print it and be done.
  std::string catalog;  // --catalog; empty if not given.
  Command command;
};

// InvalidArgument with one line that says what is wrong with the words.
absl::StatusOr<CommandLine> ParseCommandLine(int argc, const char* const* argv);

}  // namespace dynarch::commands

#endif  // DYNARCH_CLIENT_COMMANDS_COMMAND_LINE_H_
