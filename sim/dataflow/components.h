// Directed graphs as arrays, and their strongly connected components.
#ifndef DYNARCH_SIM_DATAFLOW_COMPONENTS_H_
#define DYNARCH_SIM_DATAFLOW_COMPONENTS_H_

#include <utility>
#include <vector>

namespace dynarch::dataflow {

// The edges of node i lead to to[first[i]] ... to[first[i + 1] - 1].
struct Adjacency {
  std::vector<int> first = {0};
  std::vector<int> to;

  int nodes() const { return static_cast<int>(first.size()) - 1; }
};

// From (source, destination) pairs of 0 <= node < nodes, in their order.
Adjacency MakeAdjacency(int nodes,
                        const std::vector<std::pair<int, int>>& edges);

struct Components {
  // By node. An edge between components leads from a higher to a lower number.
  std::vector<int> of;
  std::vector<std::vector<int>> members;  // by component, ascending
};

// The strongly connected components (Tarjan, SIAM J. Computing 1(2), 1972;
// without recursion, so that long chains do not exhaust the stack).
Components StronglyConnected(const Adjacency& graph);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_COMPONENTS_H_
