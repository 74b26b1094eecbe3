#include "client/report/progress.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/report/text.h"

namespace dynarch::report {
namespace {

constexpr int kBarWidth = 30;

std::string Figures(const ProgressState& state) {
  std::string text = absl::StrCat(CountText(state.done), " of ",
                                  CountText(state.total), " candidates");
  if (state.seconds > 0) {
    absl::StrAppend(&text, ", ",
                    CountText(static_cast<int64_t>(state.done / state.seconds)),
                    "/s");
  }
  return absl::StrCat(text, ", front ", CountText(state.front_points));
}

}  // namespace

void ProgressPrinter::Update(const ProgressState& state) {
  if (state.waiting_reason != last_reason_) {
    Finish();
    if (!state.waiting_reason.empty()) {
      out_ << "waiting: " << state.waiting_reason << std::endl;
    }
    last_reason_ = state.waiting_reason;
  }
  const double share =
      state.total > 0 ? static_cast<double>(state.done) / state.total : 1;
  if (terminal_) {
    const int filled = static_cast<int>(share * kBarWidth);
    out_ << "\r[" << std::string(filled, '#')
         << std::string(kBarWidth - filled, '.') << "] "
         << absl::StrFormat("%3d %%  ", static_cast<int>(share * 100))
         << Figures(state) << "\033[K" << std::flush;
    line_open_ = true;
    return;
  }
  const int tenth = static_cast<int>(share * 10);
  if (tenth == last_tenth_) return;
  last_tenth_ = tenth;
  out_ << absl::StrFormat("%3d %%  ", tenth * 10) << Figures(state)
       << std::endl;
}

void ProgressPrinter::Finish() {
  if (line_open_) out_ << std::endl;
  line_open_ = false;
}

}  // namespace dynarch::report
