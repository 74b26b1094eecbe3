// Consistency: how often each actor fires per iteration.
#ifndef DYNARCH_SIM_DATAFLOW_REPETITION_H_
#define DYNARCH_SIM_DATAFLOW_REPETITION_H_

#include <vector>

#include "absl/status/statusor.h"
#include "sim/dataflow/graph.h"
#include "sim/dataflow/rational.h"

namespace dynarch::dataflow {

// Returns the repetition vector: per actor the number of complete cycles of its
// phases in one iteration, the smallest positive integers that bring every
// channel back to its initial tokens. An actor with p phases thus fires p times
// its entry. Actors that no path of channels connects are scaled apart, each
// group to its own smallest integers.
//
// Errors:  those of Check(graph); FailedPrecondition if the graph is
//          inconsistent (no such vector: tokens pile up or run out), with the
//          channel, its two actors, its rates per cycle and what the other
//          channels demand of them.
// Source:  Lee and Messerschmitt, "Synchronous data flow", Proc. IEEE 75(9),
//          1987; for phases Bilsen et al., 1996 (sim/dataflow/graph.h).
absl::StatusOr<std::vector<BigInt>> RepetitionVector(const Graph& graph);

// Whether `status` of an analysis says that the graph is inconsistent, not that
// it is malformed.
bool IsInconsistent(const absl::Status& status);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_REPETITION_H_
