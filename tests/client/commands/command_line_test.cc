#include "client/commands/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace dynarch::commands {
namespace {

using ::dynarch::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

absl::StatusOr<CommandLine> Parse(std::vector<const char*> words) {
  words.insert(words.begin(), "dynarch");
  return ParseCommandLine(static_cast<int>(words.size()), words.data());
}

// The options of a command line that must be right.
template <typename Options>
Options OptionsOf(const std::vector<const char*>& words) {
  const auto line = Parse(words);
  EXPECT_OK(line);
  return line.ok() ? std::get<Options>(line->command) : Options();
}

TEST(CommandLineTest, RunHasTwoWorkersUnlessTold) {
  const auto options = OptionsOf<RunOptions>({"run", "s.yaml"});
  EXPECT_EQ(options.study_file, "s.yaml");
  EXPECT_EQ(options.workers, 2);
  EXPECT_EQ(options.out, "");
  EXPECT_FALSE(options.json);
  EXPECT_FALSE(options.stats);
}

TEST(CommandLineTest, RunTakesItsOptions) {
  const auto options = OptionsOf<RunOptions>(
      {"run", "s.yaml", "--workers", "4", "--out", "o", "--json", "--stats"});
  EXPECT_EQ(options.workers, 4);
  EXPECT_EQ(options.out, "o");
  EXPECT_TRUE(options.json);
  EXPECT_TRUE(options.stats);
}

TEST(CommandLineTest, RunNeedsAtLeastOneWorker) {
  EXPECT_THAT(Parse({"run", "s.yaml", "--workers", "0"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--workers"), HasSubstr("--help"))));
}

TEST(CommandLineTest, EvaluateCollectsSettings) {
  const auto options = OptionsOf<EvaluateOptions>(
      {"evaluate", "s.yaml", "--set", "a=1", "--set",
       "policy.power=power_gate: {timeout: 1 ms}", "--fidelity", "event"});
  EXPECT_THAT(options.settings,
              ElementsAre("a=1", "policy.power=power_gate: {timeout: 1 ms}"));
  EXPECT_EQ(options.fidelity, "event");
  EXPECT_FALSE(options.trial.has_value());
}

TEST(CommandLineTest, AStudyFileMayComeAfterSettings) {
  const auto options =
      OptionsOf<EvaluateOptions>({"evaluate", "--set", "a=1", "s.yaml"});
  EXPECT_EQ(options.study_file, "s.yaml");
  EXPECT_THAT(options.settings, ElementsAre("a=1"));
}

TEST(CommandLineTest, RefusesAFidelityThatIsNone) {
  EXPECT_THAT(Parse({"evaluate", "s.yaml", "--fidelity", "exact"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("analytical"), HasSubstr("event"))));
}

TEST(CommandLineTest, ExplainTakesAStudyAndATrial) {
  const auto options = OptionsOf<ExplainOptions>(
      {"explain", "studies/x", "17", "--server", "unix:/s"});
  EXPECT_EQ(options.study, "studies/x");
  EXPECT_EQ(options.trial, 17);
  EXPECT_EQ(options.server, "unix:/s");
}

TEST(CommandLineTest, RemoteCommandsNeedAServer) {
  for (const char* command : {"watch", "front", "trials", "cancel", "submit"}) {
    EXPECT_THAT(
        Parse({command, "x"}),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--server")))
        << command;
  }
}

TEST(CommandLineTest, ImportOnnxNeedsAnOutput) {
  EXPECT_THAT(
      Parse({"import", "onnx", "m.onnx"}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--output")));
  const auto options = OptionsOf<ImportOnnxOptions>(
      {"import", "onnx", "m.onnx", "--trace", "t.csv", "-o", "n.yaml"});
  EXPECT_EQ(options.model, "m.onnx");
  EXPECT_EQ(options.trace, "t.csv");
  EXPECT_EQ(options.output, "n.yaml");
}

TEST(CommandLineTest, CatalogMayBeGivenAnywhere) {
  for (const auto& words :
       {std::vector<const char*>{"--catalog", "c", "catalog", "list"},
        std::vector<const char*>{"catalog", "list", "--catalog", "c"}}) {
    const auto line = Parse(words);
    ASSERT_OK(line);
    EXPECT_EQ(line->catalog, "c");
    EXPECT_TRUE(std::holds_alternative<CatalogListOptions>(line->command));
  }
}

TEST(CommandLineTest, AMisspeltCommandNamesTheNearest) {
  EXPECT_THAT(Parse({"evalute", "s.yaml"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("did you mean 'evaluate'?"),
                             Not(HasSubstr("\n")))));
}

TEST(CommandLineTest, NoCommandAtAllListsThem) {
  EXPECT_THAT(Parse({}), StatusIs(absl::StatusCode::kInvalidArgument,
                                  HasSubstr("run, submit")));
}

TEST(CommandLineTest, HelpIsNoError) {
  const auto line = Parse({"run", "--help"});
  ASSERT_OK(line);
  EXPECT_THAT(line->help, HasSubstr("--workers"));
  ASSERT_OK_AND_ASSIGN(const CommandLine version, Parse({"--version"}));
  EXPECT_THAT(version.help, HasSubstr("dynarch"));
}

TEST(ExitCodeTest, TellsWrongInputFromFailedWork) {
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), 0);
  EXPECT_EQ(ExitCodeOf(absl::InvalidArgumentError("x")), 2);
  EXPECT_EQ(ExitCodeOf(absl::NotFoundError("x")), 2);
  EXPECT_EQ(ExitCodeOf(absl::OutOfRangeError("x")), 2);
  EXPECT_EQ(ExitCodeOf(absl::UnavailableError("x")), 1);
  EXPECT_EQ(ExitCodeOf(absl::CancelledError("x")), 1);
  EXPECT_EQ(ExitCodeOf(absl::InternalError("x")), 1);
}

TEST(CommandLineTest, DataflowTakesAGraph) {
  const auto plain = OptionsOf<DataflowOptions>({"dataflow", "g.xml"});
  EXPECT_EQ(plain.graph, "g.xml");
  EXPECT_FALSE(plain.json || plain.no_auto_concurrency || plain.latency ||
               plain.matrix);
  const auto options = OptionsOf<DataflowOptions>(
      {"dataflow", "g.xml", "--no-auto-concurrency", "--latency", "--from", "a",
       "--to", "b", "--matrix", "-o", "out.xml", "--json"});
  EXPECT_TRUE(options.json && options.no_auto_concurrency && options.latency &&
              options.matrix);
  EXPECT_EQ(options.from, "a");
  EXPECT_EQ(options.to, "b");
  EXPECT_EQ(options.output, "out.xml");
}

TEST(CommandLineTest, DataflowsBuffersMayHaveAThroughput) {
  EXPECT_EQ(OptionsOf<DataflowOptions>({"dataflow", "g.xml"}).buffers,
            std::nullopt);
  EXPECT_EQ(
      OptionsOf<DataflowOptions>({"dataflow", "g.xml", "--buffers"}).buffers,
      "");
  const auto before =
      OptionsOf<DataflowOptions>({"dataflow", "--buffers", "1/7", "g.xml"});
  EXPECT_EQ(before.buffers, "1/7");
  EXPECT_EQ(before.graph, "g.xml");
}

TEST(CommandLineTest, DataflowsLatencyIsBetweenTwoActors) {
  EXPECT_THAT(Parse({"dataflow", "g.xml", "--latency", "--from", "a"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--to")));
  EXPECT_THAT(
      Parse({"dataflow", "g.xml", "--period", "7"}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--latency")));
}

}  // namespace
}  // namespace dynarch::commands
