// Intervals and tests on counts of correct samples.
#ifndef DYNARCH_SIM_MEASUREMENT_STATISTICS_H_
#define DYNARCH_SIM_MEASUREMENT_STATISTICS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

namespace dynarch::measurement {

// A share with its 95 % interval.
struct Share {
  double value = 0;
  double low = 0;
  double high = 0;
};

// `successes` of `samples` with Wilson's score interval at 95 % (z = 1.959964).
// InvalidArgument unless 0 <= successes <= samples and samples >= 1.
// Source: E. B. Wilson, "Probable inference, the law of succession, and
// statistical inference", JASA 22(158), 1927.
absl::StatusOr<Share> WilsonShare(int64_t successes, int64_t samples);

// The outcome of a paired test of two classifiers on the same samples.
struct McNemar {
  int64_t only_first = 0;   // Samples that only the first gets right.
  int64_t only_second = 0;  // Samples that only the second gets right.
  double p_value = 1;       // Two-sided, exact.
  bool distinguishable() const { return p_value < 0.05; }
};

// McNemar's test in its exact form: min(1, 2 P[X <= min(b, c)]) with
// X ~ Binomial(b + c, 1/2). InvalidArgument if the lengths differ.
// Source: Q. McNemar, "Note on the sampling error of the difference between
// correlated proportions or percentages", Psychometrika 12(2), 1947.
absl::StatusOr<McNemar> McNemarTest(const std::vector<bool>& first,
                                    const std::vector<bool>& second);

}  // namespace dynarch::measurement

#endif  // DYNARCH_SIM_MEASUREMENT_STATISTICS_H_
