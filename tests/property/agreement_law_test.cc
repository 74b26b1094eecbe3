// Law 3 (docs/semantics.md, 9.3 and 11): in its domain the analytical run
// equals the event-driven one to the picosecond and the zeptojoule, for the
// whole sequence.
#include <algorithm>
#include <iostream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rapidcheck.h"
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

std::optional<measurement::RunResult> RunFormulae(const RunnableCase& c) {
  return analysis::Run(c.model, c.study.spec->workload, c.slice.samples(),
                       {.keep_sequence = true});
}

void Describe(const RunnableCase& c, const measurement::RunResult& event,
              bool in_domain, Coverage& coverage) {
  coverage.AddStudy(c.study);
  const Picoseconds period = c.study.spec->workload.period;
  coverage.Add("overlap", event.latencies.back().latency > period);
  coverage.Add("in domain", in_domain);
  coverage.Add("in domain, gating", in_domain && c.model.gates());
  const bool queueing =
      in_domain && !c.model.gates() && event.latencies.back().latency > period;
  coverage.Add("in domain, queueing", queueing);
  coverage.Add("energy unknown", !c.model.system().energy_known);
}

TEST(AgreementLaw, AnalyticalEqualsEventDriven) {
  Coverage coverage;
  const bool holds = rc::check("analytical equals event-driven", [&] {
    const auto c = MakeRunnable(DrawStudy());
    RC_PRE(c.has_value());
    const auto event = RunEvents(*c, engine::Compile(c->model.system()));
    const auto analytical = RunFormulae(*c);
    Describe(*c, event, analytical.has_value(), coverage);
    if (!analytical.has_value()) {
      RC_ASSERT(c->model.gates());  // Without gating nothing is outside.
      return;
    }
    RC_ASSERT(Difference(*analytical, event) == "");
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
                                "in domain",
                                "in domain, gating",
                                "in domain, queueing",
                                "energy unknown"},
                               0.03),
              IsEmpty());
}

// Whether the law sees an engine whose program was tampered with.
bool Sees(void (*fault)(engine::Program&)) {
  return SomeCase([fault](const RunnableCase& c) {
    const auto analytical = RunFormulae(c);
    if (!analytical.has_value()) return false;
    engine::Program program = engine::Compile(c.model.system());
    fault(program);
    return !Difference(*analytical, RunEvents(c, program)).empty();
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
