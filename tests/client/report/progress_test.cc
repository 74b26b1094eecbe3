#include "client/report/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>

namespace dynarch::report {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

ProgressState StateAt(int64_t done, double seconds = 0) {
  return {.done = done,
          .total = 1000,
          .front_points = 7,
          .workers = 2,
          .seconds = seconds,
          .waiting_reason = ""};
}

TEST(ProgressPrinterTest, PrintsOneLinePerTenPerCentOutsideATerminal) {
  std::ostringstream out;
  ProgressPrinter printer(out, false);
  for (int done = 0; done <= 1000; done += 25) printer.Update(StateAt(done));
  printer.Finish();
  const std::string text = out.str();
  // 0, 10, ..., 100 %.
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 11);
  EXPECT_THAT(text, StartsWith("  0 %  0 of 1,000 candidates, front 7\n"));
  EXPECT_THAT(text, HasSubstr("\n100 %  1,000 of 1,000 candidates"));
}

TEST(ProgressPrinterTest, RewritesItsLineOnATerminal) {
  std::ostringstream out;
  ProgressPrinter printer(out, true);
  printer.Update(StateAt(0, 1));
  out.str("");
  printer.Update(StateAt(500, 2));
  EXPECT_THAT(out.str(),
              StartsWith("\r[###############...............]  50 %"));
  EXPECT_THAT(out.str(), HasSubstr("250/s"));  // 500 in 2 s
  EXPECT_EQ(out.str().find('\n'), std::string::npos);
  printer.Finish();
  EXPECT_EQ(out.str().back(), '\n');
}

TEST(ProgressPrinterTest, CountsOnlyWhatCameWhileItWatched) {
  std::ostringstream out;
  ProgressPrinter printer(out, true);
  printer.Update(StateAt(400, 1));
  EXPECT_EQ(out.str().find("/s"), std::string::npos);
  printer.Update(StateAt(900, 2));
  EXPECT_THAT(out.str(), HasSubstr("250/s"));  // 900 - 400 in 2 s
}

TEST(ProgressPrinterTest, SaysOnceWhyNothingMoves) {
  std::ostringstream out;
  ProgressPrinter printer(out, false);
  ProgressState state = StateAt(0);
  state.waiting_reason = "no worker is connected";
  printer.Update(state);
  printer.Update(state);
  EXPECT_EQ(out.str(),
            "waiting: no worker is connected\n"
            "  0 %  0 of 1,000 candidates, front 7\n");
}

TEST(ProgressPrinterTest, AStudyOfNothingIsComplete) {
  std::ostringstream out;
  ProgressPrinter printer(out, false);
  printer.Update({.done = 0,
                  .total = 0,
                  .front_points = 0,
                  .workers = 0,
                  .seconds = 0,
                  .waiting_reason = ""});
  EXPECT_THAT(out.str(), StartsWith("100 %"));
}

}  // namespace
}  // namespace dynarch::report
