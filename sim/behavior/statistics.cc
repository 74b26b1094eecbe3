#include "sim/behavior/statistics.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/types/span.h"
#include "sim/base/math.h"
#include "sim/base/status_macros.h"
#include "sim/behavior/work_model.h"
#include "sim/graph/scenario_graph.h"

namespace dynarch::behavior {
namespace {

// Combinations of outcomes that the search for the worst case tries at most.
constexpr int64_t kWorstCaseLimit = 1 << 14;

double Mean(const std::vector<int64_t>& values) {
  absl::int128 sum = 0;
  for (const int64_t value : values) sum += value;
  return static_cast<double>(sum) / static_cast<double>(values.size());
}

// Sum over i of (x_i - m)(x_{i+k} - m) over the same at k = 0. Empty if the
// values are all the same, or fewer than lags + 2.
std::vector<double> Autocorrelation(const std::vector<int64_t>& values,
                                    int lags) {
  const auto count = static_cast<int64_t>(values.size());
  if (count < lags + 2) return {};
  const double mean = Mean(values);
  double variance = 0;
  for (const int64_t value : values) {
    const double x = static_cast<double>(value) - mean;
    variance += x * x;
  }
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  if (*low == *high) return {};
  std::vector<double> result;
  for (int lag = 1; lag <= lags; ++lag) {
    double sum = 0;
    for (int64_t i = 0; i + lag < count; ++i) {
      sum += (static_cast<double>(values[i]) - mean) *
             (static_cast<double>(values[i + lag]) - mean);
    }
    result.push_back(sum / variance);
  }
  return result;
}

double EntropyBits(const std::vector<DecisionStatistics::Outcome>& outcomes) {
  double bits = 0;
  for (const auto& outcome : outcomes) {
    if (outcome.share > 0) bits -= outcome.share * Log2(outcome.share);
  }
  return bits;
}

void Judge(DecisionStatistics& decision) {
  decision.entropy_bits = EntropyBits(decision.outcomes);
  for (const auto& outcome : decision.outcomes) {
    decision.collapsed |= outcome.share > kCollapseShare;
  }
}

class Summary {
 public:
  Summary(const graph::Network& network, const Population& population,
          const ExitPolicy& policy, const Population* independent, int lags)
      : network_(network),
        population_(population),
        policy_(policy),
        independent_(independent),
        lags_(lags),
        model_(network, policy),
        replay_(population.Run(policy)) {}

  absl::StatusOr<Statistics> Make() && {
    out_.samples = population_.size();
    out_.exact_rates = !population_.stated().empty();
    for (const int64_t count : replay_.counts) out_.scenarios += count > 0;
    if (population_.has_accuracy()) out_.correct = replay_.correct_count;
    out_.accuracy = population_.stated_accuracy();
    Exits();
    for (size_t d = 0; d < network_.decisions().size(); ++d) {
      Decision(static_cast<int>(d));
    }
    DYNARCH_RETURN_IF_ERROR(Work());
    DYNARCH_RETURN_IF_ERROR(WorstCase());
    DYNARCH_RETURN_IF_ERROR(Independence());
    return std::move(out_);
  }

 private:
  int exits() const { return population_.exits(); }
  int64_t ExitOf(uint32_t scenario) const { return scenario % exits(); }

  void Exits() {
    DecisionStatistics& decision = out_.exits;
    decision.name = "exit";
    decision.reached = population_.size();
    for (const graph::Exit& exit : network_.exits()) {
      decision.outcomes.push_back({exit.name, 0, 0});
    }
    for (size_t s = 0; s < replay_.counts.size(); ++s) {
      decision.outcomes[s % exits()].count += replay_.counts[s];
    }
    for (auto& outcome : decision.outcomes) {
      outcome.share = static_cast<double>(outcome.count) /
                      static_cast<double>(decision.reached);
    }
    if (out_.exact_rates) {
      for (auto& outcome : decision.outcomes) outcome.share = 0;
      for (const StatedScenario& stated : population_.stated()) {
        decision.outcomes[stated.exit].share += stated.share;
      }
    }
    if (exits() > 1) Judge(decision);
    std::vector<int64_t> taken;
    for (const uint32_t s : replay_.scenarios) taken.push_back(ExitOf(s));
    decision.autocorrelation = Autocorrelation(taken, lags_);
  }

  graph::Outcomes ValuesOf(const graph::Outcomes& row, int d) const {
    const auto first = row.begin() + network_.layout().first[d];
    return {first, first + network_.layout().count[d]};
  }

  void Decision(int d) {
    std::map<graph::Outcomes, std::pair<int64_t, double>> seen;
    std::vector<int64_t> rows(population_.table_size());
    for (size_t s = 0; s < replay_.counts.size(); ++s) {
      rows[s / exits()] += replay_.counts[s];
    }
    DecisionStatistics decision;
    decision.name = network_.decisions()[d].name;
    std::vector<int64_t> value(rows.size());
    for (size_t row = 0; row < rows.size(); ++row) {
      const graph::Outcomes values =
          ValuesOf(population_.TableRow(static_cast<int>(row)), d);
      value[row] = values.front();
      if (values.front() == graph::kNotReached) continue;
      seen[values].first += rows[row];
      decision.reached += rows[row];
    }
    double stated = 0;
    for (const StatedScenario& scenario : population_.stated()) {
      const graph::Outcomes values = ValuesOf(scenario.outcomes, d);
      if (values.front() == graph::kNotReached) continue;
      seen[values].second += scenario.share;
      stated += scenario.share;
    }
    for (const auto& [values, counted] : seen) {
      const double share = out_.exact_rates
                               ? counted.second / stated
                               : static_cast<double>(counted.first) /
                                     static_cast<double>(decision.reached);
      decision.outcomes.push_back(
          {OutcomeText(network_.decisions()[d], values), counted.first, share});
    }
    Judge(decision);
    if (decision.reached == population_.size() &&
        network_.layout().count[d] == 1) {
      std::vector<int64_t> sequence;
      for (const uint32_t index : population_.table_index()) {
        sequence.push_back(value[index]);
      }
      decision.autocorrelation = Autocorrelation(sequence, lags_);
    }
    out_.decisions.push_back(std::move(decision));
  }

