#include "sim/dataflow/event_graph.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/dataflow/execution.h"

namespace dynarch::dataflow {
namespace {

// Token positions. Both operands of a sum or difference are below 2^63 + 2^62.
using Position = __int128;

Position Floor(Position dividend, Position divisor) {
  const Position quotient = dividend / divisor;
  return dividend % divisor < 0 ? quotient - 1 : quotient;
}

// An edge before its height is scaled: `steps` times `unit` of its channel.
struct RawEdge {
  int from;
  int to;
  bool after_start;  // weight 0: `to` starts no earlier than `from`
  int64_t steps;
  int unit;  // index into units
};

// Tokens moved before and after each firing of K cycles.
class Stream {
 public:
  Stream(const std::vector<int64_t>& rates, int64_t k) {
    sums_.reserve(rates.size() * k + 1);
    sums_.push_back(0);
    for (int64_t cycle = 0; cycle < k; ++cycle) {
      for (const int64_t rate : rates) sums_.push_back(sums_.back() + rate);
    }
  }
  int64_t firings() const { return static_cast<int64_t>(sums_.size()) - 1; }
  int64_t total() const { return sums_.back(); }
  int64_t before(int64_t firing) const { return sums_[firing]; }
  int64_t after(int64_t firing) const { return sums_[firing + 1]; }
  // The firing that moves token `position`, counted from 0.
  int64_t Moving(int64_t position) const {
    return std::upper_bound(sums_.begin(), sums_.end(), position) -
           sums_.begin() - 1;
  }

 private:
  std::vector<int64_t> sums_;
};

// The edges of one channel. Let m and n count blocks of K cycles of its source
// and destination, I and O the tokens that a block moves, g = gcd(I, O). Firing
// j of block m puts in the tokens (mI + before + initial, mI + after +
// initial], firing j' of block n takes (nO + before', nO + after']. Only X = nO
// - mI matters, which runs through all multiples of g. The firings depend on
// each other if the intervals meet, and the smallest such X, the fewest periods
// between them, is the constraint: X > before + initial - after'. Because
// starts are in order, only the first firing that takes a token of j needs an
// edge from j: X <= before + initial - before'. If ends are in order too, only
// from the last firing that fills its demand: X <= after + initial - after'.
class ChannelEdges {
 public:
  ChannelEdges(const Stream& in, const Stream& out, int64_t initial,
               bool ends_in_order)
      : in_(in),
        out_(out),
        initial_(initial),
        ends_in_order_(ends_in_order),
        gcd_(std::gcd(in.total(), out.total())) {}

  int64_t gcd() const { return gcd_; }

  // Calls add(j, j', X / g).
  template <typename Add>
  void ForEach(Add add) const {
    const double pairs = 1.0 * in_.firings() * out_.firings();
    const double by_source = 1.0 * in_.firings() * (out_.total() / gcd_);
    const double by_destination = 1.0 * out_.firings() * (in_.total() / gcd_);
    if (ends_in_order_ && by_destination < std::min(pairs, by_source)) {
      ByDestination(add);
    } else if (by_source < pairs) {
      BySource(add);
    } else {
      ByPair(add);
    }
  }

 private:
  // Adds the edge of a pair if it has one.
  template <typename Add>
  void Pair(int64_t j, int64_t k, Add add) const {
    const Position base = Position{in_.before(j)} + initial_;
    const Position step = Floor(base - out_.after(k), gcd_) + 1;
    const Position x = step * gcd_;
    if (x > base - out_.before(k)) return;
    if (ends_in_order_ &&
        x > Position{in_.after(j)} + initial_ - out_.after(k)) {
      return;
    }
    add(j, k, static_cast<int64_t>(step));
  }

  template <typename Add>
  void ByPair(Add add) const {
    for (int64_t k = 0; k < out_.firings(); ++k) {
      if (out_.after(k) == out_.before(k)) continue;
      for (int64_t j = 0; j < in_.firings(); ++j) {
        if (in_.after(j) != in_.before(j)) Pair(j, k, add);
      }
    }
  }

  // Which firings can take the first token of j: one per residue.
  template <typename Add>
  void BySource(Add add) const {
    for (int64_t j = 0; j < in_.firings(); ++j) {
      if (in_.after(j) == in_.before(j)) continue;
      const Position first = Position{in_.before(j)} + initial_;
      int64_t last = -1;
      for (Position p = first % gcd_; p < out_.total(); p += gcd_) {
        const int64_t k = out_.Moving(static_cast<int64_t>(p));
        if (k != last) Pair(j, k, add);
        last = k;
      }
    }
  }

