#include "sim/calibration/least_squares.h"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

namespace dynarch::calibration {
namespace {

using Matrix =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

constexpr double kFirstDamping = 1e-3;
constexpr double kLastDamping = 1e14;

// 0.975 quantile of Student's t. Source: any table of it.
double StudentQuantile(int freedom) {
  constexpr std::array<double, 30> kTable = {
      12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
      2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
      2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
  const int row = std::max(freedom, 1) - 1;
  return row < static_cast<int>(kTable.size()) ? kTable[row] : 1.96;
}

absl::Status CheckParameters(const std::vector<Parameter>& parameters,
                             int residual_count) {
  if (parameters.empty() || residual_count < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("fit: got ", parameters.size(), " parameters and ",
                     residual_count, " residuals; at least one of each"));
  }
  for (const Parameter& p : parameters) {
    if (!(p.lower <= p.start && p.start <= p.upper)) {
      return absl::InvalidArgumentError(
          absl::StrCat("fit: parameter '", p.name, "' starts at ", p.start,
                       ", outside [", p.lower, ", ", p.upper, "]"));
    }
    if (p.prior_sd > 0) continue;
    return absl::InvalidArgumentError(absl::StrCat("fit: parameter '", p.name,
                                                   "': prior_sd ", p.prior_sd,
                                                   "; must be > 0"));
  }
  return absl::OkStatus();
}

// The problem at one point, in units of noise.
class Problem {
 public:
  Problem(const std::vector<Parameter>& parameters, int residual_count,
          const Residuals& residuals, const FitOptions& options)
      : parameters_(parameters),
        residuals_(residuals),
        options_(options),
        r_(residual_count),
        jacobian_(residual_count * parameters.size()) {}

  // Cost at `x`; gradient and Gauss-Newton matrix stay here.
  double At(const std::vector<double>& x) {
    std::fill(r_.begin(), r_.end(), 0.0);
    std::fill(jacobian_.begin(), jacobian_.end(), 0.0);
    residuals_(x, r_, jacobian_);
    const auto rows = static_cast<Eigen::Index>(r_.size());
    const auto columns = static_cast<Eigen::Index>(x.size());
    const Eigen::Map<const Matrix> jacobian(jacobian_.data(), rows, columns);
    Vector weights(rows), weighted(rows);
    double cost = 0;
    weighted_squares_ = 0;
    for (Eigen::Index i = 0; i < rows; ++i) {
      const double r = r_[i] / options_.noise;
      const double size = std::fabs(r);
      const bool inside = size <= options_.huber;
      cost += inside ? r * r / 2 : options_.huber * (size - options_.huber / 2);
      const double weight = inside ? 1 : options_.huber / size;
      weighted_squares_ += weight * r * r;
      weights[i] = weight / (options_.noise * options_.noise);
      weighted[i] = weights[i] * r_[i];
    }
    normal_ = jacobian.transpose() * weights.asDiagonal() * jacobian;
    gradient_ = jacobian.transpose() * weighted;
    return cost + AddPriors(x);
  }
  const Eigen::MatrixXd& normal() const { return normal_; }
  const Vector& gradient() const { return gradient_; }
  double weighted_squares() const { return weighted_squares_; }

 private:
  double AddPriors(const std::vector<double>& x) {
    double cost = 0;
    for (size_t j = 0; j < x.size(); ++j) {
      const double sd = parameters_[j].prior_sd;
      if (!std::isfinite(sd)) continue;
      const double off = (x[j] - parameters_[j].prior) / sd;
      cost += off * off / 2;
      const auto index = static_cast<Eigen::Index>(j);
      normal_(index, index) += 1 / (sd * sd);
      gradient_[index] += off / sd;
    }
    return cost;
  }

  const std::vector<Parameter>& parameters_;
  const Residuals& residuals_;
  const FitOptions& options_;
  std::vector<double> r_, jacobian_;
  Eigen::MatrixXd normal_;
  Vector gradient_;
  double weighted_squares_ = 0;
};

// Parameters that no bound holds against the gradient.
std::vector<int> FreeOf(const std::vector<Parameter>& parameters,
                        const std::vector<double>& x, const Vector& gradient) {
  std::vector<int> free;
  for (size_t j = 0; j < x.size(); ++j) {
    const double slope = gradient[static_cast<Eigen::Index>(j)];
    const bool held = (x[j] <= parameters[j].lower && slope >= 0) ||
                      (x[j] >= parameters[j].upper && slope <= 0);
    if (!held) free.push_back(static_cast<int>(j));
  }
  return free;
}

// Scaled to a unit diagonal, so that parameters of any unit weigh the same.
struct Scaled {
  Eigen::MatrixXd matrix;
  Vector scale;
};
Scaled ScaledPart(const Eigen::MatrixXd& normal, const std::vector<int>& free) {
  const auto n = static_cast<Eigen::Index>(free.size());
  Scaled part{Eigen::MatrixXd(n, n), Vector(n)};
  for (Eigen::Index i = 0; i < n; ++i) {
    const double diagonal = normal(free[i], free[i]);
    part.scale[i] = diagonal > 0 ? 1 / std::sqrt(diagonal) : 1;
  }
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) {
      part.matrix(i, j) =
          normal(free[i], free[j]) * part.scale[i] * part.scale[j];
    }
  }
  return part;
}

