#include "sim/measurement/statistics.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace dynarch::measurement {
namespace {

constexpr double kZ95 = 1.959963984540054;  // Normal quantile at 0.975.

// P[X <= tail] for X ~ Binomial(n, 1/2). Weights relative to the largest, each
// from its neighbour, so that no factorial is formed and nothing overflows.
double HalfBinomialTail(int64_t n, int64_t tail) {
  const int64_t mode = n / 2;
  double total = 0;
  double below = 0;
  const auto add = [&](int64_t k, double weight) {
    total += weight;
    if (k <= tail) below += weight;
  };
  double weight = 1;
  for (int64_t k = mode; k >= 0 && weight > 0; --k) {
    add(k, weight);
    weight *= static_cast<double>(k) / static_cast<double>(n - k + 1);
  }
  weight = 1;
  for (int64_t k = mode + 1; k <= n && weight > 0; ++k) {
    weight *= static_cast<double>(n - k + 1) / static_cast<double>(k);
    add(k, weight);
  }
  return below / total;
}

}  // namespace

absl::StatusOr<Share> WilsonShare(int64_t successes, int64_t samples) {
  if (samples < 1 || successes < 0 || successes > samples) {
    return absl::InvalidArgumentError(
        absl::StrCat("share: ", successes, " of ", samples,
                     "; allowed is 0 to n of n >= 1 samples"));
  }
  const double n = static_cast<double>(samples);
  const double p = static_cast<double>(successes) / n;
  const double z2 = kZ95 * kZ95;
  const double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const double half =
      kZ95 / (1 + z2 / n) * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  return Share{.value = p,
               .low = successes == 0 ? 0 : std::max(0.0, centre - half),
               .high = successes == samples ? 1 : std::min(1.0, centre + half)};
}

absl::StatusOr<McNemar> McNemarTest(const std::vector<bool>& first,
                                    const std::vector<bool>& second) {
  if (first.size() != second.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("paired test: ", first.size(), " and ", second.size(),
                     " samples; both sides need the same ones"));
  }
  McNemar result;
  for (size_t i = 0; i < first.size(); ++i) {
    result.only_first += first[i] && !second[i];
    result.only_second += second[i] && !first[i];
  }
  const int64_t n = result.only_first + result.only_second;
  if (n > 0) {
    const int64_t tail = std::min(result.only_first, result.only_second);
    result.p_value = std::min(1.0, 2 * HalfBinomialTail(n, tail));
  }
  return result;
}

}  // namespace dynarch::measurement
