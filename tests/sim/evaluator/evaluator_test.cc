#include "sim/evaluator.h"

#include <cmath>
#include <limits>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/example_study.h"
#include "tests/testing/table_study.h"

namespace dynarch {
namespace {

using measurement::Measurement;
using measurement::Metric;
using measurement::TrialState;
using study::Fidelity;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TableStudy;

// Digits of TableStudy: power, threshold.
constexpr int kAlwaysOn = 0, kClockGate = 1;
constexpr int kHalf = 0, kSevenTenths = 1, kNever = 2, kAlways = 3;

std::unique_ptr<Evaluator> Make(std::shared_ptr<study::StudySpec> spec) {
  auto evaluator = Evaluator::Create(std::move(spec));
  EXPECT_TRUE(evaluator.ok()) << evaluator.status();
  return *std::move(evaluator);
}

Measurement Measure(Evaluator& evaluator, int power, int threshold,
                    Fidelity fidelity = Fidelity::kAnalytical) {
  auto m = evaluator.Evaluate({{power, threshold}}, fidelity);
  EXPECT_TRUE(m.ok()) << m.status();
  return *std::move(m);
}

// Threshold 0.5: exits 1 2 1 2, twice. Right: yes, yes (exit 2), yes, no.
// Exit 1 takes 100 ps; exit 2 takes 100 + 200 ps, past the deadline of 250.
// Energy in the window of 8000 ps: activities 8 * 10 + 4 * 30 = 200 fJ; 5 nW
// awake all the time and 2 nW of overhead: 7 * 8000 zJ = 0.056 fJ.
TEST(EvaluatorTest, AlwaysOnByHand) {
  const auto evaluator = Make(TableStudy());
  const Measurement m = Measure(*evaluator, kAlwaysOn, kHalf);
  EXPECT_EQ(m.state, TrialState::kSucceeded);
  EXPECT_EQ(m.fidelity, "analytical");
  EXPECT_EQ(m.seed, 3u);
  EXPECT_EQ(m.metrics.Get(Metric::kAccuracy), 0.75);
  EXPECT_EQ(m.metrics.Get(Metric::kLatencyMax), 300e-12);
  EXPECT_EQ(m.metrics.Get(Metric::kLatencyMean), 200e-12);
  EXPECT_FALSE(m.metrics.Get(Metric::kLatencyP50).has_value());  // N < 20
  EXPECT_EQ(m.metrics.Get(Metric::kDeadlineMissRatio), 0.5);
  // On time: samples 0 and 2, both right, twice.
  EXPECT_EQ(m.metrics.Get(Metric::kAccuracyOnTime), 0.5);
  EXPECT_EQ(m.metrics.Get(Metric::kUtilisation), 0.2);  // 1600 / 8000
  EXPECT_EQ(m.metrics.Get(Metric::kStable), 1.0);
  EXPECT_EQ(m.totals.total_energy,
            ToZeptojoules(Femtojoules(200)) + Zeptojoules(56'000));
  EXPECT_EQ(m.metrics.Get(Metric::kEnergyMean),
            ToJoules(m.totals.total_energy) / 8);
  EXPECT_EQ(m.metrics.Get(Metric::kEnergyDynamic), 200e-15 / 8);
  EXPECT_THAT(m.outcome_rates, ElementsAre(0.5, 0.5));
  EXPECT_THAT(m.outcome_rates_run, ElementsAre(0.5, 0.5));
}

// Every inference wakes the domain (10 ps), none of the energy of which is
// charged; it sleeps at once. Awake 1600 ps, waking 80 ps, asleep the rest.
TEST(EvaluatorTest, ClockGatingByHand) {
  const auto evaluator = Make(TableStudy());
  const Measurement m = Measure(*evaluator, kClockGate, kHalf);
  EXPECT_EQ(m.metrics.Get(Metric::kLatencyMax), 310e-12);
  const measurement::DomainTotals& domain = m.totals.domains[0];
  EXPECT_EQ(domain.active, Picoseconds(1600));
  EXPECT_EQ(domain.exiting, Picoseconds(80));
  EXPECT_EQ(domain.idle_state, Picoseconds(8000 - 1680));
  EXPECT_EQ(m.totals.total_energy,
            ToZeptojoules(Femtojoules(200)) +
                Zeptojoules(5 * 1600 + 1 * 6320 + 2 * 8000));
}

TEST(EvaluatorTest, ThresholdsDecideAccuracyAndRates) {
  const auto evaluator = Make(TableStudy());
  // >= 0.7 takes 0.9 and 0.7: the same as 0.5.
  const Measurement seven = Measure(*evaluator, kAlwaysOn, kSevenTenths);
  EXPECT_EQ(seven.metrics.Get(Metric::kAccuracy), 0.75);
  const Measurement never = Measure(*evaluator, kAlwaysOn, kNever);
  EXPECT_EQ(never.metrics.Get(Metric::kAccuracy), 0.5);  // yes yes no no
  EXPECT_THAT(never.outcome_rates, ElementsAre(0, 1));
  const Measurement always = Measure(*evaluator, kAlwaysOn, kAlways);
  EXPECT_EQ(always.metrics.Get(Metric::kAccuracy), 0.5);  // yes no yes no
  EXPECT_THAT(always.outcome_rates, ElementsAre(1, 0));
}

TEST(EvaluatorTest, BreaksTheTotalsDownByActivity) {
  const auto evaluator = Make(TableStudy());
  const Measurement m = Measure(*evaluator, kAlwaysOn, kHalf);
  ASSERT_EQ(m.totals.activities.size(), 2u);
  EXPECT_EQ(m.totals.activities[0].label, "exit1/stage@cpu");
  EXPECT_EQ(m.totals.activities[0].element, "cpu");
  EXPECT_EQ(m.totals.activities[0].bound, "measured");
  EXPECT_EQ(m.totals.activities[0].count, 8);
  EXPECT_EQ(m.totals.activities[1].label, "exit2/stage@cpu");
  EXPECT_EQ(m.totals.activities[1].count, 4);
  EXPECT_EQ(m.totals.activities[1].energy, ToZeptojoules(Femtojoules(120)));
}

// docs/semantics.md 9.3: with a period of 200 ps inferences overlap while the
// domain gates.
TEST(EvaluatorTest, FidelityIsWhatWasAskedForAndChangesNothingElse) {
  auto spec = TableStudy();
  spec->workload.period = Picoseconds(200);
  const auto evaluator = Make(spec);
  const Measurement formulae = Measure(*evaluator, kClockGate, kHalf);
  const Measurement events =
      Measure(*evaluator, kClockGate, kHalf, Fidelity::kEvent);
  EXPECT_EQ(formulae.fidelity, "analytical");
  EXPECT_EQ(events.fidelity, "event");
  EXPECT_EQ(formulae.totals, events.totals);
}

// docs/semantics.md 6.4: 100 + 300 + 100 + 300 ps in four periods.
TEST(EvaluatorTest, AnUnstableCandidateHasEnergyButNoLatency) {
  auto spec = TableStudy();
  spec->workload.period = Picoseconds(199);
  const auto unstable = Make(spec);
  const Measurement m = Measure(*unstable, kAlwaysOn, kHalf);
  EXPECT_EQ(m.state, TrialState::kSucceeded);
  EXPECT_EQ(m.metrics.Get(Metric::kStable), 0.0);
  EXPECT_FALSE(m.metrics.Get(Metric::kLatencyMax).has_value());
  EXPECT_TRUE(m.metrics.Get(Metric::kEnergyMean).has_value());
  spec = TableStudy();
  spec->workload.period = Picoseconds(200);
  const auto stable = Make(spec);
  EXPECT_EQ(Measure(*stable, kAlwaysOn, kHalf).metrics.Get(Metric::kStable),
            1.0);
}

// docs/semantics.md 7.4.
TEST(EvaluatorTest, MeasuredStagesWithoutEnergyHaveNoEnergyMetrics) {
  const auto evaluator = Make(TableStudy(/*energies=*/false));
  const Measurement m = Measure(*evaluator, kAlwaysOn, kHalf);
  for (const Metric metric :
       {Metric::kEnergyMean, Metric::kEnergyDynamic, Metric::kEnergyPerOffered,
        Metric::kPowerAverage}) {
    EXPECT_FALSE(m.metrics.Get(metric).has_value());
  }
  EXPECT_EQ(m.metrics.Get(Metric::kLatencyMax), 300e-12);
  EXPECT_FALSE(m.totals.energy_known);
}

TEST(EvaluatorTest, AnObjectiveOnEnergyNeedsEnergies) {
  auto spec = TableStudy(/*energies=*/false);
  spec->objectives = {{.metric = Metric::kEnergyMean}};
  const auto evaluator = Evaluator::Create(spec);
  EXPECT_EQ(evaluator.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(evaluator.status().message()),
              HasSubstr("objectives.energy_mean"));
  EXPECT_THAT(std::string(evaluator.status().message()), HasSubstr("exit1"));
}

TEST(EvaluatorTest, WhatTheCandidateCausesIsInfeasibleWithAReason) {
  auto spec = TableStudy();
  spec->defaults.stage_elements = {"cpu", "gpu"};
  const auto evaluator = Make(spec);
  const Measurement m = Measure(*evaluator, kAlwaysOn, kHalf);
  EXPECT_EQ(m.state, TrialState::kInfeasible);
  EXPECT_EQ(m.reason, "no_element");
  EXPECT_THAT(m.detail, HasSubstr("board has no element 'gpu'"));
  std::vector<double> row(spec->metrics.size(), 1.0);
  absl::string_view reason;
  EXPECT_EQ(evaluator->EvaluateRow(0, absl::MakeSpan(row), &reason),
            TrialState::kInfeasible);
  EXPECT_EQ(reason, "no_element");
  for (const double value : row) EXPECT_TRUE(std::isnan(value));
}

TEST(EvaluatorTest, AnUnknownOperatingPointIsInfeasible) {
  auto spec = TableStudy();
  spec->defaults.operating_point = "turbo";
  const auto evaluator = Make(spec);
  EXPECT_EQ(Measure(*evaluator, kAlwaysOn, kHalf).reason, "no_operating_point");
}

TEST(EvaluatorTest, AnUnmeasuredStageIsInfeasible) {
  auto spec = TableStudy();
  spec->defaults.dtype = graph::DataType::kInt8;
  std::get<behavior::Trace>(spec->source).slices[0].dtype =
      graph::DataType::kInt8;
  const auto evaluator = Make(spec);
  EXPECT_EQ(Measure(*evaluator, kAlwaysOn, kHalf).reason, "no_table_entry");
}

TEST(EvaluatorTest, ADataTypeWithoutATraceIsTheStudysFault) {
  auto spec = TableStudy();
  spec->defaults.dtype = graph::DataType::kInt8;
  const auto evaluator = Evaluator::Create(spec);
  EXPECT_EQ(evaluator.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(evaluator.status().message()),
              HasSubstr("no trace for split 'select' at int8"));
  EXPECT_THAT(std::string(evaluator.status().message()),
              HasSubstr("select fp32"));
}

TEST(EvaluatorTest, ASplitThatIsMissingIsAnError) {
  const auto evaluator = Make(TableStudy());
  const auto m = evaluator->Evaluate({{0, 0}}, Fidelity::kAnalytical, "report");
  EXPECT_EQ(m.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(m.status().message()), HasSubstr("split 'report'"));
}

TEST(EvaluatorTest, DigitsThatDoNotFitAreAnError) {
  const auto evaluator = Make(TableStudy());
  for (const std::vector<int32_t>& digits :
       std::vector<std::vector<int32_t>>{{0}, {0, 0, 0}, {2, 0}, {0, -1}}) {
    EXPECT_EQ(
        evaluator->Evaluate({digits}, Fidelity::kAnalytical).status().code(),
        absl::StatusCode::kInvalidArgument);
    EXPECT_FALSE(evaluator->ReplaySamples({digits}, "select").ok());
  }
}

TEST(EvaluatorTest, SaysWhatBecomesOfEachSample) {
  const auto evaluator = Make(TableStudy());
  const auto replay = evaluator->ReplaySamples({{kAlwaysOn, kHalf}}, "select");
  ASSERT_TRUE(replay.ok());
  EXPECT_THAT(replay->correct, ElementsAre(true, true, true, false));
  EXPECT_THAT(replay->scenarios, ElementsAre(0, 1, 0, 1));
  EXPECT_THAT(replay->exit_rates, ElementsAre(0.5, 0.5));
  EXPECT_THAT(replay->samples, ElementsAre(0, 1, 2, 3));
}

TEST(EvaluatorTest, NamesItsModelVersionsSorted) {
  const std::vector<std::string> versions = ModelVersions();
  EXPECT_TRUE(std::is_sorted(versions.begin(), versions.end()));
  EXPECT_THAT(versions, ::testing::IsSupersetOf(
                            {"analysis@1", "engine@1", "roofline@1"}));
  const auto evaluator = Make(TableStudy());
  EXPECT_EQ(Measure(*evaluator, kAlwaysOn, kHalf).model_versions, versions);
}

// The sweep's form, on a study of usual size, in every regime: the bits of the
// long form.
TEST(EvaluateRowTest, GivesTheBitsOfEvaluate) {
  for (const int64_t period_us : {20'000, 2'000, 300}) {
    testing::ExampleOptions options;
    options.inferences = 1'200;
    options.period_us = period_us;
    const auto spec = testing::ExampleStudy(options);
    const auto evaluator = Make(spec);
    std::vector<double> row(spec->metrics.size());
    for (int64_t rank = 0; rank < spec->space.valid_count(); rank += 211) {
      const int64_t index = spec->space.ValidIndexAt(rank);
      absl::string_view reason;
      const TrialState state =
          evaluator->EvaluateRow(index, absl::MakeSpan(row), &reason);
      const auto m =
          evaluator->Evaluate(spec->space.At(index), Fidelity::kAnalytical);
      ASSERT_TRUE(m.ok());
      ASSERT_EQ(state, m->state);
      ASSERT_EQ(reason, m->reason);
      for (size_t i = 0; i < row.size(); ++i) {
        const auto want = m->metrics.Get(spec->metrics[i]);
        ASSERT_EQ(std::isnan(row[i]), !want.has_value()) << index;
        if (!want.has_value()) continue;
        ASSERT_EQ(row[i], *want) << index;
      }
    }
  }
}

TEST(EvaluateRowTest, WritesTheStudysMetricsInItsOrder) {
  auto spec = TableStudy();
  spec->metrics = {Metric::kStable, Metric::kAccuracy, Metric::kLatencyP99};
  const auto evaluator = Make(spec);
  std::vector<double> row(3);
  absl::string_view reason = "before";
  EXPECT_EQ(evaluator->EvaluateRow(0, absl::MakeSpan(row), &reason),
            TrialState::kSucceeded);
  EXPECT_EQ(reason, "");
  EXPECT_EQ(row[0], 1.0);
  EXPECT_EQ(row[1], 0.75);
  EXPECT_TRUE(std::isnan(row[2]));
}

}  // namespace
}  // namespace dynarch
