// Where outcomes come from.
#ifndef DYNARCH_SIM_BEHAVIOR_SOURCE_H_
#define DYNARCH_SIM_BEHAVIOR_SOURCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/base/decimal.h"
#include "sim/behavior/trace.h"
#include "sim/graph/decision.h"
#include "sim/graph/network.h"

namespace dynarch::behavior {

// What takes the place of the source's own decisions, to compare it with.
//
//   kNone         nothing
//   kRandom       every decision drawn for itself at the rates it has
//   kOracle       the first exit that is right; where none is, the first there
//                 is. Other decisions stay
//   kIndependent  every decision's outcomes dealt to the samples anew, each by
//                 its own permutation: same rates, no correlation. Where exits
//                 follow the rule, each exit's signal is dealt, with its class
//                 and whether it is right
//   kStatic       the network's nominal outcomes and its last exit
//
// A decision whose range depends on an earlier one's outcome (`of`) is drawn
// and dealt together with that one.
enum class Control : uint8_t { kNone, kRandom, kOracle, kIndependent, kStatic };
inline constexpr int kControlCount = 5;
// `none`, `random`, `oracle`, `independent`, `static`.
absl::string_view NameOf(Control control);
// InvalidArgument with the names and the nearest.
absl::StatusOr<Control> ControlNamed(absl::string_view name);

// Outcomes said together, and the share of right answers among such samples.
struct Case {
  Decimal probability;  // Of a Distribution.
  // By the network's layout; kNotReached where the case does not say.
  graph::Outcomes outcomes;
  std::optional<int> exit;
  std::optional<Decimal> accuracy;
};

// Rates of one decision, independent of everything else.
struct Marginal {
  static constexpr int kExit = -1;
  struct Rate {
    std::vector<int64_t> outcome;  // One value, or the experts'; or the exit.
    Decimal probability;
  };
  int decision = kExit;  // Of Network::decisions(), or kExit.
  std::vector<Rate> rates;
};

// Inferences independent of one another: one of the cases, and one outcome of
// every marginal.
struct Distribution {
  std::string source;
  std::vector<Case> cases;
  std::vector<Marginal> independent;
  std::optional<Decimal> accuracy;  // Of cases that do not say.
  // Arithmetic that the accuracies were measured in.
  graph::DataType dtype = graph::DataType::kFp32;
  // Thresholds of exits that the outcomes stand for: those may be asked for.
  std::vector<Setting> settings;
};

struct MarkovState {
  std::string name;
  Case said;  // Its probability is not used.
  struct Next {
    int state = 0;
    Decimal probability;
  };
  std::vector<Next> next;
};

// Successive inferences (frames of a stream): the first is in `initial`.
struct MarkovChain {
  std::string source;
  std::vector<MarkovState> states;
  int initial = 0;
  graph::DataType dtype = graph::DataType::kFp32;  // As in Distribution.
  std::vector<Setting> settings;                   // As in Distribution.
};

// Every inference alike.
struct Fixed {
  Case said;
  graph::DataType dtype = graph::DataType::kFp32;
  std::vector<Setting> settings;  // As in Distribution.
};

using Source = std::variant<Fixed, Trace, Distribution, MarkovChain>;

// `trace`, `distribution`, `markov_chain`, `fixed`.
absl::string_view KindOf(const Source& source);

// The nominal outcomes and the last exit.
Fixed NominalSource(const graph::Network& network);

// `settings` of a source; of a trace none, its slices have their own.
const std::vector<Setting>& SettingsOf(const Source& source);
void SetSettings(std::vector<Setting> settings, Source& source);

// True if the source holds signals, so that exits follow the network's rule and
// thresholds; false if the exits are part of what it says.
bool ExitsFollowRule(const Source& source);

// Most decimal places of a probability.
inline constexpr int kProbabilityDigits = 18;

// InvalidArgument with the field (`cases[2].probability`), what came and what
// is allowed, if
//  - probabilities are not in [0, 1], do not sum to exactly one or have more
//    than kProbabilityDigits decimals; an accuracy is not in [0, 1];
//  - an outcome is beyond its decision, a decision is said twice, or not at all
//    though it is reached and no knob of the network fixes it; the exit
//    likewise, where there is more than one;
//  - a state cannot be reached from the initial one, or two sets of states are
//    never left, so that there is no long run to speak of.
// A trace: CheckMatches.
absl::Status CheckSource(const Source& source, const graph::Network& network);

// Long-run share of every state, by Grassmann, Taksar and Heyman's elimination
// ("Regenerative analysis and steady state distributions for Markov chains",
// Operations Research 33(5), 1985): no subtraction, hence each within a few
// rounding errors of the exact number. States that are left for good have 0.
// The chain has passed CheckSource.
std::vector<double> StationaryShares(const MarkovChain& chain);

}  // namespace dynarch::behavior

#endif  // DYNARCH_SIM_BEHAVIOR_SOURCE_H_