  // Which firings can put in the last token of k: one per residue.
  template <typename Add>
  void ByDestination(Add add) const {
    for (int64_t k = 0; k < out_.firings(); ++k) {
      if (out_.after(k) == out_.before(k)) continue;
      const Position needed = Position{out_.after(k)} - 1 - initial_;
      int64_t last = -1;
      for (Position p = needed - Floor(needed, gcd_) * gcd_; p < in_.total();
           p += gcd_) {
        const int64_t j = in_.Moving(static_cast<int64_t>(p));
        if (j != last) Pair(j, k, add);
        last = j;
      }
    }
  }

  const Stream& in_;
  const Stream& out_;
  const int64_t initial_;
  const bool ends_in_order_;
  const int64_t gcd_;
};

// Whether an actor's order is expressed by its chain, so that the channel to
// itself that demands it needs no edges.
bool IsOrderToken(const Channel& channel) {
  return OrdersItsActor(channel) &&
         channel.initial_tokens >= channel.production.front();
}

class Builder {
 public:
  Builder(const Part& part, const std::vector<int64_t>& k)
      : part_(part), k_(k) {}

  absl::StatusOr<EventGraph> Build() {
    result_.first = {0};
    for (size_t i = 0; i < k_.size(); ++i) {
      result_.first.push_back(result_.first.back() +
                              static_cast<int>(k_[i] * Phases(i)));
    }
    result_.heights_per_period = 1;
    for (size_t i = 0; i < k_.size(); ++i) {
      result_.heights_per_period =
          boost::multiprecision::lcm(result_.heights_per_period, Blocks(i));
      AddChain(static_cast<int>(i));
    }
    for (const int index : part_.channels) {
      DYNARCH_RETURN_IF_ERROR(AddChannel(part_.graph->channels[index]));
    }
    Finish();
    return std::move(result_);
  }

 private:
  int64_t Phases(int place) const {
    return static_cast<int64_t>(part_.times[place].size());
  }
  // Blocks of K cycles per iteration.
  BigInt Blocks(int place) const { return part_.cycles[place] / k_[place]; }

  // Firings of an actor start in order, or follow each other.
  void AddChain(int place) {
    const int from = result_.first[place];
    const int count = result_.first[place + 1] - from;
    const bool after_start = !part_.one_at_a_time[place];
    if (count == 1 && after_start) return;
    for (int i = 0; i + 1 < count; ++i) {
      edges_.push_back({from + i, from + i + 1, after_start, 0, 0});
    }
    edges_.push_back({from + count - 1, from, after_start, 1,
                      static_cast<int>(units_.size())});
    units_.push_back({Blocks(place), 1});
  }

  absl::Status AddChannel(const Channel& channel) {
    const int from = (*part_.local)[channel.source];
    const int to = (*part_.local)[channel.destination];
    if (IsOrderToken(channel)) return absl::OkStatus();
    // Counted in what all rates of the channel are multiples of.
    const int64_t grain = GrainOf(channel);
    const std::vector<int64_t> production = Divided(channel.production, grain);
    const std::vector<int64_t> consumption =
        Divided(channel.consumption, grain);
    if (TooMany(production, k_[from]) || TooMany(consumption, k_[to])) {
      return absl::OutOfRangeError(absl::StrCat(
          "channel '", channel.name, "': ", std::max(k_[from], k_[to]),
          " cycles of an actor move more than 2^62 tokens"));
    }
    const Stream in(production, k_[from]);
    const Stream out(consumption, k_[to]);
    const ChannelEdges edges(in, out, channel.initial_tokens / grain,
                             part_.ends_in_order[from]);
    // Tokens per iteration are in.total() * Blocks(from).
    const int unit = static_cast<int>(units_.size());
    units_.push_back({Blocks(from) * in.total(), edges.gcd()});
    edges.ForEach([&](int64_t j, int64_t k, int64_t steps) {
      edges_.push_back({result_.first[from] + static_cast<int>(j),
                        result_.first[to] + static_cast<int>(k), false, steps,
                        unit});
    });
    return absl::OkStatus();
  }

  static int64_t GrainOf(const Channel& channel) {
    int64_t grain = 0;
    for (const int64_t rate : channel.production) grain = std::gcd(grain, rate);
    for (const int64_t rate : channel.consumption) {
      grain = std::gcd(grain, rate);
    }
    return grain;
  }

  static std::vector<int64_t> Divided(std::vector<int64_t> rates,
                                      int64_t grain) {
    for (int64_t& rate : rates) rate /= grain;
    return rates;
  }

  static bool TooMany(const std::vector<int64_t>& rates, int64_t k) {
    Position total = 0;
    for (const int64_t rate : rates) total += rate;
    return total * k > Position{1} << 62;
  }

