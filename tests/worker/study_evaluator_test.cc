#include "worker/study_evaluator.h"

#include <gtest/gtest.h>

#include "sim/base/sha256.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::worker {
namespace {

using dynarch::testing::StatusIs;
using ::testing::HasSubstr;

class StudyOpenerTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<CandidateEvaluator>> Open() {
    StudyOpener opener(
        [this](const std::string& name) -> absl::StatusOr<v1::WorkStudy> {
          if (!reachable_) return absl::UnavailableError("away");
          v1::WorkStudy study;
          study.set_name(name);
          study.mutable_spec()->mutable_behavior()->mutable_trace()->set_sha256(
              sha256_);
          study.add_metrics("accuracy");
          return study;
        },
        [this](const std::string&) -> absl::StatusOr<std::string> {
          return bytes_;
        });
    return opener.Open("studies/a");
  }

  bool reachable_ = true;
  std::string bytes_ = "";  // an empty message is a trace without samples
  std::string sha256_ = Sha256Hex("");
};

TEST_F(StudyOpenerTest, AnArtifactThatIsNotWhatItSaysEndsTheWorker) {
  bytes_ = "damaged";
  EXPECT_THAT(Open().status(), StatusIs(absl::StatusCode::kDataLoss,
                                        HasSubstr(Sha256Hex("damaged"))));
}

TEST_F(StudyOpenerTest, BytesThatAreNoTraceEndTheWorker) {
  bytes_ = "\xff\xff no trace";
  sha256_ = Sha256Hex(bytes_);
  EXPECT_THAT(Open().status(), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(StudyOpenerTest, AServerThatIsAwayIsToldFromAWrongStudy) {
  reachable_ = false;
  EXPECT_THAT(Open().status(), StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace dynarch::worker
