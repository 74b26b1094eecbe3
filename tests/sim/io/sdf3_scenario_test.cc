#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/io/sdf3_reader.h"
#include "tests/sim/io/sdf3_samples.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::io {
namespace {

using ::dynarch::dataflow::MarkovChain;
using ::dynarch::dataflow::Rational;
using ::dynarch::dataflow::SadfScenario;
using ::dynarch::dataflow::ScenarioAwareGraph;
using ::dynarch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

ScenarioAwareGraph GraphOf(const std::string& text) {
  const auto file = ReadSdf3(text, "f.xml");
  EXPECT_OK(file);
  return file.ok() ? std::get<ScenarioAwareGraph>(file->graph)
                   : ScenarioAwareGraph();
}

TEST(Sdf3ScenarioTest, ReadsStructureAndChannels) {
  const ScenarioAwareGraph graph = GraphOf(kChoice);
  EXPECT_EQ(graph.name, "choice");
  ASSERT_EQ(graph.processes.size(), 2u);
  EXPECT_FALSE(graph.processes[0].detector);
  EXPECT_TRUE(graph.processes[1].detector);
  ASSERT_EQ(graph.channels.size(), 2u);
  EXPECT_FALSE(graph.channels[0].control);
  EXPECT_EQ(graph.channels[0].source, "k");
  EXPECT_EQ(graph.channels[0].initial_tokens, 1);
  EXPECT_EQ(graph.channels[0].capacity, 4);
  EXPECT_TRUE(graph.channels[1].control);
  EXPECT_EQ(graph.channels[1].initial_tokens, 3);
  EXPECT_THAT(graph.channels[1].initial_values,
              ElementsAre("small", "small", "large"));
}

TEST(Sdf3ScenarioTest, ReadsScenariosAndChains) {
  const ScenarioAwareGraph graph = GraphOf(kChoice);
  const SadfScenario& small = graph.processes[0].scenarios[0];
  EXPECT_EQ(small.name, "small");
  ASSERT_EQ(small.profiles.size(), 2u);
  EXPECT_EQ(small.profiles[0].time, Rational(3, 2));
  EXPECT_EQ(small.profiles[0].weight, Rational(3));
  EXPECT_EQ(small.profiles[1].weight, Rational(1));
  const SadfScenario& s = graph.processes[1].scenarios[0];
  ASSERT_EQ(s.produce.size(), 1u);
  EXPECT_EQ(s.produce[0].channel, "dk");
  EXPECT_EQ(s.produce[0].tokens, 1);
  EXPECT_EQ(s.produce[0].value, "small");
  EXPECT_EQ(graph.processes[1].scenarios[1].produce[0].value, "");
  ASSERT_EQ(graph.processes[1].chains.size(), 1u);
  const MarkovChain& chain = graph.processes[1].chains[0];
  EXPECT_EQ(chain.initial_state, "S");
  ASSERT_EQ(chain.states.size(), 2u);
  EXPECT_EQ(chain.states[0].subscenario, "s");
  EXPECT_EQ(chain.states[0].transitions[0].weight, Rational(3, 4));
  EXPECT_EQ(chain.states[1].transitions[0].destination, "S");
}

// Two detectors send to one kernel and to a third: `control` says which values
// select a scenario, and of a detector which chain.
constexpr char kTwoControls[] =
    R"(<sdf3 type="sadf"><sadf name="two"><structure>
<kernel name="k"/><detector name="x"/><detector name="y"/><detector name="z"/>
<channel name="xk" source="x" destination="k" type="control"/>
<channel name="yk" source="y" destination="k" type="control"/>
<channel name="xz" source="x" destination="z" type="control"/>
<channel name="yz" source="y" destination="z" type="control"/>
</structure><properties>
<kernel_properties kernel="k">
<scenario name="both"><control channel="xk" value="X"/><control channel="yk" value="Y"/></scenario>
</kernel_properties>
<detector_properties detector="x">
<subscenario name="X"><produce channel="xk" tokens="1"/><produce channel="xz" tokens="1"/><profile execution_time="1"/></subscenario>
<markov_chain initial_state="s"><state name="s" subscenario="X"><transition destination="s"/></state></markov_chain>
</detector_properties>
<detector_properties detector="y">
<subscenario name="Y"><produce channel="yk" tokens="1"/><produce channel="yz" tokens="1"/><profile execution_time="1"/></subscenario>
<markov_chain initial_state="s"><state name="s" subscenario="Y"><transition destination="s"/></state></markov_chain>
</detector_properties>
<detector_properties detector="z">
<subscenario name="Z"/>
<scenario name="only"><control channel="xz" value="X"/><control channel="yz" value="Y"/></scenario>
<markov_chain scenario="only" initial_state="s"><state name="s" subscenario="Z"><transition destination="s"/></state></markov_chain>
</detector_properties>
</properties></sadf></sdf3>
)";

