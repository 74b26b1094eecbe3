#include "sim/dataflow/throughput.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "sim/base/status_macros.h"
#include "sim/dataflow/k_periodic.h"
#include "sim/dataflow/liveness.h"
#include "sim/dataflow/part.h"
#include "sim/dataflow/repetition.h"
#include "sim/dataflow/self_timed.h"
#include "sim/dataflow/ticks.h"

namespace dynarch::dataflow {
namespace {

bool HasZeroTime(const std::vector<std::vector<int64_t>>& times) {
  for (const std::vector<int64_t>& phases : times) {
    for (const int64_t time : phases) {
      if (time == 0) return true;
    }
  }
  return false;
}

// Small event graphs first, then a few iterations of execution, unless they are
// very long (buffers make bounds meet soon where they make event graphs large),
// then event graphs of any size.
constexpr int64_t kSmallEventGraph = 20'000;
constexpr int64_t kWholeExpansion = 4'000;
constexpr int64_t kFirings = 8'000'000;
constexpr int64_t kFiringsPerIteration = 1'000'000;

bool HasShortIteration(const Part& part) {
  BigInt firings = 0;
  for (size_t i = 0; i < part.cycles.size(); ++i) {
    firings += part.cycles[i] * part.times[i].size();
  }
  return firings <= kFiringsPerIteration;
}

absl::StatusOr<PartThroughput> Fastest(const Part& part, int64_t max_work,
                                       ThroughputMethod& method) {
  method = ThroughputMethod::kKPeriodic;
  if (max_work > kSmallEventGraph) {
    auto result = KPeriodicThroughput(part, kSmallEventGraph, kWholeExpansion);
    if (!absl::IsResourceExhausted(result.status())) return result;
    if (HasShortIteration(part) && part.large_times.empty()) {
      result = SelfTimedThroughput(part, std::min(max_work, kFirings), true);
      if (result.ok()) {
        method = ThroughputMethod::kBounded;
        return result;
      }
    }
  }
  return KPeriodicThroughput(part, max_work, kWholeExpansion);
}

void AddLargeTimes(const LargeTimes& large, Part& part) {
  if (large.ticks.empty()) return;
  for (const int actor : part.actors) {
    part.large_times.push_back(large.ticks[actor]);
  }
}

absl::StatusOr<PartThroughput> Analyse(const Part& part,
                                       const ThroughputOptions& options,
                                       ThroughputMethod& method) {
  method = options.method;
  const bool by_execution = method == ThroughputMethod::kSelfTimed ||
                            method == ThroughputMethod::kBounded;
  if (by_execution && !part.large_times.empty()) {
    return absl::OutOfRangeError(
        "times above 2^61 of the unit that all share are not executed; use "
        "the K-periodic method");
  }
  switch (options.method) {
    case ThroughputMethod::kSelfTimed:
      return SelfTimedThroughput(part, options.max_work, false);
    case ThroughputMethod::kBounded:
      return SelfTimedThroughput(part, options.max_work, true);
    case ThroughputMethod::kKPeriodic:
      return KPeriodicThroughput(part, options.max_work, 0);
    case ThroughputMethod::kFastest:
      break;
  }
  return Fastest(part, options.max_work, method);
}

}  // namespace

absl::StatusOr<Throughput> AnalyseThroughput(const Graph& graph,
                                             const ThroughputOptions& options) {
  DYNARCH_ASSIGN_OR_RETURN(const std::vector<BigInt> cycles,
                           RepetitionVector(graph));
  Throughput result;
  result.method = options.method;
  const Graph spaced = WithSpaceAsChannels(graph);
  const Rational tick = CommonTick(graph);
  const auto fitting = TimesInTicks(graph, tick);
  const LargeTimes large =
      fitting.ok() ? LargeTimes() : LargeTimesInTicks(graph, tick);
  const auto& times = fitting.ok() ? *fitting : large.ranks;
  if (HasZeroTime(times)) {
    DYNARCH_ASSIGN_OR_RETURN(const std::optional<Deadlock> deadlock,
                             FindDeadlock(graph));
    if (deadlock.has_value()) return result;
  }
  result.period = Rational(0);
  for (Part& part : PartsOf(spaced, cycles, times, options.auto_concurrency)) {
    AddLargeTimes(large, part);
    ThroughputMethod method = options.method;
    DYNARCH_ASSIGN_OR_RETURN(PartThroughput bound,
                             Analyse(part, options, method));
    if (!bound.period.has_value()) {
      result.period.reset();
      result.critical_cycle.clear();
      result.method = method;
      return result;
    }
    const Rational period = *bound.period * Rational(part.repeats) * tick;
    if (period > *result.period) {
      result.period = period;
      result.method = method;
      result.critical_cycle = std::move(bound.critical_cycle);
    }
  }
  return result;
}

}  // namespace dynarch::dataflow
