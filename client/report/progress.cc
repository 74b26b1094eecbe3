#include "client/report/progress.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/report/text.h"

namespace dynarch::report {
namespace {

constexpr int kBarWidth = 30;

std::string Figures(const ProgressState& state, int64_t done_before) {
  std::string text = absl::StrCat(CountText(state.done), " of ",
                                  CountText(state.total), " candidates");
  const int64_t came = state.done - done_before;
  if (state.seconds > 0 && came > 0) {
    const auto rate =
        static_cast<int64_t>(static_cast<double>(came) / state.seconds);
    absl::StrAppend(&text, ", ", CountText(rate), "/s");
  }
  return absl::StrCat(text, ", front ", CountText(state.front_points));
}

}  // namespace

void ProgressPrinter::Update(const ProgressState& state) {
  if (first_done_ < 0) first_done_ = state.done;
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
         << Figures(state, first_done_) << "\033[K" << std::flush;
    line_open_ = true;
    return;
  }
  const int tenth = static_cast<int>(share * 10);
  if (tenth == last_tenth_) return;
  last_tenth_ = tenth;
  out_ << absl::StrFormat("%3d %%  ", tenth * 10) << Figures(state, first_done_)
       << std::endl;
}

void ProgressPrinter::Finish() {
  if (line_open_) out_ << std::endl;
  line_open_ = false;
}

}  // namespace dynarch::report
