// Worst-case and expected rates of firings, read off a timed state space. For
// the sources of sadf*.cc.
#ifndef DYNARCH_SIM_DATAFLOW_SADF_RATES_H_
#define DYNARCH_SIM_DATAFLOW_SADF_RATES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/dataflow/markov.h"
#include "sim/dataflow/rational.h"
#include "sim/dataflow/sadf_model.h"
#include "sim/dataflow/sadf_space.h"

namespace dynarch::dataflow {

// The embedded Markov chain.
MarkovMatrix MatrixOf(const std::vector<SadfDistribution>& distributions,
                      const SadfSpace& space);

// By process: firings per tick on the worst cycle; none: no cycle takes time.
absl::StatusOr<std::vector<std::optional<Rational>>> WorstRates(
    const SadfSpace& space);

struct ExpectedRates {
  std::vector<double> rate;   // by process, firings per tick
  std::vector<double> error;  // by process; bound
  // By process, if there is one class of at most 48 states.
  std::vector<Rational> fraction;
  std::vector<double> occupancy;  // by channel; empty if not measured
};

// The space must be closed.
ExpectedRates RatesExpected(const std::vector<SadfDistribution>& distributions,
                            const SadfSpace& space);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_SADF_RATES_H_
