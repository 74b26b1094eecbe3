#include "sim/behavior/source.h"

#include <algorithm>
#include <set>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "sim/base/name_match.h"
#include "sim/base/status_macros.h"
#include "sim/behavior/outcome_check.h"

namespace dynarch::behavior {
namespace {

const std::vector<std::string>& ControlNames() {
  static const auto& names = *new std::vector<std::string>{
      "none", "random", "oracle", "independent", "static"};
  return names;
}

template <typename... Parts>
absl::Status Error(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

bool IsShare(const Decimal& value) {
  return !value.negative() && value <= Decimal::FromInt(1);
}

// Probabilities of alternatives: each a share, all together exactly one.
class Sum {
 public:
  explicit Sum(std::string place) : place_(std::move(place)) {}

  absl::Status Add(const std::string& field, const Decimal& probability) {
    if (!IsShare(probability)) {
      return Error(field, ": got ", probability.ToString(),
                   "; a probability from 0 to 1 is allowed");
    }
    if (probability.exponent() < -kProbabilityDigits) {
      return Error(field, ": got ", probability.ToString(), "; at most ",
                   kProbabilityDigits, " decimals are allowed");
    }
    auto sum = sum_.Plus(probability);
    if (!sum.ok()) return Error(place_, ": ", sum.status().message());
    sum_ = *sum;
    return absl::OkStatus();
  }
  absl::Status Check() const {
    if (sum_ == Decimal::FromInt(1)) return absl::OkStatus();
    return Error(place_, ": probabilities sum to ", sum_.ToString(),
                 "; they must sum to exactly 1");
  }

 private:
  std::string place_;
  Decimal sum_;
};

absl::Status CheckAccuracy(const std::string& place,
                           const std::optional<Decimal>& accuracy) {
  if (!accuracy.has_value() ||
      (IsShare(*accuracy) && accuracy->exponent() >= -kProbabilityDigits)) {
    return absl::OkStatus();
  }
  return Error(place, "accuracy: got ", accuracy->ToString(),
               "; a share from 0 to 1 of at most ", kProbabilityDigits,
               " decimals is allowed");
}

// Which decisions something says.
class Said {
 public:
  explicit Said(const graph::Network& network)
      : network_(network), decisions_(network.decisions().size()) {}

  // Outcomes of a case; every decision wholly or not at all.
  absl::Status Add(const std::string& place, const Case& said) {
    if (static_cast<int>(said.outcomes.size()) != network_.layout().size) {
      return Error(place, "outcomes: got ", said.outcomes.size(),
                   " values; the network has ", network_.layout().size);
    }
    DYNARCH_RETURN_IF_ERROR(CheckExit(place, said.exit));
    DYNARCH_RETURN_IF_ERROR(CheckAccuracy(place, said.accuracy));
    if (said.exit.has_value()) exit_ = true;
    for (size_t d = 0; d < decisions_.size(); ++d) {
      const auto values =
          absl::MakeConstSpan(said.outcomes)
              .subspan(network_.layout().first[d], network_.layout().count[d]);
      if (values[0] == graph::kNotReached) continue;
      DYNARCH_RETURN_IF_ERROR(CheckValues(place, static_cast<int>(d), values));
      decisions_[d] = true;
    }
    return absl::OkStatus();
  }

  absl::Status CheckExit(const std::string& place,
                         std::optional<int> exit) const {
    const int exits = static_cast<int>(network_.exits().size());
    if (!exit.has_value() || (*exit >= 0 && *exit < exits)) {
      return absl::OkStatus();
    }
    return Error(place, "exit: got number ", *exit, "; the network has ",
                 exits);
  }

  absl::Status CheckValues(const std::string& place, int d,
                           absl::Span<const int64_t> values) const {
    const graph::Decision& decision = network_.decisions()[d];
    const int64_t least = decision.kind == graph::Decision::Kind::kRepeat;
    for (const int64_t value : values) {
      if (value >= least && value <= LargestOutcome(decision)) continue;
      return Error(place, decision.name, ": got ", value, "; ", least, " to ",
                   LargestOutcome(decision), " is allowed");
    }
    return absl::OkStatus();
  }

  bool has(int decision) const {
    return decision == Marginal::kExit ? exit_ : decisions_[decision];
  }
  void Set(int decision) {
    if (decision == Marginal::kExit) {
      exit_ = true;
    } else {
      decisions_[decision] = true;
    }
  }

 private:
  const graph::Network& network_;
  std::vector<bool> decisions_;
  bool exit_ = false;
};

std::string NameOfDecision(const graph::Network& network, int decision) {
  return decision == Marginal::kExit ? "exit"
                                     : network.decisions()[decision].name;
}

// Every alternative must say every decision that it reaches, and the exit if
// there is a choice.
class Completeness {
 public:
  static absl::StatusOr<Completeness> Create(const graph::Network& network) {
    std::vector<std::optional<Decimal>> knobs;
    for (const graph::Decision& decision : network.decisions()) {
      knobs.push_back(FixesOutcome(decision.kind) ? decision.knob
                                                  : std::nullopt);
    }
    DYNARCH_ASSIGN_OR_RETURN(OutcomeFixer fixer,
                             OutcomeFixer::Create(network, std::move(knobs)));
    return Completeness(network, std::move(fixer));
  }

  // `elsewhere`: what marginals say.
  absl::Status Check(const std::string& place, const Case& said,
                     const Case& elsewhere) const {
    if (network_.exits().size() > 1 && !said.exit.has_value() &&
        !elsewhere.exit.has_value()) {
      std::vector<std::string> exits;
      for (const graph::Exit& exit : network_.exits()) {
        exits.push_back(exit.name);
      }
      return Error(place, "exit: is not given; say which of ", NameList(exits),
                   " is taken");
    }
    graph::Outcomes outcomes = said.outcomes;
    for (size_t i = 0; i < outcomes.size(); ++i) {
      if (outcomes[i] == graph::kNotReached)
        outcomes[i] = elsewhere.outcomes[i];
    }
    const absl::Status status = fixer_.Fix(outcomes);
    if (status.ok()) return status;
    return Error(place, status.message());
  }

 private:
  Completeness(const graph::Network& network, OutcomeFixer fixer)
      : network_(network), fixer_(std::move(fixer)) {}
  const graph::Network& network_;
  OutcomeFixer fixer_;
};

Case NothingSaid(const graph::Network& network) {
  Case said;
  said.outcomes.assign(network.layout().size, graph::kNotReached);
  return said;
}

absl::Status CheckMarginal(const std::string& place, const Marginal& marginal,
                           const graph::Network& network, const Said& said,
                           Case& first) {
  if (marginal.rates.empty()) return Error(place, ": has no rates");
  Sum sum(place);
  for (size_t r = 0; r < marginal.rates.size(); ++r) {
    const Marginal::Rate& rate = marginal.rates[r];
    const std::string field = absl::StrCat(place, ".rates[", r, "]");
    DYNARCH_RETURN_IF_ERROR(sum.Add(field, rate.probability));
    if (marginal.decision == Marginal::kExit) {
      DYNARCH_RETURN_IF_ERROR(
          said.CheckExit(field + ".", static_cast<int>(rate.outcome.front())));
      first.exit = static_cast<int>(rate.outcome.front());
      continue;
    }
    const int d = marginal.decision;
    if (static_cast<int>(rate.outcome.size()) != network.layout().count[d]) {
      return Error(field, ": got ", rate.outcome.size(), " values; ",
                   network.decisions()[d].name, " needs ",
                   network.layout().count[d]);
    }
    DYNARCH_RETURN_IF_ERROR(said.CheckValues(field + ".", d, rate.outcome));
    std::copy(rate.outcome.begin(), rate.outcome.end(),
              first.outcomes.begin() + network.layout().first[d]);
  }
  return sum.Check();
}

absl::Status CheckDistribution(const Distribution& source,
                               const graph::Network& network) {
  DYNARCH_RETURN_IF_ERROR(CheckAccuracy("", source.accuracy));
  DYNARCH_ASSIGN_OR_RETURN(const Completeness complete,
                           Completeness::Create(network));
  Said said(network);
  Sum sum("cases");
  for (size_t c = 0; c < source.cases.size(); ++c) {
    const std::string place = absl::StrCat("cases[", c, "].");
    DYNARCH_RETURN_IF_ERROR(
        sum.Add(place + "probability", source.cases[c].probability));
    DYNARCH_RETURN_IF_ERROR(said.Add(place, source.cases[c]));
  }
  if (!source.cases.empty()) DYNARCH_RETURN_IF_ERROR(sum.Check());
  Case elsewhere = NothingSaid(network);
  for (const Marginal& marginal : source.independent) {
    const std::string place = absl::StrCat(
        "independent.", NameOfDecision(network, marginal.decision));
    if (said.has(marginal.decision)) {
      return Error(place,
                   ": is said in `cases` or earlier already; a decision "
                   "is in one place");
    }
    DYNARCH_RETURN_IF_ERROR(
        CheckMarginal(place, marginal, network, said, elsewhere));
    said.Set(marginal.decision);
  }
  if (source.cases.empty()) {
    return complete.Check("independent: ", NothingSaid(network), elsewhere);
  }
  for (size_t c = 0; c < source.cases.size(); ++c) {
    DYNARCH_RETURN_IF_ERROR(complete.Check(absl::StrCat("cases[", c, "]."),
                                           source.cases[c], elsewhere));
  }
  return absl::OkStatus();
}

// States that can follow `from`, in any number of steps.
std::vector<bool> Reachable(const MarkovChain& chain, int from) {
  std::vector<bool> seen(chain.states.size());
  std::vector<int> todo = {from};
  seen[from] = true;
  while (!todo.empty()) {
    const int state = todo.back();
    todo.pop_back();
    for (const MarkovState::Next& next : chain.states[state].next) {
      if (next.probability.zero() || seen[next.state]) continue;
      seen[next.state] = true;
      todo.push_back(next.state);
    }
  }
  return seen;
}

// States that are visited again and again: those from which every state that
// can follow leads back. In order; one class of them if the long run is one.
std::vector<int> RecurrentStates(const MarkovChain& chain) {
  std::vector<std::vector<bool>> reach;
  const int count = static_cast<int>(chain.states.size());
  for (int s = 0; s < count; ++s) reach.push_back(Reachable(chain, s));
  std::vector<int> recurrent;
  for (int s = 0; s < count; ++s) {
    bool returns = true;
    for (int t = 0; t < count; ++t) returns &= !reach[s][t] || reach[t][s];
    if (returns) recurrent.push_back(s);
  }
  return recurrent;
}

absl::Status CheckChainShape(const MarkovChain& chain) {
  const std::vector<bool> reached = Reachable(chain, chain.initial);
  for (size_t s = 0; s < reached.size(); ++s) {
    if (reached[s]) continue;
    return Error("states.", chain.states[s].name,
                 ": cannot be reached from the initial state '",
                 chain.states[chain.initial].name, "'");
  }
  const std::vector<int> recurrent = RecurrentStates(chain);
  const std::vector<bool> follows = Reachable(chain, recurrent.front());
  for (const int state : recurrent) {
    if (follows[state]) continue;
    return Error("states: '", chain.states[recurrent.front()].name, "' and '",
                 chain.states[state].name,
                 "' lie in sets that are never left, so that the long run "
                 "depends on chance; give each a chain of its own");
  }
  return absl::OkStatus();
}

// Elimination takes the square of the number of states in memory.
constexpr size_t kMaxStates = 2048;

absl::Status CheckChain(const MarkovChain& chain,
                        const graph::Network& network) {
  const int count = static_cast<int>(chain.states.size());
  if (chain.states.empty()) return Error("states: there is none");
  if (chain.states.size() > kMaxStates) {
    return Error("states: there are ", count, "; at most ", kMaxStates,
                 " are allowed");
  }
  if (chain.initial < 0 || chain.initial >= count) {
    return Error("initial: got number ", chain.initial, "; there are ", count,
                 " states");
  }
  DYNARCH_ASSIGN_OR_RETURN(const Completeness complete,
                           Completeness::Create(network));
  Said said(network);
  std::set<std::string> names;
  for (const MarkovState& state : chain.states) {
    const std::string place = absl::StrCat("states.", state.name);
    if (!names.insert(state.name).second)
      return Error(place, ": is there twice");
    DYNARCH_RETURN_IF_ERROR(said.Add(place + ".", state.said));
    DYNARCH_RETURN_IF_ERROR(
        complete.Check(place + ".", state.said, NothingSaid(network)));
    Sum sum(place + ".next");
    for (const MarkovState::Next& next : state.next) {
      if (next.state < 0 || next.state >= count) {
        return Error(place, ".next: got number ", next.state, "; there are ",
                     count, " states");
      }
      DYNARCH_RETURN_IF_ERROR(
          sum.Add(absl::StrCat(place, ".next.", chain.states[next.state].name),
                  next.probability));
    }
    DYNARCH_RETURN_IF_ERROR(sum.Check());
  }
  return CheckChainShape(chain);
}

absl::Status CheckFixed(const Fixed& fixed, const graph::Network& network) {
  DYNARCH_ASSIGN_OR_RETURN(const Completeness complete,
                           Completeness::Create(network));
  Said said(network);
  DYNARCH_RETURN_IF_ERROR(said.Add("", fixed.said));
  return complete.Check("", fixed.said, NothingSaid(network));
}

}  // namespace

absl::string_view NameOf(Control control) {
  return ControlNames()[static_cast<size_t>(control)];
}

absl::StatusOr<Control> ControlNamed(absl::string_view name) {
  for (int i = 0; i < kControlCount; ++i) {
    if (ControlNames()[i] == name) return static_cast<Control>(i);
  }
  return Error("behavior.control: got '", name,
               "'; allowed: ", NameList(ControlNames()),
               DidYouMean(name, ControlNames()));
}

absl::string_view KindOf(const Source& source) {
  constexpr absl::string_view kNames[] = {"fixed", "trace", "distribution",
                                          "markov_chain"};
  return kNames[source.index()];
}

Fixed NominalSource(const graph::Network& network) {
  Fixed fixed;
  fixed.said.outcomes = network.nominal();
  fixed.said.exit = static_cast<int>(network.exits().size()) - 1;
  return fixed;
}

const std::vector<Setting>& SettingsOf(const Source& source) {
  static const auto& none = *new std::vector<Setting>();
  return std::visit(
      [](const auto& kind) -> const std::vector<Setting>& {
        if constexpr (std::is_same_v<std::decay_t<decltype(kind)>, Trace>) {
          return none;
        } else {
          return kind.settings;
        }
      },
      source);
}

void SetSettings(std::vector<Setting> settings, Source& source) {
  std::visit(
      [&](auto& kind) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(kind)>, Trace>) {
          kind.settings = std::move(settings);
        }
      },
      source);
}

