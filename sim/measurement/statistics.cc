#include "sim/measurement/statistics.h"

#include <algorithm>
#include <cmath>

#include "absl/numeric/int128.h"

namespace dynarch::measurement {
namespace {

constexpr double kZ95 = 1.959963984540054;          // Normal, 97.5 %.
constexpr double kChiSquare95 = 3.841458820694124;  // One degree of freedom.
constexpr int64_t kExactLimit = 100;                // 40 * 2^100 fits 128 bits.

// 2 * sum_{i <= least} C(n, i) / 2^n <= 1/20, as integers.
bool BinomialRejects(int64_t least, int64_t n) {
  absl::uint128 choose = 1;  // C(n, 0)
  absl::uint128 sum = 1;
  for (int64_t i = 1; i <= least; ++i) {
    choose =
        choose * static_cast<uint64_t>(n - i + 1) / static_cast<uint64_t>(i);
    sum += choose;
  }
  return sum * 40 <= absl::uint128(1) << static_cast<int>(n);
}

}  // namespace

Interval WilsonInterval(int64_t successes, int64_t trials) {
  if (trials <= 0) return Interval{0, 1};
  const double n = static_cast<double>(trials);
  const double p = static_cast<double>(successes) / n;
  const double z2 = kZ95 * kZ95;
  const double scale = 1 + z2 / n;
  const double centre = (p + z2 / (2 * n)) / scale;
  const double half =
      kZ95 * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / scale;
  Interval interval{std::max(0.0, centre - half), std::min(1.0, centre + half)};
  // At the ends the bound is exact; the arithmetic may miss it by rounding.
  if (successes == 0) interval.low = 0;
  if (successes == trials) interval.high = 1;
  return interval;
}

PairedTest McNemar(int64_t only_first, int64_t only_second) {
  PairedTest test{only_first, only_second, false};
  const int64_t n = only_first + only_second;
  if (n <= kExactLimit) {
    test.distinguishable =
        BinomialRejects(std::min(only_first, only_second), n);
    return test;
  }
  const double gap = static_cast<double>(std::max(only_first, only_second) -
                                         std::min(only_first, only_second)) -
                     1;
  test.distinguishable = gap * gap / static_cast<double>(n) > kChiSquare95;
  return test;
}

PairedTest McNemar(const std::vector<bool>& first,
                   const std::vector<bool>& second) {
  int64_t only_first = 0;
  int64_t only_second = 0;
  for (size_t i = 0; i < std::min(first.size(), second.size()); ++i) {
    only_first += first[i] && !second[i];
    only_second += second[i] && !first[i];
  }
  return McNemar(only_first, only_second);
}

}  // namespace dynarch::measurement
