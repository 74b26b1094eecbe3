// The decisions of v1.Network <-> exits, exit rule and decisions of
// graph::NetworkParts.
#ifndef DYNARCH_SIM_WIRE_DECISION_WIRE_H_
#define DYNARCH_SIM_WIRE_DECISION_WIRE_H_

#include "absl/status/status.h"
#include "dynarch/v1/network.pb.h"
#include "sim/graph/network.h"

namespace dynarch::wire {

// Name of the exit that a network's `output` becomes.
inline constexpr char kOutputExit[] = "output";

// Fills exits, ends_in_output, exit_rule and decisions. With `output`, every
// exit of the list is an early one; without, the list must end in an exit.
// InvalidArgument at `decisions.NAME.KIND.FIELD`.
absl::Status ReadDecisions(const v1::Network& message,
                           graph::NetworkParts* parts);

// The opposite. Exits and other decisions, each in their order, are put into
// one list by the actors they read: a decision before the first exit that does
// not come before it; without `output` the last exit is last.
void WriteDecisions(const graph::NetworkParts& parts, v1::Network* message);

}  // namespace dynarch::wire

#endif  // DYNARCH_SIM_WIRE_DECISION_WIRE_H_