bool ExitsFollowRule(const Source& source) {
  const Trace* trace = std::get_if<Trace>(&source);
  return trace != nullptr && trace->kind == Trace::Kind::kSignals;
}

absl::Status CheckSource(const Source& source, const graph::Network& network) {
  if (const auto* trace = std::get_if<Trace>(&source)) {
    return CheckMatches(*trace, network);
  }
  if (const auto* distribution = std::get_if<Distribution>(&source)) {
    return CheckDistribution(*distribution, network);
  }
  if (const auto* chain = std::get_if<MarkovChain>(&source)) {
    return CheckChain(*chain, network);
  }
  return CheckFixed(std::get<Fixed>(source), network);
}

std::vector<double> StationaryShares(const MarkovChain& chain) {
  const std::vector<int> recurrent = RecurrentStates(chain);
  const int n = static_cast<int>(recurrent.size());
  std::vector<int> place(chain.states.size(), -1);
  for (int i = 0; i < n; ++i) place[recurrent[i]] = i;
  std::vector<std::vector<double>> p(n, std::vector<double>(n));
  for (int i = 0; i < n; ++i) {
    for (const MarkovState::Next& next : chain.states[recurrent[i]].next) {
      if (next.probability.zero()) continue;
      p[i][place[next.state]] += next.probability.ToDouble();
    }
  }
  // Censor the last state again and again; then build the shares up.
  for (int k = n - 1; k > 0; --k) {
    double out = 0;
    for (int j = 0; j < k; ++j) out += p[k][j];
    for (int i = 0; i < k; ++i) p[i][k] /= out;
    for (int i = 0; i < k; ++i) {
      for (int j = 0; j < k; ++j) p[i][j] += p[i][k] * p[k][j];
    }
  }
  std::vector<double> weight(n);
  weight[0] = 1;
  double total = 1;
  for (int k = 1; k < n; ++k) {
    for (int i = 0; i < k; ++i) weight[k] += weight[i] * p[i][k];
    total += weight[k];
  }
  std::vector<double> shares(chain.states.size());
  for (int i = 0; i < n; ++i) shares[recurrent[i]] = weight[i] / total;
  return shares;
}

}  // namespace dynarch::behavior
