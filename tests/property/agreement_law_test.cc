// Law 3 (docs/semantics.md, 9.3 and 11): the analytical run equals the
// event-driven one to the picosecond and the zeptojoule, for the whole
// sequence and at any load.
#include <algorithm>
#include <iostream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "sim/analysis/queue.h"
#include "sim/engine/engine.h"
#include "tests/property/law_cases.h"

namespace dynarch::testing {
namespace {

using ::testing::IsEmpty;

measurement::RunResult RunEvents(const RunnableCase& c,
                                 const engine::Program& program) {
  return engine::Run(program, c.study.spec->workload, c.slice.samples(),
                     {.keep_sequence = true});
}

// The sums that a sweep takes instead of a breakdown, without latencies, so
// that a growing queue repeats too.
std::string ShortFormDifference(const RunnableCase& c,
                                const measurement::RunResult& event) {
  analysis::QueueScratch scratch;
  const workload::Workload& workload = c.study.spec->workload;
  const auto sums = analysis::Queue(c.model, workload, c.slice.samples(),
                                    {.want_latencies = false}, scratch);
  const measurement::RunTotals& totals = event.totals;
  if (sums.missed != totals.missed) return "short: missed";
  if (sums.on_time != totals.on_time) return "short: on time";
  if (sums.correct_on_time != totals.correct_on_time) return "short: correct";
  if (sums.busy != totals.busy) return "short: busy";
  Zeptojoules energy =
      totals.overhead_energy + ActivityEnergy(c.model, totals.window, sums);
  for (size_t d = 0; d < totals.domains.size(); ++d) {
    energy +=
        analysis::DomainEnergy(c.model.system().domains[d], sums.domains[d]);
  }
  return energy == totals.total_energy ? "" : "short: energy";
}

measurement::RunResult RunFormulae(const RunnableCase& c,
                                   bool keep_sequence = true) {
  return analysis::Run(c.model, c.study.spec->workload, c.slice.samples(),
                       {.keep_sequence = keep_sequence});
}

// What the formulae, the sweep's short form included, have other than the
// event-driven run.
std::string Disagreement(const RunnableCase& c,
                         const engine::Program& program) {
  measurement::RunResult event = RunEvents(c, program);
  std::string found = Difference(RunFormulae(c), event);
  if (!found.empty()) return found;
  // Now with cycles that repeat.
  event.sequence.clear();
  found = Difference(RunFormulae(c, /*keep_sequence=*/false), event);
  return found.empty() ? ShortFormDifference(c, event) : found;
}

void Describe(const RunnableCase& c, const measurement::RunResult& run,
              Coverage& coverage) {
  coverage.AddStudy(c.study);
  const Picoseconds period = c.study.spec->workload.period;
  const auto regime = c.model.RegimeOf(run.totals.scenario_counts, period);
  const bool sparse = regime == analysis::Regime::kSparse;
  const bool overlap = run.latencies.back().latency > period;
  const bool gates = c.model.gates();
  coverage.Add("overlap", overlap);
  coverage.Add("sparse", sparse);
  coverage.Add("sparse, gating", sparse && gates);
  coverage.Add("queueing", !sparse && !gates);
  coverage.Add("queueing, gating", !sparse && gates);
  coverage.Add("queueing, gating, overlap", !sparse && gates && overlap);
  coverage.Add("energy unknown", !c.model.system().energy_known);
}

TEST(AgreementLaw, AnalyticalEqualsEventDriven) {
  Coverage coverage;
  const bool holds = rc::check("analytical equals event-driven", [&] {
    const auto c = MakeRunnable(DrawStudy(kEverything));
    RC_PRE(c.has_value());
    Describe(*c, RunFormulae(*c), coverage);
    RC_ASSERT(Disagreement(*c, engine::Compile(c->model.system())) == "");
  });
  EXPECT_TRUE(holds);
  std::cout << coverage.Report();
  if (coverage.cases() < 300) return;  // Too few to speak of shares.
  EXPECT_GE(coverage.Share("overlap"), 0.30);
  EXPECT_THAT(coverage.Missing({"exits 1",
                                "exits 2",
                                "exits 3",
                                "exits 4",
                                "element cpu",
                                "element mcu",
                                "element gpu",
                                "element systolic",
                                "element table",
                                "threshold never",
                                "threshold always",
                                "threshold value",
                                "signal max_probability",
                                "signal entropy",
                                "signal margin",
                                "rule threshold",
                                "rule patience",
                                "rule predicted",
                                "output",
                                "decision skip",
                                "decision branch",
                                "decision experts",
                                "decision width",
                                "decision resolution",
                                "decision active",
                                "decision repeat",
                                "decision frame",
                                "decision of the host",
                                "decision known before",
                                "decision settled",
                                "control none",
                                "control random",
                                "control oracle",
                                "control independent",
                                "control static",
                                "power always_on",
                                "power clock_gate",
                                "power power_gate",
                                "load sparse",
                                "load boundary",
                                "load tight",
                                "load overload",
                                "dtype fp32",
                                "dtype int8",
                                "domains 1",
                                "domains 2",
                                "domains 3",
                                "domains 4",
                                "sparse",
                                "sparse, gating",
                                "queueing",
                                "queueing, gating",
                                "queueing, gating, overlap",
                                "energy unknown"},
                               0.03),
              IsEmpty());
}

// Whether the law sees an engine whose program was tampered with.
bool Sees(void (*fault)(engine::Program&)) {
  return SomeCase([fault](const RunnableCase& c) {
    engine::Program program = engine::Compile(c.model.system());
    fault(program);
    return !Disagreement(c, program).empty();
  });
}

TEST(AgreementLaw, SeesNoFaultWhereThereIsNone) {
  EXPECT_FALSE(Sees([](engine::Program&) {}));
}

TEST(AgreementLaw, SeesAWakeThatIsIgnored) {
  EXPECT_TRUE(Sees([](engine::Program& program) {
    for (auto& domain : program.domains) domain.exit = Picoseconds(0);
  }));
}

TEST(AgreementLaw, SeesAnIdleTermThatIsDropped) {
  EXPECT_TRUE(Sees([](engine::Program& program) {
    for (auto& domain : program.domains) domain.idle = Nanowatts(0);
  }));
}

TEST(AgreementLaw, SeesAControlEdgeThatIsRemoved) {
  EXPECT_TRUE(Sees([](engine::Program& program) {
    for (engine::Graph& graph : program.scenarios) {
      if (graph.firings.size() < 2) continue;
      engine::Firing& second = graph.firings[1];
      second.tokens = 0;
      graph.firings[0].successor_count = 0;
    }
  }));
}

TEST(AgreementLaw, SeesATimeOutThatIsIgnored) {
  EXPECT_TRUE(Sees([](engine::Program& program) {
    for (auto& domain : program.domains) domain.timeout = Picoseconds(0);
  }));
}

TEST(AgreementLaw, SeesAnEntryThatNeedNotComplete) {
  EXPECT_TRUE(Sees([](engine::Program& program) {
    for (auto& domain : program.domains) domain.entry = Picoseconds(0);
  }));
}

TEST(AgreementLaw, SeesADomainThatIsNotWoken) {
  EXPECT_TRUE(Sees([](engine::Program& program) {
    for (engine::Graph& graph : program.scenarios) {
      for (engine::Firing& firing : graph.firings) firing.domains &= 1;
    }
  }));
}

}  // namespace
}  // namespace dynarch::testing
