#include "sim/io/yaml_reader.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dynarch/v1/network.pb.h"
#include "dynarch/v1/platform.pb.h"
#include "dynarch/v1/study.pb.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::io {
namespace {

using ::dynarch::testing::IsOk;
using ::dynarch::testing::StatusIs;
using ::testing::ElementsAre;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

v1::StudySpec ReadStudy(const std::string& text) {
  v1::StudySpec study;
  EXPECT_THAT(ReadYaml(text, "study.yaml", &study), IsOk());
  return study;
}

TEST(YamlReaderTest, DimensionsAreReadIntoBaseUnits) {
  v1::Platform platform;
  ASSERT_OK(ReadYaml(R"(
name: p
scope: soc
host: cpu
overhead_power: 1.5 W
memories:
  dram: {capacity: 512 KiB, domain: core, bytes_per_cycle: 12.5, energy: 20 pJ/B}
domains:
  core:
    reference_voltage: 0.9 V
    reference_frequency: 1.3 GHz
    states:
      active: {leakage_power: 3 mW, entry: 2 us, exit_energy: 4 nJ}
)",
                     "p.yaml", &platform));
  EXPECT_EQ(platform.overhead_power_nw(), 1'500'000'000);
  const v1::Memory& dram = platform.memories(0);
  EXPECT_EQ(dram.name(), "dram");
  EXPECT_EQ(dram.capacity_bytes(), 512 * 1024);
  EXPECT_EQ(dram.bytes_per_cycle(), "12.5");
  EXPECT_EQ(dram.energy_aj_per_byte(), 20'000'000);
  const v1::PowerDomain& core = platform.domains(0);
  EXPECT_EQ(core.reference_voltage_uv(), 900'000);
  EXPECT_EQ(core.reference_frequency_hz(), 1'300'000'000);
  const v1::PowerState& active = core.states(0);
  EXPECT_EQ(active.kind(), v1::PowerState::ACTIVE);
  EXPECT_EQ(active.leakage_power_nw(), 3'000'000);
  EXPECT_EQ(active.entry_ps(), 2'000'000);
  EXPECT_EQ(active.exit_energy_fj(), 4'000'000);
}

constexpr char kNeeded[] =
    "network: n.yaml\nbehavior: {trace: t.csv}\n"
    "workload: {arrivals: {periodic: 33 ms}, deadline: 20 ms, inferences: 9}\n"
    "objectives: {accuracy: maximize}\n";

TEST(YamlReaderTest, ShorthandsFillTheirFields) {
  const v1::StudySpec study = ReadStudy(absl::StrCat(kNeeded, R"(
policy: {power: clock_gate}
platform: jetson_tx2
search: {random: 100}
)"));
  EXPECT_EQ(study.network().file(), "n.yaml");
  EXPECT_EQ(study.behavior().trace().file(), "t.csv");
  EXPECT_EQ(study.workload().arrivals().periodic().period_ps(), 33'000'000'000);
  EXPECT_EQ(study.policy().power().simple(), v1::Power::CLOCK_GATE);
  EXPECT_EQ(study.platform().name(), "jetson_tx2");
  EXPECT_EQ(study.search().random().samples(), 100);
  EXPECT_EQ(study.objectives(0).metric(), "accuracy");
  EXPECT_EQ(study.objectives(0).direction(), v1::Objective::MAXIMIZE);
}

TEST(YamlReaderTest, SpacesAreMapsFromPathToDomain) {
  const v1::StudySpec study = ReadStudy(absl::StrCat(kNeeded, R"(
space:
  platform: jetson_tx2
  decisions.exit1.threshold: {from: 0.50, to: 1.00, step: 0.05, also: [never]}
  mapping.stages: {each: [cpu, gpu]}
  policy.operating_point: {each: operating_points}
  policy.power: [always_on, {power_gate: {timeout: 1 ms}}]
)"));
  ASSERT_EQ(study.space_size(), 5);
  EXPECT_EQ(study.space(0).path(), "platform");
  EXPECT_EQ(study.space(0).domain().values(0).text(), "jetson_tx2");
  EXPECT_EQ(study.space(1).domain().from(), "0.50");  // Verbatim.
  EXPECT_EQ(study.space(1).domain().also(0).text(), "never");
  EXPECT_EQ(study.space(2).domain().each().values(1).text(), "gpu");
  EXPECT_EQ(study.space(3).domain().each().values(0).text(),
            "operating_points");
  EXPECT_EQ(study.space(4).domain().values(1).power_gate().timeout_ps(),
            1'000'000'000);
}

TEST(YamlReaderTest, AListMayBeWrittenWithItsKeysInside) {
  v1::Network network;
  ASSERT_OK(ReadYaml(R"(
name: n
inputs: [{name: image, shape: [1, 8, 8]}]
actors:
  - {name: relu, inputs: [image], elementwise: relu}
)",
                     "n.yaml", &network));
  EXPECT_EQ(network.inputs(0).name(), "image");
  EXPECT_THAT(network.inputs(0).shape(), ElementsAre("1", "8", "8"));
  EXPECT_EQ(network.actors(0).elementwise().kind(), v1::Elementwise::RELU);
}

TEST(YamlReaderTest, PositionsOfFieldsAreKept) {
  v1::StudySpec study;
  ASSERT_OK_AND_ASSIGN(
      const SourceMap sources,
      ReadYaml(absl::StrCat(kNeeded, "only_if: [a, b]\n"), "s.yaml", &study));
  EXPECT_EQ(sources.Find("workload.deadline"), (Position{3, 51}));
  EXPECT_EQ(sources.Find("only_if[1]"), (Position{5, 14}));
  // What was not written is found at what is around it.
  EXPECT_EQ(sources.Find("workload.seed"), (Position{3, 11}));
  EXPECT_EQ(sources.Find("nowhere"), std::nullopt);
  EXPECT_EQ(sources
                .Annotate(absl::InvalidArgumentError(
                    "workload.deadline: must be > 0"))
                .message(),
            "s.yaml:3:51: workload.deadline: must be > 0");
  EXPECT_EQ(
      sources.Annotate(absl::InvalidArgumentError("nowhere: x")).message(),
      "s.yaml: nowhere: x");
}

struct BadCase {
  std::string name;
  std::string text;
  std::string message;
};

void PrintTo(const BadCase& bad, std::ostream* out) { *out << bad.name; }

class BadStudyTest : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadStudyTest, IsRefusedWithWhereWhatAndAllowed) {
  v1::StudySpec study;
  EXPECT_THAT(ReadYaml(GetParam().text, "s.yaml", &study),
              StatusIs(kInvalid, GetParam().message));
}

std::string Workload(const std::string& fields) {
  return absl::StrCat("workload: {", fields, "}\n");
}

INSTANTIATE_TEST_SUITE_P(
    Yaml, BadStudyTest,
    ::testing::ValuesIn(std::vector<BadCase>{
        {"empty", "",
         "s.yaml:1:1: is empty; a map with network, behavior, workload, "
         "baseline, space, only_if, fidelity, objectives, constraints, search, "
         "mapping, policy, platform, dtype, metrics is allowed"},
        {"no_map", "[1, 2]",
         "s.yaml:1:1: file: got a list; allowed: a map with network, behavior, "
         "workload, baseline, space, only_if, fidelity, objectives, "
         "constraints, search, mapping, policy, platform, dtype, metrics"},
        {"unclosed", "network: [a, b",
         "s.yaml:1:15: not YAML: end of sequence flow not found"},
        {"bad_escape", "fidelity: \"\\q\"\n",
         "s.yaml:1:14: not YAML: unknown escape character: q"},
        {"unknown_field", "fidelty: event\n",
         "s.yaml:1:1: fidelty: unknown field; allowed: network, behavior, "
         "workload, baseline, space, only_if, fidelity, objectives, "
         "constraints, search, mapping, policy, platform, dtype, metrics; did "
         "you mean 'fidelity'?"},
        {"nested_unknown_field", Workload("perod: 33 ms"),
         "s.yaml:1:12: workload.perod: unknown field; allowed: arrivals, "
         "deadline, inferences, seed"},
        {"output_only", "model_versions: [a]\n",
         "s.yaml:1:1: model_versions: is set by the program, not in a file; "
         "allowed: network, behavior, workload, baseline, space, only_if, "
         "fidelity, objectives, constraints, search, mapping, policy, "
         "platform, dtype, metrics"},
        {"key_twice", "fidelity: event\nfidelity: event\n",
         "s.yaml:2:1: key 'fidelity' is written twice; remove one"},
        {"list_as_key", "? [a]\n: b\n",
         "s.yaml:1:3: a key must be a word, got a list"},
        {"bare_number", Workload("deadline: 33"),
         "s.yaml:1:22: workload.deadline: '33' has no unit; a value of time "
         "needs one of fs, ps, ns, us, ms, s, min, h, as in '33 ms'"},
        {"wrong_unit", Workload("deadline: 33 KiB"),
         "s.yaml:1:22: workload.deadline: '33 KiB': KiB is a unit of size, but "
         "time is needed, in one of fs, ps, ns, us, ms, s, min, h, as in '33 "
         "ms'"},
        {"unknown_unit", Workload("deadline: 33 sm"),
         "s.yaml:1:22: workload.deadline: '33 sm': unknown unit 'sm'; time is "
         "written in one of fs, ps, ns, us, ms, s, min, h, as in '33 ms'"},
        {"negative", Workload("deadline: -33 ms"),
         "s.yaml:1:22: workload.deadline: '-33 ms' is negative; time is 0 or "
         "more"},
        {"too_large", Workload("deadline: 99999999 h"),
         "s.yaml:1:22: workload.deadline: '99999999 h' is too large; time is "
         "at most 9223372.036854775807 s"},
        {"too_fine", Workload("deadline: 0.5 ps"),
         "s.yaml:1:22: workload.deadline: '0.5 ps' is finer than the smallest "
         "time, 1 ps; give a whole number of those"},
        {"word_for_number", Workload("inferences: many"),
         "s.yaml:1:24: workload.inferences: got 'many'; allowed: a whole "
         "number, e.g. 10"},
        {"fraction_for_number", Workload("inferences: 1.5"),
         "s.yaml:1:24: workload.inferences: got '1.5'; allowed: a whole "
         "number, e.g. 10"},
        {"number_past_int64", Workload("inferences: 9223372036854775808"),
         "s.yaml:1:24: workload.inferences: got '9223372036854775808'; "
         "allowed: a whole number, e.g. 10"},
        {"list_for_number", Workload("inferences: [1]"),
         "s.yaml:1:24: workload.inferences: got a list; allowed: a single "
         "number"},
        {"map_for_quantity", Workload("deadline: {ms: 33}"),
         "s.yaml:1:22: workload.deadline: got a map; allowed: a value of time "
         "with its unit"},
        {"nothing_for_number", Workload("inferences: "),
         "s.yaml:1:24: workload.inferences: got nothing; allowed: a single "
         "number"},
        {"enum", "fidelity: analitical\n",
         "s.yaml:1:11: fidelity: got 'analitical'; allowed: analytical, event; "
         "did you mean 'analytical'?"},
        {"enum_upper_case", "fidelity: EVENT\n",
         "s.yaml:1:11: fidelity: got 'EVENT'; allowed: analytical, event; did "
         "you mean 'event'?"},
        {"enum_unspecified", "fidelity: fidelity_unspecified\n",
         "s.yaml:1:11: fidelity: got 'fidelity_unspecified'; allowed: "
         "analytical, event"},
        {"scalar_for_list", "only_if: a == b\n",
         "s.yaml:1:10: only_if: got 'a == b'; allowed: a list, e.g. [a, b]"},
        {"list_for_map_by_key", "objectives: accuracy\n",
         "s.yaml:1:13: objectives: got 'accuracy'; allowed: a map by metric"},
        {"scalar_for_message", "workload: fast\n",
         "s.yaml:1:11: workload: got 'fast'; allowed: a map with arrivals, "
         "deadline, inferences, seed"},
        {"two_of_a_oneof", "search: {random: 5, exhaustive: {}}\n",
         "s.yaml:1:21: search.exhaustive: 'random' is given already; only one "
         "of the two is allowed"},
        {"missing_field",
         "network: n.yaml\nbehavior: {trace: t}\n" +
             Workload("deadline: 3 ms, inferences: 1"),
         "s.yaml:3:11: workload.arrivals: missing; it must be given"},
        {"empty_list_that_must_be_given",
         "network: {definition: {name: n, actors: {a: {inputs: []}}}}\n",
         "s.yaml:1:46: network.definition.actors.a.inputs: is empty; at least "
         "one is needed"},
        {"missing_at_the_top", "network: n.yaml\n",
         "s.yaml:1:1: workload: missing; it must be given"},
        {"bad_direction", "objectives: {accuracy: up}\n",
         "s.yaml:1:24: objectives.accuracy: got 'up'; allowed: minimize, "
         "maximize"},
        {"alias", "only_if: &a [b]\nmetrics: *a\n",
         "s.yaml:1:10: anchors (&name) are not allowed"},
        {"tag", "fidelity: !!str event\n",
         "s.yaml:1:11: tags are not allowed, got 'tag:yaml.org,2002:str'"},
        {"second_document", "fidelity: event\n---\nfidelity: event\n",
         "s.yaml: holds more than one YAML document; one is allowed"},
        {"too_deep", std::string(100, '[') + std::string(100, ']'),
         "s.yaml:1:65: nested deeper than 64 levels"},
        {"gate_timeout_without_unit",
         "space: {policy.power: [{power_gate: {timeout: 1}}]}\n",
         "s.yaml:1:47: space.policy.power[0].power_gate.timeout: '1' has no "
         "unit; a value of time needs one of fs, ps, ns, us, ms, s, min, h, as "
         "in "
         "'33 ms'"},
    }),
    [](const auto& info) { return info.param.name; });

TEST(YamlReaderTest, NegativeSizesAreRefused) {
  v1::Platform platform;
  EXPECT_THAT(
      ReadYaml("memories: {dram: {capacity: -1 GiB}}", "p.yaml", &platform),
      StatusIs(kInvalid,
               "p.yaml:1:29: memories.dram.capacity: '-1 GiB' is "
               "negative; size is 0 or more"));
}

TEST(YamlReaderTest, ADataTypeIsAMapKey) {
  v1::Platform platform;
  EXPECT_THAT(
      ReadYaml("elements: {cpu: {domain: d, memory: m, cpu: {cores: 1, rates: "
               "{fp64: {}}}}}",
               "p.yaml", &platform),
      StatusIs(kInvalid,
               "p.yaml:1:64: elements.cpu.cpu.rates.fp64: got 'fp64'; allowed: "
               "fp32, fp16, int8"));
}

TEST(YamlReaderTest, AFileThatIsMissingIsNotFound) {
  v1::StudySpec study;
  EXPECT_THAT(ReadYamlFile("/nowhere/s.yaml", &study),
              StatusIs(absl::StatusCode::kNotFound,
                       "/nowhere/s.yaml: No such file or directory"));
}

TEST(SetFieldTest, ReplacesOneValue) {
  v1::StudySpec study = ReadStudy(kNeeded);
  ASSERT_OK(SetField("workload.deadline", "5 ms", &study));
  EXPECT_EQ(study.workload().deadline_ps(), 5'000'000'000);
  ASSERT_OK(SetField("workload.arrivals.periodic", "7 ms", &study));
  EXPECT_EQ(study.workload().arrivals().periodic().period_ps(), 7'000'000'000);
  ASSERT_OK(SetField("policy.power", "{power_gate: {timeout: 2 ms}}", &study));
  ASSERT_OK(SetField("policy.power", "power_gate: {timeout: 1 ms}", &study));
  EXPECT_EQ(study.policy().power().power_gate().timeout_ps(), 1'000'000'000);
  ASSERT_OK(SetField("policy.power", "clock_gate", &study));
  EXPECT_FALSE(study.policy().power().has_power_gate());
  ASSERT_OK(SetField("mapping.stages", "[cpu, gpu]", &study));
  ASSERT_OK(SetField("mapping.stages", "npu", &study));
  EXPECT_THAT(study.mapping().stages(), ElementsAre("npu"));
  ASSERT_OK(SetField("objectives.accuracy.direction", "minimize", &study));
  EXPECT_EQ(study.objectives(0).direction(), v1::Objective::MINIMIZE);
}

TEST(SetFieldTest, SaysWhatIsWrong) {
  v1::StudySpec study = ReadStudy(kNeeded);
  EXPECT_THAT(SetField("workload.dedline", "5 ms", &study),
              StatusIs(kInvalid,
                       "workload.dedline: no field 'dedline'; allowed: "
                       "arrivals, deadline, inferences, seed; did you mean "
                       "'deadline'?"));
  EXPECT_THAT(SetField("workload.inferences", "few", &study),
              StatusIs(kInvalid,
                       "workload.inferences: got 'few'; allowed: a whole "
                       "number, e.g. 10"));
  EXPECT_THAT(SetField("model_versions", "[a]", &study), StatusIs(kInvalid));
  EXPECT_THAT(SetField("objectives.accurcy.direction", "minimize", &study),
              StatusIs(kInvalid,
                       "objectives.accurcy.direction: no field 'accurcy'; "
                       "allowed: accuracy; did you mean 'accuracy'?"));
}

}  // namespace
}  // namespace dynarch::io
