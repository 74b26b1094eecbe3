#include "sim/dataflow/sadf_analysis.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/base/status_macros.h"
#include "sim/dataflow/components.h"
#include "sim/dataflow/markov.h"
#include "sim/dataflow/sadf_iterations.h"
#include "sim/dataflow/sadf_machine.h"
#include "sim/dataflow/sadf_model.h"
#include "sim/dataflow/sadf_rates.h"
#include "sim/dataflow/sadf_simulation.h"
#include "sim/dataflow/sadf_space.h"
#include "sim/dataflow/scenario_automaton.h"

namespace dynarch::dataflow {
namespace {

// Of the space of choices without time.
constexpr SadfLimits kUntimed = {.states = int64_t{1} << 14,
                                 .firings_per_state = 1024,
                                 .firings_at_once = int64_t{1} << 20};
// An open space is searched for its worst cycle up to this size only.
constexpr int kSearchedOpenStates = 1 << 14;
// How deep in a run the recurrent part is looked for.
constexpr int64_t kBurnIn = int64_t{1} << 17;

class Analysis {
 public:
  Analysis(const ScenarioAwareGraph& graph, const SadfOptions& options)
      : graph_(graph), options_(options) {}

  absl::StatusOr<SadfThroughput> Run();

 private:
  bool HasDetectorChoice() const;
  void FindOneClass();
  absl::StatusOr<SadfSpace> Explore(const SadfModel& model, bool occupancy);
  // By iterations; false where they do not apply.
  absl::StatusOr<bool> SetWorstCaseByIterations();
  absl::StatusOr<bool> SetExpectedByIterations();
  // By timed states.
  absl::Status SetWorstCase();
  absl::Status SetExpected();
  absl::Status SetEstimate();
  void SetOccupancy(const std::vector<double>& mean,
                    const std::vector<int64_t>& most);

