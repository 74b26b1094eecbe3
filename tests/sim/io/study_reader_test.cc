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
    for (const char* name :
         {"digits.yaml", "digits.csv", "digits_three_exits.yaml"}) {
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
  // The size of the example: 100,000 to 200,000 valid candidates.
  EXPECT_GE(spec.space.valid_count(), 100'000);
  EXPECT_LE(spec.space.valid_count(), 200'000);
}

// A study whose platform is a file, not explored, and a table of measurements.
TEST(StudyReaderTest, TheStudyOfTheHostCompiles) {
  ASSERT_OK_AND_ASSIGN(const LoadedStudy loaded,
                       LoadStudy(absl::StrCat(kExamples, "host.yaml"), {}));
  ASSERT_OK_AND_ASSIGN(const study::StudySpec spec, Compile(loaded));
  ASSERT_THAT(spec.platforms, SizeIs(1));
  EXPECT_EQ(spec.platforms[0].name(), "host");
  EXPECT_THAT(spec.defaults.stage_elements, ElementsAre("cpu", "cpu", "cpu"));
}

TEST(StudyReaderTest, TheMessageIsSelfContained) {
  ASSERT_OK_AND_ASSIGN(const LoadedStudy loaded, LoadDigits());
  ASSERT_THAT(loaded.artifacts, SizeIs(1));
  EXPECT_EQ(loaded.artifacts[0].sha256, Sha256Hex(loaded.artifacts[0].bytes));
  EXPECT_EQ(loaded.message.behavior().trace().sha256(),
            loaded.artifacts[0].sha256);
  // What a worker does: message and artifact only.
  v1::StudySpec received;
  ASSERT_TRUE(received.ParseFromString(loaded.message.SerializeAsString()));
  ASSERT_OK_AND_ASSIGN(behavior::Trace trace,
                       wire::DecodeTrace(loaded.artifacts[0].bytes));
  ASSERT_OK_AND_ASSIGN(const study::StudySpec spec,
                       wire::CompileStudy(received, std::move(trace)));
  // What the server does: no trace.
  ASSERT_OK_AND_ASSIGN(const wire::StudyOutline outline,
                       wire::OutlineStudy(received));
  EXPECT_EQ(outline.space.size(), spec.space.size());
  EXPECT_EQ(outline.space.valid_ranges(), spec.space.valid_ranges());
  EXPECT_EQ(outline.metrics, spec.metrics);
}

std::vector<Setting> OneCandidate() {
  return {{"platform", "jetson_tx2"},
          {"network.dtype", "fp32"},
          {"mapping.stages.exit1", "cpu"},
          {"mapping.stages.exit2", "gpu"},
          {"mapping.stages.exit3", "gpu"},
          {"policy.operating_point", "max_n"},
          {"policy.power", "power_gate: {timeout: 1000 us}"},
          {"decisions.exit1.threshold", "0.70"},
          {"decisions.exit2.threshold", "never"}};
}

TEST(StudyReaderTest, SettingsChooseACandidateInAnySpelling) {
  ASSERT_OK_AND_ASSIGN(const LoadedStudy loaded, LoadDigits(OneCandidate()));
  ASSERT_OK_AND_ASSIGN(const study::StudySpec spec, Compile(loaded));
  ASSERT_OK_AND_ASSIGN(const space::Candidate candidate,
                       CandidateOf(loaded, spec.space));
  const study::BoundCandidate bound = study::Bind(spec, candidate);
  EXPECT_EQ(spec.platforms[bound.platform].name(), "jetson_tx2");
  EXPECT_THAT(bound.stage_elements, ElementsAre("cpu", "gpu", "gpu"));
  EXPECT_EQ(bound.thresholds[0].text(), "0.7");
  EXPECT_EQ(bound.thresholds[1].kind(), behavior::Threshold::Kind::kNever);
  EXPECT_EQ(bound.power.kind, mapping::PowerPolicy::Kind::kPowerGate);
  EXPECT_EQ(bound.power.timeout, Picoseconds(1'000'000'000));
}

TEST(StudyReaderTest, ASettingOfTheListSetsEveryStageNotSetItself) {
  std::vector<Setting> settings = OneCandidate();
  settings.erase(settings.begin() + 3, settings.begin() + 5);
  settings.push_back({"mapping.stages", "gpu"});
  ASSERT_OK_AND_ASSIGN(const LoadedStudy loaded, LoadDigits(settings));
  ASSERT_OK_AND_ASSIGN(const study::StudySpec spec, Compile(loaded));
  ASSERT_OK_AND_ASSIGN(const space::Candidate candidate,
                       CandidateOf(loaded, spec.space));
  EXPECT_THAT(study::Bind(spec, candidate).stage_elements,
              ElementsAre("cpu", "gpu", "gpu"));
}

TEST(StudyReaderTest, AStageThatIsNotThereIsNoField) {
  std::vector<Setting> settings = OneCandidate();
  settings[2].first = "mapping.stages.exit9";
  ASSERT_OK_AND_ASSIGN(const LoadedStudy loaded, LoadDigits(settings));
  ASSERT_OK_AND_ASSIGN(const study::StudySpec spec, Compile(loaded));
  EXPECT_THAT(CandidateOf(loaded, spec.space),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--set mapping.stages.exit9: not an explored "
                                 "parameter; explored: platform, ")));
}

TEST(StudyReaderTest, MissingSettingsAreListed) {
  std::vector<Setting> settings = OneCandidate();
  settings.erase(settings.begin() + 1);  // network.dtype
  settings.pop_back();                   // decisions.exit2.threshold
  ASSERT_OK_AND_ASSIGN(const LoadedStudy loaded, LoadDigits(settings));
  ASSERT_OK_AND_ASSIGN(const study::StudySpec spec, Compile(loaded));
  EXPECT_THAT(
      CandidateOf(loaded, spec.space),
      StatusIs(absl::StatusCode::kInvalidArgument,
               ::testing::MatchesRegex(
                   "one candidate needs a value for every explored parameter; "
                   "missing:\n  --set network.dtype=VALUE, of fp32, int8\n"
                   "  --set decisions.exit2.threshold=VALUE, of 0.49, .*")));
}

TEST(StudyReaderTest, ASettingThatIsNoValueIsRefused) {
  std::vector<Setting> settings = OneCandidate();
  settings[0].second = "jetson_tx";
  ASSERT_OK_AND_ASSIGN(const LoadedStudy loaded, LoadDigits(settings));
  ASSERT_OK_AND_ASSIGN(const study::StudySpec spec, Compile(loaded));
  EXPECT_THAT(CandidateOf(loaded, spec.space),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--set platform: 'jetson_tx' is not explored; "
                                 "allowed: jetson_tx2, ")));
}

