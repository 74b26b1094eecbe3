// Robust, bounded least squares with weak priors: what fits every parameter.
//
// Minimises sum rho(r_i / noise) + 1/2 sum ((p_j - prior_j) / prior_sd_j)^2
// within bounds; rho is Huber's. Method: iteratively reweighted
// Levenberg-Marquardt, steps projected onto the bounds, parameters that a bound
// holds left out of the step. Source: P. Huber, Robust Statistics (1981); J.
// More, The Levenberg-Marquardt algorithm (1978).
//
// Exempt from the ban on libm (calibration makes constants, no results), yet
// deterministic: one thread, fixed order.
#ifndef DYNARCH_SIM_CALIBRATION_LEAST_SQUARES_H_
#define DYNARCH_SIM_CALIBRATION_LEAST_SQUARES_H_

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace dynarch::calibration {

struct Parameter {
  std::string name;
  double start = 0;
  double lower = 0;
  double upper = std::numeric_limits<double>::infinity();
  double prior = 0;
  double prior_sd = std::numeric_limits<double>::infinity();  // None.
};

// Residuals at `parameters`, and their derivatives, one row per residual.
// Both come cleared and with their final sizes.
using Residuals = std::function<void(const std::vector<double>& parameters,
                                     std::vector<double>& residuals,
                                     std::vector<double>& jacobian)>;

struct FitOptions {
  double noise = 0.05;   // Standard deviation of a residual.
  double huber = 1.345;  // Of noise; 95 % efficient for normal residuals.
  int max_iterations = 200;
  double tolerance = 1e-10;  // Relative decrease of the cost.
};

struct FittedParameter {
  std::string name;
  double value = 0;
  double lower = 0, upper = 0;
  bool at_bound = false;
  // Half of the 95 % interval: Student's quantile times the standard error, of
  // the linearised problem, priors included. 0 at a bound.
  double half_interval = 0;
};

struct FitResult {
  std::vector<FittedParameter> parameters;
  double cost = 0;
  int iterations = 0;
  std::vector<double> Values() const;
};

// InvalidArgument: no parameter or residual; a start outside its bounds, bounds
// that cross, a prior_sd <= 0, a residual that is not finite at the start.
absl::StatusOr<FitResult> Minimise(const std::vector<Parameter>& parameters,
                                   int residual_count,
                                   const Residuals& residuals,
                                   const FitOptions& options = {});

}  // namespace dynarch::calibration

#endif  // DYNARCH_SIM_CALIBRATION_LEAST_SQUARES_H_
