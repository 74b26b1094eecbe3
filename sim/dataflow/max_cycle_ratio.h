// The exact maximum cycle ratio of a directed graph.
#ifndef DYNARCH_SIM_DATAFLOW_MAX_CYCLE_RATIO_H_
#define DYNARCH_SIM_DATAFLOW_MAX_CYCLE_RATIO_H_

#include <cstdint>
#include <vector>

#include "sim/dataflow/components.h"
#include "sim/dataflow/rational.h"

namespace dynarch::dataflow {

// Edges carry a weight (>= 0; a time) and a height (any sign; a count of
// iterations in some fixed fraction), by edge of `adjacency`. `Value` is
// int64_t, or BigInt where that is too small.
template <typename Value>
struct RatioGraph {
  Adjacency adjacency;
  std::vector<Value> weights;
  std::vector<Value> heights;
};

struct MaxCycleRatio {
  enum class Kind {
    kNoCycle,
    kFinite,     // max over cycles of weight / height
    kUnbounded,  // a cycle has height < 0, or height 0 and weight > 0
  };
  Kind kind = Kind::kNoCycle;
  BigInt weight;           // of the cycle
  BigInt height;           // kFinite: > 0
  std::vector<int> nodes;  // of the cycle, in order
};

// Howard's policy iteration in exact integers (Cochet-Terrasson et al., IFAC
// SSC 1998; Dasdan, ACM TODAES 9(4), 2004), per strongly connected component.
// It ends when no edge improves any potential at the ratio of the cycle in
// hand: that is the proof that no cycle has a larger one. Integers have 64
// bits, 128 bits or any size, as the largest number that can occur demands.
//
// A graph whose every cycle has weight 0 has the ratio 0; a cycle of weight 0
// and negative height is then not looked for.
MaxCycleRatio FindMaxCycleRatio(const RatioGraph<int64_t>& graph);
MaxCycleRatio FindMaxCycleRatio(const RatioGraph<BigInt>& graph);

}  // namespace dynarch::dataflow

#endif  // DYNARCH_SIM_DATAFLOW_MAX_CYCLE_RATIO_H_
