#include "sim/study/source_check.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/behavior/population.h"

namespace dynarch::study {
namespace {

using space::Slot;

bool DecidesPopulation(Slot::Target target) {
  return target == Slot::Target::kDataType || target == Slot::Target::kKnob ||
         target == Slot::Target::kControl;
}

// The study's source, asked for combinations of explored values.
class SourceCheck {
 public:
  explicit SourceCheck(const StudySpec& spec) : spec_(spec) {
    const auto& parameters = spec.space.parameters();
    candidate_.digits.resize(parameters.size());
    answers_.resize(parameters.size());
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (!DecidesPopulation(parameters[i].slot.target)) continue;
      asked_.push_back(i);
      answers_[i].resize(parameters[i].values.size());
    }
  }

  absl::StatusOr<space::Candidate> Run() {
    for (int64_t i = 0; i < kCombinations; ++i) {
      Ask();
      if (!Next()) break;
    }
    if (!found_.has_value()) return At(PathOf(*error_), *error_);
    DYNARCH_RETURN_IF_ERROR(CheckValues());
    return *found_;
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

  // The explored parameter that a message speaks of.
  std::string PathOf(const absl::Status& error) const {
    for (const size_t i : asked_) {
      const std::string& path = spec_.space.parameters()[i].path;
      if (absl::StrContains(error.message(), path)) {
        return absl::StrCat("space.", path);
      }
    }
    return asked_.empty()
               ? "behavior"
               : absl::StrCat("space.",
                              spec_.space.parameters()[asked_.front()].path);
  }

  void Ask() {
    const absl::Status status = behavior::CheckRequest(
        spec_.source, spec_.network,
        RequestOf(spec_, Bind(spec_, candidate_), "select"));
    if (status.ok() && !found_.has_value()) found_ = candidate_;
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

  const StudySpec& spec_;
  std::vector<size_t> asked_;  // Parameters that decide the population.
  std::vector<std::vector<Answer>> answers_;  // By parameter and value.
  space::Candidate candidate_;
  std::optional<space::Candidate> found_;  // That has scenarios.
  std::optional<absl::Status> error_;      // Of the first that has not.
};

}  // namespace

absl::StatusOr<space::Candidate> CandidateWithScenarios(const StudySpec& spec) {
  return SourceCheck(spec).Run();
}

}  // namespace dynarch::study
