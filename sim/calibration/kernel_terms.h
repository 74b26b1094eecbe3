// A measurement's time as a function of a kernel library's coefficients and its
// system's parameters, taken from the cost model itself.
#ifndef DYNARCH_SIM_CALIBRATION_KERNEL_TERMS_H_
#define DYNARCH_SIM_CALIBRATION_KERNEL_TERMS_H_

#include <array>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/calibration/prediction.h"

namespace dynarch::calibration {

// Coefficients of a kernel, in the order of proto Kernel: per_mac, per_op,
// per_output, per_window, per_input, per_weight, per_call.
inline constexpr int kCoefficientCount = 7;
std::string CoefficientName(int coefficient);

// Which kernel of a library.
struct KernelKey {
  int dtype = 0;         // graph::DataType
  int kernel_class = 0;  // graph::KernelClass
  auto operator<=>(const KernelKey&) const = default;
};

// Firings of one kernel: each takes
//   overhead + base + max(slope * scale * sum coefficient * count, floor)
// seconds. Those without a floor are one term.
struct KernelTerm {
  KernelKey kernel{};
  std::array<double, kCoefficientCount> counts{};
  double slope = 0;  // Seconds per cycle; threads are in it.
  double base = 0;   // Seconds.
  double floor = 0;  // Seconds.
  double times = 1;
};

struct TermsOf {
  std::vector<KernelTerm> terms;
  double fixed = 0;  // Seconds beside the actors.
};

// Coefficients in cycles, and the bit of each that is fitted: those that are
// not 0.
struct KernelStart {
  KernelKey key{};
  std::array<double, kCoefficientCount> cycles{};  // Of the library, scale 1.
};

// Found by costing each actor with two sets of large coefficients and with
// none; then held against the model's own figure. Unimplemented if the
// element's model is not of this form or has no kernel library; else as
// MeasuredActors.
absl::StatusOr<TermsOf> KernelTerms(const Situation& situation);

// The kernels of the situation's element, their coefficients divided by
// `cycle_scale`.
std::vector<KernelStart> KernelsOf(const Situation& situation,
                                   double cycle_scale);

}  // namespace dynarch::calibration

#endif  // DYNARCH_SIM_CALIBRATION_KERNEL_TERMS_H_
