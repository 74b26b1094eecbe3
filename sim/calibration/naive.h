// The two models that every other one has to beat.
#ifndef DYNARCH_SIM_CALIBRATION_NAIVE_H_
#define DYNARCH_SIM_CALIBRATION_NAIVE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace dynarch::calibration {

// One measurement as the naive models see it.
struct NaivePoint {
  std::string network;
  double macs = 0;
  double bytes = 0;     // Weights and activations, each once.
  double measured = 0;  // Seconds or joules, > 0.
};

enum class NaiveModel {
  kMacsAffine,    // a + b MACs
  kMacsAndBytes,  // a MACs + b bytes
};

// Prediction of each point by a and b >= 0, fitted by the rule of every other
// fit (least_squares.h, relative errors, no priors) to the points of the other
// networks. Absent where fewer than two networks are left.
absl::StatusOr<std::vector<std::optional<double>>> LeaveOneNetworkOutNaive(
    NaiveModel model, const std::vector<NaivePoint>& points);

}  // namespace dynarch::calibration

#endif  // DYNARCH_SIM_CALIBRATION_NAIVE_H_
