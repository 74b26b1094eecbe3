// How far a study is, as it runs.
#ifndef DYNARCH_CLIENT_REPORT_PROGRESS_H_
#define DYNARCH_CLIENT_REPORT_PROGRESS_H_

#include <cstdint>
#include <ostream>
#include <string>

namespace dynarch::report {

// What a progress line shows.
struct ProgressState {
  int64_t done = 0;
  int64_t total = 0;
  int64_t front_points = 0;
  int64_t workers = 0;
  double seconds = 0;          // Since this program's start.
  std::string waiting_reason;  // Why nothing moves, if known.
};

// A bar that rewrites its line on a terminal; elsewhere one line per ten per
// cent. A reason to wait is printed once each time it changes. The rate is of
// the results since the first update; there is none before any has come.
class ProgressPrinter {
 public:
  ProgressPrinter(std::ostream& out, bool terminal)
      : out_(out), terminal_(terminal) {}
  void Update(const ProgressState& state);
  // Ends the bar's line; call before printing anything else.
  void Finish();

 private:
  std::ostream& out_;
  const bool terminal_;
  int64_t first_done_ = -1;  // -1: before the first update.
  int last_tenth_ = -1;
  bool line_open_ = false;
  std::string last_reason_;
};

}  // namespace dynarch::report

#endif  // DYNARCH_CLIENT_REPORT_PROGRESS_H_
