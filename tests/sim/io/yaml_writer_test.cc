#include "sim/io/yaml_writer.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "dynarch/v1/network.pb.h"
#include "dynarch/v1/platform.pb.h"
#include "dynarch/v1/study.pb.h"
#include "sim/io/catalog.h"
#include "sim/io/yaml_reader.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::io {
namespace {

using ::google::protobuf::util::MessageDifferencer;
using ::testing::HasSubstr;

constexpr char kRoot[] = DYNARCH_SOURCE_DIR "/";

// reader(writer(x)) == x, and writing is stable.
template <typename Message>
void ExpectRoundTrip(const Message& message) {
  const std::string text = WriteYaml(message);
  Message read;
  ASSERT_OK(ReadYaml(text, "written.yaml", &read)) << text;
  MessageDifferencer differencer;
  std::string report;
  differencer.ReportDifferencesToString(&report);
  EXPECT_TRUE(differencer.Compare(message, read)) << report << text;
  EXPECT_EQ(WriteYaml(read), text);
}

TEST(YamlWriterTest, EveryCataloguePlatformSurvives) {
  ASSERT_OK_AND_ASSIGN(const Catalog catalog,
                       Catalog::Open(absl::StrCat(kRoot, "sim/catalog")));
  ASSERT_FALSE(catalog.platform_names().empty());
  for (const std::string& name : catalog.platform_names()) {
    SCOPED_TRACE(name);
    ASSERT_OK_AND_ASSIGN(v1::Platform platform, catalog.Platform(name));
    for (v1::ProcessingElement& element : *platform.mutable_elements()) {
      for (v1::RuntimeUse& use : *element.mutable_runtimes()) {
        use.clear_definition();  // It stands in the library's own file.
      }
    }
    ExpectRoundTrip(platform);
  }
}

TEST(YamlWriterTest, TheExamplesSurvive) {
  v1::Network network;
  ASSERT_OK(ReadYamlFile(
      absl::StrCat(kRoot, "client/examples/digits_three_exits.yaml"),
      &network));
  ExpectRoundTrip(network);
  v1::StudySpec study;
  ASSERT_OK(
      ReadYamlFile(absl::StrCat(kRoot, "client/examples/digits.yaml"), &study));
  ExpectRoundTrip(study);
}

TEST(YamlWriterTest, EveryKindOfValueIsWrittenInItsForm) {
  v1::StudySpec study;
  ASSERT_OK(ReadYaml(R"(
network: n.yaml
behavior: {trace: t.csv}
workload: {arrivals: {periodic: 1500 us}, deadline: 33 ms, inferences: 10}
objectives: {accuracy: maximize}
policy: {power: {power_gate: {timeout: 1000 us}}}
space:
  policy.power: [always_on, {power_gate: {timeout: 1 ms}}]
)",
                     "s.yaml", &study));
  EXPECT_EQ(WriteYaml(study), R"(network: n.yaml
behavior: {trace: t.csv}
workload: {arrivals: {periodic: 1.5 ms}, deadline: 33 ms, inferences: 10}
space: {policy.power: [always_on, {power_gate: {timeout: 1 ms}}]}
objectives: {accuracy: maximize}
policy: {power: {power_gate: {timeout: 1 ms}}}
)");
}

// Extents are numbers where they are, and expressions where they are not.
TEST(YamlWriterTest, ExtentsAndConditionsAreWrittenAsTheyAre) {
  const std::string text = R"yaml(name: slim
inputs:
  image: [3, resolution, resolution]
actors:
  conv:
    inputs: [image]
    when: router == hard and not block
    times: rounds + 1
    conv2d: {out_channels: 64 * width, kernel: [3, 3], groups: 2}
  fc:
    inputs: [conv]
    linear: {out_features: "max(10, ceil(0.7 * n))"}
decisions:
  router:
    branch: {options: [easy, hard]}
  width:
    width: {options: [0.5, 1], value: 0.50}
output: fc
)yaml";
  v1::Network network;
  ASSERT_OK(ReadYaml(text, "network.yaml", &network));
  EXPECT_EQ(network.inputs(0).shape(0), "3");
  EXPECT_EQ(network.inputs(0).shape(2), "resolution");
  EXPECT_EQ(network.actors(0).when(), "router == hard and not block");
  EXPECT_EQ(network.actors(0).conv2d().out_channels(), "64 * width");
  EXPECT_EQ(network.actors(0).conv2d().groups(), "2");
  EXPECT_EQ(network.decisions(1).width().value(), "0.50");
  v1::Network again;
  ASSERT_OK(ReadYaml(WriteYaml(network), "written.yaml", &again));
  EXPECT_EQ(again.DebugString(), network.DebugString());
  EXPECT_THAT(WriteYaml(network), HasSubstr("out_channels: 64 * width, "));
  EXPECT_THAT(WriteYaml(network), HasSubstr("groups: 2"));
  EXPECT_THAT(WriteYaml(network),
              HasSubstr("out_features: \"max(10, ceil(0.7 * n))\""));
}

TEST(YamlWriterTest, FieldsSetByTheProgramAreLeftOut) {
  v1::StudySpec study;
  ASSERT_OK(
      ReadYamlFile(absl::StrCat(kRoot, "client/examples/digits.yaml"), &study));
  const std::string text = WriteYaml(study);
  study.mutable_behavior()->mutable_trace()->set_sha256("abc");
  study.add_model_versions("roofline@1");
  EXPECT_EQ(WriteYaml(study), text);
}

TEST(YamlWriterTest, TextThatYamlWouldReadOtherwiseIsQuoted) {
  const std::vector<std::string> texts = {
      "",           "~",           "null",       "a: b",  "a #b", "- x",
      " leading",   "trailing ",   "a,b",        "[x]",   "{x}",  "'quoted'",
      "\"double\"", "back\\slash", "two\nlines", "tab\t", "*a",   "&a",
      "!tag",       "%x",          "@x",         "`x`",   "|",    ">",
      "?",          "-",           "yes",        "0x10",  "µ",    "bell\a"};
  for (const std::string& text : texts) {
    v1::Source source;
    source.set_path(text);
    source.set_text(text);
    SCOPED_TRACE(text);
    ExpectRoundTrip(source);
    v1::Network network;
    network.set_name("n");
    v1::Actor* actor = network.add_actors();
    actor->set_name(text);
    actor->add_inputs()->set_from(text);
    ExpectRoundTrip(network);
  }
}

TEST(YamlWriterTest, LinesFitEightyColumns) {
  v1::Network network;
  ASSERT_OK(ReadYamlFile(
      absl::StrCat(kRoot, "client/examples/digits_three_exits.yaml"),
      &network));
  const std::string text = WriteYaml(network);
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    EXPECT_LE(line.size(), 80u) << line;
  }
}

}  // namespace
}  // namespace dynarch::io