TEST(Sdf3ScenarioTest, SeveralControlInputsAreNamedOneByOne) {
  const ScenarioAwareGraph graph = GraphOf(kTwoControls);
  const auto& selects = graph.processes[0].scenarios[0].controls;
  ASSERT_EQ(selects.size(), 2u);
  EXPECT_EQ(selects[0].channel, "xk");
  EXPECT_EQ(selects[0].value, "X");
  const MarkovChain& chain = graph.processes[3].chains[0];
  EXPECT_EQ(chain.scenario, "only");
  ASSERT_EQ(chain.controls.size(), 2u);
  EXPECT_EQ(chain.controls[1].channel, "yz");
  EXPECT_EQ(chain.controls[1].value, "Y");
}

TEST(Sdf3ScenarioTest, AChainNamesAScenarioThereIs) {
  EXPECT_THAT(ReadSdf3(Edited(kTwoControls, "markov_chain scenario=\"only\"",
                              "markov_chain scenario=\"onl\""),
                       "f.xml"),
              StatusIs(kInvalid,
                       "f.xml:22:25: scenario: there is no scenario 'onl'; "
                       "there are: only; did you mean 'only'?"));
  EXPECT_THAT(ReadSdf3(Edited(kTwoControls, "control channel=\"xk\"",
                              "control channel=\"xz\""),
                       "f.xml"),
              StatusIs(kInvalid,
                       "f.xml:9:41: channel 'xz' goes from 'x' to 'z'; 'k' "
                       "does not read it"));
}

struct Case {
  const char* from;
  const char* to;
  const char* message;  // After "f.xml:".
};

// Lines and columns are counted in tests/sim/io/sdf3_samples.h.
class ChoiceErrorTest : public ::testing::TestWithParam<Case> {};

