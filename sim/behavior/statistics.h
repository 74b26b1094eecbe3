// What a population does to a network: rates, work, correlation.
#ifndef DYNARCH_SIM_BEHAVIOR_STATISTICS_H_
#define DYNARCH_SIM_BEHAVIOR_STATISTICS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/behavior/population.h"
#include "sim/behavior/rule.h"
#include "sim/graph/network.h"

namespace dynarch::behavior {

// A decision is collapsed if one outcome has more than this share.
inline constexpr double kCollapseShare = 0.99;

// Shares of the outcomes of one decision, or of the exits.
struct DecisionStatistics {
  std::string name;  // `exit` for the exits.
  struct Outcome {
    std::string text;
    int64_t count = 0;  // Samples.
    double share = 0;   // Of those that reach the decision; exact if stated.
  };
  std::vector<Outcome> outcomes;  // Ascending; exits: all, in order.
  int64_t reached = 0;            // Samples.
  double entropy_bits = 0;        // Of the shares.
  bool collapsed = false;
  // Correlation of the outcomes of samples k apart in order, by k - 1; empty
  // where not every sample reaches the decision, it never varies, or its
  // outcome is no single number.
  std::vector<double> autocorrelation;
};

struct Statistics {
  int64_t samples = 0;
  int64_t scenarios = 0;     // Distinct (outcomes, exit) that occur.
  bool exact_rates = false;  // Shares are the source's, not counted.
  DecisionStatistics exits;
  std::vector<DecisionStatistics> decisions;  // In the network's order.
  // Right answers of `samples`, where known; the stated accuracy beside.
  std::optional<int64_t> correct;
  std::optional<double> accuracy;

  // Multiply-accumulates of an inference up to the exit taken, heads of exits
  // that are not computed excluded.
  double macs_expected = 0;
  bool macs_exact = false;  // The source's expectation, not the draw's mean.
  int64_t macs_static = 0;  // Nominal outcomes, last exit, no early head.
  int64_t macs_min = 0, macs_max = 0;  // Over the samples.
  // Over every scenario that can be, in any order (the last exit, every early
  // one that is not `never` computed). Exact where the outcomes of decisions
  // that meet in one actor can be enumerated; else the larger of the nominal
  // outcomes and the samples.
  int64_t macs_worst_case = 0;
  bool worst_case_exact = false;
  // Expected MACs if every decision (every exit is one) had its rates but was
  // independent of the others, over macs_expected, less one. Exact for a chain
  // of exits with thresholds on signals; else counted on `independent`.
  std::optional<double> independence_error;
  bool independence_exact = false;
  // Correlation of the MACs of samples k apart in order, by k - 1; empty where
  // they do not vary.
  std::vector<double> autocorrelation;
};

// `independent`: the same request under Control::kIndependent, or null: then
// the error is there only where it is exact. `lags`: how many autocorrelations.
// InvalidArgument from a scenario that does not build (graph::ScenarioGraph).
// `policy` has passed Population::Check.
absl::StatusOr<Statistics> Summarise(const graph::Network& network,
                                     const Population& population,
                                     const ExitPolicy& policy,
                                     const Population* independent, int lags);

}  // namespace dynarch::behavior

#endif  // DYNARCH_SIM_BEHAVIOR_STATISTICS_H_
