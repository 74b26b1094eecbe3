#include "sim/behavior/rule.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/decimal.h"

namespace dynarch::behavior {
namespace {

using graph::ExitRule;
using Kind = Threshold::Kind;

int TakenByThreshold(const SampleSignals& sample,
                     absl::Span<const graph::Exit> exits,
                     const ExitPolicy& policy) {
  const int last = static_cast<int>(exits.size()) - 1;
  for (int exit = 0; exit < last; ++exit) {
    if (policy.thresholds[exit].Takes(exits[exit].signal,
                                      sample.signals[exit])) {
      return exit;
    }
  }
  return last;
}

int TakenByPatience(const SampleSignals& sample, int last,
                    const ExitPolicy& policy) {
  int agreeing = 0;  // Exits in a row, before this one, of `before`'s class.
  int before = -1;   // The exit before.
  for (int exit = 0; exit < last; ++exit) {
    const Kind kind = policy.thresholds[exit].kind();
    if (kind == Kind::kNever) continue;
    const bool agrees =
        before >= 0 && sample.predicted[exit] == sample.predicted[before];
    agreeing = agrees ? agreeing + 1 : 0;
    if (kind == Kind::kAlways || agreeing >= policy.patience) return exit;
    before = exit;
  }
  return last;
}

int TakenByPrediction(const SampleSignals& sample,
                      absl::Span<const graph::Exit> exits,
                      const ExitPolicy& policy) {
  const int last = static_cast<int>(exits.size()) - 1;
  for (int exit = 0; exit <= policy.at; ++exit) {
    if (policy.thresholds[exit].kind() == Kind::kAlways) return exit;
  }
  const bool falls = exits[policy.at].signal == graph::Signal::kEntropy;
  const double signal = sample.signals[policy.at];
  int exit = policy.at + 1;
  for (const double bound : policy.bounds) {
    const bool holds = falls ? signal < bound : signal >= bound;
    exit += holds ? 0 : 1;
  }
  while (exit < last && policy.thresholds[exit].kind() == Kind::kNever) ++exit;
  return exit < last ? exit : last;
}

}  // namespace

absl::StatusOr<Threshold> Threshold::Parse(absl::string_view text) {
  if (text == "never") return Never();
  if (text == "always") return Always();
  const auto value = Decimal::Parse(text);
  if (!value.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("threshold: got '", text,
                     "'; allowed: never, always or a decimal such as 0.85"));
  }
  return Threshold(Kind::kValue, value->ToDouble(), std::string(text));
}

bool Threshold::Takes(graph::Signal signal, double value) const {
  switch (kind_) {
    case Kind::kNever:
    case Kind::kChecked:
      return false;
    case Kind::kAlways:
      return true;
    case Kind::kValue:
      return signal == graph::Signal::kEntropy ? value < value_
                                               : value >= value_;
  }
  return false;
}

ExitPolicy PolicyOf(const graph::Network& network,
                    std::vector<Threshold> thresholds, int patience) {
  const ExitRule& rule = network.parts().exit_rule;
  ExitPolicy policy;
  policy.kind = rule.kind;
  policy.thresholds = std::move(thresholds);
  policy.patience = patience;
  policy.at = rule.at;
  for (const Decimal& bound : rule.bounds) {
    policy.bounds.push_back(bound.ToDouble());
  }
  return policy;
}

ExitPolicy PolicyOf(const graph::Network& network,
                    std::vector<Threshold> thresholds) {
  return PolicyOf(network, std::move(thresholds),
                  network.parts().exit_rule.patience);
}

ExitPolicy StaticPolicy(const graph::Network& network) {
  ExitPolicy policy;
  policy.thresholds.assign(network.exits().size(), Threshold::Never());
  policy.thresholds.back() = Threshold::Always();
  return policy;
}

int ExitTaken(const SampleSignals& sample, absl::Span<const graph::Exit> exits,
              const ExitPolicy& policy) {
  switch (policy.kind) {
    case ExitRule::Kind::kThreshold:
      return TakenByThreshold(sample, exits, policy);
    case ExitRule::Kind::kPatience:
      return TakenByPatience(sample, static_cast<int>(exits.size()) - 1,
                             policy);
    case ExitRule::Kind::kPredicted:
      return TakenByPrediction(sample, exits, policy);
  }
  return static_cast<int>(exits.size()) - 1;
}

}  // namespace dynarch::behavior
