#include "client/embedded/private_folder.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace dynarch::embedded {
namespace {

constexpr char kSocketName[] = "s";

// The janitor's whole life: until the owner's end of the pipe closes, then a
// little longer, for the children that the kernel kills at the same time.
[[noreturn]] void RunJanitor(int lifeline, const std::string& path) {
  setsid();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    ::signal(signal, SIG_IGN);
  }
  // Whoever reads our owner's output must see its end when the owner ends.
  for (int fd = 0; fd < lifeline; ++fd) close(fd);
  char byte;
  while (read(lifeline, &byte, 1) < 0 && errno == EINTR) {
  }
  std::error_code ignored;
  for (int attempt = 0; attempt < 50; ++attempt) {
    std::filesystem::remove_all(path, ignored);
    if (!std::filesystem::exists(path, ignored)) break;
    usleep(20'000);
  }
  _exit(0);
}

std::string TemporaryFolder() {
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

}  // namespace

absl::StatusOr<std::unique_ptr<PrivateFolder>> PrivateFolder::Create() {
  std::string path = absl::StrCat(TemporaryFolder(), "/dynarch-XXXXXX");
  if (path.size() + 1 + sizeof(kSocketName) > sizeof(sockaddr_un::sun_path)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("TMPDIR: ", path,
                     " is too long for a socket, whose path holds 107 "
                     "bytes; set TMPDIR to a shorter folder"));
  }
  if (mkdtemp(path.data()) == nullptr) {
    return absl::ErrnoToStatus(errno,
                               absl::StrCat(path, ": cannot be created"));
  }
  int lifeline[2];
  if (pipe2(lifeline, O_CLOEXEC) != 0) {
    const int error = errno;
    rmdir(path.c_str());
    return absl::ErrnoToStatus(error, "pipe");
  }
  const pid_t janitor = fork();
  if (janitor == 0) {
    close(lifeline[1]);
    RunJanitor(lifeline[0], path);
  }
  const int error = errno;
  close(lifeline[0]);
  if (janitor < 0) {
    close(lifeline[1]);
    rmdir(path.c_str());
    return absl::ErrnoToStatus(error, "fork");
  }
  return std::unique_ptr<PrivateFolder>(
      new PrivateFolder(std::move(path), janitor, lifeline[1]));
}

PrivateFolder::~PrivateFolder() {
  close(lifeline_);
  while (waitpid(janitor_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::string PrivateFolder::SocketPath() const {
  return absl::StrCat(path_, "/", kSocketName);
}

}  // namespace dynarch::embedded
