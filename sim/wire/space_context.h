// What the paths and values of a design space are checked against. Internal to
// `study_space`.
#ifndef DYNARCH_SIM_WIRE_SPACE_CONTEXT_H_
#define DYNARCH_SIM_WIRE_SPACE_CONTEXT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dynarch/v1/study.pb.h"
#include "sim/space/slot.h"
#include "sim/wire/platform_facts.h"

namespace dynarch::wire {

inline constexpr absl::string_view kStagesPath = "mapping.stages";
inline constexpr absl::string_view kAllThresholdsPath = "decisions.*.threshold";
inline constexpr absl::string_view kPatiencePath = "network.exit_rule.patience";
inline constexpr absl::string_view kControlPath = "behavior.control";

// Of a study message, which must outlive it.
struct SpaceContext {
  explicit SpaceContext(const v1::StudySpec& message);

  // By exit: those of the list, then the output.
  std::vector<std::string> StageNames() const;

  const v1::Network& network;
  std::vector<const v1::Decision*> exits;   // Of the list.
  std::vector<const v1::Decision*> others;  // In the order of the domain's.
  std::vector<PlatformFacts> facts;
};

// `space.PATH`, for messages.
std::string SpacePath(absl::string_view path);
// `decisions.NAME.KNOB`.
std::string DecisionPath(absl::string_view name, absl::string_view knob);

// The slot of a path that is one parameter. InvalidArgument, beginning with
// `space.PATH:`, names the nearest path.
absl::StatusOr<space::Slot> SlotOf(const std::string& path,
                                   const SpaceContext& context);

}  // namespace dynarch::wire

#endif  // DYNARCH_SIM_WIRE_SPACE_CONTEXT_H_
