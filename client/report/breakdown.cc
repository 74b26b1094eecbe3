#include "client/report/breakdown.h"

#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/report/text.h"

namespace dynarch::report {
namespace {

using measurement::ActivityTotals;
using measurement::DomainTotals;
using measurement::RunTotals;

// Activities of one element or link together.
struct ElementSums {
  std::string element;
  Picoseconds time;
  Zeptojoules energy;
};

std::vector<ElementSums> ByElement(const RunTotals& totals) {
  std::vector<ElementSums> sums;
  for (const ActivityTotals& activity : totals.activities) {
    ElementSums* found = nullptr;
    for (ElementSums& sum : sums) {
      if (sum.element == activity.element) found = &sum;
    }
    if (found == nullptr) {
      sums.push_back({activity.element, {}, {}});
      found = &sums.back();
    }
    found->time += activity.time;
    found->energy += activity.energy;
  }
  return sums;
}

std::optional<double> Joules(Zeptojoules energy, bool known) {
  return known ? std::optional(ToJoules(energy)) : std::nullopt;
}

Json ActivityJson(const ActivityTotals& activity) {
  Json json = Json::Object();
  json.Set("label", activity.label)
      .Set("element", activity.element)
      .Set("count", activity.count)
      .Set("time_s", ToSeconds(activity.time))
      .Set("energy_j", Joules(activity.energy, activity.energy_known))
      .Set("bound", activity.bound);
  return json;
}

Json DomainJson(const DomainTotals& domain, bool known) {
  Json json = Json::Object();
  json.Set("domain", domain.domain)
      .Set("active_s", ToSeconds(domain.active))
      .Set("entering_s", ToSeconds(domain.entering))
      .Set("idle_state_s", ToSeconds(domain.idle_state))
      .Set("exiting_s", ToSeconds(domain.exiting))
      .Set("active_energy_j", Joules(domain.active_energy, known))
      .Set("idle_state_energy_j", Joules(domain.idle_state_energy, known))
      .Set("transition_energy_j", Joules(domain.transition_energy, known));
  return json;
}

// Cells of one energy: per inference, and its share of the run's.
class EnergyCells {
 public:
  explicit EnergyCells(const RunTotals& totals)
      : known_(totals.energy_known),
        count_(totals.completed > 0 ? totals.completed : 1),
        total_(ToJoules(totals.total_energy)) {}

  std::string Energy(Zeptojoules energy) const {
    return known_ ? SiText(ToJoules(energy) / count_, "J") : "-";
  }
  std::string Share(Zeptojoules energy) const {
    if (!known_ || total_ == 0) return "-";
    return PercentText(ToJoules(energy) / total_);
  }
  std::string Time(Picoseconds time) const {
    return SiText(ToSeconds(time) / count_, "s");
  }

