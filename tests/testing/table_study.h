// A study small enough to evaluate by hand: two exits, stages measured.
#ifndef DYNARCH_TESTS_TESTING_TABLE_STUDY_H_
#define DYNARCH_TESTS_TESTING_TABLE_STUDY_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/study/study_spec.h"
#include "tests/testing/model_builders.h"

namespace dynarch::testing {

// Network: exit1 after stage 1, exit2 after stage 2, max-probability.
//
// Platform `board`: one element `cpu`; stage 1 takes 100 ps and 10 fJ, stage 2
// 200 ps and 30 fJ (without energies if `energies` is false); one domain of 5
// nW awake and 1 nW clock-gated (entry 0 ps, exit 10 ps, no energy); 2 nW of
// overhead.
//
// Trace `select`, fp32, four samples; max-probability and correctness at exit
// 1, correctness at exit 2:
//   0.9 right, right | 0.4 wrong, right | 0.7 right, wrong | 0.2 wrong, wrong
//
// Space: power [always_on, clock_gate] x threshold of exit1 [0.5, 0.7, never,
// always]. Workload: 8 inferences every 1000 ps, deadline 250 ps.
inline std::shared_ptr<study::StudySpec> TableStudy(bool energies = true) {
  NetworkBuilder net("tiny");
  net.Input("x", {4});
  net.Add("softmax1", graph::Softmax{}, {"x"});
  net.Add("norm", graph::Norm{}, {"x"});
  net.Add("softmax2", graph::Softmax{}, {"norm"});
  net.Exit("exit1", "softmax1").Exit("exit2", "softmax2");
  auto spec = std::make_shared<study::StudySpec>();
  spec->network = *graph::Network::Create(net.parts());

  platform::PlatformParts parts = PlainPlatform();
  parts.name = "board";
  platform::Table table;
  const auto energy = [&](int64_t femtojoules) -> std::optional<Femtojoules> {
    if (!energies) return std::nullopt;
    return Femtojoules(femtojoules);
  };
  table.entries = {{"tiny", "exit1", 0, Picoseconds(100), energy(10)},
                   {"tiny", "exit2", 0, Picoseconds(200), energy(30)}};
  parts.elements[0].kind = table;
  platform::PowerState active;
  active.leakage = Nanowatts(5);
  platform::PowerState gated;
  gated.kind = platform::PowerStateKind::kClockGated;
  gated.leakage = Nanowatts(1);
  gated.exit = Picoseconds(10);
  parts.domains[0].states = {active, gated};
  parts.overhead_power = Nanowatts(2);
  spec->platforms.push_back(*platform::Platform::Create(std::move(parts)));

  behavior::Trace trace;
  trace.exits = {"exit1", "exit2"};
  behavior::TraceSlice slice;
  slice.split = "select";
  const double confidence[] = {0.9, 0.4, 0.7, 0.2};
  const uint8_t first[] = {1, 0, 1, 0};
  const uint8_t second[] = {1, 1, 0, 0};
  for (int i = 0; i < 4; ++i) {
    slice.samples.push_back(i);
    auto& signal = slice.signal(graph::Signal::kMaxProbability);
    signal.insert(signal.end(), {confidence[i], 1.0});
    slice.correct.insert(slice.correct.end(), {first[i], second[i]});
  }
  trace.slices.push_back(std::move(slice));
  spec->source = std::move(trace);

  spec->workload = {.period = Picoseconds(1000),
                    .deadline = Picoseconds(250),
                    .inferences = 8,
                    .seed = 3};
  std::vector<space::Parameter> parameters = {
      {"policy.power", {space::Slot::Target::kPower, 0}, {}},
      {"decisions.exit1.threshold", {space::Slot::Target::kThreshold, 0}, {}}};
  spec->resolved.resize(2);
  for (const char* text : {"always_on", "clock_gate"}) {
    study::ResolvedValue value;
    value.power = *mapping::ParsePowerPolicy(text);
    value.text = text;
    parameters[0].values.push_back(text);
    spec->resolved[0].push_back(value);
  }
  for (const char* text : {"0.5", "0.7", "never", "always"}) {
    study::ResolvedValue value;
    value.threshold = *behavior::Threshold::Parse(text);
    value.text = text;
    parameters[1].values.push_back(text);
    spec->resolved[1].push_back(value);
  }
  spec->space = *space::DesignSpace::Create(std::move(parameters), {}, nullptr);
  spec->defaults.thresholds.assign(2, behavior::Threshold::Always());
  spec->defaults.stage_elements = {"cpu", "cpu"};
  spec->defaults.operating_point = "only";
  for (const auto& info : measurement::AllMetrics()) {
    spec->metrics.push_back(info.metric);
  }
  return spec;
}

}  // namespace dynarch::testing

#endif  // DYNARCH_TESTS_TESTING_TABLE_STUDY_H_
