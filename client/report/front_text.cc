// The front for people; declared in front_report.h.
#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/report/front_report.h"
#include "client/report/text.h"

namespace dynarch::report {
namespace {

using measurement::Metric;
using study::StudySpec;

// Neighbours on the front with equal objectives.
struct Group {
  const FrontPoint* first = nullptr;
  int64_t count = 0;
};

std::vector<double> Objectives(const StudySpec& spec, const FrontPoint& point) {
  std::vector<double> values;
  for (const study::Objective& objective : spec.objectives) {
    values.push_back(point.candidate.metrics.Get(objective.metric).value_or(0));
  }
  return values;
}

std::vector<Group> Grouped(const StudySpec& spec, const FrontReport& report) {
  std::vector<Group> groups;
  std::vector<double> last;
  for (const FrontPoint& point : report.points) {
    std::vector<double> values = Objectives(spec, point);
    if (groups.empty() || values != last) groups.push_back({&point, 0});
    ++groups.back().count;
    last = std::move(values);
  }
  return groups;
}

// At most `limit` indices below `size`, evenly spread, both ends among them.
std::set<size_t> EvenlyTaken(size_t size, size_t limit) {
  std::set<size_t> taken;
  if (size == 0 || limit == 0) return taken;
  if (size <= limit || limit == 1) {
    for (size_t i = 0; i < std::min(size, limit); ++i) taken.insert(i);
    return taken;
  }
  for (size_t i = 0; i < limit; ++i) taken.insert(i * (size - 1) / (limit - 1));
  return taken;
}

std::string MetricText(Metric metric, std::optional<double> value) {
  switch (metric) {
    case Metric::kAccuracy:
    case Metric::kAccuracyOnTime:
    case Metric::kDeadlineMissRatio:
    case Metric::kUtilisation:
      return PercentText(value);
    default:
      return SiText(value, measurement::InfoOf(metric).unit);
  }
}

// "exit1=npu,exit2=npu" is "npu" where all are the same.
std::string StagesText(const study::BoundCandidate& bound) {
  const auto& elements = bound.stage_elements;
  const bool same =
      std::all_of(elements.begin(), elements.end(),
                  [&](const auto& e) { return e == elements[0]; });
  return same ? elements[0] : absl::StrJoin(elements, "-");
}

std::string ThresholdsText(const study::BoundCandidate& bound) {
  std::vector<std::string> texts;
  for (size_t i = 0; i + 1 < bound.thresholds.size(); ++i) {
    texts.push_back(bound.thresholds[i].text());
  }
  for (const auto& knob : bound.knobs) {
    if (knob.has_value()) texts.push_back(knob->ToString());
  }
  if (bound.patience > 0) texts.push_back(absl::StrCat(bound.patience));
  if (bound.control != behavior::Control::kNone) {
    texts.emplace_back(behavior::NameOf(bound.control));
  }
  return absl::StrJoin(texts, "/");
}

std::vector<std::string> CandidateCells(const StudySpec& spec,
                                        const EvaluatedCandidate& candidate) {
  const study::BoundCandidate& bound = candidate.bound;
  const platform::Platform& platform = spec.platforms[bound.platform];
  const std::string point = bound.operating_point.empty()
                                ? platform.operating_points().front().name
                                : bound.operating_point;
  return {platform.name(),
          std::string(graph::NameOf(bound.dtype)),
          StagesText(bound),
          point,
          mapping::ToText(bound.power),
          ThresholdsText(bound)};
}

std::string GainText(const Gain& gain) {
  if (gain.total.has_value()) return FactorText(gain.total);
  return gain.reason == kBelowBaselineAccuracy ? "(below)" : "-";
}

std::string ReportText(const std::optional<ReportCount>& report) {
  if (!report.has_value() || !report->accuracy.has_value()) return "-";
  const bool same = report->against_baseline.has_value() &&
                    !report->against_baseline->distinguishable();
  return absl::StrCat(PercentText(report->accuracy->value), same ? " =" : "");
}

TextTable FrontTable(const StudySpec& spec) {
  std::vector<std::string> heading;
  for (const study::Objective& objective : spec.objectives) {
    heading.emplace_back(measurement::InfoOf(objective.metric).name);
  }
  heading.insert(heading.end(),
                 {"report", "gain", "ties", "platform", "dtype", "stages",
                  "point", "power", "thresholds", "trial"});
  return TextTable(std::move(heading));
}

void AddGroup(const StudySpec& spec, const Group& group, TextTable* table) {
  const FrontPoint& point = *group.first;
  std::vector<std::string> cells;
  for (const study::Objective& objective : spec.objectives) {
    cells.push_back(MetricText(objective.metric,
                               point.candidate.metrics.Get(objective.metric)));
  }
  cells.push_back(ReportText(point.report));
  cells.push_back(GainText(point.corners.gain));
  cells.push_back(CountText(group.count));
  for (std::string& cell : CandidateCells(spec, point.candidate)) {
    cells.push_back(std::move(cell));
  }
  cells.push_back(absl::StrCat(point.candidate.trial));
  table->AddRow(std::move(cells));
}

std::string OneLine(const StudySpec& spec,
                    const EvaluatedCandidate& candidate) {
  std::vector<std::string> metrics;
  for (const Metric metric :
       {Metric::kAccuracy, Metric::kEnergyMean, Metric::kLatencyP99}) {
    metrics.push_back(
        absl::StrCat(measurement::InfoOf(metric).name, " ",
                     MetricText(metric, candidate.metrics.Get(metric))));
  }
  return absl::StrCat(absl::StrJoin(CandidateCells(spec, candidate), ", "),
                      "\n  ", absl::StrJoin(metrics, ", "), ", trial ",
                      candidate.trial, "\n");
}

std::string BaselineText(const StudySpec& spec, const FrontReport& report) {
  if (!report.baseline.has_value()) {
    return absl::StrCat("Baseline: none, ", report.baseline_missing, "\n");
  }
  std::string text = absl::StrCat("Baseline, the best static GPU candidate: ",
                                  OneLine(spec, *report.baseline));
  if (report.baseline_report.has_value() &&
      report.baseline_report->accuracy.has_value()) {
    const measurement::Share& accuracy = *report.baseline_report->accuracy;
    absl::StrAppend(&text, "  on split report ", PercentText(accuracy.value),
                    " [", PercentText(accuracy.low), ", ",
                    PercentText(accuracy.high), "]\n");
  }
  return text;
}

std::string BestGainText(const StudySpec& spec, const FrontReport& report) {
  const FrontPoint* best = nullptr;
  for (const FrontPoint& point : report.points) {
    const auto& total = point.corners.gain.total;
    if (total.has_value() &&
        (best == nullptr || *total > *best->corners.gain.total)) {
      best = &point;
    }
  }
  if (best == nullptr) {
    return report.baseline.has_value()
               ? "Gain: no point of the front can be compared with the "
                 "baseline at its accuracy.\n"
               : "";
  }
  const Gain& gain = best->corners.gain;
  std::string text = absl::StrCat(
      "Largest gain at the baseline's accuracy: ", FactorText(gain.total),
      " = algorithm ", FactorText(gain.algorithm), " * data type ",
      FactorText(gain.data_type), " * architecture ",
      FactorText(gain.architecture), ", error band unvalidated\n");
  if (!gain.reason.empty()) absl::StrAppend(&text, "  ", gain.reason, "\n");
  absl::StrAppend(&text, "  ", OneLine(spec, best->candidate));
  TextTable table({"corner", "GPU", "candidate"});
  const auto energy = [](const std::optional<EvaluatedCandidate>& corner) {
    return corner.has_value()
               ? SiText(corner->metrics.Get(Metric::kEnergyMean), "J")
               : std::string("-");
  };
  const Corners& corners = best->corners;
  table.AddRow(
      {"static", energy(corners.static_gpu), energy(corners.static_candidate)});
  table.AddRow({"dynamic", energy(corners.dynamic_gpu),
                energy(corners.dynamic_candidate)});
  return absl::StrCat(text, table.ToString());
}

std::string EventText(const FrontReport& report) {
  const int64_t agree =
      std::count_if(report.points.begin(), report.points.end(),
                    [](const FrontPoint& point) { return point.event_agrees; });
  return absl::StrCat("Event-driven: ", CountText(agree), " of ",
                      CountText(static_cast<int64_t>(report.points.size())),
                      " points equal the sweep's numbers to the last bit (",
                      CountText(report.event_runs), " different runs).\n");
}

}  // namespace

std::string FrontText(const StudySpec& spec, const FrontReport& report,
                      int max_lines) {
  const std::vector<Group> groups = Grouped(spec, report);
  const std::set<size_t> shown = EvenlyTaken(groups.size(), max_lines);
  TextTable table = FrontTable(spec);
  for (const size_t i : shown) AddGroup(spec, groups[i], &table);
  std::string text = absl::StrCat(
      "Front: ", CountText(static_cast<int64_t>(report.points.size())),
      " points, ", CountText(static_cast<int64_t>(groups.size())),
      " different");
  if (shown.size() < groups.size()) {
    absl::StrAppend(&text, "; ", shown.size(), " of them, evenly taken");
  }
  return absl::StrCat(
      text, "\n\n", table.ToString(),
      "\n`=`: accuracy on split report not distinguishable from the "
      "baseline's (McNemar, 5 %); (below): below the baseline's accuracy.\n\n",
      BaselineText(spec, report), BestGainText(spec, report),
      EventText(report));
}

}  // namespace dynarch::report
