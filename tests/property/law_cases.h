// What the properties have in common: cases, runs of them, and what differs.
#ifndef DYNARCH_TESTS_PROPERTY_LAW_CASES_H_
#define DYNARCH_TESTS_PROPERTY_LAW_CASES_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/analysis/analysis.h"
#include "sim/evaluator/replays.h"
#include "sim/measurement/run_result.h"
#include "tests/testing/generators.h"

namespace dynarch::testing {

// Exits by every rule, controls and knobs.
inline constexpr DrawOptions kEverything = {.rules = true, .controls = true};

// A case whose candidate can be built, replayed.
struct RunnableCase {
  StudyCase study;
  analysis::Model model;
  evaluator::ReplayedSlice slice;
};

// Absent if the candidate cannot be built.
std::optional<RunnableCase> MakeRunnable(StudyCase study);

// The first difference in words; empty if there is none.
std::string Difference(const measurement::RunResult& a,
                       const measurement::RunResult& b);

// Whether `catches` is true for one of the first `limit` runnable cases of the
// generator: a seeded fault must be seen by the law that it breaks.
bool SomeCase(const std::function<bool(const RunnableCase&)>& catches,
              int limit = 300, const DrawOptions& options = {});

}  // namespace dynarch::testing

#endif  // DYNARCH_TESTS_PROPERTY_LAW_CASES_H_
