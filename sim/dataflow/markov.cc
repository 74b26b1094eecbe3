#include "sim/dataflow/markov.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace dynarch::dataflow {
namespace {

constexpr int kEliminated = 256;  // states
constexpr int kMostSweeps = 20'000;
constexpr int kMostValueSweeps = 2'000;

// Stationary distribution of a dense matrix, row by row, by censoring one state
// after another; only sums, products and quotients of positive numbers.
template <typename T>
std::vector<T> Eliminate(std::vector<T> p, int n) {
  const auto at = [&](int i, int j) -> T& {
    return p[static_cast<size_t>(i) * n + j];
  };
  for (int k = n - 1; k > 0; --k) {
    T out(0);
    for (int j = 0; j < k; ++j) out += at(k, j);
    for (int i = 0; i < k; ++i) {
      if (at(i, k) == T(0)) continue;
      at(i, k) /= out;
      for (int j = 0; j < k; ++j) {
        if (at(k, j) == T(0)) continue;
        at(i, j) += at(i, k) * at(k, j);
      }
    }
  }
  std::vector<T> pi(n, T(0));
  pi[0] = T(1);
  T sum(1);
  for (int k = 1; k < n; ++k) {
    for (int i = 0; i < k; ++i) pi[k] += pi[i] * at(i, k);
    sum += pi[k];
  }
  for (T& value : pi) value /= sum;
  return pi;
}

template <typename T>
std::vector<T> Dense(const MarkovMatrix& matrix,
                     absl::Span<const T> probability) {
  const size_t n = matrix.states();
  std::vector<T> dense(n * n, T(0));
  for (size_t s = 0; s < n; ++s) {
    for (int64_t k = matrix.first[s]; k < matrix.first[s + 1]; ++k) {
      dense[s * n + matrix.to[k]] += probability[k];
    }
  }
  return dense;
}

MarkovMatrix Transpose(const MarkovMatrix& matrix) {
  MarkovMatrix transposed;
  const int n = matrix.states();
  transposed.first.assign(n + 1, 0);
  for (const int32_t to : matrix.to) ++transposed.first[to + 1];
  for (int s = 0; s < n; ++s) transposed.first[s + 1] += transposed.first[s];
  transposed.to.resize(matrix.to.size());
  transposed.probability.resize(matrix.to.size());
  std::vector<int64_t> next(transposed.first.begin(),
                            transposed.first.end() - 1);
  for (int s = 0; s < n; ++s) {
    for (int64_t k = matrix.first[s]; k < matrix.first[s + 1]; ++k) {
      const int64_t slot = next[matrix.to[k]]++;
      transposed.to[slot] = s;
      transposed.probability[slot] = matrix.probability[k];
    }
  }
  return transposed;
}

void Scale(std::vector<double>& pi) {
  double sum = 0;
  for (const double value : pi) sum += value;
  for (double& value : pi) value /= sum;
}

// pi = pi P for a single state, the others as they are.
double Inflow(const MarkovMatrix& transposed, int state,
              const std::vector<double>& pi) {
  double inflow = 0;
  double stay = 0;
  for (int64_t k = transposed.first[state]; k < transposed.first[state + 1];
       ++k) {
    if (transposed.to[k] == state) {
      stay += transposed.probability[k];
    } else {
      inflow += transposed.probability[k] * pi[transposed.to[k]];
    }
  }
  return inflow / (1 - stay);
}

std::vector<double> Iterate(const MarkovMatrix& matrix) {
  const int n = matrix.states();
  const MarkovMatrix transposed = Transpose(matrix);
  std::vector<double> pi(n, 1.0 / n);
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    double change = 0;
    for (int s = 0; s < n; ++s) {
      const double value = Inflow(transposed, s, pi);
      change = std::max(change, std::abs(value - pi[s]) / value);
      pi[s] = value;
    }
    Scale(pi);
    if (change < 1e-14) break;
  }
  return pi;
}

