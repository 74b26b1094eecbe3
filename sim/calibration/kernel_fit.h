// Fits kernel libraries and their systems to measurements, and predicts
// measurements that a fit has not seen.
//
// A library's coefficients are shared by all its systems; a system (a platform
// with a runtime) has two parameters of its own, the cycle scale and the call
// overhead, and only the scale where it measured two networks, none where one:
// never as many parameters as networks. Priors are weak and come from the
// measurements that are fitted alone.
#ifndef DYNARCH_SIM_CALIBRATION_KERNEL_FIT_H_
#define DYNARCH_SIM_CALIBRATION_KERNEL_FIT_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/calibration/kernel_terms.h"
#include "sim/calibration/least_squares.h"

namespace dynarch::calibration {

// One measured latency of one library.
struct KernelPoint {
  std::string platform;
  std::string system;  // Platform and runtime.
  std::string network;
  double measured = 0;  // Seconds, > 0.
  TermsOf terms{};
};

struct SystemParameters {
  double cycle_scale = 1;
  double call_overhead = 0;  // Seconds.
};

using Coefficients = std::map<KernelKey, std::array<double, kCoefficientCount>>;

struct KernelModel {
  Coefficients cycles;
  std::map<std::string, SystemParameters> systems;
};

// Seconds. A system that the model does not know has the default parameters; a
// kernel that it does not know takes no time.
double SecondsOf(const KernelPoint& point, const KernelModel& model);

// What is free.
struct LibraryFit {
  KernelModel model;
  FitResult fit;  // Parameters in the order in which they are printed.
};

// All: `structure` says by its numbers that are not 0 which coefficients there
// are. InvalidArgument if there is no point.
absl::StatusOr<LibraryFit> FitLibrary(const std::vector<KernelPoint>& points,
                                      const Coefficients& structure,
                                      const FitOptions& options = {});

// One system's two parameters; the coefficients stay. InvalidArgument, with
// both numbers, if `points` hold fewer than two networks, or points of more
// than one system.
absl::StatusOr<LibraryFit> FitSystem(const std::vector<KernelPoint>& points,
                                     const KernelModel& start,
                                     const FitOptions& options = {});

// Which points are left out together with a point.
enum class LeftOut {
  kNetworkOnPlatform,  // The network, on every system of the same platform.
  kNetwork,            // The network, on every system.
};

// Seconds of each point by a fit of the others. Fits the library again for
// each group. Points of a group without others take `fallback`'s model.
absl::StatusOr<std::vector<double>> LeaveOneNetworkOut(
    const std::vector<KernelPoint>& points, const Coefficients& structure,
    LeftOut left_out, const FitOptions& options = {});

}  // namespace dynarch::calibration

#endif  // DYNARCH_SIM_CALIBRATION_KERNEL_FIT_H_
