#include "client/embedded/child_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::embedded {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::HasSubstr;

// Gives each test a folder for logs.
class ChildProcessTest : public ::testing::Test {
 protected:
  ChildProcessTest() {
    path_ = ::testing::TempDir() + "/child-XXXXXX";
    EXPECT_NE(mkdtemp(path_.data()), nullptr);
  }
  ~ChildProcessTest() override { std::filesystem::remove_all(path_); }

  std::string LogPath(const std::string& name) const {
    return absl::StrCat(path_, "/", name);
  }

 private:
  std::string path_;
};

ChildCommand Shell(const std::string& script, const std::string& log) {
  return {.program = "/bin/sh", .arguments = {"-c", script}, .log_path = log};
}

// A process that runs; one that has ended and waits to be reaped does not.
bool Runs(pid_t pid) {
  std::ifstream stat(absl::StrCat("/proc/", pid, "/stat"));
  std::string id, name, state;  // "17 (sleep) S ..."
  return stat >> id >> name >> state && state != "Z" && state != "X";
}

// Waits at most 10 s.
bool IsGone(pid_t pid) {
  for (int i = 0; i < 2000 && Runs(pid); ++i) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  return !Runs(pid);
}

ChildEnd WaitFor(ChildProcess& child) {
  while (!child.Poll().has_value()) absl::SleepFor(absl::Milliseconds(1));
  return *child.Poll();
}

TEST_F(ChildProcessTest, ReportsItsExitCode) {
  ASSERT_OK_AND_ASSIGN(ChildProcess child,
                       ChildProcess::Start(Shell("exit 3", LogPath("exit"))));
  const ChildEnd end = WaitFor(child);
  EXPECT_EQ(end.exit_code, 3);
  EXPECT_EQ(end.ToString(), "exit code 3");
}

TEST_F(ChildProcessTest, ReportsTheSignalThatEndedIt) {
  ASSERT_OK_AND_ASSIGN(
      ChildProcess child,
      ChildProcess::Start(Shell("kill -9 $$", LogPath("signal"))));
  EXPECT_EQ(WaitFor(child).ToString(), "signal 9");
}

TEST_F(ChildProcessTest, AppendsWhatItSaysToItsLog) {
  const std::string log = LogPath("log");
  std::ofstream(log) << "before\n";
  ASSERT_OK_AND_ASSIGN(
      ChildProcess child,
      ChildProcess::Start(Shell("echo out; echo err >&2; echo", log)));
  WaitFor(child);
  std::ifstream file(log);
  std::string line;
  std::getline(file, line);
  EXPECT_EQ(line, "before");
  EXPECT_EQ(LastLine(log), "err");
}

TEST_F(ChildProcessTest, CountsItsProcessorTime) {
  ASSERT_OK_AND_ASSIGN(
      ChildProcess child,
      ChildProcess::Start(Shell("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); "
                                "done",
                                LogPath("cpu"))));
  EXPECT_GT(WaitFor(child).cpu, absl::ZeroDuration());
}

TEST_F(ChildProcessTest, CountsItsLargestMemory) {
  // The shell holds 32 MiB of letters at once.
  ASSERT_OK_AND_ASSIGN(
      ChildProcess child,
      ChildProcess::Start(Shell("x=$(head -c 33554432 /dev/zero | tr '\\0' a)",
                                LogPath("memory"))));
  EXPECT_GE(WaitFor(child).peak_bytes, 32 << 20);
}

TEST_F(ChildProcessTest, RefusesAProgramThatIsNotThere) {
  const auto child = ChildProcess::Start({.program = "/no/such/program",
                                          .arguments = {},
                                          .log_path = LogPath("no")});
  EXPECT_THAT(child, StatusIs(absl::StatusCode::kUnavailable,
                              HasSubstr("/no/such/program")));
}

TEST_F(ChildProcessTest, StopAsksFirst) {
  const std::string log = LogPath("stop");
  ASSERT_OK_AND_ASSIGN(
      ChildProcess child,
      ChildProcess::Start(Shell("trap 'exit 7' TERM; echo ready; "
                                "while :; do sleep 0.01; done",
                                log)));
  while (LastLine(log) != "ready") absl::SleepFor(absl::Milliseconds(1));
  EXPECT_EQ(child.Stop(absl::Seconds(30)).exit_code, 7);
}

TEST_F(ChildProcessTest, StopKillsWhatDoesNotListen) {
  const std::string log = LogPath("kill");
  ASSERT_OK_AND_ASSIGN(ChildProcess child,
                       ChildProcess::Start(Shell("trap '' TERM; echo ready; "
                                                 "while :; do sleep 0.01; done",
                                                 log)));
  while (LastLine(log) != "ready") absl::SleepFor(absl::Milliseconds(1));
  EXPECT_EQ(child.Stop(absl::Milliseconds(50)).ToString(), "signal 9");
}

TEST_F(ChildProcessTest, EndsWithItsOwner) {
  pid_t pid = 0;
  {
    ASSERT_OK_AND_ASSIGN(ChildProcess child,
                         ChildProcess::Start({.program = "/bin/sleep",
                                              .arguments = {"600"},
                                              .log_path = LogPath("owner")}));
    pid = child.pid();
  }
  EXPECT_TRUE(IsGone(pid));
}

TEST_F(ChildProcessTest, DiesWhenItsParentIsKilled) {
  int channel[2];
  ASSERT_EQ(pipe(channel), 0);
  const pid_t parent = fork();
  if (parent == 0) {  // Starts a child, tells its id, waits to be killed.
    const auto child = ChildProcess::Start({.program = "/bin/sleep",
                                            .arguments = {"600"},
                                            .log_path = LogPath("orphan")});
    const pid_t pid = child.ok() ? child->pid() : -1;
    if (write(channel[1], &pid, sizeof(pid)) != sizeof(pid)) _exit(1);
    pause();
    _exit(0);
  }
  pid_t pid = -1;
  ASSERT_EQ(read(channel[0], &pid, sizeof(pid)),
            static_cast<ssize_t>(sizeof(pid)));
  close(channel[0]);
  close(channel[1]);
  ASSERT_GT(pid, 0);
  kill(parent, SIGKILL);
  ASSERT_EQ(waitpid(parent, nullptr, 0), parent);
  EXPECT_TRUE(IsGone(pid));
}

}  // namespace
}  // namespace dynarch::embedded
