#include "sim/evaluator/rates.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace dynarch::evaluator {
namespace {

using graph::Decision;
using graph::Outcomes;
using measurement::DecisionRates;

// A scenario and how often it is: a count, or a share.
template <typename Weight>
struct Weighted {
  Outcomes outcomes;
  int exit = 0;
  Weight weight = 0;
};

// Tokens of an expert among all, dropped ones included.
template <typename Weight>
DecisionRates ExpertRates(const Decision& decision,
                          const std::map<Outcomes, Weight>& outcomes) {
  DecisionRates rates{.decision = decision.name, .outcomes = {}};
  std::vector<double> tokens(static_cast<size_t>(decision.experts) + 1);
  double all = 0;
  for (const auto& [values, weight] : outcomes) {
    for (size_t e = 0; e < tokens.size(); ++e) {
      const double amount =
          static_cast<double>(values[e]) * static_cast<double>(weight);
      tokens[e] += amount;
      all += amount;
    }
  }
  for (size_t e = 0; all > 0 && e < tokens.size(); ++e) {
    rates.outcomes.emplace_back(
        e + 1 == tokens.size() ? "dropped" : absl::StrCat("e", e),
        tokens[e] / all);
  }
  return rates;
}

// Shares of the inferences that reach the decision.
template <typename Weight>
DecisionRates OutcomeRates(const Decision& decision,
                           const std::map<Outcomes, Weight>& outcomes) {
  if (decision.kind == Decision::Kind::kExperts) {
    return ExpertRates(decision, outcomes);
  }
  DecisionRates rates{.decision = decision.name, .outcomes = {}};
  Weight reached = 0;
  for (const auto& [values, weight] : outcomes) reached += weight;
  for (const auto& [values, weight] : outcomes) {
    rates.outcomes.emplace_back(
        graph::OutcomeText(decision, values),
        static_cast<double>(weight) / static_cast<double>(reached));
  }
  return rates;
}

template <typename Weight>
Rates RatesOfAll(const graph::Network& network,
                 const std::vector<Weighted<Weight>>& scenarios) {
  std::vector<Weight> exits(network.exits().size());
  Weight total = 0;
  for (const Weighted<Weight>& scenario : scenarios) {
    exits[scenario.exit] += scenario.weight;
    total += scenario.weight;
  }
  Rates rates;
  for (const Weight weight : exits) {
    rates.exits.push_back(static_cast<double>(weight) /
                          static_cast<double>(total));
  }
  const graph::OutcomeLayout& layout = network.layout();
  for (size_t d = 0; d < network.decisions().size(); ++d) {
    const Decision& decision = network.decisions()[d];
    const int stage =
        decision.from.has_value() ? network.stage_of(*decision.from) : 0;
    std::map<Outcomes, Weight> outcomes;
    for (const Weighted<Weight>& scenario : scenarios) {
      const auto first = scenario.outcomes.begin() + layout.first[d];
      if (scenario.exit < stage || *first == graph::kNotReached) continue;
      outcomes[Outcomes(first, first + layout.count[d])] += scenario.weight;
    }
    rates.decisions.push_back(OutcomeRates(decision, outcomes));
  }
  return rates;
}

}  // namespace

Rates RatesOf(const graph::Network& network, const Scenarios& scenarios,
              absl::Span<const int64_t> counts) {
  std::vector<Weighted<int64_t>> all;
  for (size_t s = 0; s < counts.size(); ++s) {
    if (counts[s] == 0) continue;
    const auto number = static_cast<uint32_t>(s);
    all.push_back({scenarios.population().TableRow(
                       static_cast<int>(scenarios.RowOf(number))),
                   scenarios.ExitOf(number), counts[s]});
  }
  return RatesOfAll(network, all);
}

Rates RatesOf(const graph::Network& network,
              absl::Span<const behavior::StatedScenario> stated) {
  std::vector<Weighted<double>> all;
  for (const behavior::StatedScenario& scenario : stated) {
    all.push_back({scenario.outcomes, scenario.exit, scenario.share});
  }
  return RatesOfAll(network, all);
}

}  // namespace dynarch::evaluator
