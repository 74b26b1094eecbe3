// dynarch dataflow: the analyses of sim/dataflow on one file.
#include "client/report/dataflow.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/commands/commands.h"
#include "sim/base/status_macros.h"
#include "sim/dataflow/buffers.h"
#include "sim/dataflow/iteration_matrix.h"
#include "sim/dataflow/repetition.h"
#include "sim/dataflow/sadf_iterations.h"
#include "sim/io/file.h"
#include "sim/io/sdf3_reader.h"
#include "sim/io/sdf3_writer.h"

namespace dynarch::commands {
namespace {

// A larger matrix is a file of tens of megabytes.
constexpr int64_t kMaxMatrixTokens = 1024;

using report::ScenarioFindings;
using report::StaticFindings;

// The channel whose name the message quotes first; its place in the file.
std::string PlaceNamedIn(absl::string_view message,
                         const dataflow::Graph& graph, const io::Sdf3File& file,
                         const std::string& path) {
  size_t first = absl::string_view::npos;
  std::string place = path;
  for (size_t i = 0; i < graph.channels.size(); ++i) {
    const size_t at =
        message.find(absl::StrCat("channel '", graph.channels[i].name, "'"));
    if (at >= first) continue;
    first = at;
    place = absl::StrCat(path, ":", file.channels[i].line, ":",
                         file.channels[i].column);
  }
  return place;
}

// What makes the command end with exit code 1 after it has printed all.
absl::Status Verdict(const StaticFindings& found, const io::Sdf3File& file) {
  if (!found.inconsistency.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        PlaceNamedIn(found.inconsistency, found.graph, file, found.file), ": ",
        found.inconsistency));
  }
  if (found.deadlock.has_value()) {
    const io::Position place = file.channels[found.deadlock->cycle[0].channel];
    return absl::FailedPreconditionError(
        absl::StrCat(found.file, ":", place.line, ":", place.column,
                     ": deadlock: ", Describe(found.graph, *found.deadlock)));
  }
  if (found.limit.empty()) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat(found.file, ": ", found.limit));
}

// Prints the findings, and the warnings where JSON does not hold them.
template <typename Findings>
void Print(const Context& context, const Findings& found, bool json) {
  if (json) {
    context.out << report::DataflowJson(found).ToString() << "\n";
    return;
  }
  for (const std::string& warning : found.warnings) {
    context.err << "warning: " << warning << "\n";
  }
  context.out << report::DataflowText(found);
}

template <typename Graph>
absl::Status WriteOutput(const Graph& graph, const std::string& path) {
  if (path.empty()) return absl::OkStatus();
  DYNARCH_ASSIGN_OR_RETURN(const std::string text, io::WriteSdf3(graph));
  return io::WriteFile(path, text);
}

absl::Status AnalyseLatency(const DataflowOptions& options,
                            StaticFindings& found) {
  const dataflow::LatencyOptions how{.auto_concurrency =
                                         found.auto_concurrency};
  DYNARCH_ASSIGN_OR_RETURN(found.latency,
                           dataflow::IterationLatency(found.graph, how));
  if (options.from.empty()) return absl::OkStatus();
  DYNARCH_ASSIGN_OR_RETURN(const int from,
                           dataflow::ActorNamed(found.graph, options.from));
  DYNARCH_ASSIGN_OR_RETURN(const int to,
                           dataflow::ActorNamed(found.graph, options.to));
  DYNARCH_ASSIGN_OR_RETURN(
      dataflow::Rational time,
      dataflow::LatencyBetween(found.graph, from, to, how));
  found.between = {options.from, options.to, std::move(time)};
  return absl::OkStatus();
}