std::vector<double> Step(const std::vector<Parameter>& parameters,
                         const std::vector<double>& x, const Problem& problem,
                         const std::vector<int>& free, double damping) {
  Scaled part = ScaledPart(problem.normal(), free);
  Vector down(part.scale.size());
  for (Eigen::Index i = 0; i < down.size(); ++i) {
    part.matrix(i, i) += damping;
    down[i] = -problem.gradient()[free[i]] * part.scale[i];
  }
  const Vector step = part.matrix.ldlt().solve(down);
  std::vector<double> next = x;
  for (Eigen::Index i = 0; i < step.size(); ++i) {
    const int j = free[i];
    next[j] = std::clamp(x[j] + step[i] * part.scale[i], parameters[j].lower,
                         parameters[j].upper);
  }
  return next;
}

// Half intervals of the parameters that are free at the end.
void AddIntervals(const std::vector<Parameter>& parameters, Problem& problem,
                  int residual_count, FitResult* result) {
  const std::vector<double> x = result->Values();
  problem.At(x);
  std::vector<int> inside;
  for (size_t j = 0; j < x.size(); ++j) {
    auto& fitted = result->parameters[j];
    fitted.at_bound =
        x[j] <= parameters[j].lower || x[j] >= parameters[j].upper;
    if (!fitted.at_bound) inside.push_back(static_cast<int>(j));
  }
  if (inside.empty()) return;
  const int freedom =
      std::max(1, residual_count - static_cast<int>(inside.size()));
  // Never below the noise that was assumed, so that an exact fit of few points
  // claims no certainty.
  const double variance = std::max(1.0, problem.weighted_squares() / freedom);
  const Scaled part = ScaledPart(problem.normal(), inside);
  const Eigen::MatrixXd inverse =
      part.matrix.completeOrthogonalDecomposition().pseudoInverse();
  for (Eigen::Index i = 0; i < part.scale.size(); ++i) {
    const double error =
        std::sqrt(std::max(0.0, inverse(i, i) * variance)) * part.scale[i];
    result->parameters[inside[i]].half_interval =
        StudentQuantile(freedom) * error;
  }
}

}  // namespace

std::vector<double> FitResult::Values() const {
  std::vector<double> values;
  values.reserve(parameters.size());
  for (const FittedParameter& p : parameters) values.push_back(p.value);
  return values;
}

absl::StatusOr<FitResult> Minimise(const std::vector<Parameter>& parameters,
                                   int residual_count,
                                   const Residuals& residuals,
                                   const FitOptions& options) {
  DYNARCH_RETURN_IF_ERROR(CheckParameters(parameters, residual_count));
  Problem problem(parameters, residual_count, residuals, options);
  std::vector<double> x;
  x.reserve(parameters.size());
  for (const Parameter& p : parameters) x.push_back(p.start);
  FitResult result;
  result.cost = problem.At(x);
  if (!std::isfinite(result.cost)) {
    return absl::InvalidArgumentError(
        "fit: a residual at the starting values is not finite");
  }
  double damping = kFirstDamping;
  while (result.iterations < options.max_iterations && damping < kLastDamping) {
    const std::vector<int> free = FreeOf(parameters, x, problem.gradient());
    if (free.empty()) break;
    ++result.iterations;
    const std::vector<double> next =
        Step(parameters, x, problem, free, damping);
    const double cost = problem.At(next);
    if (!(cost < result.cost)) {
      damping *= 8;
      problem.At(x);
      continue;
    }
    const double decrease = result.cost - cost;
    x = next;
    result.cost = cost;
    damping = std::max(damping / 8, 1e-12);
    if (decrease <= options.tolerance * (cost + options.tolerance)) break;
  }
  for (size_t j = 0; j < x.size(); ++j) {
    result.parameters.push_back({.name = parameters[j].name,
                                 .value = x[j],
                                 .lower = parameters[j].lower,
                                 .upper = parameters[j].upper});
  }
  AddIntervals(parameters, problem, residual_count, &result);
  return result;
}

}  // namespace dynarch::calibration
