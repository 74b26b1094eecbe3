// v1.Network <-> graph::Network.
#ifndef DYNARCH_SIM_WIRE_NETWORK_WIRE_H_
#define DYNARCH_SIM_WIRE_NETWORK_WIRE_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "dynarch/v1/network.pb.h"
#include "sim/behavior/rule.h"
#include "sim/graph/data_type.h"
#include "sim/graph/network.h"

namespace dynarch::wire {

// Names of actors resolved, defaults of absent fields put in; expressions read
// but not yet bound, shapes not yet inferred. An extent that is not written as
// a plain whole number becomes an expression of Actor::extents and is 1 in the
// operator. Distribution and Markov chain are left out: they are behaviour.
// Errors are InvalidArgument and begin with the field path
// (`actors.conv1.conv2d.kernel: ...`).
absl::StatusOr<graph::NetworkParts> NetworkPartsFrom(
    const v1::Network& message);

// The same, then graph::Network::Create.
absl::StatusOr<graph::Network> NetworkFrom(const v1::Network& message);

// Thresholds that the message gives, by exit: absent where it gives none;
// `always` for the last, be it the network's output. InvalidArgument as above,
// also for a threshold of the last exit.
absl::StatusOr<std::vector<std::optional<behavior::Threshold>>> ThresholdsFrom(
    const v1::Network& message);

// NetworkPartsFrom(ToMessage(parts)) == parts; defaults are not written.
v1::Network ToMessage(const graph::NetworkParts& parts);

// Unspecified: nullopt.
std::optional<graph::DataType> DataTypeFrom(v1::DataType dtype);
v1::DataType ToMessage(graph::DataType dtype);

}  // namespace dynarch::wire

#endif  // DYNARCH_SIM_WIRE_NETWORK_WIRE_H_
