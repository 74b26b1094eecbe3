// A candidate's machine: where its stages run, at which operating point, under
// which power policy; and that machine costed.
#ifndef DYNARCH_SIM_EVALUATOR_MACHINE_H_
#define DYNARCH_SIM_EVALUATOR_MACHINE_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sim/behavior/rule.h"
#include "sim/evaluator/scenarios.h"
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
  behavior::ExitPolicy policy;
  // By inner decision; empty: the host decides throughout.
  std::vector<mapping::Deciding> deciding;
};

// Names into numbers. A knob that fixes an outcome (`value`, `keep`), and
// control `static`, settle a decision before the inference. A stage without an
// element runs on the host; no operating point means the platform's first.
// Infeasible (base/reason.h): no_element, no_operating_point.
absl::StatusOr<Machine> ResolveMachine(const study::StudySpec& spec,
                                       const study::BoundCandidate& bound);

// How the candidate's exits are looked at. An oracle looks at every exit that
// is not `never`, `always` or not, until it takes one.
behavior::ExitPolicy PolicyOfMachine(const study::StudySpec& spec,
                                     const study::BoundCandidate& bound);

// By exit: how it is taken under a policy; absent if it cannot be. Behind an
// `always` exit there is nothing. Of exits before the one that says which is
// taken (predicted) no head is computed but that of the exit taken, which only
// a recording or an oracle can choose.
std::vector<std::optional<mapping::Scenario>> ExitScenarios(
    const behavior::ExitPolicy& policy);

// A scenario that cannot be built on a machine, and why: Infeasible.
struct ScenarioFailure {
  uint32_t scenario = 0;
  absl::Status status;
};

// `wanted` scenarios, ascending, with every activity costed, and the domains'
// power at the operating point. Whatever is wanted, every exit that the policy
// allows must be possible in the nominal scenario.
//
// Infeasible: no_link, memory_capacity, and what the chain and the cost models
// refuse. A scenario of `wanted` for which that is so is left out and reported,
// if `failures` is given; else it is the error. InvalidArgument if a wanted
// scenario takes an exit that the policy excludes, or its outcomes do not fit
// the network.
absl::StatusOr<mapping::System> BuildSystem(
    const graph::Network& network, const platform::Platform& platform,
    const Machine& machine, const Scenarios& scenarios,
    absl::Span<const uint32_t> wanted,
    std::vector<ScenarioFailure>* failures = nullptr);

// Every exit that the policy allows, in the nominal scenario: scenario numbers
// are those of exits.
absl::StatusOr<mapping::System> BuildSystem(const graph::Network& network,
                                            const platform::Platform& platform,
                                            const Machine& machine);

}  // namespace dynarch::evaluator

#endif  // DYNARCH_SIM_EVALUATOR_MACHINE_H_
