// A compiled study: plain values, every name resolved.
#ifndef DYNARCH_SIM_STUDY_STUDY_SPEC_H_
#define DYNARCH_SIM_STUDY_STUDY_SPEC_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sim/base/decimal.h"
#include "sim/base/expression.h"
#include "sim/behavior/population.h"
#include "sim/behavior/rule.h"
#include "sim/behavior/source.h"
#include "sim/graph/data_type.h"
#include "sim/graph/network.h"
#include "sim/mapping/policy.h"
#include "sim/measurement/metric.h"
#include "sim/pareto/front.h"
#include "sim/platform/platform.h"
#include "sim/space/design_space.h"
#include "sim/workload/workload.h"

namespace dynarch::study {

enum class Fidelity : uint8_t { kAnalytical, kEvent };
// `analytical`, `event`.
absl::string_view NameOf(Fidelity fidelity);
enum class Baseline : uint8_t { kBestGpu, kNone };

struct Objective {
  measurement::Metric metric;
  pareto::Direction direction = pareto::Direction::kMinimize;
};

// How the space is walked.
struct SearchPlan {
  enum class Kind : uint8_t { kExhaustive, kRandom };
  Kind kind = Kind::kExhaustive;
  int64_t samples = 0;
  uint64_t seed = 0;
};

// Resolved meaning of one parameter value. Which field counts follows from the
// parameter's slot.
struct ResolvedValue {
  int index = 0;  // Platform, data type, patience, control. Element and
                  // operating point are in `text`, for their numbers depend on
                  // the platform.
  std::optional<behavior::Threshold> threshold;
  std::optional<Decimal> knob;
  std::optional<mapping::PowerPolicy> power;
  std::string text;
};

// A candidate with every slot filled.
struct BoundCandidate {
  int platform = 0;
  graph::DataType dtype = graph::DataType::kFp32;
  std::vector<behavior::Threshold> thresholds;  // By exit.
  // By decision that is no exit; none: the network's own.
  std::vector<std::optional<Decimal>> knobs;
  int patience = 0;  // Of a network whose exit rule is patience.
  behavior::Control control = behavior::Control::kNone;
  std::vector<std::string> stage_elements;  // By stage.
  std::string operating_point;              // Empty: the platform's first.
  mapping::PowerPolicy power;
};

struct StudySpec {
  graph::Network network;
  behavior::Source source;
  std::vector<platform::Platform> platforms;
  workload::Workload workload;
  Baseline baseline = Baseline::kBestGpu;
  space::DesignSpace space;
  // By parameter, by value.
  std::vector<std::vector<ResolvedValue>> resolved;
  BoundCandidate defaults;  // Values of what is not explored.
  Fidelity fidelity = Fidelity::kAnalytical;
  std::vector<Objective> objectives;
  std::vector<Expression> constraints;  // Over metrics, by `MetricInfo::name`.
  SearchPlan search;
  std::vector<measurement::Metric> metrics;  // Stored, in this order.
};

// How the candidate chooses exits: the network's rule with its thresholds and
// patience. Control `static` is every early exit `never`.
behavior::ExitPolicy PolicyOf(const StudySpec& spec,
                              const BoundCandidate& bound);

// True for the static network: control `static`, or every early exit `never`
// and every inner decision fixed at its nominal outcome by its knob.
bool IsStatic(const StudySpec& spec, const BoundCandidate& bound);

// True unless the candidate is a control that no machine can be: random,
// oracle or independent decisions.
bool IsRealizable(const BoundCandidate& bound);

// What it asks of the study's source on one split.
behavior::Request RequestOf(const StudySpec& spec, const BoundCandidate& bound,
                            absl::string_view split);

// `defaults` with the candidate's values put in. The candidate has a digit for
// every parameter of the space.
BoundCandidate Bind(const StudySpec& spec, const space::Candidate& candidate);

// The stored metrics: objectives, constraint metrics in order of first use,
// `extra`, then the standard list (accuracy; latency mean, p50, p99, max;
// deadline misses; energy mean and dynamic; average power; utilisation), each
// once. Constraints are checked against metric names; a symbol that is no
// metric is left out.
std::vector<measurement::Metric> StoredMetrics(
    const std::vector<Objective>& objectives,
    const std::vector<Expression>& constraints,
    const std::vector<measurement::Metric>& extra);

}  // namespace dynarch::study

#endif  // DYNARCH_SIM_STUDY_STUDY_SPEC_H_
