// Six ways to one number, on seeded random graphs.
#include <cstdint>
#include <optional>
#include <vector>

#include "gtest/gtest.h"
#include "sim/dataflow/iteration_matrix.h"
#include "sim/dataflow/liveness.h"
#include "sim/dataflow/repetition.h"
#include "sim/dataflow/throughput.h"
#include "tests/sim/dataflow/draw_graph.h"
#include "tests/sim/dataflow/expansion_oracle.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::dataflow {
namespace {

constexpr uint64_t kSeeds = 1'500;

std::optional<Rational> PeriodBy(const Graph& graph, bool auto_concurrency,
                                 ThroughputMethod method) {
  const auto result = AnalyseThroughput(
      graph, {.auto_concurrency = auto_concurrency, .method = method});
  EXPECT_OK(result.status());
  return result.ok() ? result->period : std::nullopt;
}

// By the eigenvalue of the matrix of an iteration, an isolated oracle: Karp's
// theorem on tokens instead of a policy on firings.
std::optional<Rational> PeriodByEigenvalue(const Graph& graph,
                                           bool auto_concurrency) {
  IterationMatrixOptions options;
  options.auto_concurrency = auto_concurrency;
  const auto matrix = MatrixOfIteration(graph, options);
  if (matrix.status().code() == absl::StatusCode::kFailedPrecondition) {
    return std::nullopt;
  }
  EXPECT_OK(matrix.status());
  if (!matrix.ok()) return std::nullopt;
  const auto eigenvalue = Eigenvalue(matrix->matrix);
  EXPECT_OK(eigenvalue.status());
  if (!eigenvalue->has_value()) return Rational(0);
  return **eigenvalue * matrix->tick;
}

std::vector<int64_t> CyclesOf(const Graph& graph) {
  std::vector<int64_t> cycles;
  const auto exact = RepetitionVector(graph);
  EXPECT_OK(exact.status());
  for (const BigInt& value : *exact) {
    cycles.push_back(static_cast<int64_t>(value));
  }
  return cycles;
}

struct Coverage {
  int live = 0;
  int dead = 0;
  int unbounded = 0;  // period 0
  int slower_one_at_a_time = 0;
};

void CheckGraph(const Graph& graph, Coverage& coverage) {
  const std::vector<int64_t> cycles = CyclesOf(graph);
  const auto deadlock = FindDeadlock(graph);
  ASSERT_OK(deadlock.status());
  std::optional<Rational> periods[2];
  for (const bool auto_concurrency : {false, true}) {
    SCOPED_TRACE(auto_concurrency ? "auto-concurrency" : "one at a time");
    const auto want = ExpandedPeriod(graph, cycles, auto_concurrency);
    EXPECT_EQ(want.has_value(), !deadlock->has_value());
    EXPECT_EQ(PeriodBy(graph, auto_concurrency, ThroughputMethod::kKPeriodic),
              want);
    EXPECT_EQ(PeriodBy(graph, auto_concurrency, ThroughputMethod::kSelfTimed),
              want);
    EXPECT_EQ(PeriodBy(graph, auto_concurrency, ThroughputMethod::kBounded),
              want);
    EXPECT_EQ(PeriodBy(graph, auto_concurrency, ThroughputMethod::kFastest),
              want);
    EXPECT_EQ(PeriodByEigenvalue(graph, auto_concurrency), want);
    periods[auto_concurrency] = want;
  }
  ++(deadlock->has_value() ? coverage.dead : coverage.live);
  if (deadlock->has_value()) return;
  EXPECT_LE(*periods[true], *periods[false]);
  coverage.unbounded += periods[true]->zero();
  coverage.slower_one_at_a_time += *periods[true] < *periods[false];
}

// Whether some channel, or its space, lets `to` wait for `from`.
bool MayWait(const Graph& graph, int from, int to) {
  if (from == to) return true;
  for (const Channel& channel : graph.channels) {
    if (channel.source == from && channel.destination == to) return true;
    if (channel.capacity.has_value() && channel.source == to &&
        channel.destination == from) {
      return true;
    }
  }
  return false;
}

// One at a time every edge of a cycle weighs as much as its firing takes, so a
// critical cycle takes a whole number of periods of its own actors' iterations.
void CheckCriticalCycle(const Graph& graph, const std::vector<int64_t>& cycles,
                        const Throughput& found) {
  if (!found.period.has_value() || found.period->zero()) {
    EXPECT_TRUE(found.critical_cycle.empty());
    return;
  }
  ASSERT_FALSE(found.critical_cycle.empty());
  Rational time = 0;
  BigInt repeats = 0;
  for (size_t i = 0; i < found.critical_cycle.size(); ++i) {
    const CriticalFiring& firing = found.critical_cycle[i];
    const CriticalFiring& next =
        found.critical_cycle[(i + 1) % found.critical_cycle.size()];
    const Actor& actor = graph.actors[firing.actor];
    EXPECT_LT(firing.firing, cycles[firing.actor] * actor.phases());
    EXPECT_TRUE(MayWait(graph, firing.actor, next.actor));
    time += actor.times[firing.firing % actor.phases()];
    repeats = boost::multiprecision::gcd(repeats, cycles[firing.actor]);
  }
  EXPECT_TRUE((time / *found.period * Rational(repeats)).integer());
}

TEST(ThroughputPropertyTest, TheCriticalCycleAttainsThePeriod) {
  for (uint64_t seed = 0; seed < kSeeds && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    const Graph graph = DrawGraph(seed);
    const std::vector<int64_t> cycles = CyclesOf(graph);
    for (const ThroughputMethod method :
         {ThroughputMethod::kKPeriodic, ThroughputMethod::kFastest}) {
      ASSERT_OK_AND_ASSIGN(const Throughput found,
                           AnalyseThroughput(graph, {.auto_concurrency = false,
                                                     .method = method}));
      CheckCriticalCycle(graph, cycles, found);
    }
  }
}

TEST(ThroughputPropertyTest, AllMethodsAgreeOnCyclicStaticGraphs) {
  Coverage coverage;
  for (uint64_t seed = 0; seed < kSeeds && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    CheckGraph(DrawGraph(seed), coverage);
  }
  EXPECT_GT(coverage.live, static_cast<int>(kSeeds / 3));
  EXPECT_GT(coverage.dead, static_cast<int>(kSeeds / 10));
  EXPECT_GT(coverage.unbounded, static_cast<int>(kSeeds / 50));
  EXPECT_GT(coverage.slower_one_at_a_time, static_cast<int>(kSeeds / 10));
}

TEST(ThroughputPropertyTest, AllMethodsAgreeOnSynchronousGraphs) {
  Coverage coverage;
  for (uint64_t seed = 0; seed < kSeeds && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    CheckGraph(DrawSdfGraph(seed), coverage);
  }
  EXPECT_GT(coverage.live, static_cast<int>(kSeeds / 3));
}

}  // namespace
}  // namespace dynarch::dataflow
