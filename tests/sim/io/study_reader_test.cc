#include "sim/io/study_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sim/base/sha256.h"
#include "sim/io/file.h"
#include "sim/wire/compile_study.h"
#include "sim/wire/trace_wire.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::io {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kExamples[] = DYNARCH_SOURCE_DIR "/client/examples/";
constexpr char kCatalog[] = DYNARCH_SOURCE_DIR "/sim/catalog";

absl::StatusOr<LoadedStudy> LoadDigits(std::vector<Setting> settings = {}) {
  return LoadStudy(absl::StrCat(kExamples, "digits.yaml"),
                   {.catalog = kCatalog, .settings = std::move(settings)});
}

// A folder with a copy of digits.yaml, changed.
class ChangedStudyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = absl::StrCat(
        ::testing::TempDir(), "study_",
        ::testing::UnitTest::GetInstance()->current_test_info()->name(), "/");
    std::filesystem::create_directories(folder_);
    for (const char* name : {"digits.yaml", "digits.csv",
                             "digits_three_exits.yaml"}) {
      std::filesystem::copy_file(
          absl::StrCat(kExamples, name), absl::StrCat(folder_, name),
          std::filesystem::copy_options::overwrite_existing);
    }
  }

  // Replaces `from`, which must be there, in one of the files.
  void Change(const std::string& name, const std::string& from,
              const std::string& to) {
    const std::string path = absl::StrCat(folder_, name);
    const auto text = ReadFile(path);
    ASSERT_OK(text);
    ASSERT_THAT(*text, HasSubstr(from));
    ASSERT_OK(WriteFile(path, absl::StrReplaceAll(*text, {{from, to}})));
  }

  // Error of loading or compiling, with the folder taken out.
  std::string Error() {
    const auto loaded = LoadStudy(absl::StrCat(folder_, "digits.yaml"),
                                  {.catalog = kCatalog, .settings = {}});
    const absl::Status status =
        loaded.ok() ? Compile(*loaded).status() : loaded.status();
    return absl::StrReplaceAll(status.message(), {{folder_, ""}});
  }

  std::string folder_;
};

TEST(StudyReaderTest, TheExampleCompiles) {
  ASSERT_OK_AND_ASSIGN(const LoadedStudy loaded, LoadDigits());
  ASSERT_OK_AND_ASSIGN(const study::StudySpec spec, Compile(loaded));
  EXPECT_EQ(spec.network.name(), "digits_three_exits");
  EXPECT_EQ(spec.platforms.size(), 6u);
  EXPECT_THAT(spec.objectives, SizeIs(3));
  EXPECT_EQ(spec.workload.period, Picoseconds(33'000'000'000));
  EXPECT_GT(spec.space.valid_count(), 0);
  RecordProperty("valid", std::to_string(spec.space.valid_count()));
  std::printf("valid %ld of %ld\n", long(spec.space.valid_count()),
              long(spec.space.size()));
}

}  // namespace
}  // namespace dynarch::io
