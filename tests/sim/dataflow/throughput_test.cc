#include "sim/dataflow/throughput.h"

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/dataflow/repetition.h"
#include "tests/sim/dataflow/draw_graph.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::dataflow {
namespace {

std::string Period(const Graph& graph, bool auto_concurrency) {
  const auto result =
      AnalyseThroughput(graph, {.auto_concurrency = auto_concurrency});
  if (!result.ok()) return std::string(result.status().message());
  return result->period.has_value() ? result->period->ToString() : "deadlock";
}

// With auto-concurrency, and without.
std::pair<std::string, std::string> Periods(const Graph& graph) {
  return {Period(graph, true), Period(graph, false)};
}

std::pair<std::string, std::string> Two(std::string with, std::string without) {
  return {with, without};
}

std::pair<std::string, std::string> Both(std::string period) {
  return {period, period};
}

Graph Ring(int64_t tokens) {
  return {.name = "ring",
          .actors = {{"a", {2}}, {"b", {3}}},
          .channels = {{"ab", 0, 1, {1}, {1}}, {"ba", 1, 0, {1}, {1}, tokens}}};
}

TEST(ThroughputTest, ARingTakesItsTimeByItsTokens) {
  EXPECT_EQ(Periods(Ring(1)), Both("5/1"));
  // Two tokens: 5/2; one at a time b alone takes 3.
  EXPECT_EQ(Periods(Ring(2)), Two("5/2", "3/1"));
  EXPECT_EQ(Periods(Ring(0)), Both("deadlock"));
}

TEST(ThroughputTest, TheCriticalCycleIsTold) {
  ASSERT_OK_AND_ASSIGN(const Throughput ring, AnalyseThroughput(Ring(1)));
  EXPECT_EQ(ring.critical_cycle.size(), 2u);
  EXPECT_NE(ring.critical_cycle[0].actor, ring.critical_cycle[1].actor);
}

TEST(ThroughputTest, WithoutAChannelOnlyTheActorBoundsItself) {
  const Graph graph = {.name = "g", .actors = {{"a", {1, 2}}}, .channels = {}};
  EXPECT_EQ(Periods(graph), Two("0/1", "3/1"));
  EXPECT_EQ(Periods(Graph{}), Both("0/1"));
}

TEST(ThroughputTest, AChannelToItselfAllowsAsManyFiringsAsItHasTokens) {
  const Graph graph = {.name = "g",
                       .actors = {{"a", {3}}},
                       .channels = {{"aa", 0, 0, {1}, {1}, 2}}};
  EXPECT_EQ(Periods(graph), Two("3/2", "3/1"));
}

TEST(ThroughputTest, AGraphIsAsSlowAsItsSlowestComponent) {
  // Ring a, b feeds ring c, d, whose firings count three to one: 3 * (1 + 1).
  const Graph graph = {
      .name = "g",
      .actors = {{"a", {2}}, {"b", {3}}, {"c", {1}}, {"d", {1}}},
      .channels = {{"ab", 0, 1, {1}, {1}},
                   {"ba", 1, 0, {1}, {1}, 1},
                   {"bc", 1, 2, {3}, {1}},
                   {"cd", 2, 3, {1}, {1}},
                   {"dc", 3, 2, {1}, {1}, 1}}};
  EXPECT_EQ(Periods(graph), Both("6/1"));
}

TEST(ThroughputTest, AChainWithoutBoundsRunsAtTheSpeedOfItsSlowestActor) {
  // q = (3, 2): 3 * 2 against 2 * 5.
  const Graph graph = {.name = "g",
                       .actors = {{"a", {2}}, {"b", {5}}},
                       .channels = {{"ab", 0, 1, {2}, {3}}}};
  EXPECT_EQ(Periods(graph), Two("0/1", "10/1"));
}

TEST(ThroughputTest, PlacesAreClaimedAtTheStartAndFreedAtTheEnd) {
  Graph graph = {.name = "g",
                 .actors = {{"a", {2}}, {"b", {3}}},
                 .channels = {{"ab", 0, 1, {1}, {1}, 0, 1}}};
  // One place is taken from a's start to b's end.
  EXPECT_EQ(Periods(graph), Both("5/1"));
  graph.channels[0].capacity = 2;
  EXPECT_EQ(Periods(graph), Two("5/2", "3/1"));
}

TEST(ThroughputTest, TimesMayBeFractions) {
  Graph graph = Ring(1);
  graph.actors[0].times = {*Rational::Parse("0.5")};
  graph.actors[1].times = {*Rational::Parse("1/3")};
  EXPECT_EQ(Periods(graph), Both("5/6"));
}

TEST(ThroughputTest, TimesOfZeroGiveThePeriodZero) {
  Graph graph = Ring(1);
  graph.actors[0].times = {Rational(0)};
  graph.actors[1].times = {Rational(0)};
  EXPECT_EQ(Periods(graph), Both("0/1"));
}

TEST(ThroughputTest, PhasesStartInOrderAndMayOverlap) {
  // a's phase 1 has no input but starts no earlier than phase 0, which waits
  // for b: b 4, phase 1 2. Phase 0, of 7, delays nothing. One at a time all is
  // one after the other: 4 + 7 + 2.
  const Graph graph = {
      .name = "g",
      .actors = {{"a", {7, 2}}, {"b", {4}}},
      .channels = {{"ab", 0, 1, {0, 1}, {1}}, {"ba", 1, 0, {1}, {1, 0}, 1}}};
  EXPECT_EQ(Periods(graph), Two("6/1", "13/1"));
}

TEST(ThroughputTest, AChannelIsAFifoEvenIfALaterFiringEndsEarlier) {
  // a's phases take 9 and 1 and put a token each into b, whose two firings take
  // them in order and give them back, 2 tokens for the next cycle of a. Phase
  // 1's token, there at 1, is b's second: b's firings start at 9, and at 9
  // again, no earlier than the first. Both end at 10; period 10. If tokens
  // overtook, phase 1's would wait for nothing.
  const Graph graph = {
      .name = "g",
      .actors = {{"a", {9, 1}}, {"b", {1}}},
      .channels = {{"ab", 0, 1, {1, 1}, {1}}, {"ba", 1, 0, {1}, {1, 1}, 2}}};
  EXPECT_EQ(Period(graph, true), "10/1");
}

// The cyclo-static example that dataflow benchmarks call NiknamFig1: four
// actors, one of three and one of two phases.
Graph FourActors() {
  return {
      .name = "four",
      .actors = {{"t1", {1, 2, 1}}, {"t2", {2}}, {"t3", {3}}, {"t4", {2, 3}}},
      .channels = {{"e1", 0, 1, {1, 0, 1}, {1}},
                   {"e2", 0, 2, {0, 1, 0}, {1}},
                   {"e3", 1, 3, {1}, {2, 0}},
                   {"e4", 2, 3, {1}, {0, 1}},
                   {"e5", 3, 0, {1, 1}, {0, 1, 1}, 2}}};
}

TEST(ThroughputTest, AutoConcurrencyOverlapsPhases) {
  // With: t1's third phase (1), t2 (2), t4's first (2), t1's second of the next
  // iteration (2), t3 (3), t4's second (3), t1's third of the one after: 13 for
  // two iterations. Without: t1's third (1), t2 (2), t4's first (2) and then,
  // one after the other, its second (3), which t1's third waits for: 8 for one.
  EXPECT_EQ(Periods(FourActors()), Two("13/2", "8/1"));
}

// Rates of the sample-rate converter from compact disc (44.1 kHz) to digital
// audio tape (48 kHz), 160/147 in four stages; times as in SDF3's `samplerate`.
TEST(ThroughputTest, CompactDiscToDigitalAudioTape) {
  const Graph graph = {.name = "cd2dat",
                       .actors = {{"a", {5}},
                                  {"b", {2}},
                                  {"c", {3}},
                                  {"d", {1}},
                                  {"e", {4}},
                                  {"f", {6}}},
                       .channels = {{"ab", 0, 1, {1}, {1}},
                                    {"bc", 1, 2, {2}, {3}},
                                    {"cd", 2, 3, {2}, {7}},
                                    {"de", 3, 4, {8}, {7}},
                                    {"ef", 4, 5, {5}, {1}}}};
  // q = (147, 147, 98, 28, 32, 160). The slowest alone: f, 160 * 6.
  EXPECT_EQ(Periods(graph), Two("0/1", "960/1"));
  EXPECT_EQ(Periods(OneFiringAtATime(graph)), Both("960/1"));
}

TEST(ThroughputTest, H263DecoderIsBoundByItsInverseQuantiser) {
  // Variable-length decoding makes 594 blocks of a frame, motion compensation
  // takes them; each actor fires one at a time. 594 * 559 = 332046.
  const Graph graph = {.name = "h263decoder",
                       .actors = {{"vld", {26018}},
                                  {"iq", {559}},
                                  {"idct", {486}},
                                  {"mc", {10958}}},
                       .channels = {{"1", 0, 1, {594}, {1}},
                                    {"2", 1, 2, {1}, {1}},
                                    {"3", 2, 3, {1}, {594}}}};
  EXPECT_EQ(Periods(OneFiringAtATime(graph)), Both("332046/1"));
}

TEST(ThroughputTest, ASmallKIsRaisedUntilTheCriticalCycleIsExact) {
  // q = (7, 3, 2), tokens 28 on the second channel: an example on which the
  // 1-periodic schedule is slower than self-timed execution. C's token frees A
  // (6 of 21) only in chunks: executed by hand, an iteration takes 11.
  const Graph graph = {.name = "g",
                       .actors = {{"a", {1}}, {"b", {1}}, {"c", {1}}},
                       .channels = {{"ab", 0, 1, {6}, {14}},
                                    {"bc", 1, 2, {14}, {21}, 28},
                                    {"ca", 2, 0, {21}, {6}}}};
  for (const ThroughputMethod method :
       {ThroughputMethod::kKPeriodic, ThroughputMethod::kSelfTimed,
        ThroughputMethod::kBounded}) {
    ASSERT_OK_AND_ASSIGN(const Throughput result,
                         AnalyseThroughput(graph, {.auto_concurrency = false,
                                                   .method = method}));
    EXPECT_EQ(result.period, Rational(11));
  }
}

TEST(ThroughputTest, RepetitionsPast64BitsAreExact) {
  // Twenty rings in a row, 1000 to 1 each: the last fires 1000^20 times, in a
  // ring of one token with its partner: 1000^20 * (1 + 1).
  Graph graph = {.name = "g", .actors = {}, .channels = {}};
  Rational period = 2;
  for (int i = 0; i <= 20; ++i) {
    const int a = 2 * i;
    graph.actors.push_back({"a" + std::to_string(i), {1}});
    graph.actors.push_back({"b" + std::to_string(i), {1}});
    graph.channels.push_back({"ab" + std::to_string(i), a, a + 1, {1}, {1}});
    graph.channels.push_back({"ba" + std::to_string(i), a + 1, a, {1}, {1}, 1});
    if (i == 0) continue;
    graph.channels.push_back({"c" + std::to_string(i), a - 2, a, {1000}, {1}});
    period *= Rational(1000);
  }
  EXPECT_EQ(AnalyseThroughput(graph)->period, period);
}

TEST(ThroughputTest, HeightsPast64BitsAreExact) {
  // Actors that fire p1, p2, ... times an iteration, p primes near 100, all fed
  // back to one another with the tokens of an iteration: the heights' common
  // denominator is the product of 15 such primes, about 2^100.
  const int primes[] = {101, 103, 107, 109, 113, 127, 131, 137,
                        139, 149, 151, 157, 163, 167, 173};
  Graph graph = {.name = "g", .actors = {{"hub", {1}}}, .channels = {}};
  for (const int prime : primes) {
    const int actor = static_cast<int>(graph.actors.size());
    graph.actors.push_back({"p" + std::to_string(prime), {2}});
    graph.channels.push_back(
        {"to" + std::to_string(prime), 0, actor, {prime}, {1}});
    graph.channels.push_back(
        {"from" + std::to_string(prime), actor, 0, {1}, {prime}, prime});
  }
  // The hub gathers what it gave out: 1 + 2, an iteration after another.
  for (const ThroughputMethod method :
       {ThroughputMethod::kKPeriodic, ThroughputMethod::kSelfTimed}) {
    EXPECT_EQ(AnalyseThroughput(graph, {.method = method})->period,
              Rational(3));
  }
}

TEST(ThroughputTest, TimesThatShareNoUnitOf64BitsAreExact) {
  // 10^20 + 10^-20, which takes 10^40 ticks.
  Graph graph = Ring(1);
  graph.actors[0].times = {*Rational::Parse("1e20")};
  graph.actors[1].times = {*Rational::Parse("1e-20")};
  EXPECT_EQ(Periods(graph), Both("10000000000000000000000000000000000000001/"
                                 "100000000000000000000"));
  // A times 7 and 10^30 on a chain of 3 to 2: 2 * 10^30 one at a time.
  const Graph chain = {
      .name = "g",
      .actors = {{"a", {7}}, {"b", {*Rational::Parse("1e30")}}},
      .channels = {{"ab", 0, 1, {2}, {3}}}};
  EXPECT_EQ(Period(chain, false), "2000000000000000000000000000000/1");
  for (const ThroughputMethod method :
       {ThroughputMethod::kSelfTimed, ThroughputMethod::kBounded}) {
    EXPECT_EQ(AnalyseThroughput(graph, {.method = method}).status().code(),
              absl::StatusCode::kOutOfRange);
  }
}

TEST(ThroughputTest, WorkHasALimit) {
  const Graph graph = DrawLargeGraph({.capacity_factor = 1}, 1);
  EXPECT_EQ(AnalyseThroughput(graph, {.max_work = 1'000}).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(ThroughputTest, LargeGraphsAgreeByTwoMethods) {
  for (uint64_t seed = 0; seed < 2; ++seed) {
    const LargeGraph shape{.actors = 300,
                           .repetition_sum = 9'000,
                           .extra_channels = 200,
                           .capacity_factor = 1 + static_cast<int64_t>(seed)};
    const Graph graph = DrawLargeGraph(shape, seed);
    ASSERT_OK_AND_ASSIGN(const auto cycles, RepetitionVector(graph));
    BigInt sum = 0;
    for (const BigInt& count : cycles) sum += count;
    EXPECT_EQ(sum, 9'000);
    for (const bool auto_concurrency : {false, true}) {
      const auto by_k =
          AnalyseThroughput(graph, {.auto_concurrency = auto_concurrency,
                                    .method = ThroughputMethod::kKPeriodic});
      const auto by_bounds =
          AnalyseThroughput(graph, {.auto_concurrency = auto_concurrency,
                                    .method = ThroughputMethod::kBounded});
      ASSERT_OK(by_k.status());
      ASSERT_OK(by_bounds.status());
      EXPECT_EQ(by_k->period, by_bounds->period) << seed;
    }
  }
}

}  // namespace
}  // namespace dynarch::dataflow
