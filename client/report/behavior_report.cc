#include "client/report/behavior_report.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/report/text.h"
#include "sim/base/status_macros.h"
#include "sim/measurement/statistics.h"

namespace dynarch::report {
namespace {

using behavior::DecisionStatistics;
using behavior::Statistics;

Json Numbers(const std::vector<double>& values) {
  Json list = Json::Array();
  for (const double value : values) list.Add(value);
  return list;
}

Json DecisionJson(const DecisionStatistics& decision) {
  Json outcomes = Json::Array();
  for (const auto& outcome : decision.outcomes) {
    Json one = Json::Object();
    one.Set("outcome", outcome.text)
        .Set("count", outcome.count)
        .Set("rate", outcome.share);
    outcomes.Add(std::move(one));
  }
  Json json = Json::Object();
  json.Set("name", decision.name)
      .Set("reached_count", decision.reached)
      .Set("outcomes", std::move(outcomes))
      .Set("entropy_bits", decision.entropy_bits)
      .Set("collapsed", decision.collapsed)
      .Set("autocorrelation", Numbers(decision.autocorrelation));
  return json;
}

absl::StatusOr<std::optional<measurement::Share>> CountedAccuracy(
    const Statistics& statistics) {
  if (!statistics.correct.has_value()) {
    return std::optional<measurement::Share>();
  }
  DYNARCH_ASSIGN_OR_RETURN(
      const measurement::Share share,
      measurement::WilsonShare(*statistics.correct, statistics.samples));
  return std::optional<measurement::Share>(share);
}

// As stated where it is, with nothing to be uncertain about; else counted, with
// its interval.
absl::StatusOr<Json> AccuracyJson(const Statistics& statistics) {
  Json json = Json::Object();
  if (statistics.accuracy.has_value()) {
    json.Set("value", *statistics.accuracy).Set("stated", true);
    return json;
  }
  DYNARCH_ASSIGN_OR_RETURN(const auto share, CountedAccuracy(statistics));
  if (!share.has_value()) return Json();
  json.Set("value", share->value)
      .Set("stated", false)
      .Set("low_95", share->low)
      .Set("high_95", share->high)
      .Set("correct_count", *statistics.correct);
  return json;
}

// The most frequent outcomes in a line.
std::string OutcomesText(const DecisionStatistics& decision) {
  constexpr size_t kShown = 12;
  auto outcomes = decision.outcomes;
  const bool is_exit = decision.name == "exit";
  if (!is_exit && outcomes.size() > kShown) {
    std::stable_sort(
        outcomes.begin(), outcomes.end(),
        [](const auto& a, const auto& b) { return a.share > b.share; });
    outcomes.resize(kShown);
  }
  std::string text;
  for (const auto& outcome : outcomes) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", outcome.text, " ",
                    PercentText(outcome.share));
  }
  const size_t left = decision.outcomes.size() - outcomes.size();
  if (left > 0) absl::StrAppend(&text, ", and ", left, " more");
  return text.empty() ? "not reached" : text;
}

void AddDecision(const DecisionStatistics& decision, TextTable& table) {
  table.AddRow({decision.name, absl::StrCat(decision.reached),
                absl::StrFormat("%.2f", decision.entropy_bits),
                decision.autocorrelation.empty()
                    ? "-"
                    : absl::StrFormat("%.3f", decision.autocorrelation[0]),
                absl::StrCat(decision.collapsed ? "collapsed: " : "",
                             OutcomesText(decision))});
}

absl::StatusOr<std::string> AccuracyText(const Statistics& statistics) {
  if (statistics.accuracy.has_value()) {
    return absl::StrCat(PercentText(*statistics.accuracy), " (stated)");
  }
  DYNARCH_ASSIGN_OR_RETURN(const auto share, CountedAccuracy(statistics));
  if (!share.has_value()) return std::string("unknown");
  return absl::StrCat(PercentText(share->value), ", 95 % interval ",
                      PercentText(share->low), " to ",
                      PercentText(share->high));
}

