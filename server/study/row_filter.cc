#include "server/study/row_filter.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

namespace dynarch::server {
namespace {

using expression::Node;

// Column of each symbol of `expression`.
absl::StatusOr<std::vector<int>> ColumnsOf(
    const Expression& expression,
    const std::vector<measurement::Metric>& metrics) {
  std::vector<int> columns;
  for (const std::string& symbol : expression.Symbols()) {
    DYNARCH_ASSIGN_OR_RETURN(const measurement::Metric metric,
                             measurement::MetricNamed(symbol));
    const auto it = std::find(metrics.begin(), metrics.end(), metric);
    if (it == metrics.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("constraints: '", expression.text(), "': metric ",
                       symbol, " is not stored"));
    }
    columns.push_back(static_cast<int>(it - metrics.begin()));
  }
  return columns;
}

bool IsOrder(Node::Op op) {
  return op == Node::kLess || op == Node::kLessEqual || op == Node::kGreater ||
         op == Node::kGreaterEqual;
}

// `5 < x` is `x > 5`.
Node::Op Mirrored(Node::Op op) {
  switch (op) {
    case Node::kLess:
      return Node::kGreater;
    case Node::kLessEqual:
      return Node::kGreaterEqual;
    case Node::kGreater:
      return Node::kLess;
    default:
      return Node::kLessEqual;
  }
}

// The values of one row.
class RowEnvironment : public expression::Environment {
 public:
  RowEnvironment(absl::Span<const double> row, const std::vector<int>& columns)
      : row_(row), columns_(columns) {}
  absl::StatusOr<expression::Value> Lookup(int index,
                                           absl::string_view) const override {
    const double value = row_[columns_[index]];
    if (std::isnan(value)) return expression::Absent();
    return value;
  }

 private:
  absl::Span<const double> row_;
  const std::vector<int>& columns_;
};

}  // namespace

bool RowFilter::Translate(const Expression& expression, int index,
                          const std::vector<int>& columns,
                          std::vector<Comparison>& out) {
  const Node& node = expression.nodes()[index];
  if (node.op == Node::kAnd) {
    return Translate(expression, node.left, columns, out) &&
           Translate(expression, node.right, columns, out);
  }
  if (!IsOrder(node.op)) return false;
  const Node& left = expression.nodes()[node.left];
  const Node& right = expression.nodes()[node.right];
  const bool straight = left.op == Node::kSymbol;
  const Node& symbol = straight ? left : right;
  const Node& literal = straight ? right : left;
  const auto* constant = std::get_if<double>(&literal.value);
  if (symbol.op != Node::kSymbol || literal.op != Node::kLiteral ||
      constant == nullptr) {
    return false;
  }
  out.push_back({.column = columns[symbol.left],
                 .op = straight ? node.op : Mirrored(node.op),
                 .constant = *constant});
  return true;
}

absl::StatusOr<RowFilter> RowFilter::Create(
    const std::vector<Expression>& constraints,
    const std::vector<measurement::Metric>& metrics) {
  RowFilter filter;
  for (const Expression& constraint : constraints) {
    DYNARCH_ASSIGN_OR_RETURN(std::vector<int> columns,
                             ColumnsOf(constraint, metrics));
    const int root = static_cast<int>(constraint.nodes().size()) - 1;
    std::vector<Comparison> comparisons;
    if (Translate(constraint, root, columns, comparisons)) {
      filter.comparisons_.insert(filter.comparisons_.end(), comparisons.begin(),
                                 comparisons.end());
    } else {
      filter.general_.push_back({constraint, std::move(columns)});
    }
  }
  return filter;
}

bool RowFilter::Satisfies(const Comparison& comparison, double value) {
  switch (comparison.op) {
    case Node::kLess:
      return value < comparison.constant;
    case Node::kLessEqual:
      return value <= comparison.constant;
    case Node::kGreater:
      return value > comparison.constant;
    default:
      return value >= comparison.constant;
  }
}

bool RowFilter::Holds(absl::Span<const double> row) const {
  for (const Comparison& comparison : comparisons_) {
    if (!Satisfies(comparison, row[comparison.column])) return false;
  }
  for (const General& general : general_) {
    const RowEnvironment environment(row, general.columns);
    // A value that the expression cannot be computed of satisfies nothing.
    if (!general.expression.Holds(environment).value_or(false)) return false;
  }
  return true;
}

}  // namespace dynarch::server
