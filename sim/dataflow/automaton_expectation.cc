#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/base/random.h"
#include "sim/base/status_macros.h"
#include "sim/dataflow/batch_means.h"
#include "sim/dataflow/byte_set.h"
#include "sim/dataflow/markov.h"
#include "sim/dataflow/sadf_model.h"
#include "sim/dataflow/sadf_rates.h"
#include "sim/dataflow/sadf_space.h"
#include "sim/dataflow/scenario_automaton.h"

namespace dynarch::dataflow {
namespace {

constexpr int kBurnIn = 4096;

// A state of the automaton and the times of the tokens, the latest being 0.
struct Point {
  int state = 0;
  MaxPlusVector times;
};

class Expectation {
 public:
  Expectation(const ScenarioAutomaton& automaton,
              const AutomatonOptions& options)
      : automaton_(automaton),
        options_(options),
        stream_({.seed = options.seed,
                 .purpose = RandomPurpose::kDecisions,
                 .index = 0}) {}

  absl::StatusOr<AutomatonExpectation> Run();

 private:
  void SetDistributions();
  bool OneClass() const;
  // Makes a transition; returns how far the latest token moved.
  absl::StatusOr<int64_t> Step(int transition, Point& point) const;
  int Draw(int state);
  int Intern(const Point& point, bool& is_new);
  absl::Status Explore(Point start);
  absl::Status Estimate(Point point, AutomatonExpectation& result);
  int64_t CounterOf(int scenario, int counter) const {
    return automaton_.counters.empty() ? 1
                                       : automaton_.counters[scenario][counter];
  }

  const ScenarioAutomaton& automaton_;
  const AutomatonOptions& options_;
  RandomStream stream_;
  std::vector<SadfDistribution> distributions_;  // by state
  SadfSpace space_;
  ByteSet points_;
  std::vector<int64_t> key_;
};

void Expectation::SetDistributions() {
  for (const AutomatonState& state : automaton_.states) {
    Rational sum;
    for (const AutomatonTransition& t : state.transitions) sum += t.weight;
    SadfDistribution draw;
    for (const AutomatonTransition& t : state.transitions) {
      draw.exact.push_back(t.weight / sum);
      draw.probability.push_back(draw.exact.back().ToDouble());
    }
    distributions_.push_back(std::move(draw));
  }
}

bool Expectation::OneClass() const {
  MarkovMatrix matrix;
  for (const AutomatonState& state : automaton_.states) {
    for (const AutomatonTransition& t : state.transitions) {
      matrix.to.push_back(t.to);
    }
    matrix.first.push_back(static_cast<int64_t>(matrix.to.size()));
  }
  return RecurrentClasses(matrix).size() == 1;
}

absl::StatusOr<int64_t> Expectation::Step(int transition, Point& point) const {
  point.state = automaton_.states[point.state].transitions[transition].to;
  const int scenario = automaton_.states[point.state].scenario;
  DYNARCH_ASSIGN_OR_RETURN(point.times,
                           Product(automaton_.matrices[scenario], point.times));
  const int64_t norm = Normalise(point.times);
  return norm == kNever ? 0 : norm;
}

int Expectation::Draw(int state) {
  const SadfDistribution& draw = distributions_[state];
  double left = stream_.UniformDouble();
  for (int outcome = 0; outcome + 1 < draw.size(); ++outcome) {
    left -= draw.probability[outcome];
    if (left < 0) return outcome;
  }
  return draw.size() - 1;
}

int Expectation::Intern(const Point& point, bool& is_new) {
  key_.assign(point.times.begin(), point.times.end());
  key_.push_back(point.state);
  const auto [index, inserted] =
      points_.Insert(key_.data(), key_.size() * sizeof(int64_t));
  is_new = inserted;
  return static_cast<int>(index);
}

absl::Status Expectation::Explore(Point start) {
  std::vector<Point> points;
  bool is_new = false;
  Intern(start, is_new);
  points.push_back(std::move(start));
  for (size_t at = 0; at < points.size(); ++at) {
    if (static_cast<int64_t>(points.size()) > options_.max_states) {
      space_.closed = false;
      return absl::OkStatus();
    }
    const int state = points[at].state;
    const int transitions = distributions_[state].size();
    for (int t = 0; t < transitions; ++t) {
      Point next = points[at];
      DYNARCH_ASSIGN_OR_RETURN(const int64_t time, Step(t, next));
      const int to = Intern(next, is_new);
      space_.transitions.push_back(
          {to, automaton_.states[next.state].scenario, time});
      if (is_new) points.push_back(std::move(next));
    }
    space_.first.push_back(static_cast<int64_t>(space_.transitions.size()));
    space_.distribution.push_back(state);
  }
  return absl::OkStatus();
}

absl::Status Expectation::Estimate(Point point, AutomatonExpectation& result) {
  BatchMeans means(space_.processes);
  for (int64_t step = -options_.simulated_steps;
       step < options_.simulated_steps; ++step) {
    DYNARCH_ASSIGN_OR_RETURN(const int64_t time,
                             Step(Draw(point.state), point));
    if (step < 0) continue;
    const int scenario = automaton_.states[point.state].scenario;
    for (int c = 0; c < space_.processes; ++c) {
      means.Count(c, CounterOf(scenario, c));
    }
    means.Time(time);
    if ((step + 1) * BatchMeans::kBatches / options_.simulated_steps !=
        step * BatchMeans::kBatches / options_.simulated_steps) {
      means.EndBatch();
    }
  }
  result.exact = false;
  result.rate = means.Rates();
  result.error = means.HalfWidths();
  return absl::OkStatus();
}

absl::StatusOr<AutomatonExpectation> Expectation::Run() {
  DYNARCH_RETURN_IF_ERROR(Check(automaton_));
  SetDistributions();
  space_.processes = automaton_.counters.empty()
                         ? 1
                         : static_cast<int>(automaton_.counters[0].size());
  for (size_t s = 0; s < automaton_.matrices.size(); ++s) {
    for (int c = 0; c < space_.processes; ++c) {
      space_.firings.push_back(CounterOf(static_cast<int>(s), c));
    }
  }
  Point start = {automaton_.initial,
                 MaxPlusVector(automaton_.matrices[0].rows(), 0)};
  const int burn_in = OneClass() ? kBurnIn : 0;
  for (int step = 0; step < burn_in; ++step) {
    DYNARCH_RETURN_IF_ERROR(Step(Draw(start.state), start).status());
  }
  DYNARCH_RETURN_IF_ERROR(Explore(start));
  AutomatonExpectation result;
  result.states = space_.states();
  if (!space_.closed) {
    DYNARCH_RETURN_IF_ERROR(Estimate(std::move(start), result));
  } else {
    ExpectedRates rates = RatesExpected(distributions_, space_);
    result.rate = std::move(rates.rate);
    result.error = std::move(rates.error);
    result.fraction = std::move(rates.fraction);
  }
  const double tick = automaton_.tick.ToDouble();
  for (double& rate : result.rate) rate /= tick;
  for (double& error : result.error) error /= tick;
  for (Rational& fraction : result.fraction) fraction /= automaton_.tick;
  return result;
}

}  // namespace

absl::StatusOr<AutomatonExpectation> ExpectedThroughput(
    const ScenarioAutomaton& automaton, const AutomatonOptions& options) {
  return Expectation(automaton, options).Run();
}

}  // namespace dynarch::dataflow