std::string MacsText(const Statistics& statistics) {
  std::string text =
      absl::StrFormat("MACs        %s expected%s, %s worst case%s, %s static\n",
                      CountText(static_cast<int64_t>(statistics.macs_expected)),
                      statistics.macs_exact ? " (exact)" : "",
                      CountText(statistics.macs_worst_case),
                      statistics.worst_case_exact ? "" : " (not proven)",
                      CountText(statistics.macs_static));
  absl::StrAppendFormat(&text, "            %s to %s over the samples\n",
                        CountText(statistics.macs_min),
                        CountText(statistics.macs_max));
  if (statistics.independence_error.has_value()) {
    absl::StrAppendFormat(
        &text, "            %+.2f %% error if decisions were independent%s\n",
        100 * *statistics.independence_error,
        statistics.independence_exact ? "" : " (by one permutation)");
  }
  if (!statistics.autocorrelation.empty()) {
    absl::StrAppend(&text, "            autocorrelation");
    for (const double value : statistics.autocorrelation) {
      absl::StrAppendFormat(&text, " %.3f", value);
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

}  // namespace

absl::StatusOr<Json> BehaviorJson(const BehaviorReport& report) {
  const Statistics& statistics = report.statistics;
  Json decisions = Json::Array();
  for (const DecisionStatistics& decision : statistics.decisions) {
    decisions.Add(DecisionJson(decision));
  }
  DYNARCH_ASSIGN_OR_RETURN(Json accuracy, AccuracyJson(statistics));
  Json json = Json::Object();
  json.Set("network", report.network)
      .Set("source", report.source)
      .Set("split", report.request.split)
      .Set("dtype", std::string(NameOf(report.request.dtype)))
      .Set("control", std::string(NameOf(report.request.control)))
      .Set("samples_count", statistics.samples)
      .Set("scenarios_count", statistics.scenarios)
      .Set("rates_stated", statistics.exact_rates)
      .Set("exits", DecisionJson(statistics.exits))
      .Set("decisions", std::move(decisions))
      .Set("accuracy", std::move(accuracy))
      .Set("macs_expected", statistics.macs_expected)
      .Set("macs_expected_exact", statistics.macs_exact)
      .Set("macs_worst_case", statistics.macs_worst_case)
      .Set("macs_worst_case_exact", statistics.worst_case_exact)
      .Set("macs_static", statistics.macs_static)
      .Set("macs_min", statistics.macs_min)
      .Set("macs_max", statistics.macs_max)
      .Set("independence_error_ratio",
           statistics.independence_error.has_value()
               ? Json(*statistics.independence_error)
               : Json())
      .Set("independence_error_exact", statistics.independence_exact)
      .Set("macs_autocorrelation", Numbers(statistics.autocorrelation));
  return json;
}

absl::StatusOr<std::string> BehaviorText(const BehaviorReport& report) {
  const Statistics& statistics = report.statistics;
  DYNARCH_ASSIGN_OR_RETURN(const std::string accuracy,
                           AccuracyText(statistics));
  const bool is_trace = report.source == "trace";
  std::string text = absl::StrCat(
      "network     ", report.network, "\nsource      ", report.source,
      is_trace ? absl::StrCat(", split ", report.request.split) : "", ", ",
      NameOf(report.request.dtype),
      report.request.control == behavior::Control::kNone
          ? ""
          : absl::StrCat(", control ", NameOf(report.request.control)),
      "\nsamples     ", statistics.samples, " in ", statistics.scenarios,
      statistics.scenarios == 1 ? " scenario" : " scenarios",
      statistics.exact_rates ? "; rates as the source states them" : "",
      "\naccuracy    ", accuracy, "\n", MacsText(statistics), "\n");
  TextTable table({"decision", "reached", "bits", "lag 1", "outcomes"});
  AddDecision(statistics.exits, table);
  for (const DecisionStatistics& decision : statistics.decisions) {
    AddDecision(decision, table);
  }
  absl::StrAppend(&text, table.ToString());
  return text;
}

}  // namespace dynarch::report
