#include "sim/dataflow/components.h"

#include <algorithm>
#include <utility>

namespace dynarch::dataflow {
namespace {

class Search {
 public:
  explicit Search(const Adjacency& graph)
      : graph_(graph),
        order_(graph.nodes(), 0),
        low_(graph.nodes(), 0),
        next_(graph.first) {
    result_.of.assign(graph.nodes(), -1);
  }

  Components Run() {
    for (int node = 0; node < graph_.nodes(); ++node) {
      if (order_[node] == 0) From(node);
    }
    return std::move(result_);
  }

 private:
  void Enter(int node) {
    order_[node] = low_[node] = ++entered_;
    open_.push_back(node);
    path_.push_back(node);
  }

  void From(int root) {
    Enter(root);
    while (!path_.empty()) {
      const int node = path_.back();
      if (next_[node] < graph_.first[node + 1]) {
        const int other = graph_.to[next_[node]++];
        if (order_[other] == 0) {
          Enter(other);
        } else if (result_.of[other] < 0) {
          low_[node] = std::min(low_[node], order_[other]);
        }
        continue;
      }
      path_.pop_back();
      if (!path_.empty()) {
        low_[path_.back()] = std::min(low_[path_.back()], low_[node]);
      }
      if (low_[node] == order_[node]) Close(node);
    }
  }

  void Close(int root) {
    const int component = static_cast<int>(result_.members.size());
    std::vector<int>& members = result_.members.emplace_back();
    int node;
    do {
      node = open_.back();
      open_.pop_back();
      result_.of[node] = component;
      members.push_back(node);
    } while (node != root);
    std::sort(members.begin(), members.end());
  }

  const Adjacency& graph_;
  std::vector<int> order_;  // 0: not entered
  std::vector<int> low_;
  std::vector<int> next_;  // edge to look at
  std::vector<int> open_;  // entered, component not known
  std::vector<int> path_;
  int entered_ = 0;
  Components result_;
};

}  // namespace

Adjacency MakeAdjacency(int nodes,
                        const std::vector<std::pair<int, int>>& edges) {
  Adjacency graph;
  graph.first.assign(nodes + 1, 0);
  for (const auto& [from, to] : edges) ++graph.first[from + 1];
  for (int i = 0; i < nodes; ++i) graph.first[i + 1] += graph.first[i];
  std::vector<int> next(graph.first.begin(), graph.first.end() - 1);
  graph.to.resize(edges.size());
  for (const auto& [from, to] : edges) graph.to[next[from]++] = to;
  return graph;
}

Components StronglyConnected(const Adjacency& graph) {
  return Search(graph).Run();
}

}  // namespace dynarch::dataflow
