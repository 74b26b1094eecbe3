#include "client/report/breakdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace dynarch::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Two inferences in 100 ps on one domain: activities 30 + 12 zJ, states
// 40 + 5 zJ, transitions 3 zJ, board 10 zJ: 100 zJ in all. Residencies
// 60 + 5 + 30 + 5 = 100 ps.
measurement::RunTotals Totals() {
  measurement::RunTotals totals;
  totals.offered = totals.completed = 2;
  totals.window = Picoseconds(100);
  totals.busy = Picoseconds(60);
  totals.activities = {
      {.label = "exit1/conv1@gpu",
       .element = "gpu",
       .count = 2,
       .time = Picoseconds(40),
       .energy = Zeptojoules(30),
       .energy_known = true,
       .bound = "compute"},
      {.label = "exit1/fc@gpu",
       .element = "gpu",
       .count = 2,
       .time = Picoseconds(20),
       .energy = Zeptojoules(12),
       .energy_known = true,
       .bound = "memory"},
  };
  totals.domains = {{.domain = "soc",
                     .active = Picoseconds(60),
                     .entering = Picoseconds(5),
                     .idle_state = Picoseconds(30),
                     .exiting = Picoseconds(5),
                     .active_energy = Zeptojoules(40),
                     .idle_state_energy = Zeptojoules(5),
                     .transition_energy = Zeptojoules(3)}};
  totals.overhead_energy = Zeptojoules(10);
  totals.total_energy = Zeptojoules(100);
  return totals;
}

TEST(BreakdownTest, LinesSumToTheTotal) {
  const BreakdownSums sums = SumsOf(Totals());
  EXPECT_EQ(sums.activities, Zeptojoules(42));
  EXPECT_EQ(sums.domains, Zeptojoules(48));
  EXPECT_EQ(sums.transitions, Zeptojoules(3));
  EXPECT_EQ(sums.total(), Zeptojoules(100));
  EXPECT_TRUE(sums.exact);
}

TEST(BreakdownTest, OneZeptojouleTooFewIsNotExact) {
  measurement::RunTotals totals = Totals();
  totals.domains[0].transition_energy = Zeptojoules(2);
  EXPECT_FALSE(SumsOf(totals).exact);
}

TEST(BreakdownTest, OnePicosecondTooFewIsNotExact) {
  measurement::RunTotals totals = Totals();
  totals.domains[0].entering = Picoseconds(4);
  EXPECT_FALSE(SumsOf(totals).exact);
}

TEST(BreakdownTest, AddsUpTheActivitiesOfAnElement) {
  const std::string json = BreakdownJson(Totals()).ToString();
  // 60 ps and 42 zJ on the GPU.
  EXPECT_THAT(json, HasSubstr(R"({"element": "gpu", "time_s": 6e-11, )"
                              R"("energy_j": 4.2e-20})"));
  EXPECT_THAT(json, HasSubstr(R"("energy_zj": "100")"));
  EXPECT_THAT(json, HasSubstr(R"("sums_exactly": true)"));
}

TEST(BreakdownTest, SaysInWordsWhetherItSums) {
  EXPECT_THAT(BreakdownText(Totals()),
              HasSubstr("Lines sum to 100 zJ, the run drew 100 zJ: exact"));
  measurement::RunTotals totals = Totals();
  totals.overhead_energy = Zeptojoules(11);
  EXPECT_THAT(BreakdownText(totals),
              HasSubstr("Lines sum to 101 zJ, the run drew 100 zJ: THEY "
                        "DIFFER"));
}

TEST(BreakdownTest, PrintsNoEnergyThatIsNotKnown) {
  measurement::RunTotals totals = Totals();
  totals.energy_known = false;
  EXPECT_THAT(BreakdownJson(totals).ToString(),
              HasSubstr(R"("energy_j": null)"));
  EXPECT_THAT(BreakdownText(totals), HasSubstr("Energies are not known"));
  EXPECT_THAT(BreakdownText(totals), Not(HasSubstr("zJ")));
}

TEST(BreakdownTest, PrintsAllDigitsOfAnInt128) {
  // 2^100.
  EXPECT_EQ(Int128Text(absl::MakeInt128(int64_t{1} << 36, 0)),
            "1267650600228229401496703205376");
}

}  // namespace
}  // namespace dynarch::report
