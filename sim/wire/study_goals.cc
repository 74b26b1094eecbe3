#include "sim/wire/study_goals.h"

#include <set>
#include <string>
#include <utility>

#include "sim/base/name_match.h"
#include "sim/base/quantity_parse.h"
#include "sim/base/status_macros.h"
#include "sim/measurement/metric.h"
#include "sim/wire/field_error.h"

namespace dynarch::wire {
namespace {

using expression::Type;
using measurement::AllMetrics;
using measurement::Metric;
using measurement::MetricInfo;

std::vector<std::string> MetricNames() {
  std::vector<std::string> names;
  for (const MetricInfo& info : AllMetrics()) names.emplace_back(info.name);
  return names;
}

absl::StatusOr<Metric> MetricAt(const std::string& path,
                                const std::string& name) {
  absl::StatusOr<Metric> metric = measurement::MetricNamed(name);
  if (!metric.ok()) return UnknownName(path, "metric", name, MetricNames());
  return metric;
}

Type TypeOf(const MetricInfo& info) {
  if (info.unit == "s") return Type::Quantity(Dimension::kTime);
  if (info.unit == "J") return Type::Quantity(Dimension::kEnergy);
  if (info.unit == "W") return Type::Quantity(Dimension::kPower);
  if (info.unit == "1/s") return Type::Quantity(Dimension::kFrequency);
  return Type::Number();
}

expression::SymbolTable MetricSymbols() {
  expression::SymbolTable symbols;
  for (const MetricInfo& info : AllMetrics()) {
    symbols.Add(info.name, TypeOf(info));
  }
  return symbols;
}

}  // namespace

absl::StatusOr<std::vector<study::Objective>> ObjectivesFrom(
    const v1::StudySpec& message) {
  if (message.objectives().empty()) {
    return FieldError(
        "objectives",
        "none; at least one is needed, e.g. {accuracy: maximize}");
  }
  std::vector<study::Objective> objectives;
  std::set<Metric> seen;
  for (const v1::Objective& objective : message.objectives()) {
    const std::string path = absl::StrCat("objectives.", objective.metric());
    DYNARCH_ASSIGN_OR_RETURN(const Metric metric,
                             MetricAt(path, objective.metric()));
    if (!seen.insert(metric).second) {
      return FieldError(path, "is an objective already; give it once");
    }
    if (objective.direction() == v1::Objective::DIRECTION_UNSPECIFIED) {
      return FieldError(path, "no direction; minimize or maximize is needed");
    }
    const bool is_minimum = objective.direction() == v1::Objective::MINIMIZE;
    objectives.push_back({metric, is_minimum ? pareto::Direction::kMinimize
                                             : pareto::Direction::kMaximize});
  }
  return objectives;
}

absl::StatusOr<std::vector<Expression>> ConstraintsFrom(
    const v1::StudySpec& message) {
  const expression::SymbolTable symbols = MetricSymbols();
  std::vector<Expression> constraints;
  for (int i = 0; i < message.constraints_size(); ++i) {
    const std::string path = absl::StrCat("constraints[", i, "]");
    const std::string& text = message.constraints(i);
    auto constraint = Expression::Compile(text, symbols);
    if (!constraint.ok()) {
      return FieldError(path, "'", text, "': ", constraint.status().message());
    }
    if (constraint->type().kind != Type::kBool) {
      return FieldError(path, "'", text, "' is ", constraint->type().ToString(),
                        "; a condition is needed, e.g. latency_p99 <= 33 ms");
    }
    constraints.push_back(*std::move(constraint));
  }
  return constraints;
}

absl::StatusOr<study::SearchPlan> SearchFrom(const v1::StudySpec& message,
                                             const space::DesignSpace& space) {
  study::SearchPlan plan;
  if (!message.search().has_random()) return plan;
  const v1::RandomSearch& random = message.search().random();
  if (random.samples() < 1 || random.samples() > space.valid_count()) {
    return FieldError("search.random.samples", "got ", random.samples(),
                      "; allowed: 1 to ", space.valid_count(),
                      ", the valid candidates of the space");
  }
  plan.kind = study::SearchPlan::Kind::kRandom;
  plan.samples = random.samples();
  plan.seed = static_cast<uint64_t>(random.seed());
  return plan;
}

absl::StatusOr<std::vector<Metric>> MetricsFrom(
    const v1::StudySpec& message,
    const std::vector<study::Objective>& objectives,
    const std::vector<Expression>& constraints) {
  std::vector<Metric> extra;
  for (int i = 0; i < message.metrics_size(); ++i) {
    DYNARCH_ASSIGN_OR_RETURN(
        const Metric metric,
        MetricAt(absl::StrCat("metrics[", i, "]"), message.metrics(i)));
    extra.push_back(metric);
  }
  return study::StoredMetrics(objectives, constraints, extra);
}

}  // namespace dynarch::wire
