// Samples drawn from distributions, chains and fixed sources.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/random.h"
#include "sim/base/status_macros.h"
#include "sim/behavior/realised.h"

namespace dynarch::behavior {
namespace {

// Alternatives with exact probabilities, drawn without rounding: the sum is
// 10^digits, and so are the integers drawn from.
class Alternatives {
 public:
  explicit Alternatives(const std::vector<Decimal>& probabilities) {
    int digits = 0;
    for (const Decimal& p : probabilities) {
      digits = std::max(digits, -p.exponent());
    }
    int64_t sum = 0;
    for (const Decimal& p : probabilities) {
      sum += *p.ToScaledInt(digits);
      bounds_.push_back(sum);
    }
  }
  int Draw(RandomStream& random) const {
    const auto value =
        static_cast<int64_t>(random.UniformBelow(bounds_.back()));
    return static_cast<int>(
        std::upper_bound(bounds_.begin(), bounds_.end(), value) -
        bounds_.begin());
  }

 private:
  std::vector<int64_t> bounds_;  // Ascending.
};

// A drawn source as columns of choices: for a distribution its case, then one
// outcome of each marginal; for a chain its state.
class Choices {
 public:
  virtual ~Choices() = default;
  virtual int columns() const = 0;
  // Choices of `count` samples.
  virtual OutcomeRows Draw(uint64_t seed, int64_t count) const = 0;
  // What they say together.
  virtual Case Said(absl::Span<const int64_t> choices) const = 0;
  // Every combination that can be, with its share; empty if there are more than
  // kMaxStated.
  virtual std::vector<std::pair<graph::Outcomes, double>> All() const = 0;
};

RandomStream StreamOf(uint64_t seed, int64_t sample) {
  return RandomStream({.seed = seed,
                       .purpose = RandomPurpose::kSamples,
                       .index = static_cast<uint64_t>(sample)});
}

class DistributionChoices : public Choices {
 public:
  DistributionChoices(const Distribution& source, const graph::Network& network)
      : source_(source), network_(network) {
    std::vector<Decimal> probabilities;
    for (const Case& said : source.cases) {
      probabilities.push_back(said.probability);
    }
    if (probabilities.empty()) probabilities = {Decimal::FromInt(1)};
    probabilities_.push_back(probabilities);
    for (const Marginal& marginal : source.independent) {
      probabilities_.emplace_back();
      for (const Marginal::Rate& rate : marginal.rates) {
        probabilities_.back().push_back(rate.probability);
      }
    }
  }

  int columns() const override {
    return static_cast<int>(probabilities_.size());
  }

  OutcomeRows Draw(uint64_t seed, int64_t count) const override {
    std::vector<Alternatives> columns(probabilities_.begin(),
                                      probabilities_.end());
    OutcomeRows rows(this->columns());
    graph::Outcomes row(columns.size());
    for (int64_t i = 0; i < count; ++i) {
      RandomStream random = StreamOf(seed, i);
      for (size_t c = 0; c < columns.size(); ++c) {
        row[c] = columns[c].Draw(random);
      }
      rows.Append(row);
    }
    return rows;
  }

  Case Said(absl::Span<const int64_t> choices) const override {
    Case said;
    said.outcomes.assign(network_.layout().size, graph::kNotReached);
    if (!source_.cases.empty()) said = source_.cases[choices[0]];
    if (!said.accuracy.has_value()) said.accuracy = source_.accuracy;
    for (size_t m = 0; m < source_.independent.size(); ++m) {
      const Marginal& marginal = source_.independent[m];
      const auto& outcome = marginal.rates[choices[m + 1]].outcome;
      if (marginal.decision == Marginal::kExit) {
        said.exit = static_cast<int>(outcome.front());
      } else {
        std::copy(
            outcome.begin(), outcome.end(),
            said.outcomes.begin() + network_.layout().first[marginal.decision]);
      }
    }
    return said;
  }

  std::vector<std::pair<graph::Outcomes, double>> All() const override {
    std::vector<std::pair<graph::Outcomes, double>> all = {{{}, 1.0}};
    for (const std::vector<Decimal>& column : probabilities_) {
      if (static_cast<int64_t>(all.size() * column.size()) > kMaxStated) {
        return {};
      }
      std::vector<std::pair<graph::Outcomes, double>> longer;
      for (const auto& [choices, share] : all) {
        for (size_t i = 0; i < column.size(); ++i) {
          if (column[i].zero()) continue;
          longer.emplace_back(choices, share * column[i].ToDouble());
          longer.back().first.push_back(static_cast<int64_t>(i));
        }
      }
      all = std::move(longer);
    }
    return all;
  }

 private:
  const Distribution& source_;
  const graph::Network& network_;
  std::vector<std::vector<Decimal>> probabilities_;  // By column.
};

class ChainChoices : public Choices {
 public:
  explicit ChainChoices(const MarkovChain& chain) : chain_(chain) {}
  int columns() const override { return 1; }

