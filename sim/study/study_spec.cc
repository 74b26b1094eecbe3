#include "sim/study/study_spec.h"

#include <algorithm>

#include "absl/status/statusor.h"

namespace dynarch::study {
namespace {

using measurement::Metric;
using space::Slot;

constexpr Metric kStandardMetrics[] = {
    Metric::kAccuracy,          Metric::kEnergyMean,    Metric::kLatencyP99,
    Metric::kLatencyMean,       Metric::kLatencyP50,    Metric::kLatencyMax,
    Metric::kDeadlineMissRatio, Metric::kEnergyDynamic, Metric::kPowerAverage,
    Metric::kUtilisation,
};

void Put(const Slot& slot, const ResolvedValue& value, BoundCandidate& bound) {
  switch (slot.target) {
    case Slot::Target::kPlatform:
      bound.platform = value.index;
      return;
    case Slot::Target::kDataType:
      bound.dtype = static_cast<graph::DataType>(value.index);
      return;
    case Slot::Target::kThreshold:
      bound.thresholds[slot.index] = *value.threshold;
      return;
    case Slot::Target::kStageElement:
      bound.stage_elements[slot.index] = value.text;
      return;
    case Slot::Target::kOperatingPoint:
      bound.operating_point = value.text;
      return;
    case Slot::Target::kPower:
      bound.power = *value.power;
      return;
  }
}

}  // namespace

absl::string_view NameOf(Fidelity fidelity) {
  return fidelity == Fidelity::kEvent ? "event" : "analytical";
}

BoundCandidate Bind(const StudySpec& spec, const space::Candidate& candidate) {
  BoundCandidate bound = spec.defaults;
  const auto& parameters = spec.space.parameters();
  for (size_t i = 0; i < parameters.size(); ++i) {
    Put(parameters[i].slot, spec.resolved[i][candidate.digits[i]], bound);
  }
  return bound;
}

std::vector<Metric> StoredMetrics(const std::vector<Objective>& objectives,
                                  const std::vector<Expression>& constraints,
                                  const std::vector<Metric>& extra) {
  std::vector<Metric> stored;
  const auto add = [&stored](Metric metric) {
    if (std::find(stored.begin(), stored.end(), metric) == stored.end()) {
      stored.push_back(metric);
    }
  };
  for (const Objective& objective : objectives) add(objective.metric);
  for (const Expression& constraint : constraints) {
    for (const std::string& symbol : constraint.Symbols()) {
      const auto metric = measurement::MetricNamed(symbol);
      if (metric.ok()) add(*metric);
    }
  }
  for (const Metric metric : extra) add(metric);
  for (const Metric metric : kStandardMetrics) add(metric);
  return stored;
}

}  // namespace dynarch::study
