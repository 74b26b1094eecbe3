// Operators that exporters write as several nodes, made one again.
#ifndef DYNARCH_SIM_IO_ONNX_PATTERNS_H_
#define DYNARCH_SIM_IO_ONNX_PATTERNS_H_

#include "sim/io/onnx_network.h"

namespace dynarch::io {

// `graph` with these chains, whose inner tensors nothing else reads, as one
// node, in the graphs of its control flow too:
//
//   LayerNormalization  y = x - mean(x); y / sqrt(mean(y^2) + eps) * g + b
//   Gelu                x / sqrt 2, Erf, + 1, * x, / 2 in either order
//   Silu                x * Sigmoid(x)
//   HardSwish           x * HardSigmoid(x)
OnnxGraph FusePatterns(const OnnxGraph& graph);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_ONNX_PATTERNS_H_