  const ScenarioAwareGraph& graph_;
  const SadfOptions& options_;
  SadfModel model_;
  SadfModel slowest_;
  ScenarioAwareGraph slowest_graph_;
  bool single_times_ = true;
  // That of the worst case, where it is also that of the expectation.
  std::optional<SadfSpace> space_;
  // The choices alone form one recurrent class and nothing deadlocks.
  bool one_class_ = false;
  SadfThroughput result_;
};

bool Analysis::HasDetectorChoice() const {
  for (const SadfModel::Process& process : model_.processes) {
    for (const SadfModel::Chain& chain : process.chains) {
      for (const SadfModel::State& state : chain.states) {
        if (state.next.size() > 1) return true;
      }
    }
  }
  return false;
}

// Whether all cycles of a closed space lie in its only recurrent class.
bool CyclesFormOneClass(const MarkovMatrix& matrix) {
  if (RecurrentClasses(matrix).size() != 1) return false;
  const Components components = StronglyConnected(GraphOf(matrix));
  std::vector<uint8_t> cyclic(components.members.size(), 0);
  for (int s = 0; s < matrix.states(); ++s) {
    for (int64_t e = matrix.first[s]; e < matrix.first[s + 1]; ++e) {
      const int from = components.of[s];
      if (components.of[matrix.to[e]] == from) cyclic[from] = 1;
    }
  }
  return std::count(cyclic.begin(), cyclic.end(), 1) == 1;
}

void Analysis::FindOneClass() {
  if (!HasDetectorChoice()) {
    one_class_ = true;
    return;
  }
  SadfModel untimed = model_;
  for (SadfModel::Process& process : untimed.processes) {
    for (SadfModel::Mode& mode : process.modes) {
      mode.ticks = {0};
      mode.draw = 0;
    }
  }
  const absl::StatusOr<SadfSpace> space =
      ExploreSadf(graph_, untimed, kUntimed, false);
  // Firings without end in no time need no choice: nothing is known then.
  if (!space.ok() || !space->closed) return;
  result_.deadlock = space->deadlock;
  one_class_ = space->deadlock.empty() &&
               CyclesFormOneClass(MatrixOf(untimed.distributions, *space));
}

absl::StatusOr<SadfSpace> Analysis::Explore(const SadfModel& model,
                                            bool occupancy) {
  const SadfLimits limits = {.states = options_.max_states};
  std::vector<uint8_t> start;
  if (one_class_) {
    SadfSimulation simulation(model, options_.seed, false);
    DYNARCH_ASSIGN_OR_RETURN(const bool at_choice, simulation.Run(kBurnIn));
    if (at_choice) simulation.machine().Write(start);
  }
  return ExploreSadf(graph_, model, limits, occupancy, start);
}

// Nothing if iterations do not apply; their error if they were asked for.
absl::StatusOr<std::optional<SadfIterations>> IterationsIfAny(
    const ScenarioAwareGraph& graph, SadfMethod method) {
  if (method == SadfMethod::kTimedStates) {
    return std::optional<SadfIterations>();
  }
  absl::StatusOr<SadfIterations> iterations = IterationsOf(graph);
  if (!iterations.ok()) {
    if (method == SadfMethod::kIterations) return iterations.status();
    return std::optional<SadfIterations>();
  }
  if (iterations->in_step) return *std::move(iterations);
  if (method != SadfMethod::kIterations) {
    return std::optional<SadfIterations>();
  }
  return absl::FailedPreconditionError(
      "no automaton over iterations: a process can run ahead of the others "
      "without limit");
}

absl::StatusOr<bool> Analysis::SetWorstCaseByIterations() {
  DYNARCH_ASSIGN_OR_RETURN(const std::optional<SadfIterations> iterations,
                           IterationsIfAny(slowest_graph_, options_.method));
  if (!iterations.has_value()) return false;
  DYNARCH_ASSIGN_OR_RETURN(const std::vector<std::optional<Rational>> rates,
                           WorstCaseThroughput(iterations->automaton));
  for (size_t p = 0; p < rates.size(); ++p) {
    result_.processes[p].worst_case = rates[p];
  }
  result_.worst_case_states = static_cast<int64_t>(
      iterations->automaton.states.size() * iterations->tokens.size());
  return true;
}

absl::StatusOr<bool> Analysis::SetExpectedByIterations() {
  if (options_.occupancy && options_.method != SadfMethod::kIterations) {
    return false;
  }
  DYNARCH_ASSIGN_OR_RETURN(const std::optional<SadfIterations> iterations,
                           IterationsIfAny(graph_, options_.method));
  if (!iterations.has_value()) return false;
  DYNARCH_ASSIGN_OR_RETURN(
      const AutomatonExpectation expected,
      ExpectedThroughput(
          iterations->automaton,
          {.max_states = options_.max_states, .seed = options_.seed}));
  for (size_t p = 0; p < result_.processes.size(); ++p) {
    ProcessThroughput& process = result_.processes[p];
    process.expected = expected.rate[p];
    process.expected_error = expected.error[p];
    process.expected_exact = expected.exact;
    if (!expected.fraction.empty()) {
      process.expected_fraction = expected.fraction[p];
      process.expected = expected.fraction[p].ToDouble();
    }
  }
  result_.states = expected.states;
  return true;
}

absl::Status Analysis::SetWorstCase() {
  DYNARCH_ASSIGN_OR_RETURN(SadfSpace space, Explore(slowest_, false));
  result_.worst_case_states = space.states();
  if (result_.deadlock.empty()) result_.deadlock = space.deadlock;
  std::vector<std::optional<Rational>> rates(graph_.processes.size());
  if (space.closed || space.states() <= kSearchedOpenStates) {
    DYNARCH_ASSIGN_OR_RETURN(rates, WorstRates(space));
  }
  SadfEstimate run;
  for (size_t p = 0; p < rates.size(); ++p) {
    ProcessThroughput& process = result_.processes[p];
    process.worst_case_exact = space.closed;
    if (rates[p].has_value()) process.worst_case = *rates[p] / slowest_.tick;
    if (space.closed) continue;
    if (run.firings.empty()) {
      DYNARCH_ASSIGN_OR_RETURN(
          run, EstimateSadf(slowest_, options_.simulated_firings, options_.seed,
                            false));
    }
    if (run.time == 0) continue;
    const Rational seen = Rational(run.firings[p], run.time) / slowest_.tick;
    process.worst_case = std::min(process.worst_case.value_or(seen), seen);
  }
  if (single_times_ && !options_.occupancy) space_ = std::move(space);
  return absl::OkStatus();
}

void Analysis::SetOccupancy(const std::vector<double>& mean,
                            const std::vector<int64_t>& most) {
  if (!options_.occupancy) return;
  for (size_t c = 0; c < graph_.channels.size(); ++c) {
    result_.channels.push_back(
        {.name = graph_.channels[c].name, .mean = mean[c], .largest = most[c]});
  }
}

absl::Status Analysis::SetEstimate() {
  DYNARCH_ASSIGN_OR_RETURN(const SadfEstimate estimate,
                           EstimateSadf(model_, options_.simulated_firings,
                                        options_.seed, options_.occupancy));
  const double tick = model_.tick.ToDouble();
  for (size_t p = 0; p < result_.processes.size(); ++p) {
    ProcessThroughput& process = result_.processes[p];
    process.expected = estimate.rate[p] / tick;
    process.expected_exact = false;
    process.expected_error = estimate.half_width[p] / tick;
  }
  SetOccupancy(estimate.occupancy, estimate.most);
  return absl::OkStatus();
}

absl::Status Analysis::SetExpected() {
  if (!space_.has_value()) {
    DYNARCH_ASSIGN_OR_RETURN(space_, Explore(model_, options_.occupancy));
  }
  const SadfSpace& space = *space_;
  result_.states = space.states();
  if (result_.deadlock.empty()) result_.deadlock = space.deadlock;
  if (!space.closed) return SetEstimate();
  const ExpectedRates rates = RatesExpected(model_.distributions, space);
  const double tick = model_.tick.ToDouble();
  for (size_t p = 0; p < result_.processes.size(); ++p) {
    ProcessThroughput& process = result_.processes[p];
    process.expected = rates.rate[p] / tick;
    process.expected_error = rates.error[p] / tick;
    if (rates.fraction.empty()) continue;
    process.expected_fraction = rates.fraction[p] / model_.tick;
    process.expected = process.expected_fraction->ToDouble();
  }
  SetOccupancy(rates.occupancy, space.most);
  return absl::OkStatus();
}

absl::StatusOr<SadfThroughput> Analysis::Run() {
  DYNARCH_ASSIGN_OR_RETURN(model_, CompileSadf(graph_));
  slowest_graph_ = WithSingleTimes(graph_, ProfileChoice::kLargest);
  DYNARCH_ASSIGN_OR_RETURN(slowest_, CompileSadf(slowest_graph_));
  for (const SadfModel::Process& process : model_.processes) {
    result_.processes.emplace_back().name = process.name;
    for (const SadfModel::Mode& mode : process.modes) {
      if (mode.ticks.size() > 1) single_times_ = false;
    }
  }
  DYNARCH_ASSIGN_OR_RETURN(const bool worst_done, SetWorstCaseByIterations());
  DYNARCH_ASSIGN_OR_RETURN(const bool expected_done, SetExpectedByIterations());
  if (worst_done && expected_done) return std::move(result_);
  FindOneClass();
  if (!worst_done) DYNARCH_RETURN_IF_ERROR(SetWorstCase());
  if (!expected_done) DYNARCH_RETURN_IF_ERROR(SetExpected());
  return std::move(result_);
}

}  // namespace

absl::StatusOr<SadfThroughput> AnalyseThroughput(
    const ScenarioAwareGraph& graph, const SadfOptions& options) {
  return Analysis(graph, options).Run();
}

}  // namespace dynarch::dataflow
