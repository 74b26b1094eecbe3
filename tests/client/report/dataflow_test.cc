#include "client/report/dataflow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace dynarch::report {
namespace {

using ::dynarch::dataflow::BigInt;
using ::dynarch::dataflow::Rational;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Two actors in a ring, `a` of two phases.
StaticFindings Ring() {
  StaticFindings found{
      .file = "ring.xml", .type = "csdf", .graph = {}, .warnings = {}};
  found.graph.name = "ring";
  found.graph.actors = {{.name = "a", .times = {1, 2}},
                        {.name = "b", .times = {Rational(1, 2)}}};
  found.graph.channels = {{.name = "ab",
                           .destination = 1,
                           .production = {1, 0},
                           .consumption = {1}},
                          {.name = "ba",
                           .source = 1,
                           .production = {1},
                           .consumption = {1, 0},
                           .initial_tokens = 1}};
  found.repetitions = {1, 1};
  found.live = true;
  found.throughput =
      dataflow::Throughput{.period = Rational(7, 2),
                           .critical_cycle = {{0, 0}, {0, 1}, {1, 0}},
                           .method = dataflow::ThroughputMethod::kSelfTimed};
  return found;
}

TEST(DataflowReportTest, JsonHoldsExactText) {
  EXPECT_EQ(DataflowJson(Ring()).ToString(), R"({
  "graph": "ring",
  "file": "ring.xml",
  "type": "csdf",
  "actors": 2,
  "channels": 2,
  "consistent": true,
  "live": true,
  "auto_concurrency": true,
  "period": "7/2",
  "throughput": "2/7",
  "method": "self_timed",
  "critical_cycle": [
    {"actor": "a", "firing": 0},
    {"actor": "a", "firing": 1},
    {"actor": "b", "firing": 0}
  ],
  "repetition_sum": 2,
  "repetition_vector": {"a": 1, "b": 1},
  "inconsistency": null,
  "deadlock": null,
  "limit": null,
  "warnings": []
})");
}

TEST(DataflowReportTest, NothingBoundsAPeriodOfZero) {
  StaticFindings found = Ring();
  found.throughput->period = Rational(0);
  found.throughput->critical_cycle.clear();
  const std::string json = DataflowJson(found).ToString();
  EXPECT_THAT(json, AllOf(HasSubstr("\"period\": \"0/1\""),
                          HasSubstr("\"throughput\": null")));
  EXPECT_THAT(DataflowText(found), AllOf(HasSubstr("0, no cycle bounds it"),
                                         Not(HasSubstr("throughput"))));
}

TEST(DataflowReportTest, RepetitionsPast64BitsAreText) {
  StaticFindings found = Ring();
  found.repetitions = {BigInt(std::numeric_limits<int64_t>::max()), 1};
  const std::string json = DataflowJson(found).ToString();
  EXPECT_THAT(json, HasSubstr("{\"a\": 9223372036854775807, \"b\": 1}"));
  // Their sum is 2^63.
  EXPECT_THAT(json, HasSubstr("\"repetition_sum\": \"9223372036854775808\""));
}

TEST(DataflowReportTest, ADeadlockIsACycle) {
  StaticFindings found = Ring();
  found.deadlock = dataflow::Deadlock{.cycle = {{.actor = 0,
                                                 .phase = 0,
                                                 .channel = 1,
                                                 .space = false,
                                                 .present = 0,
                                                 .needed = 1},
                                                {.actor = 1,
                                                 .phase = 0,
                                                 .channel = 1,
                                                 .space = true,
                                                 .present = 2,
                                                 .needed = 3}}};
  found.live = false;
  found.throughput = dataflow::Throughput();
  const std::string json = DataflowJson(found).ToString();
  EXPECT_THAT(
      json,
      AllOf(HasSubstr("\"live\": false"), HasSubstr("\"period\": null"),
            HasSubstr("\"throughput\": \"0/1\""), HasSubstr("\"method\": null"),
            HasSubstr("{\"actor\": \"a\", \"phase\": 0, \"channel\": \"ba\", "
                      "\"for\": \"tokens\", \"present\": 0, \"needed\": 1, "
                      "\"waits_for\": \"b\"}"),
            HasSubstr("\"for\": \"space\", \"present\": 2, \"needed\": 3, "
                      "\"waits_for\": \"a\"}")));
  EXPECT_THAT(DataflowText(found),
              AllOf(HasSubstr("live         no"), Not(HasSubstr("period"))));
}

TEST(DataflowReportTest, WhatIsInconsistentHasNothingElse) {
  StaticFindings found = Ring();
  found.inconsistency = "why";
  found.repetitions.clear();
  found.live.reset();
  found.throughput.reset();
  EXPECT_THAT(
      DataflowJson(found).ToString(),
      AllOf(HasSubstr("\"consistent\": false"), HasSubstr("\"live\": null"),
            HasSubstr("\"period\": null"), HasSubstr("\"throughput\": null"),
            HasSubstr("\"repetition_vector\": null"),
            HasSubstr("\"repetition_sum\": null"),
            HasSubstr("\"inconsistency\": \"why\"")));
  EXPECT_EQ(DataflowText(found),
            "ring: csdf, 2 actors, 2 channels\nconsistent   no\n");
}

TEST(DataflowReportTest, WhatTookTooLongIsUnknown) {
  StaticFindings found = Ring();
  found.live.reset();
  found.throughput.reset();
  found.limit = "too many firings";
  EXPECT_THAT(
      DataflowJson(found).ToString(),
      AllOf(HasSubstr("\"consistent\": true"), HasSubstr("\"live\": null"),
            HasSubstr("\"period\": null"), HasSubstr("\"throughput\": null"),
            HasSubstr("\"repetition_sum\": 2"),
            HasSubstr("\"limit\": \"too many firings\"")));
  EXPECT_THAT(DataflowText(found), AllOf(HasSubstr("live         unknown"),
                                         Not(HasSubstr("period "))));
}

