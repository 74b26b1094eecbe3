#include "client/commands/command_line.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "sim/base/name_match.h"

namespace dynarch::commands {
namespace {

constexpr char kVersion[] = "dynarch 0.1.0";

// Adds a subcommand whose options land in `line->command` when it is chosen.
template <typename Options>
std::pair<CLI::App*, std::shared_ptr<Options>> AddCommand(
    CLI::App& parent, CommandLine* line, const std::string& name,
    const std::string& description) {
  CLI::App* app = parent.add_subcommand(name, description);
  auto options = std::make_shared<Options>();
  app->callback([line, options] { line->command = *options; });
  return {app, options};
}

void AddServer(CLI::App* app, std::string* server) {
  app->add_option("--server", *server, "host:port or unix:PATH")
      ->type_name("ADDR")
      ->required();
}

void AddJson(CLI::App* app, bool* json) {
  app->add_flag("--json", *json, "Print JSON");
}

void AddStudyFile(CLI::App* app, std::string* file) {
  app->add_option("study", *file, "Study file")
      ->type_name("STUDY.yaml")
      ->required();
}

void AddFidelity(CLI::App* app, std::string* fidelity) {
  app->add_option("--fidelity", *fidelity,
                  "analytical or event; default: the study's")
      ->type_name("FIDELITY")
      ->check(CLI::IsMember({"analytical", "event"}));
}

void AddRun(CLI::App& root, CommandLine* line) {
  auto [app, options] = AddCommand<RunOptions>(
      root, line, "run",
      "Explore a study here: server and workers of its own, then the front");
  AddStudyFile(app, &options->study_file);
  app->add_option("--workers", options->workers, "Worker processes")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app->add_option("--out", options->out,
                  "Folder of the database and the results; default: "
                  "./dynarch-out/STUDY")
      ->type_name("DIR");
  AddJson(app, &options->json);
  app->add_flag("--stats", options->stats,
                "Processor time by process, server memory");
}

void AddSubmit(CLI::App& root, CommandLine* line) {
  auto [app, options] = AddCommand<SubmitOptions>(
      root, line, "submit", "Submit a study to a server; prints its name");
  AddStudyFile(app, &options->study_file);
  AddServer(app, &options->server);
  AddJson(app, &options->json);
}

// watch, front, trials and cancel: a study of a server.
template <typename Options>
std::pair<CLI::App*, std::shared_ptr<Options>> AddRemote(
    CLI::App& root, CommandLine* line, const std::string& name,
    const std::string& description) {
  auto [app, options] = AddCommand<Options>(root, line, name, description);
  app->add_option("study", options->study, "Name that submit printed")
      ->type_name("studies/NAME")
      ->required();
  AddServer(app, &options->server);
  AddJson(app, &options->json);
  return {app, options};
}

void AddRemoteCommands(CLI::App& root, CommandLine* line) {
  AddRemote<WatchOptions>(root, line, "watch", "Follow a study to its end");
  AddRemote<FrontOptions>(root, line, "front", "Print a study's front");
  AddRemote<CancelOptions>(root, line, "cancel",
                           "Stop a study; its results stay");
  auto [app, options] = AddRemote<TrialsOptions>(
      root, line, "trials", "Print results of a study, a page at a time");
  app->add_option("--page-size", options->page_size, "Trials per page")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app->add_option("--page-token", options->page_token,
                  "Where the page before ended")
      ->type_name("TOKEN");
}

void AddEvaluate(CLI::App& root, CommandLine* line) {
  auto [app, options] = AddCommand<EvaluateOptions>(
      root, line, "evaluate",
      "Evaluate one candidate, or a network on a platform, here");
  app->add_option("study", options->study_file,
                  "Study file; with --platform a network, by name or file")
      ->type_name("STUDY.yaml|NETWORK")
      ->required();
  app->add_option("--platform", options->platform,
                  "Evaluates a network on it, all on one element")
      ->type_name("NAME");
  app->add_option("--set", options->settings,
                  "Value of an explored parameter, or of a fixed field")
      ->type_name("PATH=VALUE")
      ->take_all()
      ->expected(1);
  app->add_option("--trial", options->trial,
                  "Candidate by its number instead of its values")
      ->type_name("INDEX");
  AddFidelity(app, &options->fidelity);
  AddJson(app, &options->json);
}

void AddExplain(CLI::App& root, CommandLine* line) {
  auto [app, options] = AddCommand<ExplainOptions>(
      root, line, "explain", "Where a trial's time and energy go");
  app->add_option("study", options->study, "Study file, or name on a server")
      ->type_name("STUDY.yaml|studies/NAME")
      ->required();
  app->add_option("trial", options->trial, "Number of the trial")
      ->type_name("TRIAL")
      ->required();
  app->add_option("--server", options->server, "For studies/NAME")
      ->type_name("ADDR");
  AddFidelity(app, &options->fidelity);
  AddJson(app, &options->json);
}

void AddImport(CLI::App& root, CommandLine* line) {
  CLI::App* import = root.add_subcommand("import", "Make a network file");
  import->require_subcommand(1);
  auto [app, options] = AddCommand<ImportOnnxOptions>(
      *import, line, "onnx", "From an ONNX model; its outputs become exits");
  app->add_option("model", options->model, "Model")
      ->type_name("MODEL.onnx")
      ->required();
  app->add_option("--trace", options->trace,
                  "Trace that must match its weights and exits")
      ->type_name("TRACE.csv");
  app->add_option("-o,--output", options->output, "Network file to write")
      ->type_name("NETWORK.yaml")
      ->required();
  app->add_flag("--strict", options->strict,
                "Refuse operators that are not known");
  app->add_option("--max-rounds", options->max_rounds,
                  "Most rounds of a loop that states none")
      ->type_name("N");
}

void AddCatalog(CLI::App& root, CommandLine* line) {
  CLI::App* catalog =
      root.add_subcommand("catalog", "Platforms and networks that ship");
  catalog->require_subcommand(1);
  auto [list, list_options] = AddCommand<CatalogListOptions>(
      *catalog, line, "list", "Names and descriptions");
  AddJson(list, &list_options->json);
  auto [show, show_options] = AddCommand<CatalogShowOptions>(
      *catalog, line, "show",
      "One platform or network, or the technology table, with its sources");
  show->add_option("name", show_options->name, "Platform or network")
      ->type_name("NAME")
      ->required();
  AddJson(show, &show_options->json);
}

void AddDataflow(CLI::App& root, CommandLine* line) {
  auto [app, options] = AddCommand<DataflowOptions>(
      root, line, "dataflow",
      "Analyse an SDF, CSDF or SADF graph: consistency, liveness, throughput");
  app->add_option("graph", options->graph, "Graph, as SDF3 writes it")
      ->type_name("GRAPH.xml")
      ->required();
  app->add_flag("--no-auto-concurrency", options->no_auto_concurrency,
                "Firings of one actor do not overlap");
  CLI::Option* latency =
      app->add_flag("--latency", options->latency,
                    "Latency of the first iteration; of a sadf graph the "
                    "largest lateness");
  CLI::Option* from =
      app->add_option("--from", options->from,
                      "With --latency: from the first start of this actor")
          ->type_name("ACTOR")
          ->needs(latency);
  CLI::Option* to =
      app->add_option("--to", options->to, "to the last end of this one")
          ->type_name("ACTOR")
          ->needs(from);
  from->needs(to);
  app->add_option("--period", options->period,
                  "With --latency, of a sadf graph: time between iterations; "
                  "default: its worst-case period")
      ->type_name("TIME")
      ->needs(latency);
  app->add_option("--buffers", options->buffers,
                  "Least buffers for so many iterations per unit of time; "
                  "default: the most there can be; live: any number")
      ->type_name("[THROUGHPUT]")
      ->expected(0, 1);
  app->add_flag("--matrix", options->matrix,
                "Max-plus matrix of one iteration over the initial tokens");
  app->add_option("-o,--output", options->output,
                  "Write the graph as SDF3 XML too")
      ->type_name("OUT.xml");
  AddJson(app, &options->json);
  app->footer(
      "Exit code 1, after the result: the graph is inconsistent or deadlocks. "
      "2: no such graph. Every member of --json: docs/dataflow.md.");
}

void AddBehavior(CLI::App& root, CommandLine* line) {
  auto [app, options] = AddCommand<BehaviorOptions>(
      root, line, "behavior",
      "What the data do to a network: rates, accuracy, expected work");
  app->add_option("network", options->network,
                  "Name in the catalogue, or a file")
      ->type_name("NETWORK[.yaml]")
      ->required();
  app->add_option("--trace", options->trace,
                  "Trace; default: the network's own distribution or chain")
      ->type_name("TRACE.csv|.npz");
  app->add_option("--set", options->settings,
                  "Value of a knob: decisions.NAME.threshold, "
                  "network.exit_rule.patience, network.dtype, ...")
      ->type_name("PATH=VALUE")
      ->take_all()
      ->expected(1);
  app->add_option("--control", options->control,
                  "none, random, oracle, independent, static: takes the place "
                  "of the decisions")
      ->type_name("CONTROL");
  app->add_option("--split", options->split, "Split of the trace")
      ->capture_default_str();
  app->add_option("--inferences", options->inferences,
                  "Samples drawn where there is no trace")
      ->check(CLI::Range(int64_t{1}, int64_t{100'000'000}))
      ->capture_default_str();
  app->add_option("--seed", options->seed, "Of draws and permutations")
      ->capture_default_str();
  app->add_option("--lags", options->lags, "Autocorrelations")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  AddJson(app, &options->json);
  app->footer(
      "Formats, rules, controls and every member of --json: "
      "docs/behavior.md.");
}

void AddCost(CLI::App& root, CommandLine* line) {
  auto [app, options] = AddCommand<CostOptions>(
      root, line, "cost",
      "Time, energy and bytes of every layer, and what limits it");
  app->add_option("--network", options->network,
                  "Name in the catalogue, or a file")
      ->type_name("NETWORK[.yaml]")
      ->required();
  app->add_option("--platform", options->platform,
                  "Likewise, with the runtime to use")
      ->type_name("PLATFORM[@RUNTIME[:THREADS]]")
      ->required();
  app->add_option("--element", options->element,
                  "Default: the first GPU, else the host")
      ->type_name("NAME");
  app->add_option("--operating-point", options->operating_point,
                  "Default: the platform's first")
      ->type_name("NAME");
  app->add_option("--dtype", options->dtype,
                  "fp32, fp16 or int8; default: the first of these that the "
                  "element runs")
      ->type_name("DTYPE");
  AddJson(app, &options->json);
  app->footer("Models, formulae and their error bands: docs/cost_models.md.");
}

// CLI11's message as one line, with the nearest command where one was
// misspelt.
std::string OneMessage(const CLI::App& root, const CLI::ParseError& error,
                       int argc, const char* const* argv) {
  std::string text = absl::StrReplaceAll(
      absl::StripTrailingAsciiWhitespace(error.what()), {{"\n", "; "}});
  std::vector<std::string> names;
  for (const CLI::App* command : root.get_subcommands({})) {
    names.push_back(command->get_name());
  }
  const bool chosen = !root.get_subcommands().empty();
  if (!chosen) {
    absl::StrAppend(&text, "; commands: ", NameList(names));
    if (argc > 1) absl::StrAppend(&text, DidYouMean(argv[1], names));
  } else {
    absl::StrAppend(&text, "; see dynarch ",
                    root.get_subcommands().front()->get_name(), " --help");
  }
  return text;
}

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(int argc,
                                             const char* const* argv) {
  CommandLine line;
  CLI::App root(
      "Which architecture should run this dynamic neural network within this "
      "deadline and energy budget?",
      "dynarch");
  root.require_subcommand(1);
  root.set_version_flag("--version", kVersion);
  root.add_option("--catalog", line.catalog, "Folder of the catalogue")
      ->type_name("DIR");
  root.fallthrough();
  AddRun(root, &line);
  AddSubmit(root, &line);
  AddRemoteCommands(root, &line);
  AddEvaluate(root, &line);
  AddExplain(root, &line);
  AddImport(root, &line);
  AddCatalog(root, &line);
  AddDataflow(root, &line);
  AddBehavior(root, &line);
  AddCost(root, &line);
  try {
    root.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    std::ostringstream text;
    root.exit(success, text, text);
    line.help = text.str();
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(OneMessage(root, error, argc, argv));
  }
  return line;
}

}  // namespace dynarch::commands
