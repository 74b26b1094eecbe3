// Throughput: the exact long-run period of self-timed execution.
//
// Self-timed: every firing starts as soon as its tokens (and, on bounded
// channels, free places) are there. Which firings of one actor may overlap:
//
//   auto-concurrency     any number; they start in order, phase after phase,
//                        and may end in any. A channel is a FIFO: the k-th
//                        token put in is the k-th taken out, even if a later
//                        firing of the source ended earlier.
//   no auto-concurrency  one at a time, in phase order.
//
// The period is the time per iteration (sim/dataflow/repetition.h) of complete
// cycles of phases, in the graph's unit of time. Channels between strongly
// connected components do not bound it unless they have a capacity: a graph has
// the period of its slowest component. It is 0 if no cycle bounds it.
#ifndef DYNARCH_SIM_DATAFLOW_THROUGHPUT_H_
#define DYNARCH_SIM_DATAFLOW_THROUGHPUT_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/dataflow/graph.h"
#include "sim/dataflow/rational.h"

namespace dynarch::dataflow {

enum class ThroughputMethod {
  kFastest,    // chosen by size; the answer is the same
  kKPeriodic,  // Bodin, Munier-Kordon and Dupont de Dinechin, "Optimal and fast
               // throughput evaluation of CSDF", DAC 2016
  kSelfTimed,  // execution until the state recurs (Ghamarian et al., ACSD 2006)
  kBounded,    // execution until a bound from above meets a cycle's ratio
};

struct ThroughputOptions {
  bool auto_concurrency = true;
  ThroughputMethod method = ThroughputMethod::kFastest;
  // ResourceExhausted beyond: firings executed, nodes and edges of the largest
  // event graph (of which 20 million are allowed at most).
  int64_t max_work = 200'000'000;
};

// One firing on the critical cycle, counted from 0 within the iteration.
struct CriticalFiring {
  int actor = 0;
  int64_t firing = 0;  // its phase is firing % phases
};

struct Throughput {
  // Per iteration; none: deadlock.
  std::optional<Rational> period;
  // Actors of a cycle of firings that attains the period, in the order of their
  // dependence; empty if the method does not tell, on period 0 and on deadlock.
  std::vector<CriticalFiring> critical_cycle;
  // The method that found the period; kFastest if nothing had to be analysed.
  ThroughputMethod method = ThroughputMethod::kFastest;
};

// Times and rates may be of any size; those that share no unit in which they
// are below 2^61 take longer, and are not executed (kSelfTimed, kBounded).
//
// Errors:  those of RepetitionVector; ResourceExhausted past max_work;
//          OutOfRange where a method says so, and past 2^62 tokens in K cycles.
absl::StatusOr<Throughput> AnalyseThroughput(
    const Graph& graph, const ThroughputOptions& options = {});

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_THROUGHPUT_H_
