#include "sim/io/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::io {
namespace {

using ::dynarch::testing::IsOkAndHolds;
using ::dynarch::testing::StatusIs;

std::string Scratch(const std::string& name) {
  return absl::StrCat(::testing::TempDir(), "file_test_", name);
}

TEST(FileTest, WhatIsWrittenIsRead) {
  const std::string path = Scratch("a");
  const std::string bytes("one\0two\n", 8);
  ASSERT_OK(WriteFile(path, bytes));
  EXPECT_THAT(ReadFile(path), IsOkAndHolds(bytes));
  ASSERT_OK(WriteFile(path, ""));
  EXPECT_THAT(ReadFile(path), IsOkAndHolds(std::string()));
}

TEST(FileTest, FilesPastTheLimitAreRefused) {
  const std::string path = Scratch("large");
  ASSERT_OK(WriteFile(path, "12345"));
  EXPECT_THAT(ReadFile(path, 5), IsOkAndHolds(std::string("12345")));
  EXPECT_THAT(
      ReadFile(path, 4),
      StatusIs(absl::StatusCode::kInvalidArgument,
               absl::StrCat(path, ": has 5 bytes; at most 4 are read")));
}

TEST(FileTest, FoldersAreNoFiles) {
  EXPECT_THAT(ReadFile("/"), StatusIs(absl::StatusCode::kInvalidArgument,
                                      "/: is not a regular file"));
}

TEST(FileTest, NothingHalfWrittenIsLeft) {
  const std::string folder = Scratch("folder");
  std::filesystem::create_directories(folder + "/taken/by/a/folder");
  // The rename fails, for a folder that is not empty has the name.
  EXPECT_FALSE(WriteFile(folder + "/taken", "x").ok());
  EXPECT_FALSE(std::filesystem::exists(folder + "/taken.tmp"));
  EXPECT_THAT(WriteFile(folder + "/nowhere/x", "x"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(FileTest, PathsAreBesideTheFileThatNamesThem) {
  EXPECT_EQ(PathBeside("studies/s.yaml", "n.yaml"), "studies/n.yaml");
  EXPECT_EQ(PathBeside("s.yaml", "n.yaml"), "n.yaml");
  EXPECT_EQ(PathBeside("studies/s.yaml", "/n.yaml"), "/n.yaml");
  EXPECT_EQ(BaseName("studies/s.yaml"), "s.yaml");
}

}  // namespace
}  // namespace dynarch::io
