// How signals become the exit that is taken.
#ifndef DYNARCH_SIM_BEHAVIOR_RULE_H_
#define DYNARCH_SIM_BEHAVIOR_RULE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sim/graph/network.h"

namespace dynarch::behavior {

// Threshold of one exit. `never` and `always` are values of their own, not
// numbers that happen to be out of reach: a `never` exit costs nothing, for
// its head and its check are not executed; an `always` exit is not checked.
// `checked` is for exits without a threshold of their own: they are checked,
// and who passes is known from elsewhere, the recorded outcomes or a rule such
// as patience.
class Threshold {
 public:
  enum class Kind : uint8_t { kNever, kAlways, kValue, kChecked };
  static Threshold Never() { return Threshold(Kind::kNever, 0, "never"); }
  static Threshold Always() { return Threshold(Kind::kAlways, 0, "always"); }
  static Threshold Checked() { return Threshold(Kind::kChecked, 0, "checked"); }
  // `never`, `always` or an exact decimal; keeps the text. InvalidArgument for
  // anything else.
  static absl::StatusOr<Threshold> Parse(absl::string_view text);

  Kind kind() const { return kind_; }
  double value() const { return value_; }  // Only if kValue.
  const std::string& text() const { return text_; }
  // True if the exit is taken on this signal: max-probability, margin and score
  // on >= value, entropy on < value. Not for kChecked.
  bool Takes(graph::Signal signal, double value) const;

 private:
  Threshold(Kind kind, double value, std::string text)
      : kind_(kind), value_(value), text_(std::move(text)) {}
  Kind kind_;
  double value_;
  std::string text_;
};

// How a run chooses exits: the network's rule with every number filled in.
//
//   kThreshold  the first exit whose threshold takes it
//   kPatience   the first exit whose class each of the `patience` exits before
//               it predicted too (W. Zhou et al., "BERT Loses Patience: Fast
//               and Robust Inference with Early Exit", NeurIPS 2020); a `never`
//               exit is no exit, an `always` exit is taken, a value is not
//               looked at
//   kPredicted  exit at + 1 + n, n being how many `bounds` exit `at` fails (its
//               signal is below the bound; entropy: not below); if that exit is
//               `never`, the next that is not. An `always` exit up to `at` is
//               taken instead
//
// If none is taken it is the last exit, whose threshold is never asked.
struct ExitPolicy {
  graph::ExitRule::Kind kind = graph::ExitRule::Kind::kThreshold;
  std::vector<Threshold> thresholds;  // By exit.
  int patience = 0;
  int at = 0;
  std::vector<double> bounds;
};

// The network's rule with these thresholds (by exit) and, if it has one, this
// patience.
ExitPolicy PolicyOf(const graph::Network& network,
                    std::vector<Threshold> thresholds, int patience);
// As above with the network's own patience.
ExitPolicy PolicyOf(const graph::Network& network,
                    std::vector<Threshold> thresholds);
// Every early exit `never`.
ExitPolicy StaticPolicy(const graph::Network& network);

// What the exits of one sample said; by exit. Spans that a rule does not look
// at may be empty.
struct SampleSignals {
  absl::Span<const double> signals;     // What each exit reads.
  absl::Span<const int32_t> predicted;  // Class.
};
// The exit (0-based) that one sample takes. `policy` has been checked
// (CheckPolicy of population.h).
int ExitTaken(const SampleSignals& sample, absl::Span<const graph::Exit> exits,
              const ExitPolicy& policy);

}  // namespace dynarch::behavior

#endif  // DYNARCH_SIM_BEHAVIOR_RULE_H_