TEST_P(ChoiceErrorTest, NamesThePlaceWhatCameAndWhatIsAllowed) {
  const std::string text = Edited(kChoice, GetParam().from, GetParam().to);
  ASSERT_FALSE(text.empty()) << GetParam().from;
  EXPECT_THAT(ReadSdf3(text, "f.xml"),
              StatusIs(kInvalid, absl::StrCat("f.xml:", GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    Structure, ChoiceErrorTest,
    ::testing::ValuesIn(std::vector<Case>{
        {"kernel name=\"k\"", "kernel name=\"d\"",
         "6:7: a second process is named 'd'; each needs a name of its own"},
        {"<detector name=\"d\"/>",
         "<detector name=\"d\"/><kernel name=\"unused\"/>",
         "6:27: kernel 'unused' has no <kernel_properties kernel=...>; it "
         "needs scenarios"},
        {"channel name=\"dk\"", "channel name=\"kd\"",
         "8:7: a second channel is named 'kd'; each needs a name of its own"},
        {"source=\"k\"", "source=\"kk\"",
         "7:34: source: there is no process 'kk'; there are: k, d"},
        {"type=\"data\"", "type=\"date\"",
         "7:59: type: got 'date'; allowed: data, control"},
        {"type=\"data\"", "type=\"control\"",
         "7:34: source: control channel 'kd' begins at kernel 'k'; only a "
         "detector sends control tokens"},
        {"buffer_size=\"4\"", "buffer_size=\"0\"",
         "41:82: buffer_size: channel 'kd' starts with 1 tokens; its buffer "
         "holds only 0"},
        {"<channel_properties channel=\"dk\"",
         "<channel_properties channel=\"kd\"",
         "42:7: a second <channel_properties> of 'kd'; one is allowed"},
        {"2*small,large", "2*,large",
         "42:56: initial_tokens: allowed are names, each with its count (1 to "
         "1048576) if not 1, as in 2*S,T"},
        {"2*small,large", "2*sm&#10;all",
         "42:56: initial_tokens: allowed are names, each with its count (1 to "
         "1048576) if not 1, as in 2*S,T"},
        {"2*small,large", "0*small",
         "42:56: initial_tokens: allowed are names, each with its count (1 to "
         "1048576) if not 1, as in 2*S,T"},
        {"2*small,large", "1000000*small,1000000*small,1000000*large",
         "42:56: the lists of this file have more than 16777216 entries; no "
         "more are read"},
        {"number_of_initial_tokens", "initial_tokens",
         "41:56: initial_tokens: channel 'kd' carries data; say how many, "
         "number_of_initial_tokens"},
        {"initial_tokens=\"2*small,large\"", "number_of_initial_tokens=\"2\"",
         "42:66: control channel 'dk': say what its tokens are, "
         "initial_tokens=\"2*S,T\""}}));

INSTANTIATE_TEST_SUITE_P(
    Process, ChoiceErrorTest,
    ::testing::ValuesIn(std::vector<Case>{
        {"kernel_properties kernel=\"k\"", "kernel_properties kernel=\"d\"",
         "11:34: 'd' is a detector; <kernel_properties> describes a kernel"},
        {"</detector_properties>",
         "</detector_properties><detector_properties detector=\"d\"/>",
         "40:29: a second <detector_properties> of 'd'; one is allowed"},
        {"scenario name=\"large\"", "scenario name=\"small\"",
         "17:9: a second scenario is named 'small'; each needs a name of its "
         "own"},
        {"produce channel=\"kd\"", "produce channel=\"dk\"",
         "13:29: channel 'dk' goes from 'd' to 'k'; 'k' does not write it"},
        {"produce channel=\"kd\"", "produce channel=\"k\"",
         "13:29: channel: there is no channel 'k'; there are: kd, dk"},
        {"tokens=\"1\"", "tokens=\"1.5\"",
         "13:41: tokens: got '1.5'; allowed: a whole number from 0 to "
         "9223372036854775807"},
        {"tokens=\"1\"/>", "tokens=\"1\" value=\"x\"/>",
         "13:51: value: only tokens written into a control channel have one; "
         "channel 'kd' is for data"},
        {"<profile execution_time=\"7\"/>", "<profile time=\"7\"/>",
         "19:20: <profile> has no attribute 'time'; did you mean "
         "'execution_time'?"},
        {"weight=\"3\"", "weight=\"-1\"",
         "14:49: weight: got '-1'; allowed: a number >= 0 such as 7, 2.1, 1e-3 "
         "or 13/2"},
        {"weight=\"3\"", "weight=\"0\"",
         "14:49: weight: got 0; a weight is > 0, leave out what never "
         "happens"}}));

INSTANTIATE_TEST_SUITE_P(
    Chain, ChoiceErrorTest,
    ::testing::ValuesIn(std::vector<Case>{
        {"initial_state=\"S\"", "initial_state=\"T\"",
         "31:38: initial_state: there is no state 'T'; there are: S, L"},
        {"state name=\"L\"", "state name=\"S\"",
         "36:11: a second state is named 'S'; each needs a name of its own"},
        {"subscenario=\"s\"", "subscenario=\"small\"",
         "32:40: subscenario: there is no subscenario 'small'; there are: s, "
         "large"},
        {"destination=\"L\"", "destination=\"M\"",
         "34:38: destination: there is no state 'M'; there are: S, L"},
        {"destination=\"L\"", "destination=\"S\"",
         "34:13: state 'S' has a second transition to 'S'; add their weights"},
        {"<transition destination=\"S\"/>", "",
         "36:11: state 'L' has no <transition>; a chain never ends"}}));

// What only the whole graph can say stands at the graph.
TEST(Sdf3ScenarioTest, SemanticErrorsStandAtTheGraph) {
  EXPECT_THAT(ReadSdf3(Edited(kChoice, "destination=\"L\" weight=\"0.25\"",
                              "destination=\"S\" weight=\"0.25\""),
                       "f.xml"),
              StatusIs(kInvalid, HasSubstr("f.xml:34:13: ")));
  // Without a way to L, it cannot be reached.
  EXPECT_THAT(
      ReadSdf3(Edited(kChoice,
                      "<transition destination=\"L\" weight=\"0.25\"/>", ""),
               "f.xml"),
      StatusIs(kInvalid,
               HasSubstr("f.xml:3:3: Markov chain '' of 'd': state 'L' cannot "
                         "be reached")));
}

std::string Many(int count, absl::string_view before, absl::string_view after) {
  std::string text;
  for (int i = 0; i < count; ++i) absl::StrAppend(&text, before, i, after);
  return text;
}

TEST(Sdf3ScenarioTest, HasLimitsOfItsOwn) {
  EXPECT_THAT(ReadSdf3(Edited(kChoice, "<kernel name=\"k\"/>",
                              Many(4097, "<kernel name='", "'/>")),
                       "f.xml"),
              StatusIs(kInvalid, HasSubstr("more than 4096 processes")));
  EXPECT_THAT(
      ReadSdf3(Edited(kChoice, "<channel name=\"kd\"",
                      Many(8193, "<channel name='",
                           "' source='k' destination='d' type='data'/>") +
                          "<channel name=\"kd\""),
               "f.xml"),
      StatusIs(kInvalid, HasSubstr("more than 8192 channels")));
  EXPECT_THAT(
      ReadSdf3(Edited(kChoice, "<state name=\"L\"",
                      Many(4097, "<state name='", "'/>") + "<state name=\"L\""),
               "f.xml"),
      StatusIs(kInvalid, HasSubstr("more than 4096 states of one chain")));
  EXPECT_THAT(
      ReadSdf3(Edited(kChoice, "<profile execution_time=\"7\"/>",
                      Many(262145, "<profile execution_time='", "'/>")),
               "f.xml"),
      StatusIs(kInvalid,
               HasSubstr("more than 262144 rates, profiles and transitions")));
}

}  // namespace
}  // namespace dynarch::io
