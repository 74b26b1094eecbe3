#include "server/study/row_filter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "sim/wire/study_goals.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::server {
namespace {

using measurement::Metric;

const std::vector<Metric> kMetrics = {Metric::kDeadlineMissRatio,
                                      Metric::kLatencyP99, Metric::kAccuracy};
const double kAbsent = std::numeric_limits<double>::quiet_NaN();

std::vector<Expression> Constraints(const std::vector<std::string>& texts) {
  v1::StudySpec spec;
  for (const std::string& text : texts) spec.add_constraints(text);
  auto constraints = wire::ConstraintsFrom(spec);
  EXPECT_OK(constraints);
  return *std::move(constraints);
}

RowFilter FilterOf(const std::vector<std::string>& texts) {
  auto filter = RowFilter::Create(Constraints(texts), kMetrics);
  EXPECT_OK(filter);
  return *std::move(filter);
}

TEST(RowFilterTest, ComparisonsWithConstantsArePrecompiled) {
  const RowFilter filter =
      FilterOf({"deadline_miss_ratio <= 0.1 % and latency_p99 < 33 ms",
                "0.5 < accuracy"});
  EXPECT_EQ(filter.comparison_count(), 3);
  EXPECT_EQ(filter.expression_count(), 0);
  EXPECT_TRUE(filter.Holds({0.001, 0.032, 0.6}));  // 0.1 % is 0.001: allowed
  EXPECT_FALSE(filter.Holds({0.0011, 0.032, 0.6}));
  EXPECT_FALSE(filter.Holds({0.001, 0.033, 0.6}));  // 33 ms is not below 33 ms
  EXPECT_FALSE(filter.Holds({0.001, 0.032, 0.5}));  // 0.5 < 0.5 is false
}

TEST(RowFilterTest, AnAbsentMetricSatisfiesNoComparison) {
  const RowFilter filter = FilterOf({"latency_p99 <= 33 ms"});
  EXPECT_FALSE(filter.Holds({0, kAbsent, 0.6}));
  EXPECT_FALSE(FilterOf({"latency_p99 >= 33 ms"}).Holds({0, kAbsent, 0.6}));
}

TEST(RowFilterTest, NoConstraintsAreAlwaysSatisfied) {
  EXPECT_TRUE(FilterOf({}).Holds({kAbsent, kAbsent, kAbsent}));
}

TEST(RowFilterTest, RefusesAMetricThatIsNotStored) {
  EXPECT_THAT(
      RowFilter::Create(Constraints({"energy_mean <= 1 J"}), kMetrics).status(),
      testing::StatusIs(absl::StatusCode::kInvalidArgument));
}

// Values of one row for the evaluator of expressions, the oracle.
class Oracle : public expression::Environment {
 public:
  Oracle(const Expression& expression, std::vector<double> row)
      : expression_(expression), row_(std::move(row)) {}
  absl::StatusOr<expression::Value> Lookup(
      int, absl::string_view symbol) const override {
    for (size_t i = 0; i < kMetrics.size(); ++i) {
      const auto& info = measurement::InfoOf(kMetrics[i]);
      if (symbol != info.name && symbol != info.json_name) continue;
      if (std::isnan(row_[i])) return expression::Absent();
      return row_[i];
    }
    return absl::NotFoundError(symbol);
  }
  bool Holds() const { return expression_.Holds(*this).value_or(false); }

 private:
  const Expression& expression_;
  std::vector<double> row_;
};

TEST(RowFilterTest, AgreesWithTheEvaluatorOfExpressions) {
  const std::vector<std::string> texts = {
      "deadline_miss_ratio <= 0.5",
      "deadline_miss_ratio < 0.5 and accuracy >= 0.5",
      "0.5 >= deadline_miss_ratio",
      "not (deadline_miss_ratio > 0.5)",
      "deadline_miss_ratio < 0.25 or accuracy > 0.5",
      "accuracy - deadline_miss_ratio > 0.25",
  };
  const double values[] = {0, 0.25, 0.5, 0.75, 1, kAbsent};
  int held = 0, tested = 0;
  for (const std::string& text : texts) {
    const std::vector<Expression> constraints = Constraints({text});
    const RowFilter filter = FilterOf({text});
    for (const double miss : values) {
      for (const double accuracy : values) {
        const std::vector<double> row = {miss, 0.01, accuracy};
        const bool want = Oracle(constraints[0], row).Holds();
        EXPECT_EQ(filter.Holds(row), want)
            << text << " miss " << miss << " accuracy " << accuracy;
        held += want;
        ++tested;
      }
    }
  }
  EXPECT_GT(held, tested / 10);  // both answers occur
  EXPECT_LT(held, tested - tested / 10);
}

}  // namespace
}  // namespace dynarch::server
