#include "sim/evaluator/study_check.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

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

// Whether a slot decides which population there is.
bool DecidesPopulation(Slot::Target target) {
  return target == Slot::Target::kDataType || target == Slot::Target::kKnob ||
         target == Slot::Target::kControl;
}

// Whether a slot decides which exits its samples take.
bool DecidesExits(Slot::Target target) {
  return target == Slot::Target::kThreshold ||
         target == Slot::Target::kPatience;
}

// The study's source, asked for combinations of explored values.
class SourceCheck {
 public:
  SourceCheck(const study::StudySpec& spec, Replayer& replayer)
      : spec_(spec), replayer_(replayer) {
    const auto& parameters = spec.space.parameters();
    candidate_.digits.resize(parameters.size());
    answers_.resize(parameters.size());
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (!DecidesPopulation(parameters[i].slot.target)) continue;
      asked_.push_back(i);
      answers_[i].resize(parameters[i].values.size());
    }
  }

  absl::Status Run() {
    for (int64_t i = 0; i < kCombinations; ++i) {
      Ask();
      if (!Next()) break;
    }
    if (!first_.has_value()) return At(fixed_path(), *error_);
    DYNARCH_RETURN_IF_ERROR(CheckValues());
    DYNARCH_RETURN_IF_ERROR(CheckExits());
    return CheckAccuracy();
  }

 private:
  // What came of one value.
  struct Answer {
    bool has_scenarios = false;
    std::optional<absl::Status> error;
  };

  static absl::Status At(const std::string& path, const absl::Status& status) {
    return absl::Status(status.code(),
                        absl::StrCat(path, ": ", status.message()));
  }
  // Where the field is that all combinations fail for.
  std::string fixed_path() const {
    return asked_.empty()
               ? "behavior"
               : absl::StrCat("space.",
                              spec_.space.parameters()[asked_.back()].path);
  }

  study::BoundCandidate Bound() const { return study::Bind(spec_, candidate_); }

  void Ask() {
    const absl::Status status = behavior::CheckRequest(
        spec_.source, spec_.network, study::RequestOf(spec_, Bound(), kSelect));
    if (status.ok() && !first_.has_value()) first_ = candidate_;
    if (!status.ok() && !error_.has_value()) error_ = status;
    for (const size_t i : asked_) {
      Answer& answer = answers_[i][candidate_.digits[i]];
      if (status.ok()) answer.has_scenarios = true;
      if (!status.ok() && !answer.error.has_value()) answer.error = status;
    }
  }

  // The next combination; false after the last.
  bool Next() {
    for (const size_t i : asked_) {
      if (++candidate_.digits[i] < static_cast<int32_t>(answers_[i].size())) {
        return true;
      }
      candidate_.digits[i] = 0;
    }
    return false;
  }

  absl::Status CheckValues() const {
    for (const size_t i : asked_) {
      for (const Answer& answer : answers_[i]) {
        if (answer.has_scenarios || !answer.error.has_value()) continue;
        return At(absl::StrCat("space.", spec_.space.parameters()[i].path),
                  *answer.error);
      }
    }
    return absl::OkStatus();
  }

  // Every explored threshold and patience, the others as they come first.
  absl::Status CheckExits() {
    candidate_ = *first_;
    DYNARCH_ASSIGN_OR_RETURN(const auto scenarios,
                             replayer_.Realise(kSelect, Bound()));
    const behavior::Population& population = scenarios->population();
    DYNARCH_RETURN_IF_ERROR(population.Check(study::PolicyOf(spec_, Bound())));
    const auto& parameters = spec_.space.parameters();
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (!DecidesExits(parameters[i].slot.target)) continue;
      for (size_t v = 0; v < parameters[i].values.size(); ++v) {
        candidate_.digits[i] = static_cast<int32_t>(v);
        const absl::Status status =
            population.Check(study::PolicyOf(spec_, Bound()));
        if (!status.ok()) {
          return At(absl::StrCat("space.", parameters[i].path), status);
        }
      }
      candidate_.digits[i] = 0;
    }
    return absl::OkStatus();
  }

  absl::Status CheckAccuracy() {
    candidate_ = *first_;
    DYNARCH_ASSIGN_OR_RETURN(const auto scenarios,
                             replayer_.Realise(kSelect, Bound()));
    const behavior::Population& population = scenarios->population();
    const auto missing = [&](Metric metric) {
      if (metric == Metric::kAccuracy &&
          population.stated_accuracy().has_value()) {
        return false;
      }
      return IsAccuracy(metric) && !population.has_accuracy();
    };
    constexpr absl::string_view kWhy =
        "the source of the scenarios does not say which answers are right";
    for (const study::Objective& objective : spec_.objectives) {
      if (!missing(objective.metric)) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          "objectives.", measurement::InfoOf(objective.metric).name, ": ", kWhy,
          "; leave the objective out"));
    }
    for (size_t i = 0; i < spec_.constraints.size(); ++i) {
      for (const std::string& symbol : spec_.constraints[i].Symbols()) {
        const auto metric = measurement::MetricNamed(symbol);
        if (!metric.ok() || !missing(*metric)) continue;
        return absl::InvalidArgumentError(absl::StrCat(
            "constraints[", i, "]: ", kWhy, "; leave ", symbol, " out"));
      }
    }
    return absl::OkStatus();
  }

  const study::StudySpec& spec_;
  Replayer& replayer_;
  std::vector<size_t> asked_;  // Parameters that decide the population.
  std::vector<std::vector<Answer>> answers_;  // By parameter and value.
  space::Candidate candidate_;
  std::optional<space::Candidate> first_;  // That has scenarios.
  std::optional<absl::Status> error_;      // Of the first that has not.
};

}  // namespace

absl::Status CheckStudy(const study::StudySpec& spec, Replayer& replayer) {
  DYNARCH_RETURN_IF_ERROR(CheckEnergyObjectives(spec));
  return SourceCheck(spec, replayer).Run();
}

}  // namespace dynarch::evaluator
