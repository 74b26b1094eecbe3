#include "client/report/front_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sim/wire/measurement_wire.h"
#include "tests/client/report/digits_study.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::report {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class FrontReportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = MakeEvaluator({});
    ASSERT_OK(made);
    evaluator_ = *std::move(made);
    auto gpus = GpuCandidates::Find(*evaluator_);
    ASSERT_OK(gpus);
    gpus_ = *std::move(gpus);
    // The first and the last candidate that run, as a server stores them.
    const auto& ranges = spec().space.valid_ranges();
    for (int64_t i = ranges.front().begin; trials_.empty(); ++i) Store(i);
    for (int64_t i = ranges.back().end - 1; trials_.size() < 2; --i) Store(i);
  }

  const study::StudySpec& spec() const { return evaluator_->spec(); }

  void Store(int64_t index) {
    const auto evaluated = EvaluateIndex(*evaluator_, index);
    if (!evaluated.has_value()) return;
    v1::Trial trial;
    trial.set_name(absl::StrCat("studies/x/trials/", index));
    trial.set_state(v1::Trial::SUCCEEDED);
    measurement::Measurement measurement;
    measurement.metrics = evaluated->metrics;
    *trial.mutable_measurement() = wire::ToMessage(measurement, spec().metrics);
    trials_.push_back(trial);
  }

  std::unique_ptr<Evaluator> evaluator_;
  GpuCandidates gpus_;
  std::vector<v1::Trial> trials_;
};

TEST_F(FrontReportTest, VerifiesEveryPoint) {
  ASSERT_OK_AND_ASSIGN(const FrontReport report,
                       BuildFrontReport(*evaluator_, gpus_, trials_));
  ASSERT_EQ(report.points.size(), 2u);
  EXPECT_EQ(report.event_runs, 2);
  for (const FrontPoint& point : report.points) {
    EXPECT_TRUE(point.event_agrees);
    EXPECT_TRUE(point.report.has_value());
  }
  EXPECT_EQ(report.baseline->trial, gpus_.BestStatic()->trial);
}

TEST_F(FrontReportTest, RefusesAStoredValueThatIsOneBitOff) {
  auto* metric = trials_[1].mutable_measurement()->mutable_metrics(1);
  metric->set_value(std::nextafter(metric->value(), 1e9));
  EXPECT_THAT(BuildFrontReport(*evaluator_, gpus_, trials_),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr(trials_[1].name()),
                             HasSubstr(metric->metric()))));
}

TEST_F(FrontReportTest, RefusesATrialThatDoesNotExist) {
  trials_[0].set_name(absl::StrCat("studies/x/trials/", spec().space.size()));
  EXPECT_THAT(BuildFrontReport(*evaluator_, gpus_, trials_),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("front")));
}

TEST_F(FrontReportTest, CsvHasAsManyCellsInEveryLine) {
  ASSERT_OK_AND_ASSIGN(const FrontReport report,
                       BuildFrontReport(*evaluator_, gpus_, trials_));
  const std::vector<std::string> lines =
      absl::StrSplit(FrontCsv(spec(), report), '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 3u);  // A heading and two points.
  EXPECT_THAT(lines[0], StartsWith("trial,platform,network.dtype,"));
  // No value of this study holds a comma.
  for (const std::string& line : lines) {
    EXPECT_EQ(std::count(line.begin(), line.end(), ','),
              std::count(lines[0].begin(), lines[0].end(), ','));
  }
}

TEST_F(FrontReportTest, TextSetsTiedPointsOnOneLine) {
  trials_.insert(trials_.begin(), trials_[0]);
  ASSERT_OK_AND_ASSIGN(const FrontReport report,
                       BuildFrontReport(*evaluator_, gpus_, trials_));
  EXPECT_THAT(FrontText(spec(), report, 40),
              AllOf(StartsWith("Front: 3 points, 2 different\n"),
                    HasSubstr("Baseline, the best static GPU candidate"),
                    HasSubstr("3 of 3 points equal")));
}

TEST_F(FrontReportTest, TextSaysWhenItLeavesPointsOut) {
  ASSERT_OK_AND_ASSIGN(const FrontReport report,
                       BuildFrontReport(*evaluator_, gpus_, trials_));
  EXPECT_THAT(FrontText(spec(), report, 1),
              StartsWith("Front: 2 points, 2 different; 1 of them"));
}

TEST_F(FrontReportTest, AnEmptyFrontIsAnEmptyList) {
  ASSERT_OK_AND_ASSIGN(const FrontReport report,
                       BuildFrontReport(*evaluator_, gpus_, {}));
  EXPECT_EQ(FrontJson(spec(), report).ToString(), "[]");
  EXPECT_THAT(FrontText(spec(), report, 40), StartsWith("Front: 0 points"));
}

}  // namespace
}  // namespace dynarch::report
