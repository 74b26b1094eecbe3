#include "sim/dataflow/cycle_ratio.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "sim/base/status_macros.h"

namespace dynarch::dataflow {
namespace {

using Int128 = __int128;

class Search {
 public:
  Search(int nodes, absl::Span<const RatioEdge> edges)
      : edges_(edges), distance_(nodes), parent_(nodes), mark_(nodes) {}

  // A cycle with gain * denominator - numerator * time < 0; empty: there is
  // none.
  std::vector<int64_t> NegativeCycle(int64_t numerator, int64_t denominator) {
    std::fill(distance_.begin(), distance_.end(), Int128{0});
    std::fill(parent_.begin(), parent_.end(), int64_t{-1});
    for (int pass = 1;; ++pass) {
      bool moved = false;
      for (size_t e = 0; e < edges_.size(); ++e) {
        const RatioEdge& edge = edges_[e];
        if (edge.from < 0) continue;
        const Int128 weight =
            Int128{edge.gain} * denominator - Int128{numerator} * edge.time;
        if (distance_[edge.from] + weight >= distance_[edge.to]) continue;
        distance_[edge.to] = distance_[edge.from] + weight;
        parent_[edge.to] = static_cast<int64_t>(e);
        moved = true;
      }
      if (!moved) return {};
      // A cycle of parents is negative; there is one at the latest when there
      // have been as many passes as nodes.
      std::vector<int64_t> cycle = ParentCycle();
      if (!cycle.empty()) return cycle;
    }
  }

 private:
  std::vector<int64_t> ParentCycle() {
    std::fill(mark_.begin(), mark_.end(), -1);
    for (int start = 0; start < static_cast<int>(parent_.size()); ++start) {
      int at = start;
      while (mark_[at] < 0 && parent_[at] >= 0) {
        mark_[at] = start;
        at = edges_[parent_[at]].from;
      }
      if (mark_[at] != start || parent_[at] < 0) continue;
      std::vector<int64_t> cycle;
      for (int node = at; cycle.empty() || node != at;) {
        cycle.push_back(parent_[node]);
        node = edges_[parent_[node]].from;
      }
      std::reverse(cycle.begin(), cycle.end());
      return cycle;
    }
    return {};
  }

  absl::Span<const RatioEdge> edges_;
  std::vector<Int128> distance_;
  std::vector<int64_t> parent_;  // edge; -1: none
  std::vector<int> mark_;
};

struct Limits {
  int64_t most_gain = 0;
  int64_t most_time = 0;
  int64_t least_time = std::numeric_limits<int64_t>::max();  // above 0
};

// Whether a sum of `nodes` weights stays below 2^126.
bool Fits(const Limits& limits, int nodes, const Rational& ratio) {
  const BigInt most = ratio.denominator() * limits.most_gain +
                      ratio.numerator() * limits.most_time + 1;
  return most * (BigInt(nodes) + 2) < (BigInt(1) << 126) &&
         ToInt64(ratio.numerator()).has_value() &&
         ToInt64(ratio.denominator()).has_value();
}

absl::StatusOr<Rational> RatioOf(absl::Span<const RatioEdge> edges,
                                 const std::vector<int64_t>& cycle) {
  BigInt gain = 0;
  BigInt time = 0;
  for (const int64_t e : cycle) {
    gain += edges[e].gain;
    time += edges[e].time;
  }
  if (time.is_zero()) {
    return absl::InvalidArgumentError("a cycle to start from takes no time");
  }
  return Rational(std::move(gain), std::move(time));
}

}  // namespace

absl::StatusOr<CycleRatio> LeastCycleRatio(
    int nodes, absl::Span<const RatioEdge> edges,
    absl::Span<const int64_t> first_cycle) {
  Limits limits;
  for (const RatioEdge& edge : edges) {
    if (edge.from < 0) continue;
    limits.most_gain = std::max(limits.most_gain, edge.gain);
    limits.most_time = std::max(limits.most_time, edge.time);
    if (edge.time > 0) {
      limits.least_time = std::min(limits.least_time, edge.time);
    }
  }
  CycleRatio result;
  if (limits.most_time == 0) return result;
  // Above every cycle's ratio, so that the first search finds any cycle.
  Rational ratio(BigInt(limits.most_gain) * nodes + 1,
                 BigInt(limits.least_time));
  if (!first_cycle.empty()) {
    result.cycle.assign(first_cycle.begin(), first_cycle.end());
    DYNARCH_ASSIGN_OR_RETURN(ratio, RatioOf(edges, result.cycle));
    result.least = ratio;
  }
  Search search(nodes, edges);
  while (true) {
    if (!Fits(limits, nodes, ratio)) {
      return absl::OutOfRangeError(
          "the sums over a cycle of firings and times pass 126 bits; use a "
          "coarser unit of time");
    }
    std::vector<int64_t> cycle = search.NegativeCycle(
        *ToInt64(ratio.numerator()), *ToInt64(ratio.denominator()));
    if (cycle.empty()) return result;
    DYNARCH_ASSIGN_OR_RETURN(ratio, RatioOf(edges, cycle));
    result.least = ratio;
    result.cycle = std::move(cycle);
  }
}

}  // namespace dynarch::dataflow