// Sweeps of the relative values of several rewards at once.
class ValueSweeps {
 public:
  ValueSweeps(const MarkovMatrix& matrix, int count,
              absl::Span<const double> rewards, absl::Span<const double> guess)
      : matrix_(matrix),
        count_(count),
        rewards_(rewards),
        mean_(count, 0.0),
        values_(static_cast<size_t>(matrix.states()) * count, 0.0),
        step_(count) {
    for (int s = 0; s < matrix.states(); ++s) {
      for (int k = 0; k < count; ++k) {
        mean_[k] += guess[s] * rewards[static_cast<size_t>(s) * count + k];
      }
    }
  }

  void Sweep() {
    for (int s = matrix_.states() - 1; s >= 0; --s) {
      const double stay = OneStep(s);
      if (stay == 1) continue;  // the only state
      double* values = &values_[static_cast<size_t>(s) * count_];
      for (int k = 0; k < count_; ++k) {
        values[k] = (step_[k] - mean_[k]) / (1 - stay);
      }
    }
    const std::vector<double> anchor(values_.begin(), values_.begin() + count_);
    for (size_t i = 0; i < values_.size(); ++i)
      values_[i] -= anchor[i % count_];
  }

  // Between the least and the greatest one-step gain.
  std::vector<MeanReward> Bounds() {
    std::vector<double> least(count_, std::numeric_limits<double>::max());
    std::vector<double> greatest(count_, std::numeric_limits<double>::lowest());
    std::vector<double> largest(count_, 0.0);
    for (int s = 0; s < matrix_.states(); ++s) {
      const double stay = OneStep(s);
      const double* values = &values_[static_cast<size_t>(s) * count_];
      for (int k = 0; k < count_; ++k) {
        const double gain = step_[k] + (stay - 1) * values[k];
        least[k] = std::min(least[k], gain);
        greatest[k] = std::max(greatest[k], gain);
        largest[k] = std::max(largest[k], std::abs(values[k]));
      }
    }
    std::vector<MeanReward> bounds(count_);
    for (int k = 0; k < count_; ++k) {
      bounds[k].mean = least[k] + (greatest[k] - least[k]) / 2;
      bounds[k].error = (greatest[k] - least[k]) / 2 +
                        8 * std::numeric_limits<double>::epsilon() *
                            (largest[k] + std::abs(bounds[k].mean));
    }
    return bounds;
  }

 private:
  // Reward and values after one step out of `s`, in step_, without what stays;
  // returns the probability of staying.
  double OneStep(int s) {
    for (int k = 0; k < count_; ++k) {
      step_[k] = rewards_[static_cast<size_t>(s) * count_ + k];
    }
    double stay = 0;
    for (int64_t e = matrix_.first[s]; e < matrix_.first[s + 1]; ++e) {
      const double p = matrix_.probability[e];
      if (matrix_.to[e] == s) {
        stay += p;
        continue;
      }
      const double* values =
          &values_[static_cast<size_t>(matrix_.to[e]) * count_];
      for (int k = 0; k < count_; ++k) step_[k] += p * values[k];
    }
    return stay;
  }

  const MarkovMatrix& matrix_;
  const int count_;
  absl::Span<const double> rewards_;
  std::vector<double> mean_;
  std::vector<double> values_;
  std::vector<double> step_;
};

}  // namespace

Adjacency GraphOf(const MarkovMatrix& matrix) {
  return {.first = {matrix.first.begin(), matrix.first.end()},
          .to = {matrix.to.begin(), matrix.to.end()}};
}

std::vector<std::vector<int>> RecurrentClasses(const MarkovMatrix& matrix) {
  const Components components = StronglyConnected(GraphOf(matrix));
  std::vector<uint8_t> open(components.members.size(), 0);
  for (int s = 0; s < matrix.states(); ++s) {
    const int from = components.of[s];
    if (matrix.first[s] == matrix.first[s + 1]) open[from] = 1;
    for (int64_t e = matrix.first[s]; e < matrix.first[s + 1]; ++e) {
      if (components.of[matrix.to[e]] != from) open[from] = 1;
    }
  }
  std::vector<std::vector<int>> classes;
  for (size_t c = 0; c < components.members.size(); ++c) {
    if (!open[c]) classes.push_back(components.members[c]);
  }
  std::sort(classes.begin(), classes.end());
  return classes;
}

