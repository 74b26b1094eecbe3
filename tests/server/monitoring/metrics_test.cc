#include "server/monitoring/metrics.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::monitoring {
namespace {

using dynarch::testing::StatusIs;
using ::testing::HasSubstr;

TEST(MetricsTest, ShowsEveryStateFromTheStart) {
  Metrics metrics;
  for (const char* state : {"succeeded", "infeasible", "failed"}) {
    EXPECT_THAT(metrics.Text(),
                HasSubstr(absl::StrCat("dynarch_results_total{state=\"", state,
                                       "\"} 0")));
  }
}

TEST(MetricsTest, CountsWhatItIsTold) {
  Metrics metrics;
  metrics.AddResults("succeeded", 3);
  metrics.AddResults("succeeded", 4);
  metrics.ObserveCommit(7, absl::Milliseconds(20));
  metrics.AddCommitFailures(2);
  metrics.SetQueue(11, 2);
  const std::string text = metrics.Text();
  EXPECT_THAT(text,
              HasSubstr("dynarch_results_total{state=\"succeeded\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("dynarch_queue_pending 11\n"));
  EXPECT_THAT(text, HasSubstr("dynarch_commit_failures_total 2\n"));
  EXPECT_THAT(text, HasSubstr("dynarch_leases_active 2\n"));
  EXPECT_THAT(text, HasSubstr("dynarch_batch_rows_sum 7\n"));
  EXPECT_THAT(text,
              HasSubstr("dynarch_commit_seconds_bucket{le=\"0.01\"} 0\n"));
  EXPECT_THAT(text,
              HasSubstr("dynarch_commit_seconds_bucket{le=\"0.025\"} 1\n"));
}

TEST(MetricsTest, ServesOnAFreePortAndNamesOneInUse) {
  Metrics metrics;
  ASSERT_OK_AND_ASSIGN(const int port, metrics.Serve("127.0.0.1:0"));
  EXPECT_GT(port, 0);
  Metrics second;
  const std::string address = absl::StrCat("127.0.0.1:", port);
  EXPECT_THAT(second.Serve(address),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr(address)));
}

TEST(MetricsTest, PassesPromtoolCheckMetrics) {
  if (std::system("command -v promtool >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "promtool is not installed (package prometheus)";
  }
  Metrics metrics;
  metrics.AddResults("succeeded", 1);
  const std::string path = ::testing::TempDir() + "/dynarch_metrics.txt";
  std::ofstream(path) << metrics.Text();
  const std::string command =
      absl::StrCat("promtool check metrics < ", path, " 2>&1");
  std::FILE* pipe = popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  char said[4096] = {};
  const size_t size = std::fread(said, 1, sizeof(said) - 1, pipe);
  EXPECT_EQ(pclose(pipe), 0);
  EXPECT_EQ(std::string(said, size), "");  // no complaint about a name
  std::remove(path.c_str());
}

}  // namespace
}  // namespace dynarch::monitoring
