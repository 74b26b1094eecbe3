// A population with what its outcomes make of the network.
#ifndef DYNARCH_SIM_EVALUATOR_SCENARIOS_H_
#define DYNARCH_SIM_EVALUATOR_SCENARIOS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/behavior/population.h"
#include "sim/graph/network.h"
#include "sim/graph/scenario_graph.h"

namespace dynarch::evaluator {

// Numbers of scenarios: row of the population's table x exits + exit taken.
// One thread at a time: graphs are made when they are asked for.
class Scenarios {
 public:
  // `network` must outlive this.
  Scenarios(const graph::Network& network, behavior::Population population);

  const behavior::Population& population() const { return population_; }
  size_t size() const { return static_cast<size_t>(rows_) * exits_; }
  uint32_t RowOf(uint32_t scenario) const { return scenario / exits_; }
  int ExitOf(uint32_t scenario) const {
    return static_cast<int>(scenario % exits_);
  }

  // The network under one row of outcomes; valid until the next call.
  // InvalidArgument if the outcomes do not fit the network.
  absl::StatusOr<const graph::ScenarioGraph*> GraphOf(uint32_t row) const;

 private:
  const graph::Network& network_;
  behavior::Population population_;
  uint32_t rows_ = 1;
  uint32_t exits_ = 1;
  // The first rows are kept, as many as kKeptWork allows; of the others the
  // one asked for last.
  mutable std::vector<std::unique_ptr<const graph::ScenarioGraph>> kept_;
  mutable std::unique_ptr<const graph::ScenarioGraph> latest_;
};

}  // namespace dynarch::evaluator

#endif  // DYNARCH_SIM_EVALUATOR_SCENARIOS_H_
