// v1.Behavior, v1.Distribution, v1.MarkovChain -> behavior::Source.
#ifndef DYNARCH_SIM_WIRE_BEHAVIOR_WIRE_H_
#define DYNARCH_SIM_WIRE_BEHAVIOR_WIRE_H_

#include <optional>

#include "absl/status/statusor.h"
#include "dynarch/v1/network.pb.h"
#include "dynarch/v1/study.pb.h"
#include "sim/behavior/source.h"
#include "sim/behavior/trace.h"
#include "sim/graph/network.h"

namespace dynarch::wire {

// Names resolved against the network; nothing else is checked
// (behavior::CheckSource). Errors are InvalidArgument and begin with the field
// path (`cases[2].outcomes.gate1: ...`); they name what is allowed and the
// nearest name.
absl::StatusOr<behavior::Distribution> DistributionFrom(
    const v1::Distribution& message, const graph::Network& network);
absl::StatusOr<behavior::MarkovChain> MarkovChainFrom(
    const v1::MarkovChain& message, const graph::Network& network);

// The source of a study, checked (behavior::CheckSource): what `message` says,
// else the network's own distribution or chain, else, for a network that has no
// choice, its nominal outcomes. `trace`: the artifact, if the message names
// one. Outcomes that are stated, not traced, stand for the thresholds that the
// network gives. Errors begin with `behavior` or `network`.
absl::StatusOr<behavior::Source> SourceFrom(
    const v1::Behavior& message, const v1::Network& network_message,
    const graph::Network& network, std::optional<behavior::Trace> trace);

behavior::Control ControlFrom(v1::Behavior::Control control);

}  // namespace dynarch::wire

#endif  // DYNARCH_SIM_WIRE_BEHAVIOR_WIRE_H_
