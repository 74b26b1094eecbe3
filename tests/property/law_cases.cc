#include "tests/property/law_cases.h"

#include <sstream>
#include <utility>

#include "rapidcheck.h"
#include "sim/base/reason.h"
#include "sim/evaluator/run.h"

namespace dynarch::testing {
namespace {

using measurement::RunResult;
using measurement::RunTotals;

std::string Text(absl::int128 value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

template <typename T>
void Compare(const std::string& what, const T& a, const T& b,
             std::string& found) {
  if (!found.empty() || a == b) return;
  found = what + ": " + Text(a) + " and " + Text(b);
}

void CompareDomains(const RunTotals& a, const RunTotals& b,
                    std::string& found) {
  Compare<absl::int128>("domains", a.domains.size(), b.domains.size(), found);
  for (size_t d = 0; found.empty() && d < a.domains.size(); ++d) {
    const auto& x = a.domains[d];
    const auto& y = b.domains[d];
    const std::string& name = x.domain;
    Compare(name + ".active", x.active.value(), y.active.value(), found);
    Compare(name + ".entering", x.entering.value(), y.entering.value(), found);
    Compare(name + ".idle", x.idle_state.value(), y.idle_state.value(), found);
    Compare(name + ".exiting", x.exiting.value(), y.exiting.value(), found);
    Compare(name + ".transitions", x.transition_energy.value(),
            y.transition_energy.value(), found);
  }
}

void CompareActivities(const RunTotals& a, const RunTotals& b,
                       std::string& found) {
  Compare<absl::int128>("lines", a.activities.size(), b.activities.size(),
                        found);
  for (size_t i = 0; found.empty() && i < a.activities.size(); ++i) {
    const auto& x = a.activities[i];
    const auto& y = b.activities[i];
    if (x.label != y.label) found = x.label + " and " + y.label;
    Compare(x.label + ".count", x.count, y.count, found);
    Compare(x.label + ".time", x.time.value(), y.time.value(), found);
    Compare(x.label + ".energy", x.energy.value(), y.energy.value(), found);
  }
}

}  // namespace

std::optional<RunnableCase> MakeRunnable(StudyCase study) {
  const study::StudySpec& spec = *study.spec;
  const study::BoundCandidate bound = study::Bind(spec, study.candidate);
  evaluator::Replayer replayer(spec);
  auto slice = replayer.Replay("select", bound);
  // An oracle where a knob leaves right answers unknown.
  if (absl::IsInvalidArgument(slice.status())) return std::nullopt;
  if (!slice.ok()) RC_FAIL(std::string(slice.status().message()));
  auto model = evaluator::BuildModel(
      spec, bound, *slice->scenarios,
      evaluator::WantedScenarios(spec, bound, slice->Occurring()));
  if (!model.ok()) {
    // Only what the candidate itself causes keeps it from running.
    if (ReasonOf(model.status()).has_value()) return std::nullopt;
    RC_FAIL(std::string(model.status().message()));
  }
  return RunnableCase{std::move(study), *std::move(model), *std::move(slice)};
}

std::string Difference(const RunResult& a, const RunResult& b) {
  std::string found;
  Compare<absl::int128>("inferences", a.sequence.size(), b.sequence.size(),
                        found);
  for (size_t k = 0; found.empty() && k < a.sequence.size(); ++k) {
    Compare("latency " + std::to_string(k), a.sequence[k].value(),
            b.sequence[k].value(), found);
  }
  Compare("missed", a.totals.missed, b.totals.missed, found);
  Compare("correct on time", a.totals.correct_on_time, b.totals.correct_on_time,
          found);
  Compare("busy", a.totals.busy.value(), b.totals.busy.value(), found);
  CompareDomains(a.totals, b.totals, found);
  CompareActivities(a.totals, b.totals, found);
  Compare("energy", a.totals.total_energy.value(),
          b.totals.total_energy.value(), found);
  if (found.empty() && !(a == b)) found = "another field";
  return found;
}

bool SomeCase(const std::function<bool(const RunnableCase&)>& catches,
              int limit, const DrawOptions& options) {
  const auto generator =
      rc::gen::exec([options] { return DrawStudy(options); });
  int tried = 0;
  for (uint64_t i = 0; tried < limit; ++i) {
    const auto shrinkable =
        generator(rc::Random(kPropertySeed + i), rc::kNominalSize);
    const std::optional<RunnableCase> runnable =
        MakeRunnable(shrinkable.value());
    if (!runnable.has_value()) continue;
    ++tried;
    if (catches(*runnable)) return true;
  }
  return false;
}

}  // namespace dynarch::testing