MarkovMatrix ClassMatrix(const MarkovMatrix& matrix,
                         absl::Span<const int> states) {
  std::vector<int32_t> local(matrix.states(), -1);
  for (size_t i = 0; i < states.size(); ++i) {
    local[states[i]] = static_cast<int32_t>(i);
  }
  MarkovMatrix result;
  for (const int s : states) {
    for (int64_t k = matrix.first[s]; k < matrix.first[s + 1]; ++k) {
      result.to.push_back(local[matrix.to[k]]);
      result.probability.push_back(matrix.probability[k]);
    }
    result.first.push_back(static_cast<int64_t>(result.to.size()));
  }
  return result;
}

std::vector<double> ReachProbabilities(
    const MarkovMatrix& matrix, const std::vector<std::vector<int>>& classes,
    int start) {
  std::vector<int> class_of(matrix.states(), -1);
  for (size_t c = 0; c < classes.size(); ++c) {
    for (const int s : classes[c]) class_of[s] = static_cast<int>(c);
  }
  std::vector<double> reached(classes.size(), 0.0);
  if (class_of[start] >= 0) {
    reached[class_of[start]] = 1;
    return reached;
  }
  // Expected visits to the transient states.
  const MarkovMatrix transposed = Transpose(matrix);
  std::vector<double> visits(matrix.states(), 0.0);
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    double change = 0;
    for (int s = 0; s < matrix.states(); ++s) {
      if (class_of[s] >= 0) continue;
      double in = s == start ? 1 : 0;
      double stay = 0;
      for (int64_t k = transposed.first[s]; k < transposed.first[s + 1]; ++k) {
        const int from = transposed.to[k];
        (from == s ? stay : in) +=
            transposed.probability[k] * (from == s ? 1 : visits[from]);
      }
      in /= 1 - stay;
      change = std::max(change, std::abs(in - visits[s]));
      visits[s] = in;
    }
    if (change < 1e-15) break;
  }
  for (int s = 0; s < matrix.states(); ++s) {
    if (class_of[s] >= 0) continue;
    for (int64_t k = matrix.first[s]; k < matrix.first[s + 1]; ++k) {
      const int c = class_of[matrix.to[k]];
      if (c >= 0) reached[c] += visits[s] * matrix.probability[k];
    }
  }
  return reached;
}

std::vector<double> StationaryDistribution(const MarkovMatrix& matrix) {
  if (matrix.states() > kEliminated) return Iterate(matrix);
  return Eliminate(
      Dense<double>(matrix, absl::MakeConstSpan(matrix.probability)),
      matrix.states());
}

std::vector<Rational> ExactStationaryDistribution(
    const MarkovMatrix& matrix, absl::Span<const Rational> probability) {
  return Eliminate(Dense<Rational>(matrix, probability), matrix.states());
}

std::vector<MeanReward> MeanRewards(const MarkovMatrix& matrix, int count,
                                    absl::Span<const double> rewards,
                                    absl::Span<const double> guess) {
  ValueSweeps sweeps(matrix, count, rewards, guess);
  std::vector<MeanReward> bounds = sweeps.Bounds();
  double last = std::numeric_limits<double>::infinity();
  for (int sweep = 1; sweep <= kMostValueSweeps; ++sweep) {
    sweeps.Sweep();
    if (sweep % 8 != 0) continue;
    bounds = sweeps.Bounds();
    double worst = 0;
    for (const MeanReward& bound : bounds) {
      if (bound.mean != 0) {
        worst = std::max(worst, bound.error / std::abs(bound.mean));
      }
    }
    // Rounding, not the sweeps, limits it.
    if (worst < 1e-12 || (worst < 1e-9 && worst > 0.5 * last)) break;
    last = worst;
  }
  return bounds;
}

}  // namespace dynarch::dataflow