// An iteration of a's two phases and b's one: 3 firings.
TEST(DataflowReportTest, TextSaysWhatAPersonAsks) {
  EXPECT_EQ(DataflowText(Ring()),
            R"(ring: csdf, 2 actors, 2 channels
consistent   yes; an iteration has 3 firings
live         yes
period       7/2 (3.5) per iteration; firings of an actor may overlap
throughput   2/7 (0.2857142857) iterations per unit of time
bounded by   a#0..1 -> b#0

actor  phases  cycles per iteration  time of a cycle
a           2                     1                3
b           1                     1        1/2 (0.5)
)");
}

TEST(DataflowReportTest, LatencyIsSaidWhereItWasAskedFor) {
  StaticFindings found = Ring();
  found.latency = dataflow::Latency{
      .makespan = Rational(7, 2),
      .actors = {{Rational(0), Rational(3)}, {Rational(1), Rational(7, 2)}}};
  found.between = LatencyBetween{"a", "b", Rational(7, 2)};
  EXPECT_THAT(DataflowJson(found).ToString(),
              AllOf(HasSubstr("\"makespan\": \"7/2\""),
                    HasSubstr("\"between\": \"7/2\""),
                    HasSubstr("\"b\": {\"first_start\": \"1/1\", "
                              "\"last_end\": \"7/2\"}")));
  EXPECT_THAT(DataflowText(found),
              HasSubstr("7/2 (3.5), from the first start of a to the last end "
                        "of b"));
}

TEST(DataflowReportTest, BuffersAreByChannel) {
  StaticFindings found = Ring();
  found.buffers = dataflow::BufferSizes{
      .channels = {1},
      .capacities = {3},
      .memory = 3,
      .period = Rational(7, 2),
      .exact = false,
      .trade_off = {{.memory = 2, .period = Rational(4), .capacities = {2}},
                    {.memory = 3, .period = Rational(7, 2), .capacities = {3}}},
      .analysed = 5};
  EXPECT_THAT(
      DataflowJson(found).ToString(),
      AllOf(HasSubstr("\"memory\": 3"), HasSubstr("\"exact\": false"),
            HasSubstr("\"capacities\": {\"ba\": 3}"),
            HasSubstr("\"memory\": 2"), HasSubstr("\"period\": \"4/1\"")));
  EXPECT_THAT(DataflowText(found),
              AllOf(HasSubstr("buffers: memory 3, an upper bound of the least "
                              "for the period 7/2 (3.5)"),
                    HasSubstr("ba            3                1")));
}

ScenarioFindings Scenarios() {
  ScenarioFindings found{.file = "s.xml", .graph = {}, .warnings = {"careful"}};
  found.graph.name = "s";
  found.throughput.processes = {
      {.name = "k",
       .worst_case = Rational(1, 4),
       .worst_case_exact = true,
       .expected = 0.5,
       .expected_fraction = Rational(1, 2),
       .expected_exact = true,
       .expected_error = 0},
      {.name = "d",
       .worst_case = std::nullopt,
       .worst_case_exact = false,
       .expected = std::numeric_limits<double>::infinity(),
       .expected_fraction = std::nullopt,
       .expected_exact = false,
       .expected_error = 0.25}};
  return found;
}

TEST(DataflowReportTest, ScenariosAreByProcess) {
  const std::string json = DataflowJson(Scenarios()).ToString();
  EXPECT_THAT(
      json,
      AllOf(HasSubstr("\"k\": {\"throughput_worst_case\": 0.25, "
                      "\"throughput_expected\": 0.5, \"exact\": true, "
                      "\"throughput_worst_case_fraction\": \"1/4\", "
                      "\"throughput_expected_fraction\": \"1/2\", "
                      "\"throughput_expected_low\": 0.5, "
                      "\"throughput_expected_high\": 0.5, "),
            HasSubstr("\"d\": {\"throughput_worst_case\": null, "
                      "\"throughput_expected\": null, \"exact\": false, "),
            HasSubstr("\"warnings\": [\"careful\"]")));
}

TEST(DataflowReportTest, AnEstimateSaysSo) {
  ScenarioFindings found = Scenarios();
  found.throughput.processes[1] = {.name = "d",
                                   .worst_case = Rational(1, 8),
                                   .worst_case_exact = false,
                                   .expected = 0.5,
                                   .expected_fraction = std::nullopt,
                                   .expected_exact = false,
                                   .expected_error = 0.25};
  const std::string text = DataflowText(found);
  EXPECT_THAT(text, AllOf(HasSubstr("exact        no; +- is a 95 % interval"),
                          HasSubstr("<= 0.125"), HasSubstr("0.5 +- 0.25")));
  const std::string json = DataflowJson(found).ToString();
  EXPECT_THAT(json, AllOf(HasSubstr("\"throughput_expected_low\": 0.25"),
                          HasSubstr("\"throughput_expected_high\": 0.75")));
}

TEST(DataflowReportTest, AFractionTooLongToReadIsADecimal) {
  EXPECT_EQ(ExactText(Rational(16)), "16");
  EXPECT_EQ(ExactText(Rational(13, 2)), "13/2 (6.5)");
  const BigInt huge = BigInt(1) << 100;
  EXPECT_EQ(ExactText(Rational(BigInt(1), huge)), "7.888609052e-31");
}

}  // namespace
}  // namespace dynarch::report
