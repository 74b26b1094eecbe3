// Finite Markov chains: recurrent classes, long-run averages and how sure they
// are.
#ifndef DYNARCH_SIM_DATAFLOW_MARKOV_H_
#define DYNARCH_SIM_DATAFLOW_MARKOV_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sim/dataflow/components.h"
#include "sim/dataflow/rational.h"

namespace dynarch::dataflow {

// The transitions of state s are [first[s], first[s + 1]); two may lead to the
// same state; their probabilities are positive and sum to one. A state without
// transitions is left out of every answer.
struct MarkovMatrix {
  std::vector<int64_t> first = {0};
  std::vector<int32_t> to;
  std::vector<double> probability;

  int states() const { return static_cast<int>(first.size()) - 1; }
};

// Its graph, without the probabilities.
Adjacency GraphOf(const MarkovMatrix& matrix);

// The recurrent classes: states ascending, classes by their first state.
std::vector<std::vector<int>> RecurrentClasses(const MarkovMatrix& matrix);

// The states of one recurrent class as a matrix of their own.
MarkovMatrix ClassMatrix(const MarkovMatrix& matrix,
                         absl::Span<const int> states);

// How likely the chain, started in `start`, ends in each class; to about 1e-12.
std::vector<double> ReachProbabilities(
    const MarkovMatrix& matrix, const std::vector<std::vector<int>>& classes,
    int start);

// The stationary distribution of a matrix whose states form one class. Up to
// 256 states by elimination without subtractions (Grassmann, Taksar, Heyman,
// Operations Research 33(5), 1985), beyond by Gauss-Seidel sweeps until nothing
// moves by more than 1e-14 of itself, or 20,000 sweeps.
std::vector<double> StationaryDistribution(const MarkovMatrix& matrix);

// The same exactly, by the same elimination. `probability` has the matrix's
// probabilities, transition by transition. For few states: time grows with the
// fourth power.
std::vector<Rational> ExactStationaryDistribution(
    const MarkovMatrix& matrix, absl::Span<const Rational> probability);

// A long-run mean of a reward per step and how far it can be off.
struct MeanReward {
  double mean = 0;
  double error = 0;
};

// Long-run means of `count` rewards, `rewards[state * count + k]`, on a matrix
// whose states form one class. Solves for relative values by Gauss-Seidel; for
// any such values the mean lies between the least and the greatest one-step
// gain (Odoni, Operations Research 17(5), 1969), so the error is a bound
// whether the sweeps converged or not (up to the rounding of one such step,
// which is added). `guess` is the stationary distribution, if known well.
std::vector<MeanReward> MeanRewards(const MarkovMatrix& matrix, int count,
                                    absl::Span<const double> rewards,
                                    absl::Span<const double> guess);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_MARKOV_H_
