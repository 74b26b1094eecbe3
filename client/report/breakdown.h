// Where the time and the energy of one candidate went.
//
// Every line is an exact integer of the run; the sums are checked against the
// run's own totals and the result of that check is printed with them.
#ifndef DYNARCH_CLIENT_REPORT_BREAKDOWN_H_
#define DYNARCH_CLIENT_REPORT_BREAKDOWN_H_

#include <string>

#include "absl/numeric/int128.h"
#include "client/report/json.h"
#include "sim/base/units.h"
#include "sim/measurement/measurement.h"

namespace dynarch::report {

// Sums of the lines of a breakdown.
struct BreakdownSums {
  Zeptojoules activities;
  Zeptojoules domains;      // States and transitions.
  Zeptojoules transitions;  // Of them.
  Zeptojoules overhead;
  Zeptojoules total() const { return activities + domains + overhead; }
  // The lines give the run's total energy to the zeptojoule, and the
  // residencies of every domain its window to the picosecond.
  bool exact = false;
};
BreakdownSums SumsOf(const measurement::RunTotals& totals);

// {"window_s", "completed", "energy_j", "energy_zj", "activities": [...],
// "elements": [...], "domains": [...], "overhead_energy_j", "sum_zj",
// "sums_exactly"}. Zeptojoules are texts: they do not fit a double.
Json BreakdownJson(const measurement::RunTotals& totals);

// Tables for people; energies and times per completed inference, with their
// share of the whole.
std::string BreakdownText(const measurement::RunTotals& totals);

// All digits.
std::string Int128Text(absl::int128 value);

}  // namespace dynarch::report

#endif  // DYNARCH_CLIENT_REPORT_BREAKDOWN_H_
