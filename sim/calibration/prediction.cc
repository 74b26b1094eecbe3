#include "sim/calibration/prediction.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/cost/rounding.h"
#include "sim/cost/transfer.h"
#include "sim/graph/scenario_graph.h"

namespace dynarch::calibration {
namespace {

constexpr double kPicosecond = 1e-12;
constexpr double kFemtojoule = 1e-15;
constexpr double kNanowatt = 1e-9;

struct Scenario {
  graph::Outcomes outcomes;
  int exit = 0;  // That is taken.
};

std::vector<std::string> ExitNames(const graph::Network& network) {
  std::vector<std::string> names;
  for (const graph::Exit& exit : network.exits()) names.push_back(exit.name);
  return names;
}

absl::StatusOr<int> ExitOf(const graph::Network& network,
                           absl::string_view what, absl::string_view name) {
  if (const auto exit = network.ExitNamed(name)) return *exit;
  return absl::NotFoundError(absl::StrCat(
      what, ": network '", network.name(), "' has no '", name, "'; it has ",
      NameList(ExitNames(network)), DidYouMean(name, ExitNames(network))));
}

absl::Status SetOutcome(const graph::Network& network, absl::string_view name,
                        absl::string_view text, graph::Outcomes* outcomes) {
  const auto decision = network.DecisionNamed(name);
  if (!decision.has_value()) {
    std::vector<std::string> names{"exit"};
    for (const auto& known : network.decisions()) names.push_back(known.name);
    return absl::NotFoundError(absl::StrCat(
        "scenario: network '", network.name(), "' decides no '", name,
        "'; allowed: ", NameList(names), DidYouMean(name, names)));
  }
  const std::vector<absl::string_view> parts =
      network.layout().count[*decision] > 1
          ? std::vector<absl::string_view>(absl::StrSplit(text, ' '))
          : std::vector<absl::string_view>{text};
  const int count = network.layout().count[*decision];
  if (static_cast<int>(parts.size()) != count) {
    return absl::InvalidArgumentError(
        absl::StrCat("scenario: '", name, "': got ", parts.size(),
                     " numbers; must be ", count));
  }
  for (int i = 0; i < count; ++i) {
    int64_t value = 0;
    if (count == 1) {
      DYNARCH_ASSIGN_OR_RETURN(
          value, graph::ParseOutcome(network.decisions()[*decision], text));
    } else if (!absl::SimpleAtoi(parts[i], &value)) {
      return absl::InvalidArgumentError(
          absl::StrCat("scenario: '", name, "': got '", parts[i],
                       "'; must be a whole number"));
    }
    (*outcomes)[network.layout().first[*decision] + i] = value;
  }
  return absl::OkStatus();
}

absl::StatusOr<Scenario> ScenarioOf(const graph::Network& network,
                                    absl::string_view text) {
  Scenario scenario{network.nominal(),
                    static_cast<int>(network.exits().size()) - 1};
  for (absl::string_view part : absl::StrSplit(text, ';', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> pair =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    if (pair.first == "exit") {
      DYNARCH_ASSIGN_OR_RETURN(scenario.exit,
                               ExitOf(network, "scenario: exit", pair.second));
      continue;
    }
    DYNARCH_RETURN_IF_ERROR(
        SetOutcome(network, pair.first, pair.second, &scenario.outcomes));
  }
  return scenario;
}

// A network under a scenario, and which of its actors are measured.
struct Selection {
  graph::ScenarioGraph graph;
  std::vector<bool> measured;  // By actor.
  int checks = 0;              // Of the first so many exits.
};

absl::StatusOr<Selection> Select(const Situation& situation) {
  const graph::Network& network = *situation.network;
  DYNARCH_ASSIGN_OR_RETURN(const Scenario scenario,
                           ScenarioOf(network, situation.scenario));
  DYNARCH_ASSIGN_OR_RETURN(
      graph::ScenarioGraph graph,
      graph::ScenarioGraph::Create(network, scenario.outcomes));
  std::vector<bool> measured(network.actors().size());
  int stage = -1;
  if (!situation.stage.empty()) {
    DYNARCH_ASSIGN_OR_RETURN(stage, ExitOf(network, "stage", situation.stage));
  }
  for (size_t i = 0; i < measured.size(); ++i) {
    const int own = network.stage_of(static_cast<int>(i));
    const uint64_t taken = network.exits_needing(static_cast<int>(i)) &
                           ((uint64_t{2} << scenario.exit) - 1);
    measured[i] = stage >= 0 ? own == stage : taken != 0;
  }
  const int last = static_cast<int>(network.exits().size()) - 1;
  const int checks =
      stage >= 0 ? 0 : scenario.exit + (scenario.exit < last ? 1 : 0);
  return Selection{std::move(graph), std::move(measured), checks};
}

absl::StatusOr<Picoseconds> FixedTime(const Situation& situation,
                                      const Selection& selection) {
  const platform::Platform& platform = *situation.platform;
  Picoseconds time =
      cost::SynchronizeCost(platform.elements()[situation.placement.element])
          .time;
  for (int exit = 0; exit < selection.checks; ++exit) {
    const int64_t classes = situation.network->stages()[exit].classes;
    DYNARCH_ASSIGN_OR_RETURN(
        const cost::Cost check,
        cost::CheckCost(
            cost::CheckOps(situation.network->exits()[exit].signal, classes),
            classes, platform, situation.placement.operating_point));
    time = time + Picoseconds(check.time.value() * situation.batch);
  }
  return time;
}

absl::StatusOr<std::vector<cost::ActorCost>> ActorsOf(
    const Situation& situation, const Selection& selection) {
  DYNARCH_ASSIGN_OR_RETURN(
      const std::vector<cost::ActorCost> all,
      cost::CostOfActors(*situation.network, selection.graph,
                         *situation.platform, situation.placement));
  std::vector<cost::ActorCost> measured;
  for (cost::ActorCost actor : all) {
    if (!selection.measured[actor.actor]) continue;
    actor.times *= situation.batch;
    measured.push_back(actor);
  }
  return measured;
}

double PowerOf(const platform::Platform& platform, int domain, int point,
               platform::PowerStateKind kind) {
  const platform::PowerDomain& power = platform.domains()[domain];
  return static_cast<double>(
             platform::StatePower(
                 power, power.StateOrShallower(kind),
                 platform.operating_points()[point].domains[domain])
                 .value()) *
         kNanowatt;
}

}  // namespace

absl::StatusOr<std::vector<cost::ActorCost>> MeasuredActors(
    const Situation& situation) {
  DYNARCH_ASSIGN_OR_RETURN(const Selection selection, Select(situation));
  return ActorsOf(situation, selection);
}

absl::StatusOr<std::vector<MeasuredWork>> WorkOf(const Situation& situation) {
  DYNARCH_ASSIGN_OR_RETURN(const Selection selection, Select(situation));
  std::vector<MeasuredWork> works;
  for (const int actor : situation.network->order()) {
    if (!selection.measured[actor] || !selection.graph.fires(actor)) continue;
    works.push_back({selection.graph.work(actor),
                     selection.graph.times(actor) * situation.batch});
  }
  return works;
}

std::optional<double> StaticPower(const platform::Platform& platform,
                                  const cost::Placement& placement,
                                  const EnergyRule& rule) {
  if (rule.scope > platform.scope()) return std::nullopt;
  const int own = platform.elements()[placement.element].domain;
  double power = 0;
  for (int d = 0; d < static_cast<int>(platform.domains().size()); ++d) {
    if (rule.scope == platform::EnergyScope::kCore && d != own) continue;
    const int point = placement.operating_point;
    power += PowerOf(platform, d, point, platform::PowerStateKind::kActive);
    if (rule.idle_included) continue;
    power -= PowerOf(platform, d, point, platform::PowerStateKind::kClockGated);
  }
  if (rule.scope == platform::EnergyScope::kBoard && rule.idle_included) {
    power += static_cast<double>(platform.overhead_power().value()) * kNanowatt;
  }
  return power;
}

absl::StatusOr<double> FixedSeconds(const Situation& situation) {
  DYNARCH_ASSIGN_OR_RETURN(const Selection selection, Select(situation));
  DYNARCH_ASSIGN_OR_RETURN(const Picoseconds time,
                           FixedTime(situation, selection));
  return static_cast<double>(time.value()) * kPicosecond;
}

absl::StatusOr<Prediction> Predict(const Situation& situation,
                                   const std::optional<EnergyRule>& energy) {
  DYNARCH_ASSIGN_OR_RETURN(const Selection selection, Select(situation));
  DYNARCH_ASSIGN_OR_RETURN(const Picoseconds fixed,
                           FixedTime(situation, selection));
  DYNARCH_ASSIGN_OR_RETURN(const std::vector<cost::ActorCost> actors,
                           ActorsOf(situation, selection));
  Prediction prediction{static_cast<double>(fixed.value()) * kPicosecond};
  double dynamic = 0;
  bool known = energy.has_value();
  for (const cost::ActorCost& actor : actors) {
    const auto times = static_cast<double>(actor.times);
    prediction.latency_s +=
        static_cast<double>(actor.one.time.value()) * times * kPicosecond;
    known = known && actor.one.energy.has_value();
    if (!known) continue;
    dynamic +=
        static_cast<double>(actor.one.energy->value()) * times * kFemtojoule;
  }
  if (!known) return prediction;
  const std::optional<double> power =
      StaticPower(*situation.platform, situation.placement, *energy);
  if (!power.has_value()) return prediction;
  prediction.energy_j = dynamic + *power * prediction.latency_s;
  return prediction;
}

absl::StatusOr<NaiveCounts> CountsOf(const Situation& situation) {
  DYNARCH_ASSIGN_OR_RETURN(const std::vector<MeasuredWork> works,
                           WorkOf(situation));
  NaiveCounts counts;
  for (const MeasuredWork& work : works) {
    const auto times = static_cast<double>(work.times);
    counts.macs += static_cast<double>(work.work.macs.value()) * times;
    if (work.work.moves_nothing) continue;
    counts.bytes +=
        times *
        static_cast<double>(
            cost::BytesOf(work.work, situation.placement.dtype).value());
  }
  return counts;
}

}  // namespace dynarch::calibration
