// Simulated runs of a scenario-aware graph. For the sources of sadf*.cc.
#ifndef DYNARCH_SIM_DATAFLOW_SADF_SIMULATION_H_
#define DYNARCH_SIM_DATAFLOW_SADF_SIMULATION_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/base/random.h"
#include "sim/dataflow/sadf_machine.h"
#include "sim/dataflow/sadf_model.h"

namespace dynarch::dataflow {

// A machine whose choices are drawn, each process from a stream of its own.
class SadfSimulation {
 public:
  // `model` must outlive it.
  SadfSimulation(const SadfModel& model, uint64_t seed, bool occupancy);

  // Runs until at least `firings` more have ended (unless it stops for good)
  // and then to the next choice. False if it stopped for good: deadlock, loop
  // or limit. Errors of SadfMachine::Run.
  absl::StatusOr<bool> Run(int64_t firings);

  SadfMachine& machine() { return machine_; }
  SadfStop stop() const { return stop_; }

 private:
  int Draw();

  SadfMachine machine_;
  std::vector<RandomStream> streams_;  // by process
  SadfStop stop_ = SadfStop::kFull;
};

struct SadfEstimate {
  // By process: firings per tick, and half the width of the 95 % interval
  // (32 batches, ratio estimator, Student's t; 0 where the run became
  // periodic).
  std::vector<double> rate;
  std::vector<double> half_width;
  // Firings and ticks of the whole run after the unused part.
  std::vector<int64_t> firings;
  int64_t time = 0;
  std::vector<double> occupancy;  // by channel; empty if not measured
  std::vector<int64_t> most;
};

// `firings` go before, unused, and as many are measured.
absl::StatusOr<SadfEstimate> EstimateSadf(const SadfModel& model,
                                          int64_t firings, uint64_t seed,
                                          bool occupancy);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_SADF_SIMULATION_H_
