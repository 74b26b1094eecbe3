// What one evaluation returns, and where its time and energy went.
#ifndef DYNARCH_SIM_MEASUREMENT_MEASUREMENT_H_
#define DYNARCH_SIM_MEASUREMENT_MEASUREMENT_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/units.h"
#include "sim/measurement/metric.h"

namespace dynarch::measurement {

// SEMANTICS 12. Same numbers as the proto's Trial.State.
enum class TrialState : uint8_t {
  kPending = 1,
  kLeased = 2,
  kSucceeded = 3,
  kInfeasible = 4,
  kFailed = 5,
  kCancelled = 6,
};
absl::string_view NameOf(TrialState state);

// One value per metric; absent where not defined, never 0 in its place.
class MetricValues {
 public:
  std::optional<double> Get(Metric metric) const {
    return values_[static_cast<int>(metric)];
  }
  void Set(Metric metric, std::optional<double> value) {
    values_[static_cast<int>(metric)] = value;
  }
  bool operator==(const MetricValues&) const = default;

 private:
  std::array<std::optional<double>, kMetricCount> values_;
};

// Exact totals of a run; both paths fill the same, so they can be compared to
// the picosecond and the zeptojoule.
struct DomainTotals {
  std::string domain;
  Picoseconds active, entering, idle_state, exiting;  // Sum to the window.
  Zeptojoules active_energy, idle_state_energy, transition_energy;
  bool operator==(const DomainTotals&) const = default;
};
struct ActivityTotals {
  std::string label;    // `exit1/conv1@gpu`, `exit1/check@cpu`, `input@link`.
  std::string element;  // Element or link.
  int64_t count = 0;
  Picoseconds time;
  Zeptojoules energy;
  bool energy_known = true;
  std::string bound;  // What limits it.
  bool operator==(const ActivityTotals&) const = default;
};
struct RunTotals {
  // `completed` when the window ends or before; the others of all offered.
  int64_t offered = 0, completed = 0, missed = 0, correct_on_time = 0,
          on_time = 0;
  std::vector<int64_t> scenario_counts;  // By scenario, over the run.
  Picoseconds window;
  Picoseconds busy;  // Sum of service times.
  std::vector<DomainTotals> domains;
  std::vector<ActivityTotals> activities;
  Zeptojoules overhead_energy;
  Zeptojoules total_energy;
  bool energy_known = true;
  bool operator==(const RunTotals&) const = default;
};

// How often an inner decision gave each outcome, as shares of all inferences;
// what is left did not reach it.
struct DecisionRates {
  std::string decision;
  std::vector<std::pair<std::string, double>> outcomes;  // Text, share.
  bool operator==(const DecisionRates&) const = default;
};

// A measurement with its breakdown.
struct Measurement {
  TrialState state = TrialState::kSucceeded;
  std::string reason;  // Code when not succeeded.
  std::string detail;  // Sentence for people.
  MetricValues metrics;
  std::string fidelity;  // `analytical` or `event`.
  uint64_t seed = 0;
  std::vector<std::string> model_versions;
  std::vector<double> outcome_rates;              // By exit, each sample once.
  std::vector<double> outcome_rates_run;          // By exit, in the timed run.
  std::vector<DecisionRates> decision_rates;      // Each sample once.
  std::vector<DecisionRates> decision_rates_run;  // In the timed run.
  RunTotals totals;
};

}  // namespace dynarch::measurement

#endif  // DYNARCH_SIM_MEASUREMENT_MEASUREMENT_H_
