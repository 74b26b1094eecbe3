#include "client/embedded/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace dynarch::embedded {
namespace {

constexpr absl::Duration kPollInterval = absl::Milliseconds(5);

absl::Duration CpuOf(const rusage& usage) {
  return absl::DurationFromTimeval(usage.ru_utime) +
         absl::DurationFromTimeval(usage.ru_stime);
}

// In the child, between fork and exec: only async-signal-safe calls. Returns
// only if something failed.
void BecomeProgram(const char* program, char* const* arguments, int log,
                   pid_t parent) {
  setpgid(0, 0);
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return;
  if (getppid() != parent) _exit(127);  // It died before the line above.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int null = open("/dev/null", O_RDONLY);
  if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
      dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0) {
    return;
  }
  execv(program, arguments);
}

}  // namespace

std::string ChildEnd::ToString() const {
  return exit_code > 128 ? absl::StrCat("signal ", exit_code - 128)
                         : absl::StrCat("exit code ", exit_code);
}

absl::StatusOr<ChildProcess> ChildProcess::Start(const ChildCommand& command) {
  const int log = open(command.log_path.c_str(),
                       O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log < 0) {
    return absl::ErrnoToStatus(
        errno, absl::StrCat(command.log_path, ": cannot be written"));
  }
  std::vector<std::string> words = {command.program};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  // The child writes errno here if exec fails; exec closes it otherwise.
  int failure[2];
  if (pipe2(failure, O_CLOEXEC) != 0) {
    const int error = errno;
    close(log);
    return absl::ErrnoToStatus(error, "pipe");
  }
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    BecomeProgram(command.program.c_str(), arguments.data(), log, parent);
    const int error = errno;
    [[maybe_unused]] const ssize_t sent =
        write(failure[1], &error, sizeof(error));
    _exit(127);
  }
  const int fork_error = errno;
  close(log);
  close(failure[1]);
  int error = 0;
  const bool failed =
      pid > 0 && read(failure[0], &error, sizeof(error)) == sizeof(error);
  close(failure[0]);
  if (pid < 0) return absl::ErrnoToStatus(fork_error, "fork");
  ChildProcess child(pid);
  if (failed) {
    return absl::UnavailableError(absl::StrCat(
        command.program, ": cannot be started: ", std::strerror(error)));
  }
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), end_(std::move(other.end_)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(end_, other.end_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0 && !Poll().has_value()) Stop(absl::ZeroDuration());
}

std::optional<ChildEnd> ChildProcess::Poll() {
  if (end_.has_value()) return end_;
  int status = 0;
  rusage usage;
  if (wait4(pid_, &status, WNOHANG, &usage) != pid_) return std::nullopt;
  end_ = ChildEnd{
      .exit_code =
          WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
      .cpu = CpuOf(usage),
      .peak_bytes = int64_t{usage.ru_maxrss} * 1024,
  };
  return end_;
}

void ChildProcess::Signal(int signal) {
  if (!Poll().has_value()) kill(pid_, signal);
}

ChildEnd ChildProcess::Stop(absl::Duration patience) {
  Signal(SIGTERM);
  const absl::Time deadline = absl::Now() + patience;
  while (!Poll().has_value() && absl::Now() < deadline) {
    absl::SleepFor(kPollInterval);
  }
  Signal(SIGKILL);
  while (!Poll().has_value()) absl::SleepFor(kPollInterval);
  return *end_;
}

std::string LastLine(const std::string& log_path) {
  std::ifstream file(log_path);
  std::string line;
  std::string last;
  while (std::getline(file, line)) {
    if (!absl::StripAsciiWhitespace(line).empty()) last = line;
  }
  return last;
}

}  // namespace dynarch::embedded
