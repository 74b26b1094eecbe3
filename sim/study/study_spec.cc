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
      if (slot.index != Slot::kAll) {
        bound.thresholds[slot.index] = *value.threshold;
      } else {
        std::fill(bound.thresholds.begin(), bound.thresholds.end() - 1,
                  *value.threshold);
      }
      return;
    case Slot::Target::kKnob:
      bound.knobs[slot.index] = *value.knob;
      return;
    case Slot::Target::kPatience:
      bound.patience = value.index;
      return;
    case Slot::Target::kControl:
      bound.control = static_cast<behavior::Control>(value.index);
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

// Whether a knob keeps a decision at its nominal outcome.
bool IsNominal(const graph::Decision& decision, const Decimal& knob) {
  switch (decision.kind) {
    case graph::Decision::Kind::kWidth:
    case graph::Decision::Kind::kResolution:
      return knob ==
             *std::max_element(decision.values.begin(), decision.values.end());
    case graph::Decision::Kind::kActive:
      return knob == Decimal::FromInt(1);
    case graph::Decision::Kind::kRepeat:
      return knob == Decimal::FromInt(decision.max);
    default:
      return false;
  }
}

}  // namespace

absl::string_view NameOf(Fidelity fidelity) {
  return fidelity == Fidelity::kEvent ? "event" : "analytical";
}

behavior::ExitPolicy PolicyOf(const StudySpec& spec,
                              const BoundCandidate& bound) {
  return bound.control == behavior::Control::kStatic
             ? behavior::StaticPolicy(spec.network)
             : behavior::PolicyOf(spec.network, bound.thresholds,
                                  bound.patience);
}

bool IsStatic(const StudySpec& spec, const BoundCandidate& bound) {
  if (bound.control == behavior::Control::kStatic) return true;
  if (bound.control != behavior::Control::kNone) return false;
  for (size_t i = 0; i + 1 < bound.thresholds.size(); ++i) {
    if (bound.thresholds[i].kind() != behavior::Threshold::Kind::kNever) {
      return false;
    }
  }
  const auto& decisions = spec.network.decisions();
  for (size_t d = 0; d < decisions.size(); ++d) {
    const std::optional<Decimal> knob =
        bound.knobs[d].has_value() ? bound.knobs[d] : decisions[d].knob;
    if (!knob.has_value() || !IsNominal(decisions[d], *knob)) return false;
  }
  return true;
}

bool IsRealizable(const BoundCandidate& bound) {
  return bound.control == behavior::Control::kNone ||
         bound.control == behavior::Control::kStatic;
}

behavior::Request RequestOf(const StudySpec& spec, const BoundCandidate& bound,
                            absl::string_view split) {
  behavior::Request request;
  request.split = std::string(split);
  request.dtype = bound.dtype;
  request.knobs = bound.knobs;
  request.control = bound.control;
  request.seed = spec.workload.seed;
  request.inferences = spec.workload.inferences;
  return request;
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