  OutcomeRows Draw(uint64_t seed, int64_t count) const override {
    std::vector<Alternatives> next;
    for (const MarkovState& state : chain_.states) {
      std::vector<Decimal> probabilities;
      for (const auto& step : state.next) {
        probabilities.push_back(step.probability);
      }
      next.emplace_back(probabilities);
    }
    OutcomeRows rows(1);
    int state = chain_.initial;
    for (int64_t i = 0; i < count; ++i) {
      rows.Append({state});
      RandomStream random = StreamOf(seed, i);
      state = chain_.states[state].next[next[state].Draw(random)].state;
    }
    return rows;
  }

  Case Said(absl::Span<const int64_t> choices) const override {
    return chain_.states[choices[0]].said;
  }

  std::vector<std::pair<graph::Outcomes, double>> All() const override {
    const std::vector<double> shares = StationaryShares(chain_);
    std::vector<std::pair<graph::Outcomes, double>> all;
    for (size_t s = 0; s < shares.size(); ++s) {
      if (shares[s] == 0) continue;
      all.emplace_back(graph::Outcomes{static_cast<int64_t>(s)}, shares[s]);
    }
    return all;
  }

 private:
  const MarkovChain& chain_;
};

class FixedChoices : public Choices {
 public:
  explicit FixedChoices(const Fixed& fixed) : fixed_(fixed) {}
  int columns() const override { return 1; }
  OutcomeRows Draw(uint64_t, int64_t count) const override {
    OutcomeRows rows(1);
    for (int64_t i = 0; i < count; ++i) rows.Append({0});
    return rows;
  }
  Case Said(absl::Span<const int64_t>) const override { return fixed_.said; }
  std::vector<std::pair<graph::Outcomes, double>> All() const override {
    return {{{0}, 1.0}};
  }

