#include "sim/calibration/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace dynarch::calibration {
namespace {

int Sign(double value) { return (value > 0) - (value < 0); }

}  // namespace

double SignedError(double predicted, double measured) {
  return predicted / measured - 1;
}

ErrorStatistics StatisticsOf(const std::vector<Pair>& pairs) {
  ErrorStatistics statistics;
  statistics.points = static_cast<int>(pairs.size());
  if (pairs.empty()) return statistics;
  int within = 0;
  for (const Pair& pair : pairs) {
    const double error = SignedError(pair.predicted, pair.measured);
    statistics.mape += std::fabs(error);
    statistics.signed_mean += error;
    statistics.worst = std::max(statistics.worst, std::fabs(error));
    within += std::fabs(error) <= 0.1 ? 1 : 0;
  }
  const auto count = static_cast<double>(pairs.size());
  statistics.mape /= count;
  statistics.signed_mean /= count;
  statistics.within_10 = within / count;
  statistics.tau = KendallTauB(pairs);
  return statistics;
}

std::optional<double> KendallTauB(const std::vector<Pair>& pairs) {
  int64_t score = 0, by_measured = 0, by_predicted = 0;
  for (size_t i = 0; i < pairs.size(); ++i) {
    for (size_t j = i + 1; j < pairs.size(); ++j) {
      const int m = Sign(pairs[i].measured - pairs[j].measured);
      const int p = Sign(pairs[i].predicted - pairs[j].predicted);
      score += m * p;
      by_measured += m != 0 ? 1 : 0;
      by_predicted += p != 0 ? 1 : 0;
    }
  }
  if (by_measured == 0 || by_predicted == 0) return std::nullopt;
  return static_cast<double>(score) /
         std::sqrt(static_cast<double>(by_measured) *
                   static_cast<double>(by_predicted));
}

double NearestRank(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<size_t>(
      std::ceil(share * static_cast<double>(values.size())));
  return values[std::clamp<size_t>(rank, 1, values.size()) - 1];
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

}  // namespace dynarch::calibration
