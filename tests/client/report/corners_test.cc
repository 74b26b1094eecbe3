#include "client/report/corners.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/client/report/digits_study.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::report {
namespace {

using measurement::Metric;
using ::testing::HasSubstr;

// Everything that the definitions of SEMANTICS 8 speak of, found the slow way:
// by Evaluate, over every valid index, from the texts of the values.
struct Seen {
  int64_t trial = 0;
  std::string platform, dtype, exit1, exit2;
  bool on_gpu = true;
  double energy = 0, accuracy = 0, misses = 0;
};

std::vector<Seen> Enumerate(Evaluator& evaluator) {
  const study::StudySpec& spec = evaluator.spec();
  std::vector<Seen> all;
  for (int64_t index = 0; index < spec.space.size(); ++index) {
    if (!spec.space.IsValid(index)) continue;
    const space::Candidate candidate = spec.space.At(index);
    const auto measured =
        evaluator.Evaluate(candidate, study::Fidelity::kAnalytical);
    EXPECT_OK(measured);
    if (measured->state != measurement::TrialState::kSucceeded) continue;
    Seen seen;
    seen.trial = index;
    for (size_t i = 0; i < candidate.digits.size(); ++i) {
      const space::Parameter& parameter = spec.space.parameters()[i];
      const std::string& value = parameter.values[candidate.digits[i]];
      if (parameter.path == "platform") seen.platform = value;
      if (parameter.path == "network.dtype") seen.dtype = value;
      if (parameter.path == "decisions.exit1.threshold") seen.exit1 = value;
      if (parameter.path == "decisions.exit2.threshold") seen.exit2 = value;
      if (parameter.path.rfind("mapping.stages", 0) == 0) {
        seen.on_gpu = seen.on_gpu && value == "gpu";
      }
    }
    seen.energy = *measured->metrics.Get(Metric::kEnergyMean);
    seen.accuracy = *measured->metrics.Get(Metric::kAccuracy);
    seen.misses = *measured->metrics.Get(Metric::kDeadlineMissRatio);
    all.push_back(seen);
  }
  return all;
}

// The cheapest GPU candidate, first of equals, among those that `wanted` takes.
template <typename Wanted>
std::optional<Seen> Cheapest(const std::vector<Seen>& all, Wanted wanted) {
  std::optional<Seen> best;
  for (const Seen& seen : all) {
    if (!seen.on_gpu || seen.misses > 0.001 || !wanted(seen)) continue;
    if (!best.has_value() || seen.energy < best->energy) best = seen;
  }
  return best;
}

bool Static(const Seen& seen) {
  return seen.exit1 == "never" && seen.exit2 == "never";
}

class CornersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = MakeEvaluator({});
    ASSERT_OK(made);
    evaluator_ = *std::move(made);
    auto gpus = GpuCandidates::Find(*evaluator_);
    ASSERT_OK(gpus);
    gpus_ = *std::move(gpus);
  }
  std::unique_ptr<Evaluator> evaluator_;
  GpuCandidates gpus_;
};

TEST_F(CornersTest, BaselineIsTheCheapestStaticGpuCandidateOfTheFirstType) {
  const auto want = Cheapest(Enumerate(*evaluator_), [](const Seen& seen) {
    return Static(seen) && seen.dtype == "fp32";
  });
  ASSERT_TRUE(want.has_value());
  ASSERT_NE(gpus_.BestStatic(), nullptr);
  EXPECT_EQ(gpus_.BestStatic()->trial, want->trial);
  EXPECT_EQ(gpus_.missing(), "");
}

TEST_F(CornersTest, GainsFollowTheirDefinitionForEveryCandidate) {
  const std::vector<Seen> all = Enumerate(*evaluator_);
  const auto s0 = Cheapest(all, [](const Seen& seen) {
    return Static(seen) && seen.dtype == "fp32";
  });
  ASSERT_TRUE(s0.has_value());
  const auto dynamic = [&](const std::string& dtype) {
    return Cheapest(all, [&](const Seen& seen) {
      return !Static(seen) && seen.dtype == dtype &&
             seen.accuracy >= s0->accuracy;
    });
  };
  int compared = 0;
  for (const Seen& seen : all) {
    const auto candidate = EvaluateIndex(*evaluator_, seen.trial);
    ASSERT_TRUE(candidate.has_value());
    ASSERT_OK_AND_ASSIGN(const Corners corners,
                         CornersOf(*evaluator_, gpus_, *candidate));
    const Gain& gain = corners.gain;
    if (seen.accuracy < s0->accuracy) {
      EXPECT_EQ(gain.reason, kBelowBaselineAccuracy);
      continue;
    }
    const auto d0 = dynamic("fp32");
    const auto d1 = dynamic(seen.dtype);
    ASSERT_TRUE(d0.has_value() && d1.has_value());
    EXPECT_EQ(gain.algorithm, s0->energy / d0->energy);
    EXPECT_EQ(gain.data_type, d0->energy / d1->energy);
    EXPECT_EQ(gain.architecture, d1->energy / seen.energy);
    EXPECT_EQ(gain.total, s0->energy / seen.energy);
    EXPECT_EQ(corners.static_gpu->trial, s0->trial);
    EXPECT_EQ(corners.dynamic_gpu->trial, d1->trial);
    EXPECT_EQ(corners.dynamic_candidate->trial, seen.trial);
    ++compared;
  }
  EXPECT_GT(compared, 20);
}

