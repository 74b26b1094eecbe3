// What outcomes and knobs a decision may have. Internal to sim/behavior and its
// readers.
#ifndef DYNARCH_SIM_BEHAVIOR_OUTCOME_CHECK_H_
#define DYNARCH_SIM_BEHAVIOR_OUTCOME_CHECK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/base/decimal.h"
#include "sim/graph/decision.h"
#include "sim/graph/network.h"

namespace dynarch::behavior {

// True if the knob of such a decision says its outcome (`value`, `keep`) or
// limits it (`capacity_factor`); false if the data choose (`threshold`).
bool FixesOutcome(graph::Decision::Kind kind);

// The largest number that an outcome can be, as far as the decision alone says.
int64_t LargestOutcome(const graph::Decision& decision);

// True if there are scenarios in which the decision is not reached.
bool MayBeMoot(const graph::Network& network, int decision);

// `decisions.NAME.KNOB` of every decision and early exit, and
// `network.exit_rule.patience`.
std::vector<std::string> KnobPaths(const graph::Network& network);
// `decisions.NAME.KNOB`.
std::string KnobPath(const graph::Decision& decision);
std::string ThresholdPath(const graph::Exit& exit);

// Puts outcomes in order: applies knobs that fix them, and writes kNotReached
// where a decision is not reached.
class OutcomeFixer {
 public:
  // `knobs`: by decision, those that are to be applied: to every outcome if
  // `forced`, else where there is none. InvalidArgument, naming the knob, if
  // one cannot be: a width that is none of the values, `keep` not in (0, 1],
  // rounds beyond `max`, a factor that is not positive.
  static absl::StatusOr<OutcomeFixer> Create(
      const graph::Network& network, std::vector<std::optional<Decimal>> knobs,
      std::vector<bool> forced = {});

  // True if Fix changes nothing whatever the outcomes are, as long as every
  // decision has one.
  bool identity() const { return identity_; }
  // InvalidArgument if a decision is reached and has no outcome.
  absl::Status Fix(graph::Outcomes& outcomes) const;

 private:
  explicit OutcomeFixer(const graph::Network& network) : network_(&network) {}
  absl::StatusOr<bool> Reached(int decision,
                               const graph::Outcomes& outcomes) const;
  absl::Status Apply(int decision, graph::Outcomes& outcomes) const;

  const graph::Network* network_;
  std::vector<std::optional<Decimal>> knobs_;
  std::vector<bool> forced_;
  std::vector<bool> conditional_;  // By decision.
  bool identity_ = true;
};

}  // namespace dynarch::behavior

#endif  // DYNARCH_SIM_BEHAVIOR_OUTCOME_CHECK_H_
