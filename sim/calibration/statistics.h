// How far predictions are off: the figures that every bar is stated in.
#ifndef DYNARCH_SIM_CALIBRATION_STATISTICS_H_
#define DYNARCH_SIM_CALIBRATION_STATISTICS_H_

#include <optional>
#include <vector>

namespace dynarch::calibration {

// predicted / measured - 1. `measured` > 0.
double SignedError(double predicted, double measured);

// One measurement and its prediction, same unit, both > 0.
struct Pair {
  double measured = 0;
  double predicted = 0;
};

struct ErrorStatistics {
  int points = 0;
  double mape = 0;         // Mean of |signed error|, a share: 0.12 is 12 %.
  double within_10 = 0;    // Share of points with |signed error| <= 10 %.
  double signed_mean = 0;  // Mean signed error.
  double worst = 0;        // Largest |signed error|.
  std::optional<double> tau{};  // Absent: fewer than two points, or all tied.
};
// Of no points: all zero.
ErrorStatistics StatisticsOf(const std::vector<Pair>& pairs);

// Kendall's tau-b of measured against predicted order:
//   (concordant - discordant) / sqrt((pairs - tied_measured)
//                                    (pairs - tied_predicted))
// Source: M. Kendall, Biometrika 33 (1945). Absent where the root is 0.
std::optional<double> KendallTauB(const std::vector<Pair>& pairs);

// The smallest value that at least `share` of the values do not pass (nearest
// rank). `values` is not empty; `share` in (0, 1].
double NearestRank(std::vector<double> values, double share);
// Mean of the two middle values where their number is even. Not empty.
double Median(std::vector<double> values);

}  // namespace dynarch::calibration

#endif  // DYNARCH_SIM_CALIBRATION_STATISTICS_H_