  // Heights become integers, in 64 bits if all fit, times too; parallel edges
  // of the same kind become one.
  void Finish() {
    std::vector<BigInt> scales;
    BigInt largest = 1;
    for (const auto& [tokens, step] : units_) {
      // A step of g tokens of T per iteration is g / T periods.
      scales.push_back(result_.heights_per_period * step / tokens);
    }
    std::vector<int64_t> steps(units_.size(), 1);
    for (const RawEdge& edge : edges_) {
      steps[edge.unit] = std::max(steps[edge.unit], std::abs(edge.steps));
    }
    for (size_t i = 0; i < scales.size(); ++i) {
      largest = std::max(largest, BigInt(scales[i] * steps[i]));
    }
    if (largest < BigInt(int64_t{1} << 62) && part_.large_times.empty()) {
      std::vector<int64_t> small;
      for (const BigInt& scale : scales) {
        small.push_back(static_cast<int64_t>(scale));
      }
      result_.graph = Assemble<int64_t>(small);
    } else {
      result_.graph = Assemble<BigInt>(scales);
    }
  }

  // Height is BigInt if there are large times.
  template <typename Height>
  Height Time(size_t place, size_t phase) const {
    if constexpr (std::is_same_v<Height, BigInt>) {
      if (!part_.large_times.empty()) return part_.large_times[place][phase];
    }
    return Height(part_.times[place][phase]);
  }

  // Edges by source; of parallel ones of a kind, the lowest.
  template <typename Height>
  RatioGraph<Height> Assemble(const std::vector<Height>& scales) {
    const int nodes = result_.first.back();
    std::vector<int> start(nodes + 1, 0);
    for (const RawEdge& edge : edges_) ++start[edge.from + 1];
    std::partial_sum(start.begin(), start.end(), start.begin());
    std::vector<int> sorted(edges_.size());
    std::vector<int> next(start.begin(), start.end() - 1);
    for (size_t i = 0; i < edges_.size(); ++i) {
      sorted[next[edges_[i].from]++] = static_cast<int>(i);
    }
    RatioGraph<Height> graph;
    std::vector<int> seen[2] = {std::vector<int>(nodes, -1),
                                std::vector<int>(nodes, -1)};
    size_t place = 0;
    for (int node = 0; node < nodes; ++node) {
      while (result_.first[place + 1] <= node) ++place;
      const size_t phase = (node - result_.first[place]) % Phases(place);
      const int begin = graph.adjacency.first.back();
      for (int i = start[node]; i < start[node + 1]; ++i) {
        const RawEdge& edge = edges_[sorted[i]];
        const Height height = scales[edge.unit] * edge.steps;
        int& known = seen[edge.after_start][edge.to];
        if (known >= begin) {
          graph.heights[known] = std::min(graph.heights[known], height);
          continue;
        }
        known = static_cast<int>(graph.heights.size());
        graph.adjacency.to.push_back(edge.to);
        graph.weights.push_back(edge.after_start ? Height(0)
                                                 : Time<Height>(place, phase));
        graph.heights.push_back(height);
      }
      graph.adjacency.first.push_back(
          static_cast<int>(graph.adjacency.to.size()));
    }
    return graph;
  }

  const Part& part_;
  const std::vector<int64_t>& k_;
  EventGraph result_;
  std::vector<RawEdge> edges_;
  // By unit: tokens per iteration and tokens per step. The first also serves
  // edges of 0 steps.
  std::vector<std::pair<BigInt, int64_t>> units_;
};

}  // namespace

int64_t EstimatedSize(const Part& part, const std::vector<int64_t>& k) {
  double size = 0;
  for (size_t i = 0; i < k.size(); ++i) {
    size += 2.0 * k[i] * part.times[i].size();
  }
  for (const int index : part.channels) {
    const Channel& channel = part.graph->channels[index];
    if (IsOrderToken(channel)) continue;
    const int from = (*part.local)[channel.source];
    const int to = (*part.local)[channel.destination];
    // gcd(I, O) / I is gcd(K/q) / (K/q), blocks of the source per step.
    const BigInt source_blocks = part.cycles[from] / k[from];
    const BigInt destination_blocks = part.cycles[to] / k[to];
    const BigInt shared =
        boost::multiprecision::gcd(source_blocks, destination_blocks);
    const double in = 1.0 * k[from] * part.times[from].size();
    const double out = 1.0 * k[to] * part.times[to].size();
    const double by_source =
        in * static_cast<double>(BigInt(source_blocks / shared));
    const double by_destination =
        out * static_cast<double>(BigInt(destination_blocks / shared));
    size += std::min(in * out, part.ends_in_order[from]
                                   ? std::min(by_source, by_destination)
                                   : by_source);
  }
  constexpr double kMost = 9e18;
  return static_cast<int64_t>(std::min(size, kMost));
}

absl::StatusOr<EventGraph> MakeEventGraph(const Part& part,
                                          const std::vector<int64_t>& k) {
  return Builder(part, k).Build();
}

}  // namespace dynarch::dataflow
