// The operator of v1.Actor <-> graph::Operator.
#ifndef DYNARCH_SIM_WIRE_OPERATOR_WIRE_H_
#define DYNARCH_SIM_WIRE_OPERATOR_WIRE_H_

#include <string>

#include "absl/status/status.h"
#include "dynarch/v1/network.pb.h"
#include "sim/graph/network.h"

namespace dynarch::wire {

// Sets `actor`'s operator and those of its extents that are expressions; in
// the operator they are 1. InvalidArgument at `path.OPERATOR.FIELD`.
absl::Status ReadOperator(const v1::Actor& message, const std::string& path,
                          graph::Actor* actor);

// The opposite; fields that equal their defaults are not written.
void WriteOperator(const graph::Actor& actor, v1::Actor* message);

}  // namespace dynarch::wire

#endif  // DYNARCH_SIM_WIRE_OPERATOR_WIRE_H_
