#include "sim/calibration/naive.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "sim/base/status_macros.h"
#include "sim/calibration/least_squares.h"

namespace dynarch::calibration {
namespace {

std::array<double, 2> FeaturesOf(NaiveModel model, const NaivePoint& point) {
  if (model == NaiveModel::kMacsAffine) return {1, point.macs};
  return {point.macs, point.bytes};
}

// Starts where each feature alone explains half of the first point.
Parameter StartOf(double feature, double measured) {
  return {.name = "naive", .start = feature > 0 ? measured / feature / 2 : 0};
}

absl::StatusOr<std::vector<double>> FitNaive(
    NaiveModel model, const std::vector<NaivePoint>& points) {
  const auto first = FeaturesOf(model, points.front());
  const double measured = points.front().measured;
  DYNARCH_ASSIGN_OR_RETURN(
      const FitResult fit,
      Minimise({StartOf(first[0], measured), StartOf(first[1], measured)},
               static_cast<int>(points.size()),
               [&](const std::vector<double>& p, std::vector<double>& r,
                   std::vector<double>& jacobian) {
                 for (size_t i = 0; i < points.size(); ++i) {
                   const auto x = FeaturesOf(model, points[i]);
                   const double m = points[i].measured;
                   r[i] = (p[0] * x[0] + p[1] * x[1]) / m - 1;
                   jacobian[2 * i] = x[0] / m;
                   jacobian[2 * i + 1] = x[1] / m;
                 }
               }));
  return fit.Values();
}

}  // namespace

absl::StatusOr<std::vector<std::optional<double>>> LeaveOneNetworkOutNaive(
    NaiveModel model, const std::vector<NaivePoint>& points) {
  std::set<std::string> networks;
  for (const NaivePoint& point : points) networks.insert(point.network);
  std::vector<std::optional<double>> predicted(points.size());
  if (networks.size() < 3) return predicted;
  for (const std::string& left_out : networks) {
    std::vector<NaivePoint> others;
    std::copy_if(points.begin(), points.end(), std::back_inserter(others),
                 [&](const NaivePoint& p) { return p.network != left_out; });
    DYNARCH_ASSIGN_OR_RETURN(const std::vector<double> fit,
                             FitNaive(model, others));
    for (size_t i = 0; i < points.size(); ++i) {
      if (points[i].network != left_out) continue;
      const auto x = FeaturesOf(model, points[i]);
      predicted[i] = fit[0] * x[0] + fit[1] * x[1];
    }
  }
  return predicted;
}

}  // namespace dynarch::calibration
