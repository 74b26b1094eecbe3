#include "sim/dataflow/max_cycle_ratio.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace dynarch::dataflow {
namespace {

// Policy iteration on one strongly connected graph with an edge. `Number` holds
// every potential and product of sums: see BitsNeeded.
template <typename Number, typename Value>
class Howard {
 public:
  explicit Howard(const RatioGraph<Value>& graph)
      : graph_(graph),
        first_(graph.adjacency.first),
        to_(graph.adjacency.to),
        nodes_(graph.adjacency.nodes()),
        policy_(nodes_),
        potentials_(nodes_),
        seen_(nodes_) {}

  MaxCycleRatio Run() {
    for (int node = 0; node < nodes_; ++node) policy_[node] = Lowest(node);
    do {
      if (!TakeBestCycle()) return Result(MaxCycleRatio::Kind::kUnbounded);
      Evaluate();
    } while (Improve());
    return Result(MaxCycleRatio::Kind::kFinite);
  }

 private:
  struct Cycle {
    int root = -1;
    Number weight = 0;
    Number height = 1;
  };

  int Lowest(int node) const {
    int best = first_[node];
    for (int edge = best + 1; edge < first_[node + 1]; ++edge) {
      if (graph_.heights[edge] < graph_.heights[best]) best = edge;
    }
    return best;
  }

  int Next(int node) const { return to_[policy_[node]]; }

  Number Cost(int edge) const {
    return Number(graph_.weights[edge]) * scale_ -
           Number(graph_.heights[edge]) * slope_;
  }

  Cycle CycleFrom(int root) const {
    Cycle cycle{root, 0, 0};
    int node = root;
    do {
      cycle.weight += Number(graph_.weights[policy_[node]]);
      cycle.height += Number(graph_.heights[policy_[node]]);
      node = Next(node);
    } while (node != root);
    return cycle;
  }

  // Takes the cycle of largest ratio among those of the policy, of equal ones
  // that in hand: this makes the iteration end. False if one is unbounded.
  bool TakeBestCycle() {
    std::fill(seen_.begin(), seen_.end(), -1);
    const int previous = std::max(best_.root, 0);
    Cycle best;
    for (int i = 0; i < nodes_; ++i) {
      const int start = i == 0 ? previous : (i == previous ? 0 : i);
      int node = start;
      for (; seen_[node] < 0; node = Next(node)) seen_[node] = start;
      if (seen_[node] != start) continue;  // joined an earlier walk
      Cycle cycle = CycleFrom(node);
      if (cycle.height < 0 || (cycle.height == 0 && cycle.weight > 0)) {
        best_ = cycle;
        return false;
      }
      if (cycle.height == 0) cycle.height = 1;  // of weight 0
      if (best.root < 0 ||
          cycle.weight * best.height > best.weight * cycle.height) {
        best = cycle;
      }
    }
    SetBest(best);
    return true;
  }

  void SetBest(const Cycle& best) {
    best_ = best;
    Number a = best.weight;
    Number b = best.height;
    while (b != 0) {
      Number rest = a % b;
      a = std::move(b);
      b = std::move(rest);
    }
    slope_ = best.weight / a;
    scale_ = best.height / a;
  }

  // Potentials of all nodes: the cost of the policy's path to the root. A node
  // whose path ends in another cycle is led to one whose path does not.
  void Evaluate() {
    LinkSources();
    std::fill(seen_.begin(), seen_.end(), 0);
    order_.clear();
    Reach(best_.root, Number(0));
    for (size_t i = 0; i < order_.size(); ++i) FollowSources(order_[i]);
    if (order_.size() == static_cast<size_t>(nodes_)) return;
    if (incoming_.to.empty()) LinkIncoming();
    for (size_t i = 0; i < order_.size(); ++i) FollowIncoming(order_[i]);
  }

  void Reach(int node, Number potential) {
    seen_[node] = 1;
    potentials_[node] = std::move(potential);
    order_.push_back(node);
  }

  void FollowSources(int node) {
    for (int source = head_[node]; source >= 0; source = sibling_[source]) {
      if (seen_[source] != 0) continue;  // the root
      Reach(source, potentials_[node] + Cost(policy_[source]));
    }
  }

  void FollowIncoming(int node) {
    for (int k = incoming_.first[node]; k < incoming_.first[node + 1]; ++k) {
      const int source = incoming_.to[k];
      if (seen_[source] != 0) continue;
      policy_[source] = incoming_edge_[k];
      Reach(source, potentials_[node] + Cost(policy_[source]));
    }
  }

  // The nodes whose policy leads to a node, as linked lists.
  void LinkSources() {
    head_.assign(nodes_, -1);
    sibling_.resize(nodes_);
    for (int node = 0; node < nodes_; ++node) {
      sibling_[node] = std::exchange(head_[Next(node)], node);
    }
  }

  void LinkIncoming() {
    std::vector<std::pair<int, int>> nodes;
    std::vector<std::pair<int, int>> edges;
    for (int node = 0; node < nodes_; ++node) {
      for (int edge = first_[node]; edge < first_[node + 1]; ++edge) {
        nodes.push_back({to_[edge], node});
        edges.push_back({to_[edge], edge});
      }
    }
    incoming_ = MakeAdjacency(nodes_, nodes);
    incoming_edge_ = MakeAdjacency(nodes_, edges).to;
  }

