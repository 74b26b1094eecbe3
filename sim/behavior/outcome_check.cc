#include "sim/behavior/outcome_check.h"

#include <algorithm>
#include <limits>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "sim/base/status_macros.h"

namespace dynarch::behavior {
namespace {

using graph::Decision;
using Kind = graph::Decision::Kind;

template <typename... Parts>
absl::Status Error(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

// ceil(factor x count), saturated; the factor is positive.
int64_t CeilOf(const Decimal& factor, int64_t count) {
  absl::int128 value = absl::int128(factor.mantissa()) * count;
  absl::int128 scale = 1;
  int exponent = factor.exponent();
  const absl::int128 most = std::numeric_limits<int64_t>::max();
  for (; exponent > 0 && value <= most; --exponent) value *= 10;
  for (; exponent < 0 && scale < value; ++exponent) scale *= 10;
  const absl::int128 whole = (value + scale - 1) / scale;
  return static_cast<int64_t>(std::min(whole, most));
}

absl::Status CheckKnob(const Decision& decision, const Decimal& knob) {
  const std::string path = KnobPath(decision);
  const Decimal one = Decimal::FromInt(1);
  switch (decision.kind) {
    case Kind::kWidth:
    case Kind::kResolution: {
      if (std::find(decision.values.begin(), decision.values.end(), knob) !=
          decision.values.end()) {
        return absl::OkStatus();
      }
      std::vector<std::string> known;
      for (const Decimal& value : decision.values) {
        known.push_back(value.ToString());
      }
      return Error(path, ": got ", knob.ToString(),
                   "; allowed: ", absl::StrJoin(known, ", "));
    }
    case Kind::kRepeat: {
      const auto rounds = knob.ToScaledInt(0);
      if (rounds.ok() && *rounds >= 1 && *rounds <= decision.max) {
        return absl::OkStatus();
      }
      return Error(path, ": got ", knob.ToString(),
                   "; a whole number from 1 to ", decision.max, " is allowed");
    }
    case Kind::kActive:
      if (knob > Decimal() && knob <= one) return absl::OkStatus();
      return Error(path, ": got ", knob.ToString(),
                   "; a share in (0, 1] is allowed");
    case Kind::kExperts:
      if (knob > Decimal()) return absl::OkStatus();
      return Error(path, ": got ", knob.ToString(),
                   "; a number above 0 is allowed");
    default:
      return Error(path, " leaves the choice to the data");
  }
}

// True if a loop's rounds are not the decision's own: a loop that the decision
// ends has at least one.
bool Elsewhere(const std::optional<graph::OutcomeExpression>& times,
               int decision) {
  if (!times.has_value()) return false;
  const std::vector<int>& named = times->decisions();
  return std::find(named.begin(), named.end(), decision) == named.end();
}

// Tokens beyond each expert's capacity are dropped.
void Drop(int64_t capacity, absl::Span<int64_t> tokens) {
  for (int64_t& load : tokens.first(tokens.size() - 1)) {
    const int64_t dropped = std::max<int64_t>(0, load - capacity);
    load -= dropped;
    tokens.back() += dropped;
  }
}

}  // namespace

bool FixesOutcome(Kind kind) {
  return kind == Kind::kWidth || kind == Kind::kResolution ||
         kind == Kind::kRepeat || kind == Kind::kActive ||
         kind == Kind::kExperts;
}

int64_t LargestOutcome(const Decision& decision) {
  switch (decision.kind) {
    case Kind::kSkip:
      return 1;
    case Kind::kFrame:
      return 2;
    case Kind::kBranch:
      return static_cast<int64_t>(decision.options.size()) - 1;
    case Kind::kWidth:
    case Kind::kResolution:
      return static_cast<int64_t>(decision.values.size()) - 1;
    case Kind::kRepeat:
      return decision.max;
    default:
      return graph::kMaxElements;
  }
}

bool MayBeMoot(const graph::Network& network, int decision) {
  const std::optional<int>& from = network.decisions()[decision].from;
  if (!from.has_value()) return false;
  const graph::Actor& actor = network.actors()[*from];
  return actor.when.has_value() || Elsewhere(actor.times, decision);
}

std::string KnobPath(const Decision& decision) {
  return absl::StrCat("decisions.", decision.name, ".", KnobOf(decision.kind));
}

std::string ThresholdPath(const graph::Exit& exit) {
  return absl::StrCat("decisions.", exit.name, ".threshold");
}

std::vector<std::string> KnobPaths(const graph::Network& network) {
  std::vector<std::string> paths;
  for (size_t e = 0; e + 1 < network.exits().size(); ++e) {
    paths.push_back(ThresholdPath(network.exits()[e]));
  }
  for (const Decision& decision : network.decisions()) {
    paths.push_back(KnobPath(decision));
  }
  if (network.parts().exit_rule.kind == graph::ExitRule::Kind::kPatience) {
    paths.push_back("network.exit_rule.patience");
  }
  return paths;
}

absl::StatusOr<OutcomeFixer> OutcomeFixer::Create(
    const graph::Network& network, std::vector<std::optional<Decimal>> knobs,
    std::vector<bool> forced) {
  OutcomeFixer fixer(network);
  knobs.resize(network.decisions().size());
  forced.resize(network.decisions().size());
  for (size_t d = 0; d < knobs.size(); ++d) {
    const Decision& decision = network.decisions()[d];
    const bool conditional = MayBeMoot(network, static_cast<int>(d));
    fixer.conditional_.push_back(conditional);
    fixer.identity_ &= !conditional && !knobs[d].has_value();
    if (!knobs[d].has_value()) continue;
    DYNARCH_RETURN_IF_ERROR(CheckKnob(decision, *knobs[d]));
  }
  fixer.knobs_ = std::move(knobs);
  fixer.forced_ = std::move(forced);
  return fixer;
}

absl::StatusOr<bool> OutcomeFixer::Reached(
    int decision, const graph::Outcomes& outcomes) const {
  if (!conditional_[decision]) return true;
  const graph::Actor& from =
      network_->actors()[*network_->decisions()[decision].from];
  if (from.when.has_value()) {
    DYNARCH_ASSIGN_OR_RETURN(const bool holds, from.when->Holds(outcomes));
    if (!holds) return false;
  }
  if (!Elsewhere(from.times, decision)) return true;
  DYNARCH_ASSIGN_OR_RETURN(const int64_t times, from.times->Count(outcomes));
  return times > 0;
}

absl::Status OutcomeFixer::Apply(int index, graph::Outcomes& outcomes) const {
  const Decision& decision = network_->decisions()[index];
  const Decimal& knob = *knobs_[index];
  const auto values = absl::MakeSpan(outcomes).subspan(
      network_->layout().first[index], network_->layout().count[index]);
  switch (decision.kind) {
    case Kind::kWidth:
    case Kind::kResolution:
      values[0] =
          std::find(decision.values.begin(), decision.values.end(), knob) -
          decision.values.begin();
      return absl::OkStatus();
    case Kind::kRepeat:
      values[0] = *knob.ToScaledInt(0);
      return absl::OkStatus();
    case Kind::kActive: {
      DYNARCH_ASSIGN_OR_RETURN(const int64_t of, decision.of.Count(outcomes));
      values[0] = CeilOf(knob, of);
      return absl::OkStatus();
    }
    case Kind::kExperts: {
      DYNARCH_ASSIGN_OR_RETURN(const int64_t tokens,
                               decision.of.Count(outcomes));
      if (values[0] == graph::kNotReached) return absl::OkStatus();
      // ceil(factor x tokens x top_k / experts), for ceil(ceil(x) / n) =
      // ceil(x / n).
      const absl::int128 routed = absl::int128(tokens) * decision.top_k;
      const int64_t scaled = CeilOf(knob, static_cast<int64_t>(routed));
      Drop((scaled + decision.experts - 1) / decision.experts, values);
      return absl::OkStatus();
    }
    default:
      return absl::OkStatus();
  }
}

absl::Status OutcomeFixer::Fix(graph::Outcomes& outcomes) const {
  const auto& decisions = network_->decisions();
  for (size_t d = 0; d < decisions.size(); ++d) {
    const auto values = absl::MakeSpan(outcomes).subspan(
        network_->layout().first[d], network_->layout().count[d]);
    DYNARCH_ASSIGN_OR_RETURN(const bool reached,
                             Reached(static_cast<int>(d), outcomes));
    if (!reached) {
      std::fill(values.begin(), values.end(), graph::kNotReached);
      continue;
    }
    const bool is_missing = values[0] == graph::kNotReached;
    if (knobs_[d].has_value() && (forced_[d] || is_missing)) {
      DYNARCH_RETURN_IF_ERROR(Apply(static_cast<int>(d), outcomes));
    }
    for (const int64_t value : values) {
      if (value != graph::kNotReached) continue;
      return Error("decisions.", decisions[d].name,
                   ": is reached and has no outcome");
    }
  }
  return absl::OkStatus();
}

}  // namespace dynarch::behavior