absl::Status AnalyseBuffers(const std::string& asked, StaticFindings& found) {
  dataflow::BufferOptions options{.auto_concurrency = found.auto_concurrency};
  options.only_live = asked == "live";
  if (!asked.empty() && !options.only_live) {
    const auto throughput = dataflow::Rational::Parse(asked);
    if (!throughput.ok() || *throughput <= dataflow::Rational(0)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--buffers: got '", asked,
          "'; allowed: iterations per unit of time such as 1/7 or 0.02, or "
          "live"));
    }
    options.period = dataflow::Rational(1) / *throughput;
  }
  auto sizes = dataflow::SizeBuffers(found.graph, options);
  if (!sizes.ok()) {
    return absl::Status(
        sizes.status().code(),
        absl::StrCat(found.file, ": --buffers: ", sizes.status().message()));
  }
  found.buffers = *std::move(sizes);
  return absl::OkStatus();
}

// What was asked for of a graph that is consistent and live.
absl::Status AnalyseMore(const DataflowOptions& options,
                         StaticFindings& found) {
  if (options.latency) {
    DYNARCH_RETURN_IF_ERROR(AnalyseLatency(options, found));
  }
  if (options.buffers.has_value()) {
    DYNARCH_RETURN_IF_ERROR(AnalyseBuffers(*options.buffers, found));
  }
  if (options.matrix) {
    DYNARCH_ASSIGN_OR_RETURN(
        found.matrix,
        dataflow::MatrixOfIteration(found.graph,
                                    {.auto_concurrency = found.auto_concurrency,
                                     .tick = std::nullopt,
                                     .max_tokens = kMaxMatrixTokens}));
  }
  return absl::OkStatus();
}

// Notes that an analysis passed its limits; other errors are returned.
absl::Status NoteLimit(const absl::Status& status, StaticFindings& found) {
  if (status.code() != absl::StatusCode::kResourceExhausted &&
      status.code() != absl::StatusCode::kOutOfRange) {
    return status;
  }
  found.limit = std::string(status.message());
  return absl::OkStatus();
}

// Throughput and liveness: a graph that has a period is live, and where the
// period takes too long, liveness alone may not.
absl::Status AnalyseProgress(StaticFindings& found) {
  auto throughput = dataflow::AnalyseThroughput(
      found.graph, {.auto_concurrency = found.auto_concurrency});
  if (throughput.ok()) {
    found.live = throughput->period.has_value();
    found.throughput = *std::move(throughput);
    if (*found.live) return absl::OkStatus();
  } else {
    DYNARCH_RETURN_IF_ERROR(NoteLimit(throughput.status(), found));
  }
  auto deadlock = dataflow::FindDeadlock(found.graph);
  if (!deadlock.ok()) return NoteLimit(deadlock.status(), found);
  found.deadlock = *std::move(deadlock);
  found.live = !found.deadlock.has_value();
  if (!*found.live) found.throughput = dataflow::Throughput();
  return absl::OkStatus();
}

absl::Status Analyse(const DataflowOptions& options, StaticFindings& found) {
  found.auto_concurrency = !options.no_auto_concurrency;
  auto repetitions = dataflow::RepetitionVector(found.graph);
  if (dataflow::IsInconsistent(repetitions.status())) {
    found.inconsistency = std::string(repetitions.status().message());
    return absl::OkStatus();
  }
  DYNARCH_ASSIGN_OR_RETURN(found.repetitions, std::move(repetitions));
  DYNARCH_RETURN_IF_ERROR(AnalyseProgress(found));
  if (!found.live.value_or(false) || !found.throughput.has_value()) {
    return absl::OkStatus();
  }
  return AnalyseMore(options, found);
}

absl::Status DataflowOf(const Context& context, const DataflowOptions& options,
                        const io::Sdf3File& file,
                        const dataflow::Graph& graph) {
  StaticFindings found{.file = options.graph,
                       .type = file.type,
                       .graph = graph,
                       .warnings = file.warnings};
  if (!options.period.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.graph,
                     ": --period is for sadf graphs; this one "
                     "is of type ",
                     file.type));
  }
  DYNARCH_RETURN_IF_ERROR(Analyse(options, found));
  DYNARCH_RETURN_IF_ERROR(
      WriteOutput(found.buffers.has_value()
                      ? dataflow::WithCapacities(found.graph, *found.buffers)
                      : found.graph,
                  options.output));
  Print(context, found, options.json);
  return Verdict(found, file);
}

