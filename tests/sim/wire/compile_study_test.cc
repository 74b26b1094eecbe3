#include "sim/wire/compile_study.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/sim/wire/study_text.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::wire {
namespace {

using ::dynarch::testing::StatusIs;
using measurement::Metric;
using space::Slot;
using ::testing::ElementsAre;

std::vector<std::string> PathsOf(const space::DesignSpace& space) {
  std::vector<std::string> paths;
  for (const space::Parameter& p : space.parameters()) paths.push_back(p.path);
  return paths;
}

TEST(CompileStudyTest, ResolvesEveryPathToASlot) {
  ASSERT_OK_AND_ASSIGN(const study::StudySpec spec,
                       CompileStudy(SmallStudy(), SmallTrace()));
  EXPECT_THAT(
      PathsOf(spec.space),
      ElementsAre("platform", "network.dtype", "decisions.early.threshold",
                  "mapping.stages.early", "mapping.stages.late",
                  "policy.operating_point", "policy.power"));
  const auto& parameters = spec.space.parameters();
  EXPECT_EQ(parameters[2].slot, (Slot{Slot::Target::kThreshold, 0}));
  EXPECT_EQ(parameters[4].slot, (Slot{Slot::Target::kStageElement, 1}));
  // Exact steps in shortest text, `also` after them.
  EXPECT_THAT(parameters[2].values, ElementsAre("0.5", "0.75", "1", "never"));
  // Union over the platforms in order of first appearance.
  EXPECT_THAT(parameters[5].values, ElementsAre("nominal", "slow"));
  EXPECT_THAT(parameters[6].values,
              ElementsAre("always_on", "power_gate: {timeout: 1 ms}"));
  // 2 platforms * 2 types * 4 thresholds * 2 * 2 elements * 2 points * 2
  EXPECT_EQ(spec.space.size(), 256);
}

TEST(CompileStudyTest, ResolvesEveryValue) {
  ASSERT_OK_AND_ASSIGN(const study::StudySpec spec,
                       CompileStudy(SmallStudy(), SmallTrace()));
  ASSERT_OK_AND_ASSIGN(
      const space::Candidate candidate,
      spec.space.Parse(std::vector<std::pair<std::string, std::string>>{
          {"platform", "fast"},
          {"network.dtype", "int8"},
          {"decisions.early.threshold", "0.75"},
          {"mapping.stages.early", "npu"},
          {"mapping.stages.late", "cpu"},
          {"policy.operating_point", "slow"},
          {"policy.power", "power_gate: {timeout: 1 ms}"}}));
  const study::BoundCandidate bound = study::Bind(spec, candidate);
  EXPECT_EQ(spec.platforms[bound.platform].name(), "fast");
  EXPECT_EQ(bound.dtype, graph::DataType::kInt8);
  EXPECT_EQ(bound.thresholds[0].value(), 0.75);
  EXPECT_EQ(bound.thresholds[1].kind(), behavior::Threshold::Kind::kAlways);
  EXPECT_THAT(bound.stage_elements, ElementsAre("npu", "cpu"));
  EXPECT_EQ(bound.operating_point, "slow");
  EXPECT_EQ(bound.power.kind, mapping::PowerPolicy::Kind::kPowerGate);
  EXPECT_EQ(bound.power.timeout, Picoseconds(1'000'000'000));
}

TEST(CompileStudyTest, GoalsAreInOrder) {
  ASSERT_OK_AND_ASSIGN(const study::StudySpec spec,
                       CompileStudy(SmallStudy(), SmallTrace()));
  ASSERT_EQ(spec.objectives.size(), 2u);
  EXPECT_EQ(spec.objectives[0].metric, Metric::kAccuracy);
  EXPECT_EQ(spec.objectives[0].direction, pareto::Direction::kMaximize);
  EXPECT_EQ(spec.objectives[1].metric, Metric::kLatencyP99);
  ASSERT_EQ(spec.constraints.size(), 1u);
  EXPECT_THAT(spec.constraints[0].Symbols(),
              ElementsAre("deadline_miss_ratio"));
  EXPECT_EQ(spec.metrics[0], Metric::kAccuracy);
  EXPECT_EQ(spec.metrics[1], Metric::kLatencyP99);
  EXPECT_EQ(spec.metrics[2], Metric::kDeadlineMissRatio);
  EXPECT_EQ(spec.fidelity, study::Fidelity::kAnalytical);
  EXPECT_EQ(spec.baseline, study::Baseline::kBestGpu);
  EXPECT_EQ(spec.search.kind, study::SearchPlan::Kind::kExhaustive);
  EXPECT_EQ(spec.workload.seed, 7u);
}

TEST(CompileStudyTest, TheServersOutlineIsTheSameSpace) {
  const v1::StudySpec message = SmallStudy();
  ASSERT_OK_AND_ASSIGN(const study::StudySpec spec,
                       CompileStudy(message, SmallTrace()));
  ASSERT_OK_AND_ASSIGN(const StudyOutline outline, OutlineStudy(message));
  EXPECT_EQ(PathsOf(outline.space), PathsOf(spec.space));
  EXPECT_EQ(outline.space.valid_ranges(), spec.space.valid_ranges());
  EXPECT_EQ(outline.metrics, spec.metrics);
}

// `fast` alone has npu, slow, int8 (on the npu); no domain can be power-gated.
struct HasCase {
  std::string only_if;
  int64_t valid;  // Of 256; derived beside each.
};
class OnlyIfTest : public ::testing::TestWithParam<HasCase> {};

TEST_P(OnlyIfTest, ExcludesWhatThePlatformLacks) {
  v1::StudySpec message = SmallStudy();
  message.add_only_if(GetParam().only_if);
  ASSERT_OK_AND_ASSIGN(const study::StudySpec spec,
                       CompileStudy(message, SmallTrace()));
  EXPECT_EQ(spec.space.valid_count(), GetParam().valid);
  EXPECT_EQ(spec.space.excluded_count(), 256 - GetParam().valid);
}

INSTANTIATE_TEST_SUITE_P(Wire, OnlyIfTest,
                         ::testing::ValuesIn(std::vector<HasCase>{
                             // fast: 128; plain: both stages on cpu, 128 / 4.
                             {"platform has mapping.stages", 128 + 32},
                             // One stage only: plain 128 / 2.
                             {"platform has mapping.stages.late", 128 + 64},
                             {"platform has policy.operating_point", 128 + 64},
                             {"platform has network.dtype", 128 + 64},
                             // Neither has power_gated: half of all.
                             {"platform has policy.power", 128},
                             {"network.dtype == fp32", 128},
                             // 0.5 and 0.75 of four; `never` is no number.
                             {"decisions.early.threshold < 1", 128},
                         }));

TEST(CompileStudyTest, AFixedPlatformAnswersHas) {
  v1::StudySpec message = SmallStudy();
  message.mutable_space()->DeleteSubrange(0, 1);
  message.mutable_platform()->set_name("plain");
  message.add_only_if("platform has mapping.stages.early");
  ASSERT_OK_AND_ASSIGN(const study::StudySpec spec,
                       CompileStudy(message, SmallTrace()));
  ASSERT_EQ(spec.platforms.size(), 1u);
  EXPECT_EQ(spec.platforms[0].name(), "plain");
  EXPECT_EQ(spec.space.valid_count(), 64);  // 128 / 2
}

TEST(CompileStudyTest, WhatIsNotExploredComesFromTheFile) {
  v1::StudySpec message = SmallStudy();
  message.mutable_space()->DeleteSubrange(1, 5);  // All but platform and power.
  message.set_dtype(v1::INT8);
  message.mutable_mapping()->add_stages("npu");
  message.mutable_policy()->set_operating_point("slow");
  message.mutable_network()
      ->mutable_definition()
      ->mutable_decisions(0)
      ->set_threshold("0.50");
  ASSERT_OK_AND_ASSIGN(const study::StudySpec spec,
                       CompileStudy(message, SmallTrace()));
  EXPECT_EQ(spec.defaults.dtype, graph::DataType::kInt8);
  EXPECT_THAT(spec.defaults.stage_elements, ElementsAre("npu", "npu"));
  EXPECT_EQ(spec.defaults.operating_point, "slow");
  EXPECT_EQ(spec.defaults.thresholds[0].value(), 0.5);
}

TEST(CompileStudyTest, RandomSearchHasItsSamples) {
  v1::StudySpec message = SmallStudy();
  message.mutable_search()->mutable_random()->set_samples(256);
  message.mutable_search()->mutable_random()->set_seed(5);
  ASSERT_OK_AND_ASSIGN(const study::StudySpec spec,
                       CompileStudy(message, SmallTrace()));
  EXPECT_EQ(spec.search.kind, study::SearchPlan::Kind::kRandom);
  EXPECT_EQ(spec.search.samples, 256);
  EXPECT_EQ(spec.search.seed, 5u);
}

struct BadStudy {
  std::string name;
  std::function<void(v1::StudySpec*)> change;
  std::string message;
};
void PrintTo(const BadStudy& bad, std::ostream* out) { *out << bad.name; }

class BadStudyTest : public ::testing::TestWithParam<BadStudy> {};

TEST_P(BadStudyTest, IsRefusedAtItsField) {
  v1::StudySpec message = SmallStudy();
  GetParam().change(&message);
  EXPECT_THAT(CompileStudy(message, SmallTrace()),
              StatusIs(absl::StatusCode::kInvalidArgument, GetParam().message));
}

// Replaces the domain of one parameter.
std::function<void(v1::StudySpec*)> Domain(const std::string& path,
                                           const std::string& domain) {
  return [=](v1::StudySpec* study) {
    for (v1::Parameter& parameter : *study->mutable_space()) {
      if (parameter.path() != path) continue;
      *parameter.mutable_domain() = Parse<v1::Domain>(domain);
    }
  };
}
std::function<void(v1::StudySpec*)> Rename(const std::string& from,
                                           const std::string& to) {
  return [=](v1::StudySpec* study) {
    for (v1::Parameter& parameter : *study->mutable_space()) {
      if (parameter.path() == from) parameter.set_path(to);
    }
  };
}
std::function<void(v1::StudySpec*)> Remove(const std::string& path) {
  return [=](v1::StudySpec* study) {
    for (int i = 0; i < study->space_size(); ++i) {
      if (study->space(i).path() != path) continue;
      study->mutable_space()->DeleteSubrange(i, 1);
      return;
    }
  };
}

constexpr char kThreshold[] = "decisions.early.threshold";

INSTANTIATE_TEST_SUITE_P(
    Wire, BadStudyTest,
    ::testing::ValuesIn(std::vector<BadStudy>{
        {"network_not_in_place",
         [](v1::StudySpec* s) { s->mutable_network()->set_file("n.yaml"); },
         "network: is not in place; a submitted study holds its definition"},
        {"network_wrong",
         [](v1::StudySpec* s) {
           s->mutable_network()
               ->mutable_definition()
               ->mutable_actors(0)
               ->mutable_conv2d()
               ->set_out_channels("-1");
         },
         "network.actors.conv.conv2d.out_channels: '-1': comes to -1; a whole "
         "number >= 0 is allowed (ceil, floor, round)"},
        {"unknown_parameter", Rename("policy.power", "policy.powr"),
         "space.policy.powr: unknown parameter 'policy.powr'; allowed: "
         "platform, network.dtype, mapping.stages, policy.operating_point, "
         "policy.power, behavior.control, mapping.stages.early, "
         "mapping.stages.late, decisions.early.threshold, "
         "decisions.*.threshold; did you mean 'policy.power'?"},
        {"unknown_decision", Rename(kThreshold, "decisions.erly.threshold"),
         "space.decisions.erly.threshold: unknown decision's knob "
         "'decisions.erly.threshold'; allowed: decisions.early.threshold, "
         "decisions.*.threshold; did you mean 'decisions.early.threshold'?"},
        {"last_exit", Rename(kThreshold, "decisions.late.threshold"),
         "space.decisions.late.threshold: the last exit is always taken and "
         "has no threshold"},
        {"unknown_stage", Rename(kThreshold, "mapping.stages.early2"),
         "space.mapping.stages.early2: unknown exit 'early2'; allowed: "
         "early, late; did you mean 'early'?"},
        {"stages_without_each",
         Domain("mapping.stages", "values { text: 'cpu' }"),
         "space.mapping.stages: give each stage its own parameter: {each: [a, "
         "b]}, or mapping.stages.NAME: [a, b]"},
        {"each_elsewhere",
         Domain("platform", "each { values { text: 'plain' } }"),
         "space.platform: `each` is allowed for mapping.stages (a list of "
         "elements), decisions.*.threshold (a list of thresholds) and "
         "policy.operating_point (operating_points)"},
        {"unknown_element",
         Domain("mapping.stages", "each { values { text: 'npv' } }"),
         "space.mapping.stages.early: unknown element 'npv'; allowed: cpu, "
         "npu; did you mean 'npu'?"},
        {"unknown_operating_point",
         Domain("policy.operating_point", "values { text: 'slaw' }"),
         "space.policy.operating_point: unknown operating point 'slaw'; "
         "allowed: nominal, slow; did you mean 'slow'?"},
        {"unknown_platform", Domain("platform", "values { text: 'plane' }"),
         "space.platform: unknown platform 'plane'; allowed: plain, fast"},
        {"unknown_type", Domain("network.dtype", "values { text: 'int4' }"),
         "space.network.dtype[0]: got 'int4'; allowed: fp32, fp16, int8; did "
         "you mean 'int8'?"},
        {"type_without_trace",
         Domain("network.dtype", "values { text: 'fp16' }"),
         "space.network.dtype: no trace for split 'select' at fp16; the trace "
         "has: select fp32, select int8"},
        {"fixed_type_without_trace",
         [](v1::StudySpec* s) {
           Remove("network.dtype")(s);
           s->set_dtype(v1::FP16);
         },
         "behavior: no trace for split 'select' at fp16; the trace has: select "
         "fp32, select int8"},
        {"unknown_power",
         Domain("policy.power", "values { text: 'clockgate' }"),
         "space.policy.power[0]: got 'clockgate'; allowed: always_on, "
         "clock_gate, power_gate: {timeout: 1 ms}; did you mean "
         "'clock_gate'?"},
        {"value_twice",
         Domain("network.dtype",
                "values { text: 'fp32' } values { text: 'fp32' "
                "}"),
         "space.network.dtype: the value 'fp32' stands there twice; values "
         "must differ"},
        {"threshold_twice",
         Domain(kThreshold, "values { text: '0.5' } values { text: '0.50' }"),
         "space.decisions.early.threshold: the value '0.5' stands there twice; "
         "values must differ"},
        {"path_twice", [](v1::StudySpec* s) { *s->add_space() = s->space(0); },
         "space.platform: explored twice; merge its values"},
        {"no_value", Domain(kThreshold, ""),
         "space.decisions.early.threshold: has no value; give a list of "
         "values, or from, to and step, or each"},
        {"two_forms", Domain(kThreshold, "values { text: '1' } from: '0'"),
         "space.decisions.early.threshold: mixes forms; give a list of values, "
         "or from, to and step, or each"},
        {"also_with_list",
         Domain(kThreshold, "values { text: '1' } also { text: 'never' }"),
         "space.decisions.early.threshold.also: goes with from, to and step "
         "only; add to the list"},
        {"range_of_names", Domain("platform", "from: '0' to: '1' step: '1'"),
         "space.platform: from, to and step are for thresholds and other "
         "numbers only; give a list of values"},
        {"range_without_step", Domain(kThreshold, "from: '0' to: '1'"),
         "space.decisions.early.threshold.step: missing; a range has from, to "
         "and step"},
        {"range_of_words", Domain(kThreshold, "from: 'a' to: '1' step: '1'"),
         "space.decisions.early.threshold.from: got 'a'; a decimal number is "
         "needed"},
        {"range_step_zero", Domain(kThreshold, "from: '0' to: '1' step: '0.0'"),
         "space.decisions.early.threshold.step: got '0.0'; must be above 0"},
        {"range_backwards", Domain(kThreshold, "from: '1' to: '0' step: '0.5'"),
         "space.decisions.early.threshold.to: got '0', which is no whole "
         "number of steps of 0.5 from 1; both ends are included"},
        {"range_not_reached",
         Domain(kThreshold, "from: '0.5' to: '1.0' step: '0.3'"),
         "space.decisions.early.threshold.to: got '1.0', which is no whole "
         "number of steps of 0.3 from 0.5; both ends are included"},
        {"range_too_fine", Domain(kThreshold, "from: '0' to: '1' step: '1e-9'"),
         "space.decisions.early.threshold.step: gives more than 1000000 "
         "values; take a larger one"},
        {"threshold_above_one", Domain(kThreshold, "values { text: '1.5' }"),
         "space.decisions.early.threshold: got 1.5; allowed: 0 to 1, never, "
         "always"},
        {"threshold_word", Domain(kThreshold, "values { text: 'nver' }"),
         "space.decisions.early.threshold[0]: got 'nver'; allowed: a decimal "
         "number, never, always; did you mean 'never'?"},
        {"threshold_missing", Remove(kThreshold),
         "space.decisions.early.threshold: neither explored nor given by the "
         "network; write it in `space`, e.g. [0.9] or [never]"},
        {"stages_missing", Remove("mapping.stages"),
         "mapping.stages: stage 'early' has no element; give one for each "
         "stage, or explore mapping.stages"},
        {"stages_too_many",
         [](v1::StudySpec* s) {
           for (int i = 0; i < 3; ++i) s->mutable_mapping()->add_stages("cpu");
         },
         "mapping.stages: got 3 elements; one, or one for each of the 2 "
         "stages, is allowed"},
        {"fixed_element_unknown",
         [](v1::StudySpec* s) { s->mutable_mapping()->add_stages("gpu"); },
         "mapping.stages[0]: unknown element 'gpu'; allowed: cpu, npu; "
         "did you mean 'cpu'?"},
        {"fixed_point_unknown",
         [](v1::StudySpec* s) {
           s->mutable_policy()->set_operating_point("slo");
         },
         "policy.operating_point: unknown operating point 'slo'; allowed: "
         "nominal, slow; did you mean 'slow'?"},
        {"platform_missing", Remove("platform"),
         "platform: missing; name one, or explore several in `space`"},
        {"platform_wrong",
         [](v1::StudySpec* s) { s->mutable_platforms(1)->set_host("gpu"); },
         "platforms.fast.host: unknown element 'gpu'; allowed: cpu, npu; did "
         "you mean 'cpu'?"},
        {"no_arrivals",
         [](v1::StudySpec* s) { s->mutable_workload()->clear_arrivals(); },
         "workload.arrivals: missing; e.g. {periodic: 33 ms} is needed"},
        {"no_inferences",
         [](v1::StudySpec* s) { s->mutable_workload()->set_inferences(0); },
         "workload.inferences: got 0; allowed: 1 to 100000000"},
        {"no_objective", [](v1::StudySpec* s) { s->clear_objectives(); },
         "objectives: none; at least one is needed, e.g. {accuracy: maximize}"},
        {"unknown_objective",
         [](v1::StudySpec* s) {
           s->mutable_objectives(0)->set_metric("acuracy");
         },
         "objectives.acuracy: unknown metric 'acuracy'; allowed: accuracy, "
         "latency_mean, latency_p50, latency_p90, latency_p99, latency_max, "
         "deadline_miss_ratio, energy_mean, energy_dynamic, "
         "energy_per_offered, power_average, throughput, goodput, "
         "accuracy_on_time, utilisation, stable; did you mean 'accuracy'?"},
        {"objective_twice",
         [](v1::StudySpec* s) {
           s->mutable_objectives(0)->set_metric("latency_p99");
         },
         "objectives.latency_p99_s: is an objective already; give it once"},
        {"objective_without_direction",
         [](v1::StudySpec* s) { s->mutable_objectives(0)->clear_direction(); },
         "objectives.accuracy: no direction; minimize or maximize is needed"},
        {"constraint_of_other_unit",
         [](v1::StudySpec* s) { s->add_constraints("energy_mean <= 33 ms"); },
         "constraints[1]: 'energy_mean <= 33 ms': column 13: cannot compare "
         "energy with time"},
        {"constraint_no_condition",
         [](v1::StudySpec* s) { s->add_constraints("energy_mean"); },
         "constraints[1]: 'energy_mean' is energy; a condition is needed, e.g. "
         "latency_p99 <= 33 ms"},
        {"constraint_syntax",
         [](v1::StudySpec* s) { s->set_constraints(0, "accuracy >="); },
         "constraints[0]: 'accuracy >=': column 12: expected a value, a name "
         "or "
         "'(', got the end"},
        {"only_if_syntax",
         [](v1::StudySpec* s) { s->add_only_if("platform has"); },
         "only_if[0]: 'platform has': column 13: expected a word, as in "
         "platform "
         "has mapping.stages, got the end"},
        {"only_if_unknown",
         [](v1::StudySpec* s) { s->add_only_if("platfrm == plain"); },
         "only_if: 'platfrm == plain': column 1: unknown name 'platfrm'; "
         "known: "
         "decisions.early.threshold, mapping.stages.early, "
         "mapping.stages.late, "
         "network.dtype, platform, policy.operating_point, policy.power; did "
         "you mean 'platform'?"},
        {"only_if_never",
         [](v1::StudySpec* s) {
           s->add_only_if("platform == plain and platform == fast");
         },
         "only_if: no combination is valid; never true: 'platform == plain "
         "and platform == fast'"},
        {"unknown_extra_metric",
         [](v1::StudySpec* s) { s->add_metrics("goodputs"); },
         "metrics[0]: unknown metric 'goodputs'; allowed: accuracy, "
         "latency_mean, latency_p50, latency_p90, latency_p99, latency_max, "
         "deadline_miss_ratio, energy_mean, energy_dynamic, "
         "energy_per_offered, power_average, throughput, goodput, "
         "accuracy_on_time, utilisation, stable; did you mean 'goodput'?"},
        {"too_many_samples",
         [](v1::StudySpec* s) {
           s->mutable_search()->mutable_random()->set_samples(257);
         },
         "search.random.samples: got 257; allowed: 1 to 256, the valid "
         "candidates of the space"},
    }),
    [](const auto& info) { return info.param.name; });

TEST(CompileStudyTest, ATraceOfOtherExitsIsRefused) {
  behavior::Trace trace = SmallTrace();
  trace.exits[1] = "later";
  EXPECT_THAT(CompileStudy(SmallStudy(), trace),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "behavior.trace: its exits are [early, later], those "
                       "of network 'small' are [early, late]; they "
                       "must be the same, in order"));
}

}  // namespace
}  // namespace dynarch::wire
