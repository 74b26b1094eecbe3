#include "sim/dataflow/sadf_rates.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "sim/base/status_macros.h"
#include "sim/dataflow/cycle_ratio.h"

namespace dynarch::dataflow {
namespace {

constexpr size_t kMostExactStates = 48;

// Processes that always fire equally often share one column.
struct Columns {
  std::vector<int> column_of;                 // by process
  std::vector<std::vector<int64_t>> columns;  // by row of the space's firings
};

Columns DistinctColumns(const SadfSpace& space) {
  Columns result;
  std::map<std::vector<int64_t>, int> seen;
  const size_t processes = space.processes;
  for (size_t p = 0; p < processes; ++p) {
    std::vector<int64_t> column;
    for (size_t i = p; i < space.firings.size(); i += processes) {
      column.push_back(space.firings[i]);
    }
    const auto [found, is_new] =
        seen.emplace(column, static_cast<int>(result.columns.size()));
    if (is_new) result.columns.push_back(std::move(column));
    result.column_of.push_back(found->second);
  }
  return result;
}

// The cycle, among those found so far, with the least ratio in these edges.
std::vector<int64_t> BestStart(const std::vector<RatioEdge>& edges,
                               const std::vector<std::vector<int64_t>>& found) {
  std::vector<int64_t> best;
  Rational least;
  for (const std::vector<int64_t>& cycle : found) {
    BigInt gain = 0;
    BigInt time = 0;
    for (const int64_t e : cycle) {
      gain += edges[e].gain;
      time += edges[e].time;
    }
    const Rational ratio(std::move(gain), std::move(time));
    if (!best.empty() && ratio >= least) continue;
    best = cycle;
    least = ratio;
  }
  return best;
}

// Mean rewards per step, by state: columns of firings and, last, time.
std::vector<double> RewardsOf(const MarkovMatrix& matrix,
                              const SadfSpace& space, const Columns& columns,
                              const std::vector<int>& states) {
  const size_t count = columns.columns.size() + 1;
  std::vector<double> rewards(states.size() * count, 0.0);
  for (size_t i = 0; i < states.size(); ++i) {
    double* row = &rewards[i * count];
    for (int64_t e = space.first[states[i]]; e < space.first[states[i] + 1];
         ++e) {
      const SadfSpace::Transition& transition = space.transitions[e];
      const double p = matrix.probability[e];
      for (size_t k = 0; k + 1 < count; ++k) {
        row[k] +=
            p * static_cast<double>(columns.columns[k][transition.firings]);
      }
      row[count - 1] += p * static_cast<double>(transition.time);
    }
  }
  return rewards;
}

struct ClassRates {
  std::vector<double> rate;   // by column
  std::vector<double> error;  // by column
};

// The quotient of two means, with the bound that theirs give.
void SetQuotient(const MeanReward& gain, const MeanReward& time, double& rate,
                 double& error) {
  if (time.mean <= time.error) {
    rate = gain.mean > 0 ? std::numeric_limits<double>::infinity() : 0;
    error = 0;
    return;
  }
  rate = gain.mean / time.mean;
  error = (gain.error + rate * time.error) / (time.mean - time.error);
}

ClassRates RatesOfClass(const MarkovMatrix& matrix, const SadfSpace& space,
                        const Columns& columns, const std::vector<int>& states,
                        std::vector<double>& stationary) {
  const MarkovMatrix local = ClassMatrix(matrix, states);
  stationary = StationaryDistribution(local);
  const size_t count = columns.columns.size() + 1;
  const std::vector<double> rewards = RewardsOf(matrix, space, columns, states);
  const std::vector<MeanReward> means =
      MeanRewards(local, static_cast<int>(count), rewards, stationary);
  ClassRates rates;
  rates.rate.resize(count - 1);
  rates.error.resize(count - 1);
  for (size_t k = 0; k + 1 < count; ++k) {
    SetQuotient(means[k], means[count - 1], rates.rate[k], rates.error[k]);
  }
  return rates;
}

// By column; empty if the class takes no time.
std::vector<Rational> ExactRates(
    const std::vector<SadfDistribution>& distributions,
    const MarkovMatrix& matrix, const SadfSpace& space, const Columns& columns,
    const std::vector<int>& states) {
  std::vector<Rational> probability;
  for (const int s : states) {
    const SadfDistribution& draw = distributions[space.distribution[s]];
    probability.insert(probability.end(), draw.exact.begin(), draw.exact.end());
  }
  const std::vector<Rational> stationary =
      ExactStationaryDistribution(ClassMatrix(matrix, states), probability);
  std::vector<Rational> gain(columns.columns.size());
  Rational time;
  size_t next = 0;
  for (size_t i = 0; i < states.size(); ++i) {
    for (int64_t e = space.first[states[i]]; e < space.first[states[i] + 1];
         ++e) {
      const SadfSpace::Transition& transition = space.transitions[e];
      const Rational flow = stationary[i] * probability[next++];
      time += flow * Rational(transition.time);
      for (size_t k = 0; k < gain.size(); ++k) {
        gain[k] += flow * Rational(columns.columns[k][transition.firings]);
      }
    }
  }
  if (time.zero()) return {};
  for (Rational& rate : gain) rate /= time;
  return gain;
}

std::vector<double> OccupancyOf(const MarkovMatrix& matrix,
                                const SadfSpace& space, size_t channels,
                                const std::vector<int>& states,
                                const std::vector<double>& stationary) {
  std::vector<double> area(channels, 0.0);
  double time = 0;
  for (size_t i = 0; i < states.size(); ++i) {
    const size_t s = states[i];
    for (size_t c = 0; c < channels; ++c) {
      area[c] += stationary[i] * space.area[s * channels + c];
    }
    for (int64_t e = space.first[s]; e < space.first[s + 1]; ++e) {
      time += stationary[i] * matrix.probability[e] *
              static_cast<double>(space.transitions[e].time);
    }
  }
  for (double& mean : area) mean /= time;
  return area;
}

}  // namespace

MarkovMatrix MatrixOf(const std::vector<SadfDistribution>& distributions,
                      const SadfSpace& space) {
  MarkovMatrix matrix;
  matrix.first = space.first;
  matrix.to.reserve(space.transitions.size());
  matrix.probability.reserve(space.transitions.size());
  for (int s = 0; s < space.states(); ++s) {
    const SadfDistribution& draw = distributions[space.distribution[s]];
    for (int64_t e = space.first[s]; e < space.first[s + 1]; ++e) {
      matrix.to.push_back(space.transitions[e].to);
      matrix.probability.push_back(draw.probability[e - space.first[s]]);
    }
  }
  return matrix;
}

absl::StatusOr<std::vector<std::optional<Rational>>> WorstRates(
    const SadfSpace& space) {
  const Columns columns = DistinctColumns(space);
  std::vector<RatioEdge> edges(space.transitions.size());
  for (int s = 0; s < space.states(); ++s) {
    for (int64_t e = space.first[s]; e < space.first[s + 1]; ++e) {
      edges[e] = {s, space.transitions[e].to, 0, space.transitions[e].time};
    }
  }
  std::vector<std::vector<int64_t>> found;
  std::vector<std::optional<Rational>> by_column;
  for (const std::vector<int64_t>& column : columns.columns) {
    for (size_t e = 0; e < edges.size(); ++e) {
      edges[e].gain = column[space.transitions[e].firings];
    }
    DYNARCH_ASSIGN_OR_RETURN(
        CycleRatio ratio,
        LeastCycleRatio(space.states(), edges, BestStart(edges, found)));
    by_column.push_back(ratio.least);
    if (ratio.least.has_value()) found.push_back(std::move(ratio.cycle));
  }
  std::vector<std::optional<Rational>> rates;
  for (const int column : columns.column_of) {
    rates.push_back(by_column[column]);
  }
  return rates;
}

ExpectedRates RatesExpected(const std::vector<SadfDistribution>& distributions,
                            const SadfSpace& space) {
  const size_t processes = space.processes;
  const size_t channels = space.channels;
  const Columns columns = DistinctColumns(space);
  const MarkovMatrix matrix = MatrixOf(distributions, space);
  const std::vector<std::vector<int>> classes = RecurrentClasses(matrix);
  const std::vector<double> reached = ReachProbabilities(matrix, classes, 0);
  ExpectedRates expected;
  expected.rate.assign(processes, 0.0);
  expected.error.assign(processes, 0.0);
  if (!space.area.empty()) expected.occupancy.assign(channels, 0.0);
  for (size_t c = 0; c < classes.size(); ++c) {
    if (reached[c] == 0) continue;
    std::vector<double> stationary;
    const ClassRates rates =
        RatesOfClass(matrix, space, columns, classes[c], stationary);
    for (size_t p = 0; p < processes; ++p) {
      const int column = columns.column_of[p];
      expected.rate[p] += reached[c] * rates.rate[column];
      expected.error[p] += reached[c] * rates.error[column];
    }
    if (space.area.empty()) continue;
    const std::vector<double> occupancy =
        OccupancyOf(matrix, space, channels, classes[c], stationary);
    for (size_t k = 0; k < channels; ++k) {
      expected.occupancy[k] += reached[c] * occupancy[k];
    }
  }
  if (classes.size() == 1 && classes[0].size() <= kMostExactStates) {
    const std::vector<Rational> exact =
        ExactRates(distributions, matrix, space, columns, classes[0]);
    for (size_t p = 0; p < processes && !exact.empty(); ++p) {
      expected.fraction.push_back(exact[columns.column_of[p]]);
      expected.rate[p] = expected.fraction[p].ToDouble();
      expected.error[p] = 0;
    }
  }
  return expected;
}

}  // namespace dynarch::dataflow