absl::StatusOr<dataflow::Rational> PeriodOf(const std::string& text) {
  const auto period = dataflow::Rational::Parse(text);
  if (period.ok() && !period->negative()) return *period;
  return absl::InvalidArgumentError(
      absl::StrCat("--period: got '", text,
                   "'; allowed: a number >= 0 such as 7, 2.1 or "
                   "13/2, in the file's unit of time"));
}

// A sadf graph has no single iteration that the other options would be about.
absl::Status CheckScenarioOptions(const DataflowOptions& options) {
  for (const auto& [given, option] :
       {std::pair(options.no_auto_concurrency, "--no-auto-concurrency"),
        std::pair(!options.from.empty(), "--from"),
        std::pair(options.buffers.has_value(), "--buffers"),
        std::pair(options.matrix, "--matrix")}) {
    if (!given) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(options.graph, ": ", option,
                     " is for sdf and csdf graphs; in this one, of type sadf, "
                     "a process always fires one at a time"));
  }
  return absl::OkStatus();
}

// With every execution time at its largest, against --period or the worst-case
// period.
absl::StatusOr<report::Lateness> LatenessOf(
    const DataflowOptions& options, const dataflow::ScenarioAwareGraph& graph) {
  DYNARCH_ASSIGN_OR_RETURN(dataflow::SadfIterations iterations,
                           dataflow::IterationsOf(WithSingleTimes(
                               graph, dataflow::ProfileChoice::kLargest)));
  dataflow::ScenarioAutomaton& automaton = iterations.automaton;
  automaton.counters.clear();  // Iterations, not firings.
  report::Lateness lateness;
  if (options.period.empty()) {
    DYNARCH_ASSIGN_OR_RETURN(const auto rates,
                             dataflow::WorstCaseThroughput(automaton));
    if (rates[0].has_value()) {
      lateness.period = dataflow::Rational(1) / *rates[0];
    }
  } else {
    DYNARCH_ASSIGN_OR_RETURN(lateness.period, PeriodOf(options.period));
  }
  DYNARCH_ASSIGN_OR_RETURN(
      lateness.largest, dataflow::WorstCaseLatency(automaton, lateness.period));
  return lateness;
}

absl::Status DataflowOf(const Context& context, const DataflowOptions& options,
                        const io::Sdf3File& file,
                        const dataflow::ScenarioAwareGraph& graph) {
  DYNARCH_RETURN_IF_ERROR(CheckScenarioOptions(options));
  ScenarioFindings found{
      .file = options.graph, .graph = graph, .warnings = file.warnings};
  for (const std::string& warning : dataflow::Warnings(graph)) {
    found.warnings.push_back(absl::StrCat(options.graph, ": ", warning));
  }
  DYNARCH_ASSIGN_OR_RETURN(found.throughput,
                           dataflow::AnalyseThroughput(graph));
  if (options.latency && found.throughput.deadlock.empty()) {
    DYNARCH_ASSIGN_OR_RETURN(found.lateness, LatenessOf(options, graph));
  }
  DYNARCH_RETURN_IF_ERROR(WriteOutput(graph, options.output));
  Print(context, found, options.json);
  if (found.throughput.deadlock.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(options.graph, ": deadlock: ", found.throughput.deadlock));
}

}  // namespace

absl::Status Dataflow(const Context& context, const DataflowOptions& options) {
  if (absl::EndsWith(options.graph, ".yaml") ||
      absl::EndsWith(options.graph, ".yml")) {
    return absl::InvalidArgumentError(absl::StrCat(
        options.graph, ": is YAML; dataflow reads graphs in SDF3's XML"));
  }
  DYNARCH_ASSIGN_OR_RETURN(const io::Sdf3File file,
                           io::ReadSdf3File(options.graph));
  return std::visit(
      [&](const auto& graph) {
        return DataflowOf(context, options, file, graph);
      },
      file.graph);
}

}  // namespace dynarch::commands