TEST_F(CornersTest, TheStaticCandidateHasTheSameValuesButNoExit) {
  const std::vector<Seen> all = Enumerate(*evaluator_);
  for (const Seen& seen : all) {
    const auto candidate = EvaluateIndex(*evaluator_, seen.trial);
    ASSERT_OK_AND_ASSIGN(const Corners corners,
                         CornersOf(*evaluator_, gpus_, *candidate));
    ASSERT_TRUE(corners.static_candidate.has_value());
    const study::BoundCandidate& twin = corners.static_candidate->bound;
    EXPECT_TRUE(study::IsStatic(evaluator_->spec(), twin));
    EXPECT_EQ(twin.platform, candidate->bound.platform);
    EXPECT_EQ(twin.dtype, candidate->bound.dtype);
    EXPECT_EQ(twin.stage_elements, candidate->bound.stage_elements);
    EXPECT_EQ(twin.power, candidate->bound.power);
  }
}

TEST_F(CornersTest, KeepsNoCandidateThatCannotBecomeACorner) {
  // One static per data type, and per data type at most one dynamic candidate
  // for each distinct accuracy.
  std::set<std::pair<std::string, double>> accuracies;
  int64_t dynamic = 0;
  for (const Seen& seen : Enumerate(*evaluator_)) {
    if (!seen.on_gpu || seen.misses > 0.001 || Static(seen)) continue;
    accuracies.emplace(seen.dtype, seen.accuracy);
    ++dynamic;
  }
  const auto bound = static_cast<int64_t>(accuracies.size()) + 2;
  EXPECT_GT(dynamic, bound);
  EXPECT_LE(gpus_.size(), bound);
  EXPECT_GT(gpus_.size(), 2);
}

TEST_F(CornersTest, TheSearchEndsWhenItIsTold) {
  const auto stopped = GpuCandidates::Find(
      *evaluator_, [](double) { return absl::CancelledError("enough"); });
  EXPECT_EQ(stopped.status(), absl::CancelledError("enough"));
}

TEST(GpuCandidatesTest, SaysThatThereIsNoGpu) {
  DigitsStudy study;
  study.platforms = "[npu_16x16]";
  study.elements = "[cpu, npu]";
  ASSERT_OK_AND_ASSIGN(const auto evaluator, MakeEvaluator(study));
  ASSERT_OK_AND_ASSIGN(const GpuCandidates gpus,
                       GpuCandidates::Find(*evaluator));
  EXPECT_EQ(gpus.BestStatic(), nullptr);
  EXPECT_EQ(gpus.missing(),
            "no candidate of the study has all stages on a GPU");
}

TEST(GpuCandidatesTest, SaysThatTheStudyWantsNoBaseline) {
  DigitsStudy study;
  study.baseline = "no_baseline";
  ASSERT_OK_AND_ASSIGN(const auto evaluator, MakeEvaluator(study));
  ASSERT_OK_AND_ASSIGN(const GpuCandidates gpus,
                       GpuCandidates::Find(*evaluator));
  EXPECT_EQ(gpus.missing(), "the study asks for no baseline");
}

TEST(GpuCandidatesTest, AConstraintThatNoGpuMeetsLeavesNoBaseline) {
  DigitsStudy study;
  study.constraint = "latency_p99 <= 1 ns";
  ASSERT_OK_AND_ASSIGN(const auto evaluator, MakeEvaluator(study));
  ASSERT_OK_AND_ASSIGN(const GpuCandidates gpus,
                       GpuCandidates::Find(*evaluator));
  EXPECT_EQ(gpus.BestStatic(), nullptr);
  EXPECT_THAT(gpus.missing(), HasSubstr("meets the constraints"));
}

TEST(GpuCandidatesTest, ThresholdsWithoutNeverHaveNoStaticCorner) {
  DigitsStudy study;
  study.thresholds = "[0.5, 0.94]";
  ASSERT_OK_AND_ASSIGN(const auto evaluator, MakeEvaluator(study));
  ASSERT_OK_AND_ASSIGN(const GpuCandidates gpus,
                       GpuCandidates::Find(*evaluator));
  EXPECT_EQ(gpus.BestStatic(), nullptr);
  const auto first = EvaluateIndex(
      *evaluator, evaluator->spec().space.valid_ranges().front().begin);
  ASSERT_TRUE(first.has_value());
  ASSERT_OK_AND_ASSIGN(const Corners corners,
                       CornersOf(*evaluator, gpus, *first));
  EXPECT_FALSE(corners.static_candidate.has_value());
  EXPECT_EQ(corners.static_candidate_missing,
            "decisions.exit1.threshold does not offer `never`");
  EXPECT_THAT(CornersJson(corners).ToString(),
              HasSubstr(R"("static_candidate": null)"));
}

}  // namespace
}  // namespace dynarch::report
