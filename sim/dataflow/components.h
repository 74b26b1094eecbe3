// Strongly connected components.
#ifndef DYNARCH_SIM_DATAFLOW_COMPONENTS_H_
#define DYNARCH_SIM_DATAFLOW_COMPONENTS_H_

#include <vector>

namespace dynarch::dataflow {

// Returns the strongly connected components of the graph with an edge from i to
// every successors[i][k], each ascending, in an order in which every edge
// between components leads to an earlier one (Tarjan, SIAM J. Computing 1(2),
// 1972; without recursion, so that long chains do not exhaust the stack).
std::vector<std::vector<int>> StronglyConnected(
    const std::vector<std::vector<int>>& successors);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_COMPONENTS_H_
