// Which actors may be folded into the product before them. Internal to `graph`.
#ifndef DYNARCH_SIM_GRAPH_FUSION_H_
#define DYNARCH_SIM_GRAPH_FUSION_H_

#include <vector>

#include "sim/graph/network.h"

namespace dynarch::graph {

// By actor: OperatorWork::follows_product. An elementwise operator or a
// normalisation one of whose inputs is the result of a product (convolution,
// linear, matmul), or of an actor that itself follows one, that nothing else
// reads, no decision either, and that fires under the same condition. Likewise
// a concatenation all of whose inputs are such results, which products may
// write in place; what comes behind it follows none. `order`: every actor after
// the producers of its channels without initial tokens.
std::vector<bool> FollowsProduct(const NetworkParts& parts,
                                 const std::vector<int>& order);

}  // namespace dynarch::graph

#endif  // DYNARCH_SIM_GRAPH_FUSION_H_
