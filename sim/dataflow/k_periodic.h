// The period of a strongly connected part by K-periodic schedules.
#ifndef DYNARCH_SIM_DATAFLOW_K_PERIODIC_H_
#define DYNARCH_SIM_DATAFLOW_K_PERIODIC_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "sim/dataflow/part.h"

namespace dynarch::dataflow {

// Starts from K = 1 and evaluates the event graph (sim/dataflow/event_graph.h).
// Its critical cycle is exact if each of its actors has K a multiple of its own
// repetition vector on that cycle; otherwise these actors get that K, and again
// (Bodin, Munier-Kordon and Dupont de Dinechin, DAC 2016). At the latest at K =
// repetition vector the answer is exact.
//
// An expansion to the repetition vector of at most `whole_up_to` nodes and
// edges is taken at once, and, unless that is 0, one that is hardly larger than
// the first event graph.
//
// Every time 0 of the part must have been shown not to hide a deadlock
// (sim/dataflow/liveness.h): a cycle of no time and no token is not seen.
//
// Errors: ResourceExhausted if an event graph has more than `max_size`, or 20
// million, nodes and edges; those of MakeEventGraph.
absl::StatusOr<PartThroughput> KPeriodicThroughput(const Part& part,
                                                   int64_t max_size,
                                                   int64_t whole_up_to);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_K_PERIODIC_H_