  // Leads every node along its best edge; false if none gained.
  bool Improve() {
    bool gained = false;
    for (int node = 0; node < nodes_; ++node) {
      Number best = potentials_[node];
      for (int edge = first_[node]; edge < first_[node + 1]; ++edge) {
        Number through = potentials_[to_[edge]] + Cost(edge);
        if (through > best) {
          best = std::move(through);
          policy_[node] = edge;
          gained = true;
        }
      }
      potentials_[node] = std::move(best);
    }
    return gained;
  }

  MaxCycleRatio Result(MaxCycleRatio::Kind kind) const {
    MaxCycleRatio result;
    result.kind = kind;
    result.weight = BigInt(best_.weight);
    result.height = BigInt(best_.height);
    int node = best_.root;
    do {
      result.nodes.push_back(node);
      node = Next(node);
    } while (node != best_.root);
    return result;
  }

  const RatioGraph<Value>& graph_;
  const std::vector<int>& first_;
  const std::vector<int>& to_;
  const int nodes_;
  std::vector<int> policy_;  // an edge per node
  std::vector<Number> potentials_;
  std::vector<int> seen_;
  std::vector<int> order_;
  std::vector<int> head_;
  std::vector<int> sibling_;
  Adjacency incoming_;
  std::vector<int> incoming_edge_;
  Cycle best_;
  Number slope_ = 0;  // the ratio in hand is slope / scale
  Number scale_ = 1;
};

BigInt LargestMagnitude(const std::vector<int64_t>& values) {
  int64_t low = -1;
  int64_t high = 1;
  for (const int64_t value : values) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  return std::max(BigInt(high), BigInt(-BigInt(low)));
}

// With n nodes, weights up to W and heights up to H in magnitude, a ratio is
// P / Q with P <= n W and Q <= n H; an edge costs at most W Q + P H = 2 n W H.
// A potential is the cost of at most n old and n new edges of the policy, and
// two more bits hold a sum and the sign.
int BitsNeeded(const RatioGraph<int64_t>& graph) {
  const BigInt nodes = graph.adjacency.nodes();
  const BigInt bound = nodes * nodes * 4 * LargestMagnitude(graph.weights) *
                       LargestMagnitude(graph.heights);
  return static_cast<int>(boost::multiprecision::msb(bound)) + 3;
}

MaxCycleRatio Solve(const RatioGraph<int64_t>& graph) {
  const int bits = BitsNeeded(graph);
  if (bits <= 63) return Howard<int64_t, int64_t>(graph).Run();
  if (bits <= 127) return Howard<__int128, int64_t>(graph).Run();
  return Howard<BigInt, int64_t>(graph).Run();
}

MaxCycleRatio Solve(const RatioGraph<BigInt>& graph) {
  return Howard<BigInt, BigInt>(graph).Run();
}

// The graph of one component, its nodes numbered anew.
template <typename Value>
RatioGraph<Value> SubgraphOf(const RatioGraph<Value>& graph,
                             const Components& components,
                             const std::vector<int>& members,
                             std::vector<int>& local) {
  for (size_t i = 0; i < members.size(); ++i) {
    local[members[i]] = static_cast<int>(i);
  }
  RatioGraph<Value> part;
  for (const int node : members) {
    for (int edge = graph.adjacency.first[node];
         edge < graph.adjacency.first[node + 1]; ++edge) {
      const int to = graph.adjacency.to[edge];
      if (components.of[to] != components.of[node]) continue;
      part.adjacency.to.push_back(local[to]);
      part.weights.push_back(graph.weights[edge]);
      part.heights.push_back(graph.heights[edge]);
    }
    part.adjacency.first.push_back(static_cast<int>(part.adjacency.to.size()));
  }
  return part;
}

bool Exceeds(const MaxCycleRatio& a, const MaxCycleRatio& b) {
  if (a.kind != b.kind) return a.kind > b.kind;
  return a.kind == MaxCycleRatio::Kind::kFinite &&
         a.weight * b.height > b.weight * a.height;
}

template <typename Value>
MaxCycleRatio SolveByComponent(const RatioGraph<Value>& graph) {
  const Components components = StronglyConnected(graph.adjacency);
  if (components.members.size() == 1 && !graph.adjacency.to.empty()) {
    return Solve(graph);
  }
  MaxCycleRatio best;
  std::vector<int> local(graph.adjacency.nodes());
  for (const std::vector<int>& members : components.members) {
    const RatioGraph<Value> part =
        SubgraphOf(graph, components, members, local);
    if (part.adjacency.to.empty()) continue;
    MaxCycleRatio ratio = Solve(part);
    for (int& node : ratio.nodes) node = members[node];
    if (Exceeds(ratio, best)) best = std::move(ratio);
    if (best.kind == MaxCycleRatio::Kind::kUnbounded) break;
  }
  return best;
}

}  // namespace

MaxCycleRatio FindMaxCycleRatio(const RatioGraph<int64_t>& graph) {
  return SolveByComponent(graph);
}

MaxCycleRatio FindMaxCycleRatio(const RatioGraph<BigInt>& graph) {
  return SolveByComponent(graph);
}

}  // namespace dynarch::dataflow
