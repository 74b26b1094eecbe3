#include "client/report/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "client/report/corners.h"
#include "sim/behavior/trace.h"
#include "tests/client/report/digits_study.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::report {
namespace {

using ::testing::HasSubstr;

class VerifierTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = MakeEvaluator({});
    ASSERT_OK(made);
    evaluator_ = *std::move(made);
  }
  const space::DesignSpace& space() const { return evaluator_->spec().space; }
  std::unique_ptr<Evaluator> evaluator_;
};

TEST_F(VerifierTest, MemoisedRunsAreTheRunsThemselves) {
  Verifier verifier(*evaluator_);
  int64_t runs = 0;
  for (const space::IndexRange& range : space().valid_ranges()) {
    for (int64_t i = range.begin; i < range.end; i += 7) {
      if (!EvaluateIndex(*evaluator_, i).has_value()) continue;
      ++runs;
      const space::Candidate candidate = space().At(i);
      ASSERT_OK_AND_ASSIGN(const auto memoised,
                           verifier.EventDriven(candidate));
      ASSERT_OK_AND_ASSIGN(
          const auto direct,
          evaluator_->Evaluate(candidate, study::Fidelity::kEvent));
      EXPECT_EQ(memoised, direct.metrics) << "trial " << i;
    }
  }
  EXPECT_GT(runs, 20);
  EXPECT_LE(verifier.run_count(), runs);
}

TEST_F(VerifierTest, TheSameCandidateRunsOnce) {
  Verifier verifier(*evaluator_);
  const int64_t first = space().valid_ranges().front().begin;
  ASSERT_OK(verifier.EventDriven(space().At(first)));
  ASSERT_OK(verifier.EventDriven(space().At(first)));
  EXPECT_EQ(verifier.run_count(), 1);
}

// Law 6: accuracy and rates equal direct counting on the trace.
TEST_F(VerifierTest, CountsOnTheReportSplit) {
  const study::StudySpec& spec = evaluator_->spec();
  Verifier verifier(*evaluator_);
  const space::Candidate candidate =
      space().At(space().valid_ranges().front().begin);
  const study::BoundCandidate bound = study::Bind(spec, candidate);
  const behavior::TraceSlice* slice =
      std::get<behavior::Trace>(spec.source).Find("report", bound.dtype);
  ASSERT_NE(slice, nullptr);
  const size_t exits = spec.network.exits().size();
  const auto& confidence = slice->signal(graph::Signal::kMaxProbability);
  int64_t correct = 0;
  std::vector<int64_t> taken(exits);
  for (size_t s = 0; s < slice->samples.size(); ++s) {
    size_t exit = 0;
    while (
        exit + 1 < exits &&
        !(bound.thresholds[exit].kind() == behavior::Threshold::Kind::kValue &&
          confidence[s * exits + exit] >= bound.thresholds[exit].value())) {
      ++exit;
    }
    ++taken[exit];
    correct += slice->correct[s * exits + exit];
  }
  ASSERT_OK_AND_ASSIGN(const auto count, verifier.CountOnReport(candidate));
  ASSERT_TRUE(count.has_value());
  const double samples = static_cast<double>(slice->samples.size());
  ASSERT_TRUE(count->accuracy.has_value());
  EXPECT_EQ(count->accuracy->value, correct / samples);
  for (size_t e = 0; e < exits; ++e) {
    EXPECT_EQ(count->exit_rates[e], taken[e] / samples);
  }
  EXPECT_FALSE(count->against_baseline.has_value());
}

TEST_F(VerifierTest, ACandidateIsNotDistinguishableFromItself) {
  Verifier verifier(*evaluator_);
  const space::Candidate candidate =
      space().At(space().valid_ranges().front().begin);
  ASSERT_OK(verifier.SetBaseline(candidate));
  ASSERT_OK_AND_ASSIGN(const auto count, verifier.CountOnReport(candidate));
  ASSERT_TRUE(count->against_baseline.has_value());
  EXPECT_EQ(count->against_baseline->p_value, 1);
  EXPECT_THAT(ReportCountJson(evaluator_->spec().network, count).ToString(),
              HasSubstr(R"("verdict": "not distinguishable")"));
}

}  // namespace
}  // namespace dynarch::report
