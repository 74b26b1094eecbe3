#include "sim/evaluator/study_check.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/study/source_check.h"

namespace dynarch::evaluator {
namespace {

using measurement::Metric;
using space::Slot;

constexpr absl::string_view kSelect = "select";

bool IsEnergy(Metric metric) {
  return metric == Metric::kEnergyMean || metric == Metric::kEnergyDynamic ||
         metric == Metric::kEnergyPerOffered || metric == Metric::kPowerAverage;
}

bool IsAccuracy(Metric metric) {
  return metric == Metric::kAccuracy || metric == Metric::kAccuracyOnTime;
}

// The first stage of the network that a table platform has without energy.
std::optional<std::string> StageWithoutEnergy(
    const graph::Network& network, const platform::Platform& platform) {
  for (const platform::ProcessingElement& element : platform.elements()) {
    const auto* table = std::get_if<platform::Table>(&element.kind);
    if (table == nullptr) continue;
    for (const platform::TableEntry& entry : table->entries) {
      if (entry.network == network.name() && !entry.energy.has_value()) {
        return entry.stage;
      }
    }
  }
  return std::nullopt;
}

// An objective on energy needs energies (docs/semantics.md, 7.4).
absl::Status CheckEnergyObjectives(const study::StudySpec& spec) {
  for (const study::Objective& objective : spec.objectives) {
    if (!IsEnergy(objective.metric)) continue;
    for (const platform::Platform& platform : spec.platforms) {
      const auto stage = StageWithoutEnergy(spec.network, platform);
      if (!stage.has_value()) continue;
      const absl::string_view name = measurement::InfoOf(objective.metric).name;
      return absl::InvalidArgumentError(absl::StrCat(
          "objectives.", name, ": platform ", platform.name(),
          " measured stage ", *stage,
          " without energy; leave the objective out or the platform"));
    }
  }
  return absl::OkStatus();
}

// Whether a slot decides which exits its samples take.
bool DecidesExits(Slot::Target target) {
  return target == Slot::Target::kThreshold ||
         target == Slot::Target::kPatience;
}

// Every explored threshold and patience; the other values are the candidate's.
absl::Status CheckExits(const study::StudySpec& spec,
                        const behavior::Population& population,
                        space::Candidate candidate) {
  const auto check = [&] {
    return population.Check(
        study::PolicyOf(spec, study::Bind(spec, candidate)));
  };
  const auto& parameters = spec.space.parameters();
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (!DecidesExits(parameters[i].slot.target)) continue;
    const int32_t before = candidate.digits[i];
    for (size_t v = 0; v < parameters[i].values.size(); ++v) {
      candidate.digits[i] = static_cast<int32_t>(v);
      const absl::Status status = check();
      if (status.ok()) continue;
      return absl::Status(
          status.code(),
          absl::StrCat("space.", parameters[i].path, ": ", status.message()));
    }
    candidate.digits[i] = before;
  }
  const absl::Status status = check();
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat("behavior: ", status.message()));
}

// An objective or constraint on accuracy needs right answers.
absl::Status CheckAccuracy(const study::StudySpec& spec,
                           const behavior::Population& population) {
  const auto missing = [&](Metric metric) {
    const bool stated =
        metric == Metric::kAccuracy && population.stated_accuracy().has_value();
    return IsAccuracy(metric) && !stated && !population.has_accuracy();
  };
  constexpr absl::string_view kWhy =
      "the source of the scenarios does not say which answers are right";
  for (const study::Objective& objective : spec.objectives) {
    if (!missing(objective.metric)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("objectives.", measurement::InfoOf(objective.metric).name,
                     ": ", kWhy, "; leave the objective out"));
  }
  for (size_t i = 0; i < spec.constraints.size(); ++i) {
    for (const std::string& symbol : spec.constraints[i].Symbols()) {
      const auto metric = measurement::MetricNamed(symbol);
      if (!metric.ok() || !missing(*metric)) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          "constraints[", i, "]: ", kWhy, "; leave ", symbol, " out"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckStudy(const study::StudySpec& spec, Replayer& replayer) {
  DYNARCH_RETURN_IF_ERROR(CheckEnergyObjectives(spec));
  DYNARCH_ASSIGN_OR_RETURN(const space::Candidate candidate,
                           study::CandidateWithScenarios(spec));
  DYNARCH_ASSIGN_OR_RETURN(
      const auto scenarios,
      replayer.Realise(kSelect, study::Bind(spec, candidate)));
  const behavior::Population& population = scenarios->population();
  DYNARCH_RETURN_IF_ERROR(CheckExits(spec, population, candidate));
  return CheckAccuracy(spec, population);
}

}  // namespace dynarch::evaluator