TEST(StudyReaderTest, OtherSettingsReplaceWhatTheFileSays) {
  ASSERT_OK_AND_ASSIGN(const LoadedStudy loaded,
                       LoadDigits({{"workload.deadline", "5 ms"},
                                   {"workload.inferences", "200"},
                                   {"fidelity", "event"}}));
  ASSERT_OK_AND_ASSIGN(const study::StudySpec spec, Compile(loaded));
  EXPECT_EQ(spec.workload.deadline, Picoseconds(5'000'000'000));
  EXPECT_EQ(spec.workload.inferences, 200);
  EXPECT_EQ(spec.fidelity, study::Fidelity::kEvent);
}

TEST(StudyReaderTest, SettingsThatFitNoFieldAreRefused) {
  EXPECT_THAT(LoadDigits({{"workload.dedline", "5 ms"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "--set workload.dedline: no field 'dedline'; allowed: "
                       "arrivals, deadline, inferences, seed; did you mean "
                       "'deadline'?"));
  EXPECT_THAT(LoadDigits({{"decisions.exit9.threshold", "0.5"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("no field 'exit9'; allowed: exit1, exit2, "
                                 "exit3; did you mean 'exit1'?")));
  EXPECT_THAT(LoadDigits({{"fidelity", "event"}, {"fidelity", "event"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "--set fidelity: given twice"));
}

TEST(StudyReaderTest, SettingsNeedPathAndValue) {
  ASSERT_OK_AND_ASSIGN(
      const Setting setting,
      ParseSetting("policy.power=power_gate: {timeout: 1 ms}"));
  EXPECT_EQ(setting.first, "policy.power");
  EXPECT_EQ(setting.second, "power_gate: {timeout: 1 ms}");
  for (const char* text : {"", "a", "=a", "a="}) {
    EXPECT_THAT(ParseSetting(text),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         absl::StrCat("--set: got '", text,
                                      "'; PATH=VALUE is needed, e.g. "
                                      "platform=gap9")));
  }
}

TEST(StudyReaderTest, AMissingStudyIsNotFound) {
  EXPECT_THAT(LoadStudy("/nowhere/s.yaml", {}),
              StatusIs(absl::StatusCode::kNotFound,
                       "/nowhere/s.yaml: No such file or directory"));
}

TEST(StudyReaderTest, PlatformsNeedACatalogue) {
  EXPECT_THAT(LoadStudy(absl::StrCat(kExamples, "digits.yaml"), {}),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("space.platform[0]: platform 'jetson_tx2' is "
                                 "looked up in a catalogue, and none was "
                                 "found")));
}

TEST_F(ChangedStudyTest, AMissingNetworkIsShownWhereItIsNamed) {
  std::filesystem::remove(folder_ + "digits_three_exits.yaml");
  EXPECT_THAT(Error(), ::testing::MatchesRegex(
                           "digits.yaml:[0-9]+:10: network: "
                           "digits_three_exits.yaml: No such file or "
                           "directory"));
}

TEST_F(ChangedStudyTest, AMissingTraceIsShownWhereItIsNamed) {
  std::filesystem::remove(folder_ + "digits.csv");
  EXPECT_THAT(Error(),
              ::testing::MatchesRegex("digits.yaml:[0-9]+:19: behavior.trace: "
                                      "digits.csv: No such file or directory"));
}

TEST_F(ChangedStudyTest, AnUnknownPlatformIsShownWhereItIsNamed) {
  Change("digits.yaml", "jetson_tx2,", "jetson_tx3,");
  EXPECT_THAT(Error(), ::testing::MatchesRegex(
                           "digits.yaml:[0-9]+:14: space.platform.0.: unknown "
                           "platform 'jetson_tx3'; the catalogue has .*; did "
                           "you mean 'jetson_tx2'\\?"));
}

TEST_F(ChangedStudyTest, ATraceOfOtherExitsIsRefused) {
  Change("digits.csv", "exit3", "exit4");
  EXPECT_THAT(Error(),
              ::testing::MatchesRegex(
                  "digits.yaml:[0-9]+:19: behavior.trace: its exits are "
                  ".exit1, exit2, exit4., those of network "
                  "'digits_three_exits' are .exit1, exit2, exit3.; they must "
                  "be the same, in order"));
}

TEST_F(ChangedStudyTest, ATraceOfOtherWeightsIsRefused) {
  Change("digits_three_exits.yaml", "weights_sha256: b", "weights_sha256: c");
  EXPECT_THAT(Error(), HasSubstr("behavior.trace: recorded with weights b"));
}

TEST_F(ChangedStudyTest, ANetworkThatIsWrongIsShownInItsOwnFile) {
  Change("digits_three_exits.yaml", "[conv3a]", "[conv3x]");
  EXPECT_THAT(Error(), ::testing::MatchesRegex(
                           "digits_three_exits.yaml:[0-9]+:21: "
                           "actors.relu3a.inputs.0.: unknown actor or input "
                           "'conv3x'; allowed: .*"));
}

TEST_F(ChangedStudyTest, AWrongMeaningIsShownAtItsLine) {
  Change("digits.yaml", "energy_mean: minimize", "energy_men: minimize");
  EXPECT_THAT(Error(), ::testing::MatchesRegex(
                           "digits.yaml:[0-9]+:46: objectives.energy_men: "
                           "unknown metric 'energy_men'; allowed: .*; did you "
                           "mean 'energy_mean'\\?"));
}

TEST_F(ChangedStudyTest, APlatformMayBeAFileBesideTheStudy) {
  std::filesystem::copy_file(absl::StrCat(kCatalog, "/platforms/gap9.yaml"),
                             folder_ + "mine.yaml",
                             std::filesystem::copy_options::overwrite_existing);
  Change("digits.yaml", "gap9,", "mine.yaml,");
  EXPECT_EQ(Error(), "");
}

TEST_F(ChangedStudyTest, APlatformTwiceIsRefused) {
  std::filesystem::copy_file(absl::StrCat(kCatalog, "/platforms/gap9.yaml"),
                             folder_ + "mine.yaml",
                             std::filesystem::copy_options::overwrite_existing);
  Change("digits.yaml", "gap9,", "gap9, mine.yaml,");
  EXPECT_THAT(Error(), HasSubstr("the platform 'gap9' is there twice"));
}

}  // namespace
}  // namespace dynarch::io
