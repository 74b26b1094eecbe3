// Law 4 (docs/semantics.md, 7.1, 7.2 and 11): energy by component sums exactly
// to the total, residencies sum to the window, inferences are accounted for.
#include <string>

#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "sim/engine/engine.h"
#include "sim/evaluator/run.h"
#include "tests/property/law_cases.h"

namespace dynarch::testing {
namespace {

using measurement::RunTotals;

// Power times residency, from the machine and not from the run.
std::string DomainViolation(const mapping::DomainPower& power,
                            const measurement::DomainTotals& domain,
                            Picoseconds window) {
  if (domain.active + domain.entering + domain.idle_state + domain.exiting !=
      window) {
    return domain.domain + ": residencies do not sum to the window";
  }
  if (domain.active_energy != power.active * domain.active) {
    return domain.domain + ": active energy is not power times residency";
  }
  if (domain.idle_state_energy != power.idle * domain.idle_state) {
    return domain.domain + ": idle energy is not power times residency";
  }
  if (!power.gates && domain.active != window) {
    return domain.domain + ": left its only state";
  }
  return "";
}

// The first way in which totals are not conserved; empty if they are.
std::string Violation(const mapping::System& system, const RunTotals& totals) {
  absl::int128 sum = (system.overhead_power * totals.window).value();
  if (totals.domains.size() != system.domains.size()) return "a domain is lost";
  for (size_t d = 0; d < totals.domains.size(); ++d) {
    const auto& domain = totals.domains[d];
    const std::string found =
        DomainViolation(system.domains[d], domain, totals.window);
    if (!found.empty()) return found;
    sum += domain.active_energy.value() + domain.idle_state_energy.value() +
           domain.transition_energy.value();
  }
  for (const auto& activity : totals.activities) {
    sum += activity.energy.value();
  }
  if (sum != totals.total_energy.value()) return "energies do not sum";
  if (totals.completed > totals.offered) return "an inference too many";
  if (totals.on_time + totals.missed != totals.offered) return "on time";
  if (totals.correct_on_time > totals.on_time) return "correct on time";
  int64_t outcomes = 0;
  for (const int64_t count : totals.scenario_counts) outcomes += count;
  if (outcomes != totals.offered) return "outcomes do not sum";
  if (totals.busy > totals.window) return "busier than the window is long";
  return "";
}

RunTotals TotalsOf(const RunnableCase& c, study::Fidelity fidelity) {
  return evaluator::RunTimed(c.model, c.study.spec->workload, c.slice.samples(),
                             fidelity)
      .totals;
}

TEST(ConservationLaw, EnergyAndTimeAreConserved) {
  EXPECT_TRUE(rc::check("energy and time are conserved", [] {
    const auto c = MakeRunnable(DrawStudy(kEverything));
    RC_PRE(c.has_value());
    for (const study::Fidelity fidelity :
         {study::Fidelity::kAnalytical, study::Fidelity::kEvent}) {
      RC_ASSERT(Violation(c->model.system(), TotalsOf(*c, fidelity)) == "");
    }
  }));
}

// Whether the law sees totals that were tampered with.
bool Sees(void (*fault)(RunTotals&)) {
  return SomeCase([fault](const RunnableCase& c) {
    RunTotals totals = TotalsOf(c, study::Fidelity::kEvent);
    fault(totals);
    return !Violation(c.model.system(), totals).empty();
  });
}

TEST(ConservationLaw, SeesNoFaultWhereThereIsNone) {
  EXPECT_FALSE(Sees([](RunTotals&) {}));
}

TEST(ConservationLaw, SeesAnIdleTermThatIsDropped) {
  EXPECT_TRUE(Sees([](RunTotals& totals) {
    for (auto& domain : totals.domains) {
      totals.total_energy -= domain.idle_state_energy;
    }
  }));
}

TEST(ConservationLaw, SeesATransitionThatIsNotCharged) {
  EXPECT_TRUE(Sees([](RunTotals& totals) {
    totals.domains[0].transition_energy = Zeptojoules(0);
  }));
}

TEST(ConservationLaw, SeesAWakeThatIsCountedAsActive) {
  EXPECT_TRUE(Sees([](RunTotals& totals) {
    for (auto& domain : totals.domains) {
      domain.active += domain.exiting;
      domain.exiting = Picoseconds(0);
    }
  }));
}

TEST(ConservationLaw, SeesAnActivityThatIsMissingFromTheBreakdown) {
  EXPECT_TRUE(Sees([](RunTotals& totals) { totals.activities.pop_back(); }));
}

TEST(ConservationLaw, SeesOverheadThatIsForgotten) {
  EXPECT_TRUE(Sees([](RunTotals& totals) {
    totals.total_energy -= totals.overhead_energy;
  }));
}

TEST(ConservationLaw, SeesAResidencyBeyondTheWindow) {
  EXPECT_TRUE(Sees(
      [](RunTotals& totals) { totals.domains[0].active += Picoseconds(1); }));
}

}  // namespace
}  // namespace dynarch::testing
