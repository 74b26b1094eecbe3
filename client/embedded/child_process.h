// One child process that never outlives this one.
#ifndef DYNARCH_CLIENT_EMBEDDED_CHILD_PROCESS_H_
#define DYNARCH_CLIENT_EMBEDDED_CHILD_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace dynarch::embedded {

struct ChildCommand {
  std::string program;  // Path; PATH is never searched.
  std::vector<std::string> arguments;
  std::string log_path;  // Its stdout and stderr, appended.
};

// How a child ended, and what it used.
struct ChildEnd {
  int exit_code = 0;  // 128 + signal if a signal ended it.
  absl::Duration cpu;
  int64_t peak_bytes = 0;  // Largest resident memory.
  // "exit code 3", "signal 9".
  std::string ToString() const;
};

// Call every member from the thread that called Start: the kernel ends the
// child when that thread ends.
class ChildProcess {
 public:
  // Unavailable if the program cannot be executed. The child is in a process
  // group of its own, so that Ctrl-C on the terminal reaches only this process,
  // and is killed by the kernel when this process dies, however it dies.
  static absl::StatusOr<ChildProcess> Start(const ChildCommand& command);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  // Kills the child if it still runs, and reaps it.
  ~ChildProcess();

  pid_t pid() const { return pid_; }
  // How it ended; nullopt while it runs.
  std::optional<ChildEnd> Poll();
  void Signal(int signal);
  // Asks it to end (SIGTERM), kills it after `patience`. Returns how it ended.
  ChildEnd Stop(absl::Duration patience);

 private:
  explicit ChildProcess(pid_t pid) : pid_(pid) {}

  pid_t pid_ = -1;  // -1: moved from.
  std::optional<ChildEnd> end_;
};

// The last line of a log that is not empty; "" if there is none.
std::string LastLine(const std::string& log_path);

}  // namespace dynarch::embedded

#endif  // DYNARCH_CLIENT_EMBEDDED_CHILD_PROCESS_H_
