// A candidate's machine: where its stages run, at which operating point, under
// which power policy; and that machine costed.
#ifndef DYNARCH_SIM_EVALUATOR_MACHINE_H_
#define DYNARCH_SIM_EVALUATOR_MACHINE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "sim/behavior/rule.h"
#include "sim/graph/data_type.h"
#include "sim/graph/network.h"
#include "sim/mapping/policy.h"
#include "sim/mapping/schedule.h"
#include "sim/mapping/system.h"
#include "sim/platform/platform.h"
#include "sim/study/study_spec.h"

namespace dynarch::evaluator {

// What of a candidate decides its scenarios and their costs. Of the thresholds
// only the kinds do: a `never` exit has no head, an `always` exit no check and
// nothing after it. How often each scenario occurs is the replay's.
struct Machine {
  int platform = 0;
  graph::DataType dtype = graph::DataType::kFp32;
  mapping::StageElements stages;
  int operating_point = 0;
  mapping::PowerPolicy power;
  std::vector<behavior::Threshold::Kind> kinds;  // By decision.
};

// Names into numbers. A stage without an element runs on the host; no
// operating point means the platform's first. Infeasible (base/reason.h):
// no_element, no_operating_point.
absl::StatusOr<Machine> ResolveMachine(const study::StudySpec& spec,
                                       const study::BoundCandidate& bound);

// Every scenario that the kinds of thresholds allow, with every activity
// costed, and the domains' power at the operating point. Infeasible: no_link,
// memory_capacity, and what the cost models refuse.
absl::StatusOr<mapping::System> BuildSystem(const graph::Network& network,
                                            const platform::Platform& platform,
                                            const Machine& machine);

}  // namespace dynarch::evaluator

#endif  // DYNARCH_SIM_EVALUATOR_MACHINE_H_
