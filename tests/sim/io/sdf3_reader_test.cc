#include "sim/io/sdf3_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/io/file.h"
#include "sim/io/sdf3_element.h"
#include "tests/sim/io/sdf3_samples.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::io {
namespace {

using ::dynarch::dataflow::Graph;
using ::dynarch::dataflow::Rational;
using ::dynarch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

std::string MessageOf(const std::string& text) {
  return std::string(ReadSdf3(text, "f.xml").status().message());
}

// The graph of a text that must be read, and without a warning.
Graph GraphOf(const std::string& text) {
  const auto file = ReadSdf3(text, "f.xml");
  EXPECT_OK(file);
  if (!file.ok()) return Graph();
  EXPECT_THAT(file->warnings, IsEmpty());
  return std::get<Graph>(file->graph);
}

std::vector<std::string> WarningsOf(const std::string& text) {
  const auto file = ReadSdf3(text, "f.xml");
  EXPECT_OK(file);
  return file.ok() ? file->warnings : std::vector<std::string>();
}

// A csdf file of one actor with a channel to itself; lists as given.
std::string Loop(absl::string_view out, absl::string_view in,
                 absl::string_view time) {
  return absl::StrCat(
      "<sdf3 type='csdf'><applicationGraph name='l'><csdf name='l' type='L'>\n"
      "<actor name='a' type='A'>\n"
      "<port name='o' type='out' rate='",
      out,
      "'/>\n"
      "<port name='i' type='in' rate='",
      in,
      "'/>\n"
      "</actor>\n"
      "<channel name='c' srcActor='a' srcPort='o' dstActor='a' dstPort='i' "
      "size='16' initialTokens='4'/>\n"
      "</csdf><csdfProperties><actorProperties actor='a'>\n"
      "<processor type='p' default='true'>\n"
      "<executionTime time='",
      time,
      "'/>\n"
      "</processor></actorProperties></csdfProperties></applicationGraph>"
      "</sdf3>");
}

TEST(Sdf3ReaderTest, ReadsASynchronousGraph) {
  const Graph graph = GraphOf(kRing);
  EXPECT_EQ(graph.name, "ring");
  ASSERT_EQ(graph.actors.size(), 2u);
  EXPECT_EQ(graph.actors[0].name, "a");
  EXPECT_THAT(graph.actors[0].times, ElementsAre(Rational(5)));
  // Of b's two default processors the last counts; the third is none.
  EXPECT_THAT(graph.actors[1].times, ElementsAre(Rational(5, 2)));
  ASSERT_EQ(graph.channels.size(), 2u);
  const dataflow::Channel& ab = graph.channels[0];
  EXPECT_EQ(ab.name, "ab");
  EXPECT_EQ(ab.source, 0);
  EXPECT_EQ(ab.destination, 1);
  EXPECT_THAT(ab.production, ElementsAre(2));
  EXPECT_THAT(ab.consumption, ElementsAre(3));
  EXPECT_EQ(ab.initial_tokens, 0);
  EXPECT_EQ(ab.capacity, 9);
  EXPECT_EQ(ab.token_size, 512);
  EXPECT_EQ(graph.channels[1].initial_tokens, 6);
  EXPECT_EQ(graph.channels[1].capacity, std::nullopt);
  EXPECT_EQ(graph.channels[1].token_size, 1);
}

TEST(Sdf3ReaderTest, SaysItsTypeAndWhereTheChannelsAre) {
  ASSERT_OK_AND_ASSIGN(const Sdf3File file, ReadSdf3(kRing, "f.xml"));
  EXPECT_EQ(file.type, "sdf");
  EXPECT_THAT(file.channels, ElementsAre(Position{13, 7}, Position{14, 7}));
}

TEST(Sdf3ReaderTest, AListOfOneHoldsForEveryPhase) {
  const Graph graph = GraphOf(Loop("1,0,2", "1", " 2.5 , 1e-3, 13/2"));
  EXPECT_THAT(graph.channels[0].production, ElementsAre(1, 0, 2));
  EXPECT_THAT(graph.channels[0].consumption, ElementsAre(1, 1, 1));
  EXPECT_THAT(graph.actors[0].times,
              ElementsAre(Rational(5, 2), Rational(1, 1000), Rational(13, 2)));
  EXPECT_EQ(graph.channels[0].token_size, 16);
}

TEST(Sdf3ReaderTest, ACountRepeatsAnEntry) {
  const Graph graph = GraphOf(Loop("2*1,0,3*2", "6*1", "6*1.86614e+06"));
  EXPECT_THAT(graph.channels[0].production, ElementsAre(1, 1, 0, 2, 2, 2));
  EXPECT_THAT(
      graph.actors[0].times,
      ElementsAre(Rational(1866140), Rational(1866140), Rational(1866140),
                  Rational(1866140), Rational(1866140), Rational(1866140)));
}

TEST(Sdf3ReaderTest, ListsOfDifferentLengthsAreRefused) {
  EXPECT_EQ(MessageOf(Loop("1,1,1", "1,2", "1")),
            "f.xml:4:32: rate has 2 entries, actor 'a' has 3 phases; allowed: "
            "one entry for all phases, or one for each");
  EXPECT_EQ(MessageOf(Loop("1,1,1", "1", "1,1")),
            "f.xml:9:22: time has 2 entries, actor 'a' has 3 phases; allowed: "
            "one entry for all phases, or one for each");
}

TEST(Sdf3ReaderTest, EntriesOfAListSayWhichIsWrong) {
  const char* count = "; allowed: a whole number from 0 to 9223372036854775807";
  EXPECT_EQ(MessageOf(Loop("1,x", "1,1", "1")),
            absl::StrCat("f.xml:3:33: rate, entry 2: got 'x'", count));
  EXPECT_EQ(MessageOf(Loop("1,", "1,1", "1")),
            absl::StrCat("f.xml:3:33: rate, entry 2: got ''", count));
  EXPECT_EQ(MessageOf(Loop("3*1,-2", "1,1", "1")),
            absl::StrCat("f.xml:3:33: rate, entry 4: got '-2'", count));
  EXPECT_EQ(MessageOf(Loop("0*1", "1,1", "1")),
            "f.xml:3:33: rate, entry 1: '0*': an entry repeats 1 to 1048576 "
            "times");
}

TEST(Sdf3ReaderTest, ListsThatAreShortOnlyInTheFileAreRefused) {
  EXPECT_EQ(MessageOf(Loop("1048577*1", "1", "1")),
            "f.xml:3:33: rate, entry 1: '1048577*': an entry repeats 1 to "
            "1048576 times");
  EXPECT_EQ(MessageOf(Loop("1048576*1,1", "1", "1")),
            "f.xml:3:33: rate, entry 1048577: a list has at most 1048576 "
            "entries");
  // 16 ports of 2^20 entries are the 2^24 that are allowed; with those of the
  // ports on lines 3 and 4 they are two too many.
  std::string ports;
  for (int i = 0; i < 16; ++i) {
    absl::StrAppend(&ports, "<port name='p", i,
                    "' type='in' rate='1048576*1'/>\n");
  }
  EXPECT_THAT(
      MessageOf(Edited(Loop("1", "1", "1"), "</actor>", ports + "</actor>")),
      HasSubstr("f.xml:20:34: rate, entry 1: the lists of this file "
                "have more than 16777216 entries"));
}

TEST(Sdf3ReaderTest, RatesOfOneCycleFit64Bits) {
  const std::string most = "9223372036854775807";
  EXPECT_OK(ReadSdf3(Loop(most, most, "1"), "f.xml").status());
  EXPECT_EQ(MessageOf(Loop(most + ",1", "1", "1")),
            "f.xml:3:33: rate: port 'o' of actor 'a': the rates of one cycle "
            "add up to more than 9223372036854775807");
}

TEST(Sdf3ReaderTest, OneProcessorNeedsNoMark) {
  const std::string text = Edited(Loop("1", "1", "3"), " default='true'", "");
  EXPECT_THAT(GraphOf(text).actors[0].times, ElementsAre(Rational(3)));
}

TEST(Sdf3ReaderTest, AnActorWithoutATimeTakesNone) {
  const char* warning =
      "f.xml:2:1: actor 'a' has no execution time; 0 is taken";
  const std::string text = Loop("1,2", "2,1", "3");
  for (const std::string& without :
       {Edited(text, "<executionTime time='3'/>", ""),
        Edited(text,
               "<processor type='p' default='true'>\n"
               "<executionTime time='3'/>\n</processor>",
               "")}) {
    ASSERT_OK_AND_ASSIGN(const Sdf3File file, ReadSdf3(without, "f.xml"));
    EXPECT_THAT(file.warnings, ElementsAre(warning));
    EXPECT_THAT(std::get<Graph>(file.graph).actors[0].times,
                ElementsAre(Rational(0), Rational(0)));
  }
}

TEST(Sdf3ReaderTest, PlaceholdersLeaveABufferUnbounded) {
  const std::string text = Edited(kRing, "sz=\"9\"", "sz=\"$B1\"");
  ASSERT_OK_AND_ASSIGN(const Sdf3File file, ReadSdf3(text, "f.xml"));
  EXPECT_EQ(std::get<Graph>(file.graph).channels[0].capacity, std::nullopt);
  EXPECT_THAT(file.warnings,
              ElementsAre("f.xml:27:25: 1 buffer sizes are placeholders like "
                          "'$B1'; their channels are unbounded"));
}

TEST(Sdf3ReaderTest, WhatIsNotKnownIsAWarning) {
  EXPECT_THAT(
      WarningsOf(Edited(kRing, "rate=\"2\"", "rate=\"2\" colour=\"x\"")),
      ElementsAre("f.xml:6:47: the attribute 'colour' of <port> is not "
                  "known, and ignored"));
  EXPECT_THAT(WarningsOf(Edited(kRing, "<tokenSize", "<magic")),
              ElementsAre("f.xml:26:9: <magic> in <channelProperties> is not "
                          "known, and ignored"));
  EXPECT_THAT(
      WarningsOf(Edited(kRing, "</actor>",
                        "<port name=\"x\" type=\"in\" rate=\"0\"/></actor>")),
      ElementsAre("f.xml:8:7: port 'x' of actor 'a' is at no channel; it has "
                  "no effect"));
  EXPECT_THAT(WarningsOf(Edited(kRing, "<sdf3 ",
                                "<sdf3 xmlns:xsi='u' xsi:schemaLocation='v' ")),
              IsEmpty());
}

TEST(Sdf3ReaderTest, AtMostTwentyWarningsAreListed) {
  std::string extra;
  for (int i = 0; i < 25; ++i) absl::StrAppend(&extra, "<magic/>");
  const auto warnings =
      WarningsOf(Edited(kRing, "</sdfProperties>", extra + "</sdfProperties>"));
  ASSERT_EQ(warnings.size(), 21u);
  EXPECT_EQ(warnings.back(), "and 5 more warnings");
}

struct Case {
  const char* from;
  const char* to;
  const char* message;  // After "f.xml:".
};

// Lines and columns are counted in tests/sim/io/sdf3_samples.h.
class RingErrorTest : public ::testing::TestWithParam<Case> {};

TEST_P(RingErrorTest, NamesThePlaceWhatCameAndWhatIsAllowed) {
  const std::string text = Edited(kRing, GetParam().from, GetParam().to);
  ASSERT_FALSE(text.empty()) << GetParam().from;
  EXPECT_THAT(ReadSdf3(text, "f.xml"),
              StatusIs(kInvalid, absl::StrCat("f.xml:", GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    Document, RingErrorTest,
    ::testing::ValuesIn(std::vector<Case>{
        {"\"sdf\"", "\"sfd\"",
         "2:13: type: got 'sfd'; allowed: sdf, csdf, sadf; did you mean "
         "'sdf'?"},
        {"\"sdf\"", "\"csdf\"",
         "4:5: <sdf> in a file of type 'csdf'; make the type of <sdf3> 'sdf'"},
        {"type=\"sdf\"", "", "2:1: <sdf3> needs the attribute 'type'"},
        {"<sdf name=\"ring\"", "<sdf nam=\"ring\"",
         "4:10: <sdf> has no attribute 'nam'; did you mean 'name'?"},
        {"<sdf name=\"ring\"", "<sdf", "4:5: <sdf> needs the attribute 'name'"},
        {"<applicationGraph name=\"ring\">\n",
         "<applicationGraph name=\"ring\"><sdf name=\"x\"/>\n",
         "4:5: a second <sdf> in <applicationGraph>; one is allowed"},
        {"<tokenSize", "<tokensize",
         "26:9: <channelProperties> holds no <tokensize>; did you mean "
         "'tokenSize'?"}}));

INSTANTIATE_TEST_SUITE_P(
    Actor, RingErrorTest,
    ::testing::ValuesIn(std::vector<Case>{
        {"actor name=\"b\"", "actor name=\"a\"",
         "9:7: a second actor is named 'a'; each needs a name of its own"},
        {"actor name=\"b\"", "actor name=\"\"",
         "9:20: name: got ''; a name has 1 to 4096 bytes and no control "
         "character"},
        {"actor name=\"b\"", "actor name=\"&#9;\"",
         "9:20: name: got '\t'; a name has 1 to 4096 bytes and no control "
         "character"},
        {"port name=\"to_a\"", "port name=\"from_a\"",
         "11:9: a second port is named 'from_a'; each needs a name of its "
         "own"},
        {"type=\"in\"", "type=\"inn\"",
         "7:35: type: got 'inn'; allowed: in, out"},
        {"rate=\"3\"", "", "10:9: <port> needs the attribute 'rate'"},
        {"rate=\"3\"", "rate=\"nan\"",
         "10:45: rate, entry 1: got 'nan'; allowed: a whole number from 0 to "
         "9223372036854775807"},
        {"rate=\"3\"", "rate=\"9223372036854775808\"",
         "10:45: rate, entry 1: got '9223372036854775808'; allowed: a whole "
         "number from 0 to 9223372036854775807"},
        {"rate=\"3\"", "rate=\"0\"",
         "10:45: rate: port 'from_a' of actor 'b' is 0 in every phase; leave "
         "the channel out"},
        {"rate=\"3\"", "rate=\"3,3\"",
         "10:45: rate has 2 entries; an actor of type sdf has one phase, write "
         "a list in a file of type csdf"},
        {"actorProperties actor=\"b\"", "actorProperties actor=\"bb\"",
         "20:31: actor: there is no actor 'bb'; there are: a, b"},
        {"actorProperties actor=\"b\"", "actorProperties actor=\"a\"",
         "20:7: a second <actorProperties> of actor 'a'; one is allowed"},
        {"time=\"5\"", "time=\"5,5\"",
         "18:67: time has 2 entries; an actor of type sdf has one phase, write "
         "a list in a file of type csdf"},
        {"time=\"5\"", "time=\"-5\"",
         "18:67: time, entry 1: got '-5'; allowed: a number >= 0 such as 7, "
         "2.1, 1e-3 or 13/2"},
        {"time=\"5\"", "time=\"1/0\"",
         "18:67: time, entry 1: got '1/0'; allowed: a number >= 0 such as 7, "
         "2.1, 1e-3 or 13/2 ('1/0' divides by zero)"},
        {"type=\"dsp\" default=\"true\"", "type=\"dsp\" default=\"yes\"",
         "22:40: default: got 'yes'; allowed: true, false"},
        {"type=\"cpu\" default=\"true\"><executionTime time=\"7\"/></processor>"
         "\n        <processor type=\"dsp\" default=\"true\"",
         "type=\"cpu\"><executionTime time=\"7\"/></processor>\n        "
         "<processor type=\"dsp\"",
         "20:7: none of the processors of actor 'b' is marked "
         "default=\"true\"; there are: cpu, dsp, gpu"}}));

INSTANTIATE_TEST_SUITE_P(
    Channel, RingErrorTest,
    ::testing::ValuesIn(std::vector<Case>{
        {"channel name=\"ba\"", "channel name=\"ab\"",
         "14:7: a second channel is named 'ab'; each needs a name of its own"},
        {"srcActor=\"a\"", "srcActor=\"c\"",
         "13:36: srcActor: there is no actor 'c'; there are: a, b"},
        {"srcPort=\"to_b\"", "srcPort=\"tob\"",
         "13:48: srcPort: there is no port 'tob'; there are: to_b, from_b; did "
         "you mean 'to_b'?"},
        {"srcPort=\"to_b\"", "srcPort=\"from_b\"",
         "13:48: srcPort: port 'from_b' of actor 'a' has type 'in'; 'out' is "
         "needed"},
        {"srcActor=\"b\" srcPort=\"to_a\"", "srcActor=\"a\" srcPort=\"to_b\"",
         "14:48: srcPort: port 'to_b' of actor 'a' is at the end of another "
         "channel too; each channel needs a port of its own"},
        {"initialTokens", "initialToken",
         "14:84: <channel> has no attribute 'initialToken'; did you mean "
         "'initialTokens'?"},
        {"initialTokens=\"6\"", "initialTokens=\"1.5\"",
         "14:99: initialTokens: got '1.5'; allowed: a whole number from 0 to "
         "9223372036854775807"},
        {"channelProperties channel=\"ab\"", "channelProperties channel=\"ac\"",
         "25:35: channel: there is no channel 'ac'; there are: ab, ba"},
        {"</channelProperties>",
         "</channelProperties><channelProperties channel=\"ab\"/>",
         "28:27: a second <channelProperties> of channel 'ab'; one is "
         "allowed"},
        {"<tokenSize sz=\"512\"/>", "<bufferSize sz=\"1\"/>",
         "27:9: a second <bufferSize> in <channelProperties>; one is allowed"},
        {"sz=\"9\"", "sz=\"-1\"",
         "27:25: sz: got '-1'; allowed: a whole number from 0 to "
         "9223372036854775807"},
        {"dstPort=\"from_a\"", "dstPort=\"from_a\" initialTokens=\"10\"",
         "27:25: sz: channel 'ab' starts with 10 tokens; its buffer holds only "
         "9"}}));

TEST(Sdf3ReaderTest, OtherXmlIsNoGraph) {
  EXPECT_EQ(MessageOf("<html/>"),
            "f.xml:1:1: <html> is no SDF3 graph; one begins with <sdf3 "
            "type=\"sdf|csdf|sadf\">");
  EXPECT_EQ(MessageOf("<sdf3 type='sdf'/>"),
            "f.xml:1:1: <sdf3> needs a <applicationGraph>");
}

class Sdf3FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = (std::filesystem::temp_directory_path() /
             absl::StrCat("dynarch_sdf3_", getpid(), ".xml"))
                .string();
  }
  void TearDown() override { std::filesystem::remove(path_); }
  std::string path_;
};

TEST_F(Sdf3FileTest, IsReadFromDisk) {
  ASSERT_OK(WriteFile(path_, kRing));
  EXPECT_OK(ReadSdf3File(path_).status());
  EXPECT_THAT(ReadSdf3File(path_ + ".none"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(path_)));
}

TEST_F(Sdf3FileTest, OfAHundredMegabytesIsRefusedUnread) {
  ASSERT_OK(WriteFile(path_, ""));
  std::filesystem::resize_file(path_, 100'000'000);  // Sparse.
  EXPECT_THAT(ReadSdf3File(path_),
              StatusIs(kInvalid, path_ + ": has 100000000 bytes; at most "
                                         "67108864 are read"));
}

}  // namespace
}  // namespace dynarch::io
