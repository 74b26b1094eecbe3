#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/report/dataflow.h"
#include "client/report/text.h"

namespace dynarch::report {
namespace {

using dataflow::BigInt;
using dataflow::Rational;

constexpr size_t kMaxExactDigits = 30;
constexpr size_t kMaxSteps = 12;  // Of the critical cycle, on one line.
constexpr int kMaxMatrix = 16;    // Rows that are printed.

std::string Line(absl::string_view name, absl::string_view value) {
  return absl::StrFormat("%-13s%s\n", name, value);
}

std::string CountedText(size_t count, absl::string_view one,
                        absl::string_view many) {
  return absl::StrCat(count, " ", count == 1 ? one : many);
}

std::string Size(const StaticFindings& f) {
  return absl::StrCat(
      f.graph.name, ": ", f.type, ", ",
      CountedText(f.graph.actors.size(), "actor", "actors"), ", ",
      CountedText(f.graph.channels.size(), "channel", "channels"), "\n");
}

std::string IterationText(const StaticFindings& f) {
  BigInt firings = 0;
  for (size_t i = 0; i < f.repetitions.size(); ++i) {
    firings += f.repetitions[i] * f.graph.actors[i].phases();
  }
  return absl::StrCat("yes; an iteration has ", firings.str(), " firings");
}

std::string PeriodText(const StaticFindings& f) {
  const std::string how = f.auto_concurrency ? "firings of an actor may overlap"
                                             : "an actor fires one at a time";
  const Rational& period = *f.throughput->period;
  if (period.zero()) return absl::StrCat("0, no cycle bounds it; ", how);
  return absl::StrCat(ExactText(period), " per iteration; ", how);
}

// "a#0 -> b#3..7 -> c#0": an actor's consecutive firings as one.
std::string CriticalText(const StaticFindings& f) {
  const auto& cycle = f.throughput->critical_cycle;
  std::string text;
  size_t shown = 0;
  for (size_t i = 0, run = 0; i < cycle.size(); i += run) {
    if (++shown > kMaxSteps) return absl::StrCat(text, " -> ...");
    run = 1;
    while (i + run < cycle.size() && cycle[i + run].actor == cycle[i].actor &&
           cycle[i + run].firing ==
               cycle[i].firing + static_cast<int64_t>(run)) {
      ++run;
    }
    absl::StrAppend(&text, i > 0 ? " -> " : "",
                    f.graph.actors[cycle[i].actor].name, "#", cycle[i].firing);
    if (run > 1) absl::StrAppend(&text, "..", cycle[i + run - 1].firing);
  }
  return text;
}

// "ba[0]", the first token of channel ba; "a.start".
std::string PlaceText(const dataflow::IterationMatrix& matrix,
                      const dataflow::TokenPlace& place) {
  if (!place.channel.has_value()) {
    return absl::StrCat(matrix.graph.actors[place.index].name, ".start");
  }
  return absl::StrCat(matrix.graph.channels[*place.channel].name, "[",
                      place.index, "]");
}

std::string MatrixText(const dataflow::IterationMatrix& found) {
  const int size = found.matrix.rows();
  std::string text =
      absl::StrCat("\nmatrix of an iteration: ", size, " tokens, entries in ",
                   ExactText(found.tick), "\n");
  if (size > kMaxMatrix) {
    return absl::StrCat(text, "too large to print; --json holds it\n");
  }
  std::vector<std::string> heading = {""};
  for (const auto& place : found.tokens) {
    heading.push_back(PlaceText(found, place));
  }
  TextTable table(heading);
  for (int i = 0; i < size; ++i) {
    std::vector<std::string> cells = {PlaceText(found, found.tokens[i])};
    for (const int64_t entry : found.matrix.row(i)) {
      cells.push_back(entry == dataflow::kNever ? "-" : absl::StrCat(entry));
    }
    table.AddRow(std::move(cells));
  }
  return text + table.ToString();
}

std::string LatencyText(const StaticFindings& f) {
  std::string text =
      Line("latency", absl::StrCat(ExactText(f.latency->makespan),
                                   ", the first iteration from begin to end"));
  if (f.between.has_value()) {
    absl::StrAppend(
        &text,
        Line("", absl::StrCat(ExactText(f.between->time),
                              ", from the first start of ", f.between->from,
                              " to the last end of ", f.between->to)));
  }
  return text;
}

std::string LatenessText(const Lateness& lateness) {
  return Line("latency",
              lateness.largest.has_value()
                  ? absl::StrCat(ExactText(*lateness.largest),
                                 " at most, with an iteration every ",
                                 ExactText(lateness.period))
                  : absl::StrCat("unbounded with an iteration every ",
                                 ExactText(lateness.period)));
}

std::string BuffersText(const StaticFindings& f) {
  const dataflow::BufferSizes& found = *f.buffers;
  std::string text = absl::StrCat(
      "\nbuffers: memory ", found.memory.str(),
      found.exact ? ", the least" : ", an upper bound of the least",
      " for the period ", ExactText(found.period), "\n");
  TextTable table({"channel", "tokens", "size of a token"});
  for (size_t i = 0; i < found.channels.size(); ++i) {
    const dataflow::Channel& channel = f.graph.channels[found.channels[i]];
    table.AddRow({channel.name, absl::StrCat(found.capacities[i]),
                  absl::StrCat(channel.token_size)});
  }
  absl::StrAppend(&text, table.ToString());
  if (found.trade_off.size() < 2) return text;
  TextTable trade_off({"memory", "period"});
  for (const dataflow::BufferTradeOff& point : found.trade_off) {
    trade_off.AddRow({point.memory.str(), ExactText(point.period)});
  }
  return absl::StrCat(text, "\n", trade_off.ToString());
}

std::string ActorTable(const StaticFindings& f) {
  std::vector<std::string> heading = {"actor", "phases", "cycles per iteration",
                                      "time of a cycle"};
  if (f.latency.has_value()) {
    heading.insert(heading.end(), {"first start", "last end"});
  }
  TextTable table(heading);
  for (size_t i = 0; i < f.graph.actors.size(); ++i) {
    const dataflow::Actor& actor = f.graph.actors[i];
    Rational time;
    for (const Rational& phase : actor.times) time += phase;
    std::vector<std::string> cells = {actor.name, absl::StrCat(actor.phases()),
                                      f.repetitions[i].str(), ExactText(time)};
    if (f.latency.has_value()) {
      const dataflow::BusyTime& busy = f.latency->actors[i];
      cells.insert(cells.end(),
                   {ExactText(busy.first_start), ExactText(busy.last_end)});
    }
    table.AddRow(std::move(cells));
  }
  return table.ToString();
}

std::string RateText(double value) { return absl::StrFormat("%.8g", value); }

std::string ExpectedText(const dataflow::ProcessThroughput& process) {
  if (process.expected_exact) return RateText(process.expected);
  return absl::StrFormat("%.6g +- %.2g", process.expected,
                         process.expected_error);
}

std::string WorstCaseText(const dataflow::ProcessThroughput& process) {
  if (!process.worst_case.has_value()) return "unbounded";
  return absl::StrCat(process.worst_case_exact ? "" : "<= ",
                      RateText(process.worst_case->ToDouble()));
}

}  // namespace

std::string ExactText(const Rational& value) {
  if (value.integer()) return value.numerator().str();
  const std::string fraction = value.ToString();
  const std::string decimal = absl::StrFormat("%.10g", value.ToDouble());
  if (fraction.size() > kMaxExactDigits) return decimal;
  return absl::StrCat(fraction, " (", decimal, ")");
}

std::string DataflowText(const StaticFindings& f) {
  std::string text = Size(f);
  if (!f.inconsistency.empty()) {
    return text + Line("consistent", "no");
  }
  absl::StrAppend(&text, Line("consistent", IterationText(f)),
                  Line("live", !f.live.has_value() ? "unknown"
                               : *f.live           ? "yes"
                                                   : "no"));
  if (f.throughput.has_value() && f.throughput->period.has_value()) {
    absl::StrAppend(&text, Line("period", PeriodText(f)));
    if (!f.throughput->period->zero()) {
      absl::StrAppend(
          &text,
          Line("throughput",
               absl::StrCat(ExactText(Rational(1) / *f.throughput->period),
                            " iterations per unit of time")));
    }
    if (!f.throughput->critical_cycle.empty()) {
      absl::StrAppend(&text, Line("bounded by", CriticalText(f)));
    }
  }
  if (f.latency.has_value()) absl::StrAppend(&text, LatencyText(f));
  absl::StrAppend(&text, "\n", ActorTable(f));
  if (f.buffers.has_value()) absl::StrAppend(&text, BuffersText(f));
  if (f.matrix.has_value()) absl::StrAppend(&text, MatrixText(*f.matrix));
  return text;
}

std::string DataflowText(const ScenarioFindings& f) {
  const bool all_exact = std::all_of(
      f.throughput.processes.begin(), f.throughput.processes.end(),
      [](const auto& p) { return p.expected_exact && p.worst_case_exact; });
  std::string text = absl::StrCat(
      f.graph.name, ": sadf, ",
      CountedText(f.graph.processes.size(), "process", "processes"), ", ",
      CountedText(f.graph.channels.size(), "channel", "channels"), "\n",
      Line("live", f.throughput.deadlock.empty() ? "yes" : "no"),
      Line("exact", all_exact ? "yes" : "no; +- is a 95 % interval"),
      Line("states", absl::StrCat(f.throughput.states, ", worst case ",
                                  f.throughput.worst_case_states)),
      f.lateness.has_value() ? LatenessText(*f.lateness) : "", "\n");
  TextTable table({"process", "firings per time, worst case", "expected"});
  for (const dataflow::ProcessThroughput& process : f.throughput.processes) {
    table.AddRow({process.name, WorstCaseText(process), ExpectedText(process)});
  }
  return text + table.ToString();
}

}  // namespace dynarch::report
