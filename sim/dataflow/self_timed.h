// The period of a strongly connected part by executing it.
#ifndef DYNARCH_SIM_DATAFLOW_SELF_TIMED_H_
#define DYNARCH_SIM_DATAFLOW_SELF_TIMED_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "sim/dataflow/part.h"

namespace dynarch::dataflow {

// Executes iteration after iteration, self-timed from all initial tokens at
// time 0, until one of these is exact:
// - The state, the time of every token relative to the latest, recurs: the time
//   between two equal states, by the iterations between them, is the period
//   (Ghamarian et al., "Throughput analysis of synchronous data flow graphs",
//   ACSD 2006; the order of execution is by data instead of by time).
// - Two bounds meet. No period is above the largest delay of any token over an
//   iteration, or over several, by their number (Collatz and Wielandt's bound:
//   A x <= m + x); none is below the time by the iterations of a cycle of
//   firings, found by going back from that token along what each firing waited
//   for last.
// With `use_bounds` false only the first counts.
//
// Errors: ResourceExhausted after `max_firings`; OutOfRange past 2^62 ticks.
absl::StatusOr<PartThroughput> SelfTimedThroughput(const Part& part,
                                                   int64_t max_firings,
                                                   bool use_bounds);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_SELF_TIMED_H_
