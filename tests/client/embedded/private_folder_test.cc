#include "client/embedded/private_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::embedded {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::HasSubstr;

TEST(PrivateFolderTest, IsForItsOwnerOnly) {
  ASSERT_OK_AND_ASSIGN(const auto folder, PrivateFolder::Create());
  struct stat info;
  ASSERT_EQ(stat(folder->path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0700u);
  EXPECT_LE(folder->SocketPath().size(), 107u);
}

TEST(PrivateFolderTest, GoesWithItsObjectAndWhatLiesInIt) {
  std::string path;
  {
    ASSERT_OK_AND_ASSIGN(const auto folder, PrivateFolder::Create());
    path = folder->path();
    std::ofstream(folder->SocketPath()) << "x";
    ASSERT_TRUE(std::filesystem::exists(folder->SocketPath()));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(PrivateFolderTest, GoesWhenItsOwnerIsKilled) {
  int channel[2];
  ASSERT_EQ(pipe(channel), 0);
  const pid_t owner = fork();
  if (owner == 0) {  // Makes a folder, tells its path, waits to be killed.
    const auto folder = PrivateFolder::Create();
    if (!folder.ok()) _exit(1);
    const std::string path = (*folder)->path();
    std::ofstream((*folder)->SocketPath()) << "x";
    if (write(channel[1], path.data(), path.size()) < 0) _exit(1);
    pause();
    _exit(0);
  }
  char buffer[256] = {};
  const ssize_t length = read(channel[0], buffer, sizeof(buffer));
  close(channel[0]);
  close(channel[1]);
  ASSERT_GT(length, 0);
  const std::string path(buffer, length);
  ASSERT_TRUE(std::filesystem::exists(path));
  kill(owner, SIGKILL);
  ASSERT_EQ(waitpid(owner, nullptr, 0), owner);
  for (int i = 0; i < 2000 && std::filesystem::exists(path); ++i) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(PrivateFolderTest, RefusesAPathTooLongForASocket) {
  const char* before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  setenv("TMPDIR", ("/tmp/" + std::string(100, 'x')).c_str(), 1);
  EXPECT_THAT(
      PrivateFolder::Create(),
      StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("107 bytes")));
  if (before == nullptr) {
    unsetenv("TMPDIR");
  } else {
    setenv("TMPDIR", kept.c_str(), 1);
  }
}

}  // namespace
}  // namespace dynarch::embedded
