// A study's constraints, made ready for rows of stored metrics.
#ifndef DYNARCH_SERVER_STUDY_ROW_FILTER_H_
#define DYNARCH_SERVER_STUDY_ROW_FILTER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sim/base/expression.h"
#include "sim/measurement/metric.h"

namespace dynarch::server {

// Conjunctions of comparisons of a metric with a constant, which is what
// constraints are as a rule, become an array of comparisons; everything else
// is evaluated as an expression, with the same answers.
class RowFilter {
 public:
  // InvalidArgument if a constraint names a metric that is not in `metrics`.
  static absl::StatusOr<RowFilter> Create(
      const std::vector<Expression>& constraints,
      const std::vector<measurement::Metric>& metrics);

  // Whether the row satisfies every constraint. An absent metric (NaN)
  // satisfies no comparison.
  bool Holds(absl::Span<const double> row) const;

  // How many comparisons and how many expressions a row is tested with.
  int comparison_count() const { return static_cast<int>(comparisons_.size()); }
  int expression_count() const { return static_cast<int>(general_.size()); }

 private:
  struct Comparison {
    int column = 0;
    expression::Node::Op op = expression::Node::kLess;
    double constant = 0;
  };
  struct General {
    Expression expression;
    std::vector<int> columns;  // by symbol
  };

  // Appends the comparisons of the node if it is a conjunction of such.
  static bool Translate(const Expression& expression, int node,
                        const std::vector<int>& columns,
                        std::vector<Comparison>& out);
  static bool Satisfies(const Comparison& comparison, double value);

  std::vector<Comparison> comparisons_;
  std::vector<General> general_;
};

}  // namespace dynarch::server

#endif  // DYNARCH_SERVER_STUDY_ROW_FILTER_H_
