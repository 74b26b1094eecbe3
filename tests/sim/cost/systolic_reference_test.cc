// Every run of SCALE-Sim in the reference folder, to the cycle.
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "sim/cost/systolic.h"

namespace dynarch::cost {
namespace {

using Dataflow = platform::Systolic::Dataflow;

TEST(SystolicReferenceTest, EveryRunAgreesToTheCycle) {
  const std::string folder = DYNARCH_REFERENCE_DIR;
  if (folder.empty()) {
    GTEST_SKIP() << "no reference data: DYNARCH_REFERENCE_DIR is empty";
  }
  std::ifstream file(folder + "/systolic/scale_sim_runs.csv");
  ASSERT_TRUE(file.is_open()) << folder;
  std::string line;
  ASSERT_TRUE(std::getline(file, line));
  std::map<std::string, size_t> column;
  for (const auto& name : absl::StrSplit(line, ',')) {
    column.emplace(std::string(name), column.size());
  }
  const std::map<std::string, Dataflow> dataflows = {{"os", Dataflow::kOutput},
                                                     {"ws", Dataflow::kWeight},
                                                     {"is", Dataflow::kInput}};
  int runs = 0;
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = absl::StrSplit(line, ',');
    const auto number = [&](const char* name) {
      int64_t value = 0;
      EXPECT_TRUE(absl::SimpleAtoi(cells.at(column.at(name)), &value)) << line;
      return value;
    };
    const platform::Systolic array{
        .rows = number("array_rows"),
        .columns = number("array_cols"),
        .dataflow = dataflows.at(cells.at(column.at("dataflow")))};
    const graph::MatMulShape shape = {.m = number("M_px"),
                                      .n = number("N_filters"),
                                      .k = number("K_window"),
                                      .groups = 1};
    EXPECT_EQ(ArrayCycles(shape, array).value(), number("compute_cycles"))
        << line;
    ++runs;
  }
  EXPECT_GE(runs, 30);
}

}  // namespace
}  // namespace dynarch::cost
