#include "sim/wire/behavior_wire.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sim/base/decimal.h"
#include "sim/base/status_macros.h"
#include "sim/behavior/outcome_check.h"
#include "sim/wire/field_error.h"
#include "sim/wire/network_wire.h"

namespace dynarch::wire {
namespace {

constexpr char kExit[] = "exit";

graph::DataType TypeOr32(v1::DataType dtype) {
  return DataTypeFrom(dtype).value_or(graph::DataType::kFp32);
}

absl::StatusOr<Decimal> DecimalOf(const std::string& path,
                                  const std::string& text) {
  auto value = Decimal::Parse(text);
  if (value.ok()) return value;
  return FieldError(path, "got '", text, "'; a number such as 0.25 is allowed");
}

absl::StatusOr<std::optional<Decimal>> OptionalDecimal(
    const std::string& path, const std::string& text) {
  if (text.empty()) return std::optional<Decimal>();
  DYNARCH_ASSIGN_OR_RETURN(const Decimal value, DecimalOf(path, text));
  return std::optional<Decimal>(value);
}

// Resolves names of decisions, exits and outcomes.
class Names {
 public:
  explicit Names(const graph::Network& network) : network_(network) {
    for (const graph::Exit& exit : network.exits()) {
      exits_.push_back(exit.name);
    }
    for (const graph::Decision& decision : network.decisions()) {
      decisions_.push_back(decision.name);
    }
    if (!network.DecisionNamed(kExit).has_value()) decisions_.push_back(kExit);
  }

  // Marginal::kExit for `exit`, unless a decision has that name.
  absl::StatusOr<int> Decision(const std::string& path,
                               const std::string& name) const {
    if (network_.ExitNamed(name).has_value()) {
      return FieldError(path, "'", name, "' is an exit; write `exit: ", name,
                        "` where it is taken");
    }
    DYNARCH_ASSIGN_OR_RETURN(const int index,
                             IndexOfName(path, "decision", name, decisions_));
    return index < static_cast<int>(network_.decisions().size())
               ? index
               : behavior::Marginal::kExit;
  }

  // One value, or the experts' and the dropped tokens', which may be left out.
  absl::StatusOr<std::vector<int64_t>> Values(
      const std::string& path, int decision,
      const std::vector<std::string>& texts) const {
    if (decision == behavior::Marginal::kExit) {
      if (texts.size() != 1) {
        return FieldError(path, "got ", texts.size(), " exits; one is taken");
      }
      DYNARCH_ASSIGN_OR_RETURN(const int exit,
                               IndexOfName(path, "exit", texts[0], exits_));
      return std::vector<int64_t>{exit};
    }
    const auto count = static_cast<size_t>(network_.layout().count[decision]);
    const bool drops_none = count > 1 && texts.size() + 1 == count;
    if (texts.size() != count && !drops_none) {
      return FieldError(path, "got ", texts.size(), " values; ",
                        count == 1 ? "one is"
                                   : absl::StrCat(count - 1,
                                                  " experts, and perhaps "
                                                  "dropped tokens, are"),
                        " allowed");
    }
    std::vector<int64_t> values;
    for (const std::string& text : texts) {
      auto value = graph::ParseOutcome(network_.decisions()[decision], text);
      if (!value.ok()) return AtField(path, value.status());
      values.push_back(*value);
    }
    if (drops_none) values.push_back(0);
    return values;
  }

  absl::StatusOr<behavior::Case> Said(
      const std::string& path,
      const google::protobuf::RepeatedPtrField<v1::Outcome>& outcomes) const {
    behavior::Case said;
    said.outcomes.assign(network_.layout().size, graph::kNotReached);
    std::set<std::string> seen;
    for (const v1::Outcome& outcome : outcomes) {
      const std::string field = absl::StrCat(path, ".", outcome.decision());
      DYNARCH_ASSIGN_OR_RETURN(const int decision,
                               Decision(path, outcome.decision()));
      if (!seen.insert(outcome.decision()).second) {
        return FieldError(field, "is there twice");
      }
      DYNARCH_ASSIGN_OR_RETURN(const std::vector<int64_t> values,
                               Values(field, decision,
                                      {outcome.value().values().begin(),
                                       outcome.value().values().end()}));
      if (decision == behavior::Marginal::kExit) {
        said.exit = static_cast<int>(values[0]);
      } else {
        std::copy(values.begin(), values.end(),
                  said.outcomes.begin() + network_.layout().first[decision]);
      }
    }
    return said;
  }

