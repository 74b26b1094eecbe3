// Random studies for property tests, drawn with rapidcheck so that a failure
// shrinks; and the report of what was drawn.
#ifndef DYNARCH_TESTS_TESTING_GENERATORS_H_
#define DYNARCH_TESTS_TESTING_GENERATORS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/analysis/analysis.h"
#include "sim/graph/network.h"
#include "sim/platform/platform.h"
#include "sim/study/study_spec.h"

namespace dynarch::testing {

// Cases per property: 300, or what the environment variable
// DYNARCH_PROPERTY_CASES or the compile-time definition of that name says. The
// seed is fixed (kPropertySeed) unless RC_PARAMS is set; both are printed.
inline constexpr uint64_t kPropertySeed = 20261122;
int PropertyCases();
// Hands both to rapidcheck. Call before the first property.
void ConfigureRapidcheck();

// How arrivals relate to the time that an inference takes.
enum class Load : uint8_t {
  kSparse,    // Idle between inferences.
  kBoundary,  // Within a picosecond of where sparse ends.
  kTight,     // Releases come while domains are still on their way to sleep.
  kOverload,  // More than can be served.
};

// One candidate of a study, and what was drawn for it.
struct StudyCase {
  std::shared_ptr<const study::StudySpec> spec;
  space::Candidate candidate;
  Load load = Load::kSparse;
};

// What is drawn beside the usual.
struct DrawOptions {
  bool rules = false;     // Exits by patience and by prediction.
  bool controls = false;  // Controls and knobs, in the space.
};

// Chains of operators with 1 to 4 exits; in every other one blocks that decide:
// of each kind, known beforehand or read from a gate, with loops and merges.
graph::Network DrawNetwork(const DrawOptions& options = {});

// 1 to 3 elements of every kind, 1 to 4 domains with random transitions, 1 to
// 2 operating points. `table`: one element, every stage of `network` measured.
platform::Platform DrawPlatform(const graph::Network& network);

// A whole study: the space has platforms, data types, elements per stage,
// operating points, power policies and thresholds. The load is set for
// `candidate`; the others meet the same arrivals.
StudyCase DrawStudy(const DrawOptions& options = {});

// The machine of a candidate with every scenario that occurs on `select`.
absl::StatusOr<analysis::Model> ModelOf(const study::StudySpec& spec,
                                        const study::BoundCandidate& bound);

// Counts what cases had in common with what a property must see.
class Coverage {
 public:
  void Add(const std::string& feature, bool present = true);
  void AddCase() { ++cases_; }
  // Everything that describes a case: exits, rule, decisions, control, element
  // kinds, policy, load, threshold kinds, signals.
  void AddStudy(const StudyCase& study);
  int64_t cases() const { return cases_; }
  int64_t Count(const std::string& feature) const;
  double Share(const std::string& feature) const;
  // One line per feature, in per cent.
  std::string Report() const;
  // Features seen in fewer than `share` of the cases, of those in `wanted`.
  std::vector<std::string> Missing(const std::vector<std::string>& wanted,
                                   double share) const;

 private:
  int64_t cases_ = 0;
  std::map<std::string, int64_t> counts_;
};

}  // namespace dynarch::testing

#endif  // DYNARCH_TESTS_TESTING_GENERATORS_H_
