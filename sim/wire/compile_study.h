// A self-contained StudySpec message into a compiled study.
#ifndef DYNARCH_SIM_WIRE_COMPILE_STUDY_H_
#define DYNARCH_SIM_WIRE_COMPILE_STUDY_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "dynarch/v1/study.pb.h"
#include "sim/behavior/trace.h"
#include "sim/study/study_spec.h"

namespace dynarch::wire {

// Resolves every typed field path once to a Slot, checks everything that needs
// no evaluation. Errors are InvalidArgument and begin with the field path
// (`space.decisions.exit1.threshold: ...`), so that a caller that knows the
// file can put line and column in front.
//
// `message` has its network and platforms in place (`definition`,
// `platforms`); `trace` is the parsed artifact it names, if it names one.
absl::StatusOr<study::StudySpec> CompileStudy(
    const v1::StudySpec& message, std::optional<behavior::Trace> trace);

// What the server needs, without network, platforms or trace semantics: the
// space (with exclusions), objectives, constraints, search and metrics.
struct StudyOutline {
  space::DesignSpace space;
  std::vector<study::Objective> objectives;
  std::vector<Expression> constraints;
  study::SearchPlan search;
  std::vector<measurement::Metric> metrics;
};
absl::StatusOr<StudyOutline> OutlineStudy(const v1::StudySpec& message);

}  // namespace dynarch::wire

#endif  // DYNARCH_SIM_WIRE_COMPILE_STUDY_H_