 private:
  const graph::Network& network_;
  std::vector<std::string> exits_;
  std::vector<std::string> decisions_;
};

absl::StatusOr<behavior::Marginal> MarginalFrom(const v1::Marginal& message,
                                                const Names& names) {
  behavior::Marginal marginal;
  const std::string path = absl::StrCat("independent.", message.decision());
  DYNARCH_ASSIGN_OR_RETURN(marginal.decision,
                           names.Decision("independent", message.decision()));
  for (const v1::Rate& rate : message.rates()) {
    const std::string field = absl::StrCat(path, ".", rate.outcome());
    behavior::Marginal::Rate one;
    DYNARCH_ASSIGN_OR_RETURN(
        one.outcome,
        names.Values(path, marginal.decision,
                     absl::StrSplit(rate.outcome(), ' ', absl::SkipEmpty())));
    DYNARCH_ASSIGN_OR_RETURN(one.probability,
                             DecimalOf(field, rate.probability()));
    marginal.rates.push_back(std::move(one));
  }
  return marginal;
}

absl::StatusOr<behavior::MarkovState> StateFrom(
    const v1::MarkovState& message, const std::vector<std::string>& states,
    const Names& names) {
  const std::string path = absl::StrCat("states.", message.name());
  behavior::MarkovState state;
  state.name = message.name();
  DYNARCH_ASSIGN_OR_RETURN(state.said,
                           names.Said(path + ".outcomes", message.outcomes()));
  DYNARCH_ASSIGN_OR_RETURN(
      state.said.accuracy,
      OptionalDecimal(path + ".accuracy", message.accuracy()));
  for (const v1::Rate& rate : message.next()) {
    behavior::MarkovState::Next next;
    DYNARCH_ASSIGN_OR_RETURN(next.state, IndexOfName(path + ".next", "state",
                                                     rate.outcome(), states));
    DYNARCH_ASSIGN_OR_RETURN(
        next.probability,
        DecimalOf(absl::StrCat(path, ".next.", rate.outcome()),
                  rate.probability()));
    state.next.push_back(next);
  }
  return state;
}

absl::StatusOr<behavior::Fixed> FixedFrom(const v1::Fixed& message,
                                          const graph::Network& network) {
  behavior::Fixed fixed = behavior::NominalSource(network);
  fixed.dtype = TypeOr32(message.dtype());
  DYNARCH_ASSIGN_OR_RETURN(const behavior::Case said,
                           Names(network).Said("outcomes", message.outcomes()));
  for (size_t i = 0; i < said.outcomes.size(); ++i) {
    if (said.outcomes[i] != graph::kNotReached) {
      fixed.said.outcomes[i] = said.outcomes[i];
    }
  }
  if (said.exit.has_value()) fixed.said.exit = said.exit;
  DYNARCH_ASSIGN_OR_RETURN(fixed.said.accuracy,
                           OptionalDecimal("accuracy", message.accuracy()));
  return fixed;
}

absl::StatusOr<behavior::Source> OwnSource(const v1::Network& message,
                                           const graph::Network& network) {
  if (message.has_distribution() && message.has_markov_chain()) {
    return FieldError("network",
                      "has a distribution and a markov_chain; say in "
                      "`behavior` which is meant");
  }
  if (message.has_distribution()) {
    return DistributionFrom(message.distribution(), network);
  }
  if (message.has_markov_chain()) {
    return MarkovChainFrom(message.markov_chain(), network);
  }
  const auto fixes = [](const graph::Decision& decision) {
    return decision.knob.has_value() && behavior::FixesOutcome(decision.kind);
  };
  const auto& decisions = network.decisions();
  if (network.exits().size() == 1 &&
      std::all_of(decisions.begin(), decisions.end(), fixes)) {
    return behavior::NominalSource(network);
  }
  return FieldError("behavior", "network '", network.name(),
                    "' decides by its data, and neither the study nor the "
                    "network says how; give a trace, distribution, "
                    "markov_chain or fixed outcomes");
}

// The thresholds that the network gives are those that stated outcomes stand
// for.
absl::StatusOr<std::vector<behavior::Setting>> SettingsOf(
    const v1::Network& message, const graph::Network& network) {
  auto thresholds = ThresholdsFrom(message);
  if (!thresholds.ok()) return Below("network", thresholds.status());
  std::vector<behavior::Setting> settings;
  for (size_t e = 0; e + 1 < thresholds->size(); ++e) {
    if (!(*thresholds)[e].has_value()) continue;
    settings.push_back({behavior::ThresholdPath(network.exits()[e]),
                        behavior::CanonicalValue((*thresholds)[e]->text())});
  }
  return settings;
}

// A source with where it was written; the place goes before its errors.
struct Placed {
  std::string place;
  absl::StatusOr<behavior::Source> source;
};

Placed PlacedSource(const v1::Behavior& message, const v1::Network& own,
                    const graph::Network& network,
                    std::optional<behavior::Trace> trace) {
  switch (message.source_case()) {
    case v1::Behavior::kTrace:
      if (!trace.has_value()) {
        return {"", absl::InternalError("behavior.trace: was not read")};
      }
      return {"", behavior::Source(*std::move(trace))};
    case v1::Behavior::kDistribution:
      return {"behavior.distribution",
              DistributionFrom(message.distribution().definition(), network)};
    case v1::Behavior::kMarkovChain:
      return {"behavior.markov_chain",
              MarkovChainFrom(message.markov_chain().definition(), network)};
    case v1::Behavior::kFixed:
      return {"behavior.fixed", FixedFrom(message.fixed(), network)};
    case v1::Behavior::SOURCE_NOT_SET:
      break;
  }
  auto source = OwnSource(own, network);
  if (!source.ok() && !own.has_distribution() && !own.has_markov_chain()) {
    return {"", std::move(source)};
  }
  return {own.has_distribution()   ? "network.distribution"
          : own.has_markov_chain() ? "network.markov_chain"
                                   : "network",
          std::move(source)};
}

}  // namespace

absl::StatusOr<behavior::Distribution> DistributionFrom(
    const v1::Distribution& message, const graph::Network& network) {
  const Names names(network);
  behavior::Distribution distribution;
  distribution.source = message.source();
  distribution.dtype = TypeOr32(message.dtype());
  for (int c = 0; c < message.cases_size(); ++c) {
    const v1::Case& one = message.cases(c);
    const std::string path = absl::StrCat("cases[", c, "]");
    DYNARCH_ASSIGN_OR_RETURN(behavior::Case said,
                             names.Said(path + ".outcomes", one.outcomes()));
    DYNARCH_ASSIGN_OR_RETURN(
        said.probability, DecimalOf(path + ".probability", one.probability()));
    DYNARCH_ASSIGN_OR_RETURN(
        said.accuracy, OptionalDecimal(path + ".accuracy", one.accuracy()));
    distribution.cases.push_back(std::move(said));
  }
  for (const v1::Marginal& one : message.independent()) {
    DYNARCH_ASSIGN_OR_RETURN(behavior::Marginal marginal,
                             MarginalFrom(one, names));
    distribution.independent.push_back(std::move(marginal));
  }
  DYNARCH_ASSIGN_OR_RETURN(distribution.accuracy,
                           OptionalDecimal("accuracy", message.accuracy()));
  return distribution;
}

absl::StatusOr<behavior::MarkovChain> MarkovChainFrom(
    const v1::MarkovChain& message, const graph::Network& network) {
  const Names names(network);
  std::vector<std::string> states;
  for (const v1::MarkovState& state : message.states()) {
    states.push_back(state.name());
  }
  behavior::MarkovChain chain;
  chain.source = message.source();
  chain.dtype = TypeOr32(message.dtype());
  for (const v1::MarkovState& one : message.states()) {
    DYNARCH_ASSIGN_OR_RETURN(behavior::MarkovState state,
                             StateFrom(one, states, names));
    chain.states.push_back(std::move(state));
  }
  DYNARCH_ASSIGN_OR_RETURN(
      chain.initial,
      IndexOfName("initial", "state", message.initial(), states));
  return chain;
}

absl::StatusOr<behavior::Source> SourceFrom(
    const v1::Behavior& message, const v1::Network& network_message,
    const graph::Network& network, std::optional<behavior::Trace> trace) {
  Placed placed =
      PlacedSource(message, network_message, network, std::move(trace));
  if (!placed.source.ok()) {
    return placed.place.empty() ? placed.source.status()
                                : Below(placed.place, placed.source.status());
  }
  const absl::Status status = behavior::CheckSource(*placed.source, network);
  if (!status.ok()) {
    return placed.place.empty() ? status : Below(placed.place, status);
  }
  DYNARCH_ASSIGN_OR_RETURN(auto settings, SettingsOf(network_message, network));
  behavior::SetSettings(std::move(settings), *placed.source);
  return std::move(placed.source);
}

behavior::Control ControlFrom(v1::Behavior::Control control) {
  switch (control) {
    case v1::Behavior::RANDOM:
      return behavior::Control::kRandom;
    case v1::Behavior::ORACLE:
      return behavior::Control::kOracle;
    case v1::Behavior::INDEPENDENT:
      return behavior::Control::kIndependent;
    case v1::Behavior::STATIC:
      return behavior::Control::kStatic;
    default:
      return behavior::Control::kNone;
  }
}

}  // namespace dynarch::wire
