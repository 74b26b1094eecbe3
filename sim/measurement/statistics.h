// Intervals and paired tests of counts: + - * / and the square root only.
#ifndef DYNARCH_SIM_MEASUREMENT_STATISTICS_H_
#define DYNARCH_SIM_MEASUREMENT_STATISTICS_H_

#include <cstdint>
#include <vector>

namespace dynarch::measurement {

struct Interval {
  double low = 0;
  double high = 1;
  bool operator==(const Interval&) const = default;
};

// The 95 % score interval of a proportion: with p = successes / trials and
// z = 1.959963984540054,
//   (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n),
// clamped to [0, 1]. [0, 1] if there were no trials.
// Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212.
Interval WilsonInterval(int64_t successes, int64_t trials);

// McNemar's test of two classifiers on the same samples.
struct PairedTest {
  int64_t only_first = 0;   // Right by the first alone.
  int64_t only_second = 0;  // Right by the second alone.
  // True if equal accuracy is rejected at 5 %, two-sided.
  bool distinguishable = false;
  bool operator==(const PairedTest&) const = default;
};

// Up to 100 discordant samples n = first + second: the exact binomial test,
// in integers: distinguishable if 2 * sum_{i <= min} C(n, i) / 2^n <= 0.05.
// Beyond: the continuity-corrected statistic (|first - second| - 1)^2 / n
// exceeds 3.841458820694124, the 95 % quantile of chi-square with one degree
// of freedom.
// Source: Q. McNemar, Psychometrika 12 (1947) 153-157; the correction:
// A. L. Edwards, Psychometrika 13 (1948) 185-187.
PairedTest McNemar(int64_t only_first, int64_t only_second);

// By sample; the same samples in the same order, so equal sizes. Samples past
// the end of the shorter are not compared.
PairedTest McNemar(const std::vector<bool>& first,
                   const std::vector<bool>& second);

}  // namespace dynarch::measurement

#endif  // DYNARCH_SIM_MEASUREMENT_STATISTICS_H_