  // MACs by scenario that occurs; others 0.
  absl::StatusOr<std::vector<int64_t>> MacsOf(const Population& population,
                                              const Replay& replay) {
    std::vector<int64_t> macs(replay.counts.size());
    for (int row = 0; row < population.table_size(); ++row) {
      DYNARCH_ASSIGN_OR_RETURN(const std::vector<int64_t> by_exit,
                               model_.MacsByExit(population.TableRow(row)));
      std::copy(by_exit.begin(), by_exit.end(),
                macs.begin() + int64_t{row} * exits());
    }
    return macs;
  }

  double Expected(const std::vector<int64_t>& macs,
                  const Replay& replay) const {
    absl::int128 sum = 0;
    for (size_t s = 0; s < macs.size(); ++s) {
      sum += absl::int128(macs[s]) * replay.counts[s];
    }
    return static_cast<double>(sum) /
           static_cast<double>(replay.scenarios.size());
  }

  absl::Status Work() {
    DYNARCH_ASSIGN_OR_RETURN(macs_, MacsOf(population_, replay_));
    out_.macs_expected = Expected(macs_, replay_);
    std::vector<int64_t> sequence;
    for (const uint32_t s : replay_.scenarios) sequence.push_back(macs_[s]);
    const auto [low, high] =
        std::minmax_element(sequence.begin(), sequence.end());
    out_.macs_min = *low;
    out_.macs_max = *high;
    out_.autocorrelation = Autocorrelation(sequence, lags_);
    if (!out_.exact_rates) return absl::OkStatus();
    out_.macs_exact = true;
    out_.macs_expected = 0;
    for (const StatedScenario& stated : population_.stated()) {
      DYNARCH_ASSIGN_OR_RETURN(const std::vector<int64_t> by_exit,
                               model_.MacsByExit(stated.outcomes));
      out_.macs_expected +=
          stated.share * static_cast<double>(by_exit[stated.exit]);
    }
    return absl::OkStatus();
  }

  absl::Status WorstCase() {
    WorkModel plain(network_, StaticPolicy(network_));
    DYNARCH_ASSIGN_OR_RETURN(const std::vector<int64_t> nominal,
                             plain.MacsByExit(network_.full().outcomes()));
    out_.macs_static = nominal.back();
    DYNARCH_ASSIGN_OR_RETURN(const std::vector<int64_t> full,
                             model_.MacsByExit(network_.full().outcomes()));
    out_.worst_case_exact = true;
    for (int e = 0; e < exits(); ++e) {
      DYNARCH_ASSIGN_OR_RETURN(const auto most,
                               model_.MostMacs(e, kWorstCaseLimit));
      out_.worst_case_exact &= most.has_value();
      out_.macs_worst_case =
          std::max(out_.macs_worst_case, most.value_or(full[e]));
      const bool is_last =
          policy_.thresholds[e].kind() == Threshold::Kind::kAlways;
      if (is_last) break;
    }
    if (!out_.worst_case_exact) {
      out_.macs_worst_case = std::max(out_.macs_worst_case, out_.macs_max);
    }
    return absl::OkStatus();
  }

  // For thresholds on a chain of exits: exit e is taken with p_e and not by any
  // before it.
  bool IsChain() const {
    return population_.follows_rule() && network_.decisions().empty() &&
           policy_.kind == graph::ExitRule::Kind::kThreshold && exits() > 1;
  }

  double ExpectedOfChain() const {
    const std::vector<int64_t> passes = population_.PassCounts(policy_);
    double expected = 0, arrives = 1;
    for (int e = 0; e < exits(); ++e) {
      const double passing = static_cast<double>(passes[e]) /
                             static_cast<double>(population_.size());
      expected += arrives * passing * static_cast<double>(macs_[e]);
      arrives *= 1 - passing;
    }
    return expected;
  }

  absl::Status Independence() {
    if (out_.macs_expected == 0) return absl::OkStatus();
    if (IsChain()) {
      out_.independence_error = ExpectedOfChain() / out_.macs_expected - 1;
      out_.independence_exact = true;
      return absl::OkStatus();
    }
    if (independent_ == nullptr) return absl::OkStatus();
    const Replay replay = independent_->Run(policy_);
    DYNARCH_ASSIGN_OR_RETURN(const std::vector<int64_t> macs,
                             MacsOf(*independent_, replay));
    const double drawn = Expected(macs_, replay_);
    out_.independence_error = Expected(macs, replay) / drawn - 1;
    return absl::OkStatus();
  }

  const graph::Network& network_;
  const Population& population_;
  const ExitPolicy& policy_;
  const Population* independent_;
  int lags_;
  WorkModel model_;
  Replay replay_;
  std::vector<int64_t> macs_;  // By scenario.
  Statistics out_;
};

}  // namespace

absl::StatusOr<Statistics> Summarise(const graph::Network& network,
                                     const Population& population,
                                     const ExitPolicy& policy,
                                     const Population* independent, int lags) {
  return Summary(network, population, policy, independent, lags).Make();
}

}  // namespace dynarch::behavior
