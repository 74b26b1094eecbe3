// The period of a strongly connected part by executing it until it repeats.
#ifndef DYNARCH_SIM_DATAFLOW_SELF_TIMED_H_
#define DYNARCH_SIM_DATAFLOW_SELF_TIMED_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "sim/dataflow/part.h"

namespace dynarch::dataflow {

// Executes iteration after iteration, self-timed from all initial tokens at
// time 0. The state after an iteration is the time of every token relative to
// the latest; strong connection makes it recur, and the time between two equal
// states, by the iterations between them, is the period (Ghamarian et al.,
// "Throughput analysis of synchronous data flow graphs", ACSD 2006; the order
// of execution is by data instead of by time).
//
// Errors: ResourceExhausted after `max_firings`; OutOfRange past 2^62 ticks.
absl::StatusOr<PartThroughput> SelfTimedThroughput(const Part& part,
                                                   int64_t max_firings);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_SELF_TIMED_H_
