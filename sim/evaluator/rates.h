// How often each exit is taken and each inner decision gives what.
#ifndef DYNARCH_SIM_EVALUATOR_RATES_H_
#define DYNARCH_SIM_EVALUATOR_RATES_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sim/behavior/population.h"
#include "sim/evaluator/scenarios.h"
#include "sim/graph/network.h"
#include "sim/measurement/measurement.h"

namespace dynarch::evaluator {

struct Rates {
  std::vector<double> exits;  // By exit: share of the inferences.
  std::vector<measurement::DecisionRates> decisions;  // In order.
};

// Of inferences that are in scenario s `counts[s]` times. A decision behind the
// exit taken is not reached.
Rates RatesOf(const graph::Network& network, const Scenarios& scenarios,
              absl::Span<const int64_t> counts);

// As the source states them.
Rates RatesOf(const graph::Network& network,
              absl::Span<const behavior::StatedScenario> stated);

}  // namespace dynarch::evaluator

#endif  // DYNARCH_SIM_EVALUATOR_RATES_H_
