// What the cost models say of one measurement.
#ifndef DYNARCH_SIM_CALIBRATION_PREDICTION_H_
#define DYNARCH_SIM_CALIBRATION_PREDICTION_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/base/units.h"
#include "sim/cost/network_cost.h"
#include "sim/graph/network.h"
#include "sim/platform/platform.h"

namespace dynarch::calibration {

// What was run, and where: every actor on one element.
struct Situation {
  std::shared_ptr<const graph::Network> network;
  std::shared_ptr<const platform::Platform> platform;
  cost::Placement placement{};
  // Inferences that are run as one: so many times the work of each, for the
  // models know no batch; one synchronisation.
  int batch = 1;
  // Outcomes, `DECISION=OUTCOME;...`, and the exit taken, `exit=NAME`. What is
  // not named is nominal; without an exit, the last one.
  std::string scenario{};
  std::string
      stage{};  // Only its actors, no check. Empty: all that is reached.
};

// What the energy figure covers.
struct EnergyRule {
  platform::EnergyScope scope = platform::EnergyScope::kSoc;
  bool idle_included = true;
};

struct Prediction {
  double latency_s = 0;
  std::optional<double> energy_j{};  // Absent: not asked for, or unknown.
};

// The actors that are measured, in static order, with their costs.
// InvalidArgument or NotFound for a scenario or a stage that the network does
// not have, with what it has; else as cost::CostOfActors.
absl::StatusOr<std::vector<cost::ActorCost>> MeasuredActors(
    const Situation& situation);
// Work of each of them. As MeasuredActors.
struct MeasuredWork {
  graph::OperatorWork work{};
  int64_t times = 1;
};
absl::StatusOr<std::vector<MeasuredWork>> WorkOf(const Situation& situation);

// Latency: the actors one after the other, the checks of the exits that were
// passed or taken, the synchronisation. Energy: dynamic energy of the
// actors plus StaticPower over the latency. Errors as MeasuredActors.
absl::StatusOr<Prediction> Predict(const Situation& situation,
                                   const std::optional<EnergyRule>& energy);

// Seconds that are no actor's: checks and the synchronisation.
absl::StatusOr<double> FixedSeconds(const Situation& situation);

// Watts beside dynamic energy: every domain active, for `core` only the
// element's own; for `board` with what the board draws; without idle, less what
// the same domains draw in their clock-gated (or shallower) state. Absent if
// the platform's figures cover less than `scope`.
std::optional<double> StaticPower(const platform::Platform& platform,
                                  const cost::Placement& placement,
                                  const EnergyRule& rule);

// Per inference: multiply-accumulates, and bytes of weights, inputs and outputs
// of every actor that moves something. What the naive models know.
struct NaiveCounts {
  double macs = 0;
  double bytes = 0;
};
absl::StatusOr<NaiveCounts> CountsOf(const Situation& situation);

}  // namespace dynarch::calibration

#endif  // DYNARCH_SIM_CALIBRATION_PREDICTION_H_
