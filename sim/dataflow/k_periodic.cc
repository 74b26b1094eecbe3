#include "sim/dataflow/k_periodic.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/dataflow/event_graph.h"
#include "sim/dataflow/max_cycle_ratio.h"

namespace dynarch::dataflow {
namespace {

// A whole expansion up to this many times the first event graph is taken at
// once.
constexpr int64_t kExpansionFactor = 2;

// The repetition vector as K, if that is a sensible size.
std::optional<std::vector<int64_t>> WholeExpansion(const Part& part) {
  std::vector<int64_t> k;
  for (const BigInt& cycles : part.cycles) {
    const std::optional<int64_t> value = ToInt64(cycles);
    if (!value.has_value() || *value > std::numeric_limits<int>::max()) {
      return std::nullopt;
    }
    k.push_back(*value);
  }
  return k;
}

std::vector<int64_t> FirstK(const Part& part, int64_t whole_up_to) {
  std::vector<int64_t> ones(part.actors.size(), 1);
  if (whole_up_to == 0) return ones;
  std::optional<std::vector<int64_t>> whole = WholeExpansion(part);
  if (!whole.has_value()) return ones;
  const int64_t size = EstimatedSize(part, *whole);
  if (size <= whole_up_to ||
      size / kExpansionFactor <= EstimatedSize(part, ones)) {
    return *std::move(whole);
  }
  return ones;
}

// The place of each node of a cycle.
std::vector<int> PlacesOf(const EventGraph& events,
                          const std::vector<int>& nodes) {
  std::vector<int> places;
  for (const int node : nodes) {
    const auto past =
        std::upper_bound(events.first.begin(), events.first.end(), node);
    places.push_back(static_cast<int>(past - events.first.begin()) - 1);
  }
  return places;
}

// Raises K of the given places to multiples of their repetition vector among
// themselves; false if they are so already. ResourceExhausted past int.
absl::StatusOr<bool> Raise(const Part& part, const std::vector<int>& places,
                           std::vector<int64_t>& k) {
  BigInt shared = 0;
  for (const int place : places) {
    shared = boost::multiprecision::gcd(shared, part.cycles[place]);
  }
  bool raised = false;
  for (const int place : places) {
    const BigInt own = part.cycles[place] / shared;
    const BigInt least = boost::multiprecision::lcm(BigInt(k[place]), own);
    if (least > std::numeric_limits<int>::max()) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "actor '", part.graph->actors[part.actors[place]].name,
          "' fires too often per iteration to be expanded: ", least.str()));
    }
    raised = raised || least != k[place];
    k[place] = static_cast<int64_t>(least);
  }
  return raised;
}

// Some 60 bytes each.
constexpr int64_t kMostEvents = 20'000'000;

absl::Status CheckSize(const Part& part, const std::vector<int64_t>& k,
                       int64_t max_size) {
  const int64_t allowed = std::min(max_size, kMostEvents);
  const int64_t size = EstimatedSize(part, k);
  if (size <= allowed) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("graph '", part.graph->name, "': an event graph of ", size,
                   " nodes and edges is needed; allowed: ", allowed));
}

PartThroughput Finished(const Part& part, const EventGraph& events,
                        const MaxCycleRatio& ratio) {
  PartThroughput result;
  if (ratio.kind == MaxCycleRatio::Kind::kUnbounded) return result;
  if (ratio.kind == MaxCycleRatio::Kind::kNoCycle || ratio.weight.is_zero()) {
    result.period = Rational(0);
    return result;
  }
  result.period =
      Rational(ratio.weight * events.heights_per_period, ratio.height);
  const std::vector<int> places = PlacesOf(events, ratio.nodes);
  for (size_t i = 0; i < places.size(); ++i) {
    result.critical_cycle.push_back(
        {.actor = part.actors[places[i]],
         .firing = ratio.nodes[i] - events.first[places[i]]});
  }
  return result;
}

}  // namespace

absl::StatusOr<PartThroughput> KPeriodicThroughput(const Part& part,
                                                   int64_t max_size,
                                                   int64_t whole_up_to) {
  std::vector<int64_t> k = FirstK(part, whole_up_to);
  while (true) {
    DYNARCH_RETURN_IF_ERROR(CheckSize(part, k, max_size));
    DYNARCH_ASSIGN_OR_RETURN(const EventGraph events, MakeEventGraph(part, k));
    const MaxCycleRatio ratio =
        std::visit([](const auto& graph) { return FindMaxCycleRatio(graph); },
                   events.graph);
    if (ratio.nodes.empty()) return Finished(part, events, ratio);
    DYNARCH_ASSIGN_OR_RETURN(const bool raised,
                             Raise(part, PlacesOf(events, ratio.nodes), k));
    if (!raised) return Finished(part, events, ratio);
  }
}

}  // namespace dynarch::dataflow