 private:
  const Fixed& fixed_;
};

std::unique_ptr<Choices> ChoicesOf(const Source& source,
                                   const graph::Network& network) {
  if (const auto* distribution = std::get_if<Distribution>(&source)) {
    return std::make_unique<DistributionChoices>(*distribution, network);
  }
  if (const auto* chain = std::get_if<MarkovChain>(&source)) {
    return std::make_unique<ChainChoices>(*chain);
  }
  return std::make_unique<FixedChoices>(std::get<Fixed>(source));
}

graph::DataType TypeOf(const Source& source) {
  if (const auto* distribution = std::get_if<Distribution>(&source)) {
    return distribution->dtype;
  }
  if (const auto* chain = std::get_if<MarkovChain>(&source)) {
    return chain->dtype;
  }
  return std::get<Fixed>(source).dtype;
}

// Knobs to apply, and whether any of them is not the network's own.
struct Applied {
  std::vector<std::optional<Decimal>> knobs;
  std::vector<bool> forced;
  bool as_stated = true;
};

Applied AppliedKnobs(const graph::Network& network, const Request& request) {
  Applied applied;
  for (size_t d = 0; d < network.decisions().size(); ++d) {
    const graph::Decision& decision = network.decisions()[d];
    const std::optional<Decimal> asked =
        d < request.knobs.size() ? request.knobs[d] : std::nullopt;
    const bool forced = asked.has_value() && asked != decision.knob;
    applied.knobs.push_back(!FixesOutcome(decision.kind) ? std::nullopt
                            : asked.has_value()          ? asked
                                                         : decision.knob);
    applied.forced.push_back(forced);
    applied.as_stated &= !forced;
  }
  return applied;
}

absl::Status NotStated(const Source& source, const std::string& path,
                       absl::string_view value) {
  return absl::InvalidArgumentError(
      absl::StrCat("no trace for ", path, " = ", value, "; the ",
                   KindOf(source), " holds only the outcomes that it states"));
}

// Every distinct combination of choices, said and fixed.
struct Combinations {
  OutcomeRows rows;
  std::vector<Case> said;  // Outcomes left out.
};

absl::StatusOr<Combinations> Combine(const Choices& choices,
                                     const std::vector<graph::Outcomes>& rows,
                                     const graph::Network& network,
                                     const OutcomeFixer& fixer) {
  Combinations result{OutcomeRows(network.layout().size), {}};
  for (const graph::Outcomes& row : rows) {
    Case said = choices.Said(row);
    DYNARCH_RETURN_IF_ERROR(fixer.Fix(said.outcomes));
    result.rows.Append(said.outcomes);
    said.outcomes.clear();
    if (!said.exit.has_value()) {
      said.exit = static_cast<int>(network.exits().size()) - 1;
    }
    result.said.push_back(std::move(said));
  }
  return result;
}

absl::Status State(const Choices& choices, const graph::Network& network,
                   const OutcomeFixer& fixer, bool accuracy_holds,
                   Drawn& drawn) {
  const auto all = choices.All();
  std::vector<graph::Outcomes> rows;
  for (const auto& [row, share] : all) rows.push_back(row);
  DYNARCH_ASSIGN_OR_RETURN(const Combinations combined,
                           Combine(choices, rows, network, fixer));
  double accuracy = 0;
  bool is_known = accuracy_holds && !all.empty();
  for (size_t i = 0; i < all.size(); ++i) {
    const Case& said = combined.said[i];
    StatedScenario stated{combined.rows.Row(i), *said.exit, all[i].second, {}};
    if (said.accuracy.has_value() && accuracy_holds) {
      stated.accuracy = said.accuracy->ToDouble();
      accuracy += stated.share * *stated.accuracy;
    }
    is_known &= stated.accuracy.has_value();
    drawn.stated.push_back(std::move(stated));
  }
  if (is_known) drawn.accuracy = accuracy;
  return absl::OkStatus();
}

// Right or wrong, at the rate of what each sample says.
std::vector<uint8_t> DrawRight(const std::vector<uint32_t>& index,
                               const std::vector<Case>& said, uint64_t seed) {
  std::vector<Alternatives> rates;
  for (const Case& one : said) {
    if (!one.accuracy.has_value()) return {};
    auto wrong = Decimal::FromInt(1).Minus(*one.accuracy);
    if (!wrong.ok()) return {};
    rates.emplace_back(std::vector<Decimal>{*one.accuracy, *wrong});
  }
  std::vector<uint8_t> right(index.size());
  // After all that decides the outcomes of `index.size()` samples.
  constexpr int64_t kOffset = int64_t{1} << 62;
  for (size_t i = 0; i < index.size(); ++i) {
    RandomStream random = StreamOf(seed, kOffset + static_cast<int64_t>(i));
    right[i] = rates[index[i]].Draw(random) == 0;
  }
  return right;
}

}  // namespace

absl::Status CheckDrawn(const Source& source, const graph::Network& network,
                        const Request& request) {
  for (size_t d = 0; d < request.knobs.size(); ++d) {
    const graph::Decision& decision = network.decisions()[d];
    if (FixesOutcome(decision.kind) || !request.knobs[d].has_value() ||
        request.knobs[d] == decision.knob) {
      continue;
    }
    return NotStated(source, KnobPath(decision), request.knobs[d]->ToString());
  }
  for (size_t e = 0; e + 1 < request.thresholds.size(); ++e) {
    const Threshold& threshold = request.thresholds[e];
    if (threshold.kind() == Threshold::Kind::kChecked) continue;
    const Setting asked{ThresholdPath(network.exits()[e]),
                        CanonicalValue(threshold.text())};
    const std::vector<Setting>& stated = SettingsOf(source);
    if (std::find(stated.begin(), stated.end(), asked) != stated.end()) {
      continue;
    }
    return NotStated(source, asked.path, threshold.text());
  }
  const int patience = network.parts().exit_rule.patience;
  if (request.patience.value_or(patience) != patience) {
    return NotStated(source, "network.exit_rule.patience",
                     absl::StrCat(*request.patience));
  }
  const Applied applied = AppliedKnobs(network, request);
  return OutcomeFixer::Create(network, applied.knobs, applied.forced).status();
}

absl::StatusOr<Drawn> Draw(const Source& source, const graph::Network& network,
                           const Request& request) {
  DYNARCH_RETURN_IF_ERROR(CheckDrawn(source, network, request));
  const Applied applied = AppliedKnobs(network, request);
  DYNARCH_ASSIGN_OR_RETURN(
      const OutcomeFixer fixer,
      OutcomeFixer::Create(network, applied.knobs, applied.forced));
  const bool accuracy_holds =
      applied.as_stated && TypeOf(source) == request.dtype;
  const std::unique_ptr<Choices> choices = ChoicesOf(source, network);
  Drawn drawn;
  DYNARCH_RETURN_IF_ERROR(
      State(*choices, network, fixer, accuracy_holds, drawn));
  const OutcomeRows chosen = choices->Draw(request.seed, request.inferences);
  const DistinctRows distinct = FindDistinct(chosen);
  std::vector<graph::Outcomes> rows;
  for (const uint32_t row : distinct.first) rows.push_back(chosen.Row(row));
  DYNARCH_ASSIGN_OR_RETURN(const Combinations combined,
                           Combine(*choices, rows, network, fixer));
  const DistinctRows outcomes = FindDistinct(combined.rows);
  drawn.outcomes.table = OutcomeRows(network.layout().size);
  for (const uint32_t row : outcomes.first) {
    drawn.outcomes.table.AppendRow(combined.rows, row);
  }
  for (const uint32_t index : distinct.index) {
    drawn.outcomes.index.push_back(outcomes.index[index]);
    drawn.taken.push_back(static_cast<uint8_t>(*combined.said[index].exit));
  }
  if (accuracy_holds) {
    drawn.right = DrawRight(distinct.index, combined.said, request.seed);
  }
  return drawn;
}

}  // namespace dynarch::behavior
