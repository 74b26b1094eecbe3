// Meaning of a technology table.
#ifndef DYNARCH_SIM_WIRE_TECHNOLOGY_WIRE_H_
#define DYNARCH_SIM_WIRE_TECHNOLOGY_WIRE_H_

#include "absl/status/status.h"
#include "dynarch/v1/technology.pb.h"

namespace dynarch::wire {

// InvalidArgument, naming the field: no node or DRAM class, a name twice, a
// feature size, voltage, capacity or energy that is not > 0, a leakage or area
// that is negative, storage that does not grow.
absl::Status CheckTechnology(const v1::Technology& technology);

}  // namespace dynarch::wire

#endif  // DYNARCH_SIM_WIRE_TECHNOLOGY_WIRE_H_