 private:
  const bool known_;
  const double count_;
  const double total_;
};

std::string ActivityTable(const RunTotals& totals, const EnergyCells& cells) {
  TextTable table({"activity", "count", "time", "energy", "share", "bound by"});
  for (const ActivityTotals& activity : totals.activities) {
    table.AddRow({activity.label, CountText(activity.count),
                  cells.Time(activity.time), cells.Energy(activity.energy),
                  cells.Share(activity.energy), activity.bound});
  }
  return table.ToString();
}

std::string ElementTable(const RunTotals& totals, const EnergyCells& cells) {
  TextTable table({"element", "time", "energy", "share"});
  for (const ElementSums& sum : ByElement(totals)) {
    table.AddRow({sum.element, cells.Time(sum.time), cells.Energy(sum.energy),
                  cells.Share(sum.energy)});
  }
  return table.ToString();
}

std::string DomainTable(const RunTotals& totals, const EnergyCells& cells) {
  TextTable table({"domain", "state", "of the window", "energy", "share"});
  const double window = ToSeconds(totals.window);
  const auto row = [&](const DomainTotals& domain, const char* state,
                       Picoseconds time, Zeptojoules energy) {
    table.AddRow({domain.domain, state,
                  PercentText(window > 0 ? ToSeconds(time) / window : 0),
                  cells.Energy(energy), cells.Share(energy)});
  };
  for (const DomainTotals& domain : totals.domains) {
    row(domain, "active", domain.active, domain.active_energy);
    row(domain, "idle", domain.idle_state, domain.idle_state_energy);
    row(domain, "transitions", domain.entering + domain.exiting,
        domain.transition_energy);
  }
  return table.ToString();
}

}  // namespace

std::string Int128Text(absl::int128 value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

BreakdownSums SumsOf(const RunTotals& totals) {
  BreakdownSums sums;
  sums.overhead = totals.overhead_energy;
  for (const ActivityTotals& activity : totals.activities) {
    sums.activities += activity.energy;
  }
  bool residencies = true;
  for (const DomainTotals& domain : totals.domains) {
    sums.transitions += domain.transition_energy;
    sums.domains += domain.active_energy + domain.idle_state_energy +
                    domain.transition_energy;
    residencies = residencies && domain.active + domain.entering +
                                         domain.idle_state + domain.exiting ==
                                     totals.window;
  }
  sums.exact = residencies && sums.total() == totals.total_energy;
  return sums;
}

Json BreakdownJson(const RunTotals& totals) {
  Json activities = Json::Array();
  for (const ActivityTotals& activity : totals.activities) {
    activities.Add(ActivityJson(activity));
  }
  Json elements = Json::Array();
  for (const ElementSums& sum : ByElement(totals)) {
    Json element = Json::Object();
    element.Set("element", sum.element)
        .Set("time_s", ToSeconds(sum.time))
        .Set("energy_j", Joules(sum.energy, totals.energy_known));
    elements.Add(std::move(element));
  }
  Json domains = Json::Array();
  for (const DomainTotals& domain : totals.domains) {
    domains.Add(DomainJson(domain, totals.energy_known));
  }
  const bool known = totals.energy_known;
  const BreakdownSums sums = SumsOf(totals);
  Json json = Json::Object();
  json.Set("window_s", ToSeconds(totals.window))
      .Set("offered", totals.offered)
      .Set("completed", totals.completed)
      .Set("busy_s", ToSeconds(totals.busy))
      .Set("energy_j", Joules(totals.total_energy, known))
      .Set("energy_zj",
           known ? Json(Int128Text(totals.total_energy.value())) : Json())
      .Set("activities", std::move(activities))
      .Set("elements", std::move(elements))
      .Set("domains", std::move(domains))
      .Set("overhead_energy_j", Joules(totals.overhead_energy, known))
      .Set("sum_zj", known ? Json(Int128Text(sums.total().value())) : Json())
      .Set("sums_exactly", sums.exact);
  return json;
}

std::string BreakdownText(const RunTotals& totals) {
  const EnergyCells cells(totals);
  const BreakdownSums sums = SumsOf(totals);
  std::string out = absl::StrCat(
      "Per completed inference, of ", CountText(totals.completed), " in ",
      SiText(ToSeconds(totals.window), "s"), ":\n\n",
      ActivityTable(totals, cells), "\n", ElementTable(totals, cells), "\n",
      DomainTable(totals, cells), "\n");
  TextTable table({"sum", "energy", "share"});
  table.AddRow({"activities", cells.Energy(sums.activities),
                cells.Share(sums.activities)});
  table.AddRow({"states", cells.Energy(sums.domains - sums.transitions),
                cells.Share(sums.domains - sums.transitions)});
  table.AddRow({"transitions", cells.Energy(sums.transitions),
                cells.Share(sums.transitions)});
  table.AddRow(
      {"overhead", cells.Energy(sums.overhead), cells.Share(sums.overhead)});
  table.AddRow({"all", cells.Energy(totals.total_energy),
                cells.Share(totals.total_energy)});
  absl::StrAppend(&out, table.ToString(), "\n");
  if (!totals.energy_known) {
    return absl::StrCat(out, "Energies are not known on this platform.\n");
  }
  absl::StrAppend(
      &out, "Lines sum to ", Int128Text(sums.total().value()),
      " zJ, the run drew ", Int128Text(totals.total_energy.value()),
      " zJ: ", sums.exact ? "exact, residencies too" : "THEY DIFFER", ".\n");
  return out;
}

}  // namespace dynarch::report
