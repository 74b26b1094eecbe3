// What a study message asks for: objectives, constraints, metrics, search.
#ifndef DYNARCH_SIM_WIRE_STUDY_GOALS_H_
#define DYNARCH_SIM_WIRE_STUDY_GOALS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "dynarch/v1/study.pb.h"
#include "sim/study/study_spec.h"

namespace dynarch::wire {

// At least one, each metric once. Errors begin with `objectives`.
absl::StatusOr<std::vector<study::Objective>> ObjectivesFrom(
    const v1::StudySpec& message);

// Conditions over metrics, units checked. Errors begin with `constraints[i]`.
absl::StatusOr<std::vector<Expression>> ConstraintsFrom(
    const v1::StudySpec& message);

// Exhaustive unless said otherwise; no more samples than `space` has valid
// candidates.
absl::StatusOr<study::SearchPlan> SearchFrom(const v1::StudySpec& message,
                                             const space::DesignSpace& space);

// The metrics a result stores, in order.
absl::StatusOr<std::vector<measurement::Metric>> MetricsFrom(
    const v1::StudySpec& message,
    const std::vector<study::Objective>& objectives,
    const std::vector<Expression>& constraints);

}  // namespace dynarch::wire

#endif  // DYNARCH_SIM_WIRE_STUDY_GOALS_H_
