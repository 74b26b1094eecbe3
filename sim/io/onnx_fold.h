// Constant folding: what a file computes from constants and shapes alone, such
// as the target of a reshape.
#ifndef DYNARCH_SIM_IO_ONNX_FOLD_H_
#define DYNARCH_SIM_IO_ONNX_FOLD_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/io/onnx_network.h"

namespace dynarch::io {

// Numbers of constants are kept up to so many.
inline constexpr int64_t kMaxKeptNumbers = 4096;

// Elements of a shape; none past kMaxKeptNumbers, or where an extent is
// negative.
std::optional<int64_t> KeptCount(const std::vector<int64_t>& shape);

// Whether the constant's numbers are known.
bool HasNumbers(const OnnxConstant& constant);
// Its numbers, integers rounded to doubles past 2^53.
std::vector<double> NumbersOf(const OnnxConstant& constant);

// The result of a node all of whose inputs are constants; null inputs are left
// out. Numbers where all that it needs are known, else the shape alone. None if
// the operator is not one of those that compute shapes, or does not fit.
std::optional<OnnxConstant> Fold(
    const OnnxNode& node, const std::vector<const OnnxConstant*>& inputs);

}  // namespace dynarch::io

#endif  // DYNARCH_SIM_IO_ONNX_FOLD_H_
